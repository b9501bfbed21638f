#include "pki/cluster/internal/store.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/file.h"
#include "pki/cluster/internal/kubeconfig_file.h"

namespace gatehouse::pki::internal {
namespace {

constexpr size_t kMaxFileBytes = size_t{4} << 20;
constexpr int kPublicMode = 0644;
constexpr int kSecretMode = 0600;

absl::Status Invalid(absl::string_view path, absl::string_view what) {
  return MakeError(absl::StatusCode::kFailedPrecondition, Reason::kInvalid,
                   absl::StrCat(path, ": ", what));
}

absl::Status NotFound(absl::string_view path) {
  return MakeError(absl::StatusCode::kNotFound, Reason::kNotFound,
                   absl::StrCat(path, ": no such file"));
}

// Returns the certificates of a file; at least one. A file without any is not
// as good as none.
absl::StatusOr<std::vector<Certificate>> ParseCertificates(
    absl::string_view pem, absl::string_view path) {
  absl::StatusOr<std::vector<Certificate>> certificates =
      Certificate::FromPem(pem, path);
  if (ReasonOf(certificates.status()) != Reason::kNotFound) return certificates;
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kMalformed,
                   certificates.status().message());
}

// Returns the CA of `bundle` that `key` belongs to.
absl::StatusOr<CertificateAuthority> Match(
    const std::vector<Certificate>& bundle, const PrivateKey& key,
    absl::string_view path) {
  for (const Certificate& certificate : bundle) {
    if (!(certificate.public_key() == key.public_key())) continue;
    absl::StatusOr<CertificateAuthority> authority =
        CertificateAuthority::Create(certificate, key);
    return authority.ok() ? authority : InContext(path, authority.status());
  }
  return Invalid(path, "the key belongs to no certificate of the CA");
}

absl::Status CheckAllCas(const std::vector<Certificate>& bundle,
                         absl::string_view path) {
  for (const Certificate& certificate : bundle) {
    const auto& constraints = certificate.extensions().basic_constraints;
    if (constraints.has_value() && constraints->is_ca) continue;
    return Invalid(path, absl::StrCat("\"", certificate.subject().ToString(),
                                      "\" is not a CA"));
  }
  return absl::OkStatus();
}

}  // namespace

std::string StoredCa::BundlePem() const {
  std::string pem;
  for (const Certificate& certificate : bundle) {
    absl::StrAppend(&pem, certificate.ToPem());
  }
  return pem;
}

const Certificate* StoredCa::SignerOf(const Certificate& certificate) const {
  const auto found = absl::c_find_if(bundle, [&](const Certificate& issuer) {
    return issuer.subject() == certificate.issuer() &&
           certificate.SignedBy(issuer.public_key());
  });
  return found == bundle.end() ? nullptr : &*found;
}

absl::StatusOr<std::unique_ptr<Store>> Store::OpenLocked(
    const ClusterDirectory& directory) {
  auto store = absl::make_unique<Store>(directory);
  absl::StatusOr<DirectoryLock> lock = DirectoryLock::Take(directory.path);
  if (!lock.ok()) return lock.status();
  store->lock_ = absl::make_unique<DirectoryLock>(*std::move(lock));
  absl::StatusOr<std::unique_ptr<Journal>> journal =
      Journal::Open(store->Path(kJournalFile));
  if (!journal.ok()) return journal.status();
  store->journal_ = *std::move(journal);
  return store;
}

std::string Store::Path(absl::string_view name) const {
  return absl::StrCat(directory_.path, "/", name);
}

absl::StatusOr<absl::optional<std::string>> Store::Read(
    absl::string_view name) const {
  absl::StatusOr<std::string> contents = ReadFile(Path(name), kMaxFileBytes);
  if (contents.ok()) return absl::make_optional(*std::move(contents));
  if (ReasonOf(contents.status()) == Reason::kNotFound) {
    return absl::optional<std::string>();
  }
  return contents.status();
}

absl::StatusOr<absl::optional<PrivateKey>> Store::ReadKey(
    absl::string_view name) const {
  absl::StatusOr<absl::optional<std::string>> pem = Read(name);
  if (!pem.ok()) return pem.status();
  if (!pem->has_value()) return absl::optional<PrivateKey>();
  absl::StatusOr<PrivateKey> key = PrivateKey::FromPem(**pem, Path(name));
  WipeString(&**pem);
  if (!key.ok()) return key.status();
  return absl::make_optional(*std::move(key));
}

absl::StatusOr<StoredCa> Store::ReadCa(const ClusterCa& ca) const {
  const std::string path = Path(absl::StrCat(ca.base, ".crt"));
  absl::StatusOr<absl::optional<std::string>> pem =
      Read(absl::StrCat(ca.base, ".crt"));
  if (!pem.ok()) return pem.status();
  if (!pem->has_value()) return NotFound(path);
  absl::StatusOr<std::vector<Certificate>> bundle =
      ParseCertificates(**pem, path);
  if (!bundle.ok()) return bundle.status();
  absl::Status status = CheckAllCas(*bundle, path);
  if (!status.ok()) return status;

  StoredCa stored;
  stored.ca = &ca;
  stored.bundle = *std::move(bundle);
  for (const bool old : {false, true}) {
    const std::string name = absl::StrCat(ca.base, old ? "-old.key" : ".key");
    absl::StatusOr<absl::optional<PrivateKey>> key = ReadKey(name);
    if (!key.ok()) return key.status();
    if (!key->has_value()) continue;
    absl::StatusOr<CertificateAuthority> authority =
        Match(stored.bundle, **key, Path(name));
    if (authority.ok()) {
      (old ? stored.old : stored.signer) = *std::move(authority);
    } else if (!old) {  // An old key may outlive its certificate, in a crash.
      return authority.status();
    }
  }
  return stored;
}

absl::StatusOr<absl::optional<StoredLeaf>> Store::ReadLeaf(
    const ClusterCertificate& leaf) const {
  if (leaf.is_kubeconfig()) return ReadKubeconfigLeaf(leaf.name);
  const std::string name = absl::StrCat(leaf.base, ".crt");
  absl::StatusOr<absl::optional<std::string>> pem = Read(name);
  if (!pem.ok()) return pem.status();
  if (!pem->has_value()) return absl::optional<StoredLeaf>();
  absl::StatusOr<std::vector<Certificate>> certificates =
      ParseCertificates(**pem, Path(name));
  if (!certificates.ok()) return certificates.status();
  absl::StatusOr<absl::optional<PrivateKey>> key =
      ReadKey(absl::StrCat(leaf.base, ".key"));
  if (!key.ok()) return key.status();
  return absl::make_optional(
      StoredLeaf{certificates->front(), *std::move(key), KubeconfigFile()});
}

absl::StatusOr<absl::optional<StoredLeaf>> Store::ReadKubeconfigLeaf(
    const std::string& name) const {
  absl::StatusOr<absl::optional<std::string>> text = Read(name);
  if (!text.ok()) return text.status();
  if (!text->has_value()) return absl::optional<StoredLeaf>();
  const std::string path = Path(name);
  absl::StatusOr<KubeconfigFile> file = ParseKubeconfigFile(**text, path);
  WipeString(&**text);
  if (!file.ok()) return file.status();
  absl::StatusOr<std::vector<Certificate>> certificates =
      ParseCertificates(file->certificate_pem, path);
  if (!certificates.ok()) return certificates.status();
  absl::StatusOr<PrivateKey> key =
      PrivateKey::FromPem(file->key_pem.Reveal(SecretAccess::Get()), path);
  if (!key.ok()) return key.status();
  return absl::make_optional(
      StoredLeaf{certificates->front(), *std::move(key), *std::move(file)});
}

absl::Status Store::WriteWithMode(absl::string_view name,
                                  absl::string_view contents, int mode) {
  absl::StatusOr<absl::optional<std::string>> present = Read(name);
  if (!present.ok()) return present.status();
  const bool same = present->has_value() && **present == contents;
  if (present->has_value()) WipeString(&**present);
  if (same) return absl::OkStatus();
  WriteOptions options;
  options.mode = mode;
  absl::Status status = directory_.writer->Write(Path(name), contents, options);
  if (status.ok()) changed_.emplace_back(name);
  return status;
}

absl::Status Store::Write(absl::string_view name, absl::string_view contents) {
  return WriteWithMode(name, contents, kPublicMode);
}

absl::Status Store::WriteSecret(absl::string_view name,
                                const Secret& contents) {
  return WriteWithMode(name, contents.Reveal(SecretAccess::Get()), kSecretMode);
}

absl::Status Store::WriteKey(absl::string_view name, const PrivateKey& key) {
  // One that cannot be read is replaced, as are all that differ.
  const absl::StatusOr<absl::optional<PrivateKey>> present = ReadKey(name);
  const bool same = present.ok() && present->has_value() &&
                    (*present)->public_key() == key.public_key();
  return same ? absl::OkStatus() : WriteSecret(name, key.ToPem());
}

absl::Status Store::Remove(absl::string_view name) {
  absl::StatusOr<absl::optional<std::string>> present = Read(name);
  if (!present.ok()) return present.status();
  if (!present->has_value()) return absl::OkStatus();
  WipeString(&**present);
  absl::Status status = directory_.writer->Remove(Path(name));
  if (status.ok()) changed_.emplace_back(name);
  return status;
}

absl::Status Store::WriteKubeconfig(const std::string& name,
                                    const KubeconfigFile& file) {
  absl::StatusOr<absl::optional<std::string>> present = Read(name);
  if (!present.ok()) return present.status();
  if (present->has_value()) {
    const absl::StatusOr<Secret> updated =
        UpdateKubeconfigFile(**present, Path(name), file);
    WipeString(&**present);
    if (updated.ok()) return WriteSecret(name, *updated);
  }
  return WriteSecret(name, MakeKubeconfigFile(file));
}

absl::Status Store::WriteLeaf(const ClusterCertificate& leaf,
                              const StoredCa& ca,
                              const Certificate& certificate,
                              const PrivateKey& key,
                              const std::string& server) {
  if (leaf.is_kubeconfig()) {
    return WriteKubeconfig(
        leaf.name, {server, ca.BundlePem(), certificate.subject().common_name(),
                    certificate.ToPem(), key.ToPem()});
  }
  absl::Status status = WriteKey(absl::StrCat(leaf.base, ".key"), key);
  if (!status.ok()) return status;
  return Write(absl::StrCat(leaf.base, ".crt"), certificate.ToPem());
}

absl::Status IssueLeaf(Store* store, const ClusterCertificate& leaf,
                       const StoredCa& ca, const CertificateTemplate& request,
                       const PrivateKey& key, const std::string& server,
                       absl::Time now) {
  const JournaledIssuer issuer(*ca.signer, store->journal(),
                               TreeSignerName(leaf.name));
  absl::StatusOr<Certificate> certificate =
      issuer.Issue(key.public_key(), request, now);
  if (!certificate.ok()) {
    return InContext(store->Path(leaf.name), certificate.status());
  }
  return issuer.HandOut(*certificate, [&](const Certificate& issued) {
    return store->WriteLeaf(leaf, ca, issued, key, server);
  });
}

}  // namespace gatehouse::pki::internal

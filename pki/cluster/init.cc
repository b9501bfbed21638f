#include "pki/cluster/init.h"

#include <memory>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "base/errors.h"
#include "base/file.h"
#include "pki/ca/ca.h"
#include "pki/certificate.h"
#include "pki/cluster/internal/crl_files.h"
#include "pki/cluster/internal/leaf_check.h"
#include "pki/cluster/internal/leaf_template.h"
#include "pki/cluster/internal/store.h"
#include "pki/extensions.h"
#include "pki/revocation/crl.h"
#include "pki/revocation/deny_list.h"

namespace gatehouse::pki {
namespace {

using internal::Store;
using internal::StoredCa;
using internal::StoredLeaf;

absl::Status CheckOptions(const InitOptions& options) {
  for (const ClusterCertificate& leaf :
       ClusterCertificates(options.names.node_name)) {
    absl::Status status = internal::AltNamesOf(leaf, options.names).status();
    if (!status.ok()) return status;
  }
  for (const absl::Duration lifetime :
       {options.ca_lifetime, options.certificate_lifetime,
        options.crl_lifetime}) {
    if (lifetime > absl::ZeroDuration()) continue;
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                     "lifetime: must be more than nothing");
  }
  return absl::OkStatus();
}

// Makes one tree. The steps are in the order in which InitCluster takes them.
class Initializer {
 public:
  Initializer(Store* store, const InitOptions& options, absl::Time now)
      : store_(*store), options_(options), now_(now) {}

  absl::Status EnsureCa(const ClusterCa& ca);
  absl::Status EnsureLeaf(const ClusterCertificate& leaf);
  absl::Status EnsureServiceAccountKeys();
  absl::Status EnsureCrls(const ClusterCa& ca);
  absl::Status EnsureDenyList();

  std::vector<std::string>& kept() { return kept_; }

 private:
  std::string Server() const;
  absl::Status MakeCa(const ClusterCa& ca);
  absl::Status MakeLeaf(const ClusterCertificate& leaf, const StoredCa& ca,
                        const GeneralNames& names);
  // Returns the key in `name`, or a new one.
  absl::StatusOr<PrivateKey> KeyFor(const std::string& name) const;
  void Keep(std::string name) { kept_.push_back(std::move(name)); }

  Store& store_;
  const InitOptions& options_;
  const absl::Time now_;
  std::vector<std::string> kept_;
};

std::string Initializer::Server() const {
  if (!options_.server.empty()) return options_.server;
  const std::string& address = options_.names.advertise_address;
  const bool is_v6 = absl::StrContains(address, ':');
  return absl::StrCat("https://", is_v6 ? "[" : "", address, is_v6 ? "]" : "",
                      ":6443");
}

absl::StatusOr<PrivateKey> Initializer::KeyFor(const std::string& name) const {
  if (!options_.force) {
    absl::StatusOr<absl::optional<PrivateKey>> key = store_.ReadKey(name);
    if (!key.ok()) return key.status();
    if (key->has_value()) return **std::move(key);
  }
  return PrivateKey::Generate(options_.key_algorithm);
}

absl::Status Initializer::MakeCa(const ClusterCa& ca) {
  const std::string key_name = absl::StrCat(ca.base, ".key");
  absl::StatusOr<PrivateKey> key = KeyFor(key_name);
  if (!key.ok()) return key.status();
  const absl::StatusOr<CertificateAuthority> authority =
      CertificateAuthority::SelfSigned(ca.common_name, *key, now_,
                                       options_.ca_lifetime);
  if (!authority.ok()) return authority.status();
  const Certificate& certificate = authority->certificate();
  Journal& journal = *store_.journal();
  absl::Status status =
      journal.Signed(certificate, TreeSignerName(ca.name), now_);
  // What a rotation left has no meaning for the new CA.
  for (const char* rest : {"-next.crt", "-next.key", "-old.key"}) {
    if (status.ok()) status = store_.Remove(absl::StrCat(ca.base, rest));
  }
  if (status.ok()) status = store_.WriteKey(key_name, *key);
  if (status.ok()) {
    status = store_.Write(absl::StrCat(ca.base, ".crt"), certificate.ToPem());
  }
  return status.ok() ? journal.HandedOut(certificate) : status;
}

absl::Status Initializer::EnsureCa(const ClusterCa& ca) {
  const absl::StatusOr<StoredCa> stored = store_.ReadCa(ca);
  if (options_.force || ReasonOf(stored.status()) == Reason::kNotFound) {
    return MakeCa(ca);
  }
  if (!stored.ok()) return stored.status();
  Keep(absl::StrCat(ca.base, ".crt"));
  if (stored->signer.has_value()) Keep(absl::StrCat(ca.base, ".key"));
  return absl::OkStatus();
}

absl::Status Initializer::MakeLeaf(const ClusterCertificate& leaf,
                                   const StoredCa& ca,
                                   const GeneralNames& names) {
  if (!ca.signer.has_value()) {
    return MakeError(absl::StatusCode::kNotFound, Reason::kNotFound,
                     absl::StrCat(store_.Path(leaf.name),
                                  ": missing, and cannot be made "
                                  "without the key of ",
                                  leaf.ca_name));
  }
  const absl::StatusOr<PrivateKey> key =
      leaf.is_kubeconfig() ? PrivateKey::Generate(options_.key_algorithm)
                           : KeyFor(absl::StrCat(leaf.base, ".key"));
  if (!key.ok()) return key.status();
  return internal::IssueLeaf(
      &store_, leaf, ca,
      internal::NewLeafTemplate(leaf, names, key->public_key().type(), now_,
                                options_.certificate_lifetime),
      *key, Server(), now_);
}

absl::Status Initializer::EnsureLeaf(const ClusterCertificate& leaf) {
  const absl::StatusOr<StoredCa> ca =
      store_.ReadCa(*FindClusterCa(leaf.ca_name));
  if (!ca.ok()) return ca.status();
  const absl::StatusOr<GeneralNames> names =
      internal::AltNamesOf(leaf, options_.names);
  if (!names.ok()) return names.status();
  if (options_.force) return MakeLeaf(leaf, *ca, *names);
  const absl::StatusOr<absl::optional<StoredLeaf>> stored =
      store_.ReadLeaf(leaf);
  if (!stored.ok()) return stored.status();
  if (!stored->has_value()) return MakeLeaf(leaf, *ca, *names);
  absl::Status status = internal::CheckLeaf(
      leaf, **stored, *ca, {*names, Server(), now_, store_.Path("")});
  if (!status.ok()) return status;
  if (leaf.is_kubeconfig()) {
    Keep(leaf.name);
  } else {
    Keep(absl::StrCat(leaf.base, ".crt"));
    if ((*stored)->key.has_value()) Keep(absl::StrCat(leaf.base, ".key"));
  }
  return absl::OkStatus();
}

absl::Status Initializer::EnsureServiceAccountKeys() {
  const absl::StatusOr<absl::optional<PrivateKey>> present =
      store_.ReadKey(kServiceAccountKey);
  if (!present.ok() && !options_.force) return present.status();
  const bool keep = !options_.force && present->has_value();
  const absl::StatusOr<PrivateKey> key = KeyFor(kServiceAccountKey);
  if (!key.ok()) return key.status();
  if (keep) {
    Keep(kServiceAccountKey);
  } else {
    absl::Status status = store_.WriteKey(kServiceAccountKey, *key);
    if (!status.ok()) return status;
  }
  // Whatever public keys are there stay: old tokens may need them.
  const absl::StatusOr<absl::optional<std::string>> public_key =
      store_.Read(kServiceAccountPublicKey);
  if (!public_key.ok()) return public_key.status();
  if (keep && public_key->has_value()) {
    Keep(kServiceAccountPublicKey);
    return absl::OkStatus();
  }
  return store_.Write(kServiceAccountPublicKey, key->public_key().ToPem());
}

absl::Status Initializer::EnsureCrls(const ClusterCa& ca) {
  const absl::StatusOr<StoredCa> stored = store_.ReadCa(ca);
  if (!stored.ok()) return stored.status();
  const std::string name = absl::StrCat(ca.base, ".crl");
  absl::Status status = internal::UpdateCrls(
      &store_, *stored,
      {options_.crl_lifetime, false, nullptr, CrlReason::kUnspecified}, now_);
  if (!status.ok()) return status;
  // One that cannot be made here need not be there.
  const absl::StatusOr<absl::optional<std::string>> present = store_.Read(name);
  if (!present.ok()) return present.status();
  if (present->has_value() && !absl::c_linear_search(store_.changed(), name)) {
    Keep(name);
  }
  return absl::OkStatus();
}

absl::Status Initializer::EnsureDenyList() {
  const absl::StatusOr<absl::optional<std::string>> text =
      store_.Read(kRevokedFile);
  if (!text.ok()) return text.status();
  if (text->has_value()) {
    Keep(kRevokedFile);
    return DenyList::Parse(**text, store_.Path(kRevokedFile)).status();
  }
  const absl::StatusOr<std::shared_ptr<const DenyList>> empty =
      DenyList::Create({});
  if (!empty.ok()) return empty.status();
  return store_.Write(kRevokedFile, (*empty)->ToYaml());
}

absl::Status Run(Initializer* initializer, const InitOptions& options) {
  for (const ClusterCa& ca : ClusterCas()) {
    absl::Status status = initializer->EnsureCa(ca);
    if (status.ok()) status = initializer->EnsureCrls(ca);
    if (!status.ok()) return status;
  }
  for (const ClusterCertificate& leaf :
       ClusterCertificates(options.names.node_name)) {
    absl::Status status = initializer->EnsureLeaf(leaf);
    if (!status.ok()) return status;
  }
  absl::Status status = initializer->EnsureServiceAccountKeys();
  return status.ok() ? initializer->EnsureDenyList() : status;
}

}  // namespace

absl::StatusOr<InitReport> InitCluster(const ClusterDirectory& directory,
                                       const InitOptions& options,
                                       absl::Time now) {
  absl::Status status = CheckOptions(options);
  if (status.ok()) {
    status = MakeDirectories(absl::StrCat(directory.path, "/etcd"));
  }
  if (!status.ok()) return status;
  const absl::StatusOr<std::unique_ptr<Store>> store =
      Store::OpenLocked(directory);
  if (!store.ok()) return store.status();
  Initializer initializer(store->get(), options, now);
  status = Run(&initializer, options);
  if (!status.ok()) return status;
  return InitReport{(*store)->changed(), std::move(initializer.kept())};
}

}  // namespace gatehouse::pki

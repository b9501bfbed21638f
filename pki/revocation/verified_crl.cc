#include "pki/revocation/verified_crl.h"

#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "pki/extensions.h"

namespace gatehouse::pki {
namespace {

std::string Describe(const CrlInfo& info) {
  return absl::StrCat(info.source, info.source.empty() ? "" : ": ",
                      "the CRL of ", info.issuer.ToString());
}

// Returns whether `issuer` is the one that the list names.
bool Named(const CrlInfo& info, const Certificate& issuer) {
  const auto& key_id = issuer.extensions().subject_key_id;
  return issuer.subject() == info.issuer &&
         (!info.authority_key_id.has_value() || !key_id.has_value() ||
          *info.authority_key_id == *key_id);
}

bool MaySign(const Certificate& issuer) {
  const auto& usage = issuer.extensions().key_usage;
  return !usage.has_value() || (*usage & kCrlSign) != 0;
}

// Returns OK if `issuer` signed `crl` and may.
absl::Status CheckSigner(const Crl& crl, const Certificate& issuer) {
  if (!MaySign(issuer)) {
    return MakeError(
        absl::StatusCode::kPermissionDenied, Reason::kIncompatibleUsage,
        absl::StrCat(Describe(crl.info()), " is signed by a certificate (",
                     issuer.Identifier(),
                     ") whose key usage does not have cRLSign"));
  }
  const absl::Status status = crl.CheckSignature(issuer.public_key());
  if (status.ok()) return status;
  return InContext(
      absl::StrCat(Describe(crl.info()),
                   " is not signed by the certificate with that name (",
                   issuer.Identifier(), ")"),
      status);
}

// Returns who of `issuers` signed `crl`.
absl::StatusOr<Certificate> FindSigner(const Crl& crl,
                                       absl::Span<const Certificate> issuers) {
  absl::Status status = MakeError(
      absl::StatusCode::kInvalidArgument, Reason::kUnknownAuthority,
      absl::StrCat(Describe(crl.info()),
                   " is signed by none of the CA certificates that are known "
                   "here: add the one with that name and key id"));
  // Certificates that share a key are one signer; each try hashes the list.
  std::vector<Certificate> tried;
  for (const Certificate& issuer : issuers) {
    if (!Named(crl.info(), issuer)) continue;
    bool again = false;
    for (const Certificate& other : tried) {
      again = again || (other.public_key() == issuer.public_key() &&
                        MaySign(other) == MaySign(issuer));
    }
    if (again) continue;
    tried.push_back(issuer);
    status = CheckSigner(crl, issuer);
    if (status.ok()) return issuer;
  }
  return status;
}

}  // namespace

VerifiedCrl::VerifiedCrl(CrlInfo info, Certificate signer)
    : info_(std::move(info)), signer_(std::move(signer)) {}

absl::StatusOr<std::shared_ptr<const VerifiedCrl>> VerifiedCrl::Create(
    const Crl& crl, absl::Span<const Certificate> issuers) {
  auto signer = FindSigner(crl, issuers);
  if (!signer.ok()) return signer.status();
  auto verified =
      absl::WrapUnique(new VerifiedCrl(crl.info(), *std::move(signer)));
  const std::string& own_name = verified->info_.issuer.der();
  crl.ForEachEntry([&](const CrlEntry& entry) {
    internal::SerialTable* table = &verified->own_;
    if (entry.certificate_issuer != own_name) {
      table = &verified->others_[entry.certificate_issuer];
    }
    table->Add(entry.serial,
               {absl::ToUnixSeconds(entry.revoked_at), entry.reason});
  });
  verified->own_.Build();
  for (auto& [issuer, table] : verified->others_) table.Build();
  return std::shared_ptr<const VerifiedCrl>(std::move(verified));
}

absl::optional<internal::SerialEntry> VerifiedCrl::FindOfOthers(
    absl::string_view issuer, absl::string_view serial) const {
  const auto found = others_.find(issuer);
  if (found == others_.end()) return absl::nullopt;
  return found->second.Find(serial);
}

size_t VerifiedCrl::MemoryBytes() const {
  size_t bytes = own_.MemoryBytes();
  for (const auto& [issuer, table] : others_) {
    bytes += issuer.capacity() + sizeof(table) + table.MemoryBytes();
  }
  return bytes;
}

}  // namespace gatehouse::pki

#include "pki/revocation/crl.h"

#include <array>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/errors.h"
#include "pki/internal/signature.h"
#include "pki/pem.h"
#include "pki/revocation/internal/crl_parser.h"

namespace gatehouse::pki {
namespace {

constexpr char kPemLabel[] = "X509 CRL";
// Base64 takes four octets for three, and line breaks.
constexpr size_t kMaxPemBytes = Crl::kMaxBytes / 2 * 3;

struct NamedReason {
  CrlReason reason;
  absl::string_view name;
};

constexpr std::array<NamedReason, 10> kReasons = {{
    {CrlReason::kUnspecified, "unspecified"},
    {CrlReason::kKeyCompromise, "keyCompromise"},
    {CrlReason::kCaCompromise, "cACompromise"},
    {CrlReason::kAffiliationChanged, "affiliationChanged"},
    {CrlReason::kSuperseded, "superseded"},
    {CrlReason::kCessationOfOperation, "cessationOfOperation"},
    {CrlReason::kCertificateHold, "certificateHold"},
    {CrlReason::kRemoveFromCrl, "removeFromCRL"},
    {CrlReason::kPrivilegeWithdrawn, "privilegeWithdrawn"},
    {CrlReason::kAaCompromise, "aACompromise"},
}};

// Returns `status` with where it happened in front.
absl::Status At(absl::string_view source, const absl::Status& status) {
  return InContext(source, InContext("CRL", status));
}

}  // namespace

absl::string_view CrlReasonName(CrlReason reason) {
  for (const NamedReason& known : kReasons) {
    if (known.reason == reason) return known.name;
  }
  return "unspecified";
}

absl::StatusOr<CrlReason> ParseCrlReason(absl::string_view name) {
  for (const NamedReason& known : kReasons) {
    if (absl::EqualsIgnoreCase(known.name, name)) return known.reason;
  }
  return MakeError(
      absl::StatusCode::kInvalidArgument, Reason::kInvalid,
      absl::StrCat("\"", name, "\" is no reason for a revocation; there are ",
                   absl::StrJoin(kReasons, ", ",
                                 [](std::string* out, const NamedReason& r) {
                                   out->append(r.name.data(), r.name.size());
                                 })));
}

int CompareCrlNumbers(absl::string_view a, absl::string_view b) {
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  return a.compare(b);
}

struct Crl::Data {
  std::string der;
  internal::CrlParts parts;
};

Crl::Crl(std::shared_ptr<const Data> data) : data_(std::move(data)) {}

absl::StatusOr<Crl> Crl::FromDer(absl::string_view der,
                                 absl::string_view source) {
  if (der.size() > kMaxBytes) {
    return At(source,
              MakeError(absl::StatusCode::kResourceExhausted, Reason::kTooLarge,
                        absl::StrCat("over ", kMaxBytes, " bytes")));
  }
  auto data = std::make_shared<Data>();
  data->der = std::string(der);
  const absl::Status status = internal::ParseCrl(data->der, &data->parts);
  if (!status.ok()) return At(source, status);
  data->parts.info.source = std::string(source);
  return Crl(std::move(data));
}

absl::StatusOr<std::vector<Crl>> Crl::FromPem(absl::string_view pem,
                                              absl::string_view source) {
  auto blocks = DecodePem(pem, source, kMaxPemBytes);
  if (!blocks.ok()) return blocks.status();
  std::vector<Crl> lists;
  for (PemBlock& block : *blocks) {
    if (block.label != kPemLabel) continue;
    const std::string place = absl::StrCat(source, ":", block.line);
    auto list = FromDer(block.der, source.empty() ? "" : place);
    if (!list.ok()) return list.status();
    lists.push_back(*std::move(list));
    block.der = std::string();
  }
  if (lists.empty()) {
    return MakeError(absl::StatusCode::kNotFound, Reason::kNotFound,
                     absl::StrCat(source, source.empty() ? "" : ": ", "no \"",
                                  kPemLabel, "\" block"));
  }
  return lists;
}

const CrlInfo& Crl::info() const { return data_->parts.info; }

absl::string_view Crl::der() const { return data_->der; }

std::string Crl::ToPem() const { return EncodePem(kPemLabel, data_->der); }

void Crl::ForEachEntry(absl::FunctionRef<void(const CrlEntry&)> each) const {
  internal::EntryReader reader(data_->parts);
  CrlEntry entry;
  // FromDer has read every entry once; none fails.
  while (!reader.Done() && reader.Next(&entry).ok()) each(entry);
}

absl::Status Crl::CheckSignature(const PublicKey& key) const {
  const absl::Status status = internal::VerifySignature(
      data_->parts.algorithm, data_->parts.tbs, data_->parts.signature, key);
  return status.ok() ? status : At(info().source, status);
}

}  // namespace gatehouse::pki

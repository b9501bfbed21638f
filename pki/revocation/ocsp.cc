#include "pki/revocation/ocsp.h"

#include <algorithm>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "pki/extensions.h"
#include "pki/internal/signature.h"
#include "pki/revocation/internal/ocsp_hash.h"
#include "pki/revocation/internal/ocsp_parser.h"

namespace gatehouse::pki {
namespace {

constexpr char kOcspNoCheckOid[] = "1.3.6.1.5.5.7.48.1.5";
constexpr int kMinRsaBits = 2048;

std::string Prefix(absl::string_view source) {
  return absl::StrCat(source, source.empty() ? "" : ": ", "OCSP response: ");
}

absl::Status At(absl::string_view source, const absl::Status& status) {
  return InContext(source, InContext("OCSP response", status));
}

absl::Status NotAuthorized(Reason reason, absl::string_view what) {
  return MakeError(absl::StatusCode::kPermissionDenied, reason, what);
}

// Checks that `issuer` made `responder` one for its certificates.
absl::Status CheckDelegate(const Certificate& responder,
                           const Certificate& issuer) {
  const std::string name = responder.subject().ToString();
  if (!(responder.issuer() == issuer.subject()) ||
      !responder.SignedBy(issuer.public_key())) {
    return NotAuthorized(
        Reason::kUnknownAuthority,
        absl::StrCat("the responder ", name, " was not authorized by ",
                     issuer.subject().ToString()));
  }
  const Extensions& extensions = responder.extensions();
  const auto& usages = extensions.extended_key_usages;
  const bool may_answer =
      usages.has_value() &&
      std::find(usages->begin(), usages->end(), kOcspSigning) != usages->end();
  const bool may_sign =
      !extensions.key_usage.has_value() ||
      (*extensions.key_usage & (kDigitalSignature | kContentCommitment)) != 0;
  if (!may_answer || !may_sign) {
    return NotAuthorized(Reason::kIncompatibleUsage,
                         absl::StrCat("the certificate of the responder ", name,
                                      " is not one for OCSPSigning"));
  }
  if (!extensions.unhandled_critical.empty()) {
    return NotAuthorized(
        Reason::kUnhandledCritical,
        absl::StrCat("the certificate of the responder ", name,
                     " has a critical extension that is not understood: ",
                     extensions.unhandled_critical.front()));
  }
  const PublicKey& key = responder.public_key();
  if (key.type() == KeyType::kRsa && key.bits() < kMinRsaBits) {
    return NotAuthorized(Reason::kWeakCryptography,
                         absl::StrCat("the responder ", name, " has a key of ",
                                      key.bits(), " bits"));
  }
  return absl::OkStatus();
}

bool NoCheck(const Certificate& certificate) {
  const auto& all = certificate.extensions().all;
  return std::any_of(all.begin(), all.end(), [](const Extension& extension) {
    return extension.oid == kOcspNoCheckOid;
  });
}

// Returns what `single` says, which `signer` signed for `issuer`.
OcspAnswer ToAnswer(const OcspSingle& single, const Certificate& signer,
                    const Certificate& issuer) {
  OcspAnswer answer;
  answer.status = single.status;
  answer.revoked_at = single.revoked_at;
  answer.reason = single.reason;
  answer.this_update = single.this_update;
  answer.next_update = single.next_update;
  if (signer == issuer) return answer;
  answer.this_update = std::max(answer.this_update, signer.not_before());
  answer.next_update = std::min(answer.next_update, signer.not_after());
  answer.delegate = signer;
  answer.delegate_no_check = NoCheck(signer);
  return answer;
}

// Returns whether `a` says later than `b` how things stand. Of two at the same
// time, the one that revokes counts.
bool Later(const OcspSingle& a, const OcspSingle& b) {
  if (a.this_update != b.this_update) return a.this_update > b.this_update;
  return a.status == OcspStatus::kRevoked;
}
bool Later(const OcspAnswer& a, const OcspAnswer& b) {
  if (a.this_update != b.this_update) return a.this_update > b.this_update;
  return a.status == OcspStatus::kRevoked;
}

std::string KeyOf(const Certificate& issuer, absl::string_view serial) {
  const auto& digest = issuer.public_key().sha256();
  return absl::StrCat(
      absl::string_view(reinterpret_cast<const char*>(digest.data()),
                        digest.size()),
      issuer.subject().der(), serial);
}

}  // namespace

bool OcspCertId::IssuedBy(const Certificate& issuer) const {
  const auto key = internal::OcspKeyHash(hash_oid, issuer.public_key());
  const auto name = internal::OcspHash(hash_oid, issuer.subject().der());
  return key.has_value() && name.has_value() && *key == issuer_key_hash &&
         *name == issuer_name_hash;
}

struct OcspResponse::Data {
  std::string der;
  std::string source;
  internal::OcspParts parts;
};

OcspResponse::OcspResponse(std::shared_ptr<const Data> data)
    : data_(std::move(data)) {}

absl::StatusOr<OcspResponse> OcspResponse::FromDer(absl::string_view der,
                                                   absl::string_view source) {
  if (der.size() > kMaxBytes) {
    return MakeError(
        absl::StatusCode::kResourceExhausted, Reason::kTooLarge,
        absl::StrCat(Prefix(source), "over ", kMaxBytes, " bytes"));
  }
  auto data = std::make_shared<Data>();
  data->der = std::string(der);
  data->source = std::string(source);
  const absl::Status status =
      internal::ParseOcspResponse(data->der, &data->parts);
  if (!status.ok()) return At(source, status);
  return OcspResponse(std::move(data));
}

absl::string_view OcspResponse::source() const { return data_->source; }
absl::Time OcspResponse::produced_at() const {
  return data_->parts.produced_at;
}
const absl::optional<std::string>& OcspResponse::responder_name() const {
  return data_->parts.responder_name;
}
const absl::optional<std::string>& OcspResponse::responder_key_hash() const {
  return data_->parts.responder_key_hash;
}
const std::vector<OcspSingle>& OcspResponse::singles() const {
  return data_->parts.singles;
}
const std::vector<Certificate>& OcspResponse::certificates() const {
  return data_->parts.certificates;
}

bool OcspResponse::IsResponder(const Certificate& certificate) const {
  if (data_->parts.responder_name.has_value()) {
    return *data_->parts.responder_name == certificate.subject().der();
  }
  return data_->parts.responder_key_hash ==
         certificate.public_key().SubjectKeyId();
}

absl::StatusOr<Certificate> OcspResponse::CheckSignature(
    const Certificate& issuer) const {
  absl::Status status = MakeError(
      absl::StatusCode::kPermissionDenied, Reason::kUnknownAuthority,
      absl::StrCat("neither ", issuer.subject().ToString(),
                   " signed it nor a responder whose certificate is in it"));
  const auto verify = [this](const Certificate& signer) {
    return internal::VerifySignature(data_->parts.algorithm, data_->parts.tbs,
                                     data_->parts.signature,
                                     signer.public_key());
  };
  if (IsResponder(issuer)) {
    status = verify(issuer);
    if (status.ok()) return issuer;
  }
  for (const Certificate& candidate : certificates()) {
    if (!IsResponder(candidate) || candidate == issuer) continue;
    status = CheckDelegate(candidate, issuer);
    if (status.ok()) status = verify(candidate);
    if (status.ok()) return candidate;
  }
  return At(source(), status);
}

absl::StatusOr<absl::optional<OcspAnswer>> AnswerOf(
    const OcspResponse& response, const Certificate& certificate,
    const Certificate& issuer) {
  const OcspSingle* latest = nullptr;
  for (const OcspSingle& single : response.singles()) {
    if (single.id.serial != certificate.serial() ||
        !single.id.IssuedBy(issuer)) {
      continue;
    }
    if (latest == nullptr || Later(single, *latest)) latest = &single;
  }
  if (latest == nullptr) return absl::optional<OcspAnswer>();
  const auto signer = response.CheckSignature(issuer);
  if (!signer.ok()) return signer.status();
  return absl::make_optional(ToAnswer(*latest, *signer, issuer));
}

absl::Status OcspSet::Add(const OcspResponse& response,
                          absl::Span<const Certificate> issuers) {
  std::vector<absl::StatusOr<Certificate>> signers(
      issuers.size(), absl::UnknownError("not asked yet"));
  for (const OcspSingle& single : response.singles()) {
    bool known = false;
    for (size_t i = 0; i < issuers.size(); ++i) {
      if (!single.id.IssuedBy(issuers[i])) continue;
      known = true;
      if (absl::IsUnknown(signers[i].status())) {
        signers[i] = response.CheckSignature(issuers[i]);
      }
      if (!signers[i].ok()) return signers[i].status();
      OcspAnswer answer = ToAnswer(single, *signers[i], issuers[i]);
      const auto [found, added] =
          answers_.try_emplace(KeyOf(issuers[i], single.id.serial), answer);
      if (!added && Later(answer, found->second)) {
        found->second = std::move(answer);
      }
    }
    if (!known) {
      return MakeError(
          absl::StatusCode::kInvalidArgument, Reason::kUnknownAuthority,
          absl::StrCat(Prefix(response.source()),
                       "it answers about a certificate of none of the CAs that "
                       "are known here"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const OcspSet>> OcspSet::Create(
    const std::vector<OcspResponse>& responses,
    absl::Span<const Certificate> issuers) {
  auto set = absl::WrapUnique(new OcspSet());
  for (const OcspResponse& response : responses) {
    const absl::Status status = set->Add(response, issuers);
    if (!status.ok()) return status;
  }
  return std::shared_ptr<const OcspSet>(std::move(set));
}

const OcspAnswer* OcspSet::Find(const Certificate& certificate,
                                const Certificate& issuer) const {
  if (answers_.empty()) return nullptr;
  const auto found = answers_.find(KeyOf(issuer, certificate.serial()));
  return found == answers_.end() ? nullptr : &found->second;
}

}  // namespace gatehouse::pki

#include "cli/pki/inspection.h"

#include <cstddef>
#include <memory>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "authn/user_conversion.h"
#include "base/errors.h"
#include "base/user_info.h"
#include "cli/internal/moments.h"
#include "cli/pki/asn1_text.h"
#include "cli/pki/files.h"
#include "cli/pki/notes.h"
#include "pki/ca/certificate_request.h"
#include "pki/distinguished_name.h"
#include "pki/pem.h"
#include "pki/private_key.h"
#include "pki/public_key.h"
#include "pki/revocation/crl.h"
#include "pki/revocation/verified_crl.h"

namespace gatehouse::cli {

namespace {

// The most entries of a revocation list that are shown one by one.
constexpr size_t kMaxEntries = 1000;

std::string Sha256Hex(const pki::Sha256Digest& digest) {
  return Hex(absl::string_view(reinterpret_cast<const char*>(digest.data()),
                               digest.size()));
}

IdentityAnswer Identity(const pki::DistinguishedName& subject,
                        const std::string& credential_id) {
  IdentityAnswer answer;
  const auto user = authn::UserFromSubject(subject, credential_id);
  answer.set_credentialid(credential_id);
  if (!user.ok()) {
    answer.set_error(std::string(user.status().message()));
  } else if (!user->has_value()) {
    answer.set_error("no CommonName, so no user");
  } else {
    answer.set_username((*user)->name);
    answer.set_uid((*user)->uid);
    for (const std::string& group : (*user)->groups) answer.add_groups(group);
  }
  return answer;
}

// Returns a serial number as Certificate::SerialHex does: without the octet
// that only says that the number is positive.
std::string SerialHex(absl::string_view serial) {
  if (serial.size() > 1) absl::ConsumePrefix(&serial, absl::string_view("", 1));
  return Hex(serial);
}

// A list number as openssl prints it.
std::string Number(const std::string& bytes) {
  return absl::StrCat("0x", bytes.empty() ? "0" : Hex(bytes));
}

std::vector<std::string> ScopeOf(const pki::CrlInfo& info) {
  std::vector<std::string> scope;
  if (!info.distribution_point) return scope;
  const pki::IssuingDistributionPoint& point = *info.distribution_point;
  if (point.only_user_certificates) scope.emplace_back("user certificates");
  if (point.only_ca_certificates) scope.emplace_back("CA certificates");
  if (point.only_attribute_certificates) {
    scope.emplace_back("attribute certificates");
  }
  if (point.only_some_reasons) scope.emplace_back("some reasons");
  if (point.indirect) scope.emplace_back("indirect");
  for (const std::string& name : point.names) {
    scope.push_back(absl::StrCat("distribution point ", Hex(name)));
  }
  return scope;
}

void AddEntries(const pki::Crl& crl, RevocationListAnswer* answer) {
  const std::string& issuer = crl.info().issuer.der();
  size_t count = 0;
  crl.ForEachEntry([&](const pki::CrlEntry& entry) {
    if (++count > kMaxEntries) return;
    RevokedAnswer& revoked = *answer->add_entries();
    revoked.set_serialnumber(SerialHex(entry.serial));
    revoked.set_revokedat(FormatMoment(entry.revoked_at));
    revoked.set_reason(std::string(pki::CrlReasonName(entry.reason)));
    if (entry.invalid_since) {
      revoked.set_invalidsince(FormatMoment(*entry.invalid_since));
    }
    if (entry.certificate_issuer == issuer) return;
    const auto name = pki::DistinguishedName::FromDer(entry.certificate_issuer);
    if (name.ok()) revoked.set_issuer(name->ToString());
  });
}

// Describes the key in a block that holds one. What is secret stays unread.
KeyAnswer DescribeKeyBlock(const pki::PemBlock& block,
                           const std::string& source) {
  KeyAnswer answer;
  answer.set_source(absl::StrCat(source, ":", block.line));
  const std::string pem = pki::EncodePem(block.label, block.der);
  const bool is_private = absl::StrContains(block.label, "PRIVATE KEY");
  answer.set_kind(is_private ? "private" : "public");
  if (is_private) {
    const auto key = pki::PrivateKey::FromPem(pem, answer.source());
    if (key.ok()) {
      *answer.mutable_publickey() = DescribeKey(key->public_key());
    } else {
      answer.set_error(std::string(key.status().message()));
    }
  } else {
    const auto key = pki::PublicKey::FromPem(pem, answer.source());
    if (key.ok()) {
      *answer.mutable_publickey() = DescribeKey(*key);
    } else {
      answer.set_error(std::string(key.status().message()));
    }
  }
  return answer;
}

absl::Status Unrecognized(const std::string& source) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kNotFound,
                   absl::StrCat(source,
                                ": no certificate, request, revocation "
                                "list or key is in it"));
}

}  // namespace

Inspector::Inspector(absl::optional<Trust> trust, bool has_lists,
                     std::vector<NamedCa> cluster_cas, JudgeOptions options)
    : trust_(std::move(trust)),
      has_lists_(has_lists),
      cluster_cas_(std::move(cluster_cas)),
      options_(std::move(options)) {}

absl::Status Inspector::Add(absl::string_view bytes, const std::string& source,
                            InspectAnswer* answer) const {
  return IsDer(bytes) ? AddDer(bytes, source, answer)
                      : AddPem(bytes, source, answer);
}

absl::Status Inspector::AddPem(absl::string_view text,
                               const std::string& source,
                               InspectAnswer* answer) const {
  const auto blocks = pki::DecodePem(text, source);
  if (!blocks.ok()) return blocks.status();
  std::vector<std::pair<pki::Certificate, std::string>> placed;
  std::vector<pki::Certificate> certificates;
  bool found = false;
  for (const pki::PemBlock& block : *blocks) {
    const std::string place = absl::StrCat(source, ":", block.line);
    absl::Status status;
    if (block.label == "CERTIFICATE") {
      auto certificate = pki::Certificate::FromDer(block.der, place);
      if (!certificate.ok()) return certificate.status();
      certificates.push_back(*certificate);
      placed.emplace_back(*std::move(certificate), place);
    } else if (absl::StrContains(block.label, "CERTIFICATE REQUEST")) {
      status = AddRequest(block.der, place, answer);
    } else if (block.label == "X509 CRL") {
      status = AddList(block.der, place, answer);
    } else if (absl::EndsWith(block.label, " KEY")) {
      *answer->add_keys() = DescribeKeyBlock(block, source);
    } else {
      continue;
    }
    if (!status.ok()) return status;
    found = true;
  }
  for (const auto& [certificate, place] : placed) {
    AddCertificate(certificate, certificates, place, answer);
  }
  return found ? absl::OkStatus() : Unrecognized(source);
}

// DER does not say what it is: whatever parses is.
absl::Status Inspector::AddDer(absl::string_view der, const std::string& source,
                               InspectAnswer* answer) const {
  const auto certificate = pki::Certificate::FromDer(der, source);
  if (certificate.ok()) {
    AddCertificate(*certificate, {}, source, answer);
    return absl::OkStatus();
  }
  if (AddRequest(der, source, answer).ok()) return absl::OkStatus();
  if (AddList(der, source, answer).ok()) return absl::OkStatus();
  return certificate.status();
}

void Inspector::AddCertificate(const pki::Certificate& certificate,
                               const std::vector<pki::Certificate>& others,
                               const std::string& source,
                               InspectAnswer* answer) const {
  CertificateAnswer& entry = *answer->add_certificates();
  entry.set_source(source);
  entry.set_version(certificate.version());
  entry.set_serialnumber(certificate.SerialHex());
  entry.set_serialnumberdecimal(certificate.SerialDecimal());
  entry.set_signaturealgorithm(certificate.signature_algorithm());
  entry.set_issuer(certificate.issuer().ToString());
  entry.set_subject(certificate.subject().ToString());
  entry.set_notbefore(FormatMoment(certificate.not_before()));
  entry.set_notafter(FormatMoment(certificate.not_after()));
  *entry.mutable_publickey() = DescribeKey(certificate.public_key());
  for (const ExtensionAnswer& extension :
       DescribeExtensions(certificate.extensions())) {
    *entry.add_extensions() = extension;
  }
  entry.set_signature(SignatureHex(certificate.der()));
  entry.set_sha256(Sha256Hex(certificate.sha256()));
  *entry.mutable_identity() =
      Identity(certificate.subject(), certificate.CredentialId());
  *entry.mutable_verdict() = Verdict(certificate, others);
  for (const std::string& note : NotesOn(certificate)) entry.add_notes(note);
}

VerdictAnswer Inspector::Verdict(
    const pki::Certificate& certificate,
    const std::vector<pki::Certificate>& others) const {
  VerdictAnswer answer;
  if (trust_) {
    answer =
        ToAnswer(Judge(certificate, others, *trust_, options_), has_lists_);
  } else {
    answer.set_accepted("unknown");
    answer.set_revoked("unknown");
  }
  for (const NamedCa& ca : cluster_cas_) {
    if (certificate.issuer() == ca.certificate.subject() &&
        certificate.SignedBy(ca.certificate.public_key())) {
      answer.set_signedby(ca.path);
      break;
    }
  }
  return answer;
}

absl::Status Inspector::AddRequest(absl::string_view der,
                                   const std::string& source,
                                   InspectAnswer* answer) const {
  const auto request = pki::CertificateRequest::FromDer(der, source);
  if (!request.ok()) return request.status();
  RequestAnswer& entry = *answer->add_certificaterequests();
  entry.set_source(source);
  entry.set_subject(request->subject().ToString());
  *entry.mutable_publickey() = DescribeKey(request->public_key());
  for (const ExtensionAnswer& extension :
       DescribeRequested(request->extensions(), request->subject_alt_names())) {
    *entry.add_requestedextensions() = extension;
  }
  *entry.mutable_identity() = Identity(request->subject(), "");
  if (absl::c_linear_search(request->subject().organizations(),
                            kMastersGroup)) {
    entry.add_notes(
        "Asks for system:masters, which kubernetes.io/kube-apiserver-client "
        "refuses.");
  }
  return absl::OkStatus();
}

absl::Status Inspector::AddList(absl::string_view der,
                                const std::string& source,
                                InspectAnswer* answer) const {
  const auto crl = pki::Crl::FromDer(der, source);
  if (!crl.ok()) return crl.status();
  const pki::CrlInfo& info = crl->info();
  RevocationListAnswer& entry = *answer->add_revocationlists();
  entry.set_source(source);
  entry.set_version(info.version);
  entry.set_issuer(info.issuer.ToString());
  if (info.number) entry.set_number(Number(*info.number));
  if (info.delta_base) entry.set_deltabase(Number(*info.delta_base));
  entry.set_thisupdate(FormatMoment(info.this_update));
  entry.set_nextupdate(FormatMoment(info.next_update));
  entry.set_stale(info.next_update < options_.now);
  for (const std::string& part : ScopeOf(info)) entry.add_scope(part);
  entry.set_entrycount(static_cast<int>(info.entry_count));
  AddEntries(*crl, &entry);
  entry.set_signaturevalid("unknown");
  if (trust_) {
    const auto verified =
        pki::VerifiedCrl::Create(*crl, trust_->anchors->anchors());
    entry.set_signaturevalid(verified.ok() ? "yes" : "no");
    entry.set_signatureerror(std::string(verified.status().message()));
  }
  return absl::OkStatus();
}

}  // namespace gatehouse::cli

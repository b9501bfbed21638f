// The cases that need a CA: what is signed, and what the certificate says.
#include <arpa/inet.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "conformance/authn/csr_signers.h"
#include "pki/ca/ca.h"
#include "pki/ca/certificate_request.h"
#include "pki/certificate.h"
#include "pki/distinguished_name.h"
#include "pki/extensions.h"
#include "pki/private_key.h"
#include "pki/signers/csr_conditions.h"
#include "pki/signers/signer_names.h"
#include "pki/signers/signers.h"
#include "pki/signers/signing_policy.h"

namespace gatehouse::conformance {
namespace {

using pki::Certificate;
using pki::CertificateAuthority;
using pki::CertificateRequest;
using pki::SigningController;

absl::Time Now() { return absl::FromUnixSeconds(1800000000); }

absl::StatusOr<pki::PrivateKey> MakeKey(absl::string_view kind) {
  if (kind == "EC") {
    return pki::PrivateKey::Generate(pki::KeyAlgorithm::kEcdsaP256);
  }
  if (kind == "RSA") {
    return pki::PrivateKey::Generate(pki::KeyAlgorithm::kRsa2048);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("keys of the kind \"", kind, "\" are not known"));
}

// Makes a CA that began an hour ago and ends in `remaining`.
absl::StatusOr<CertificateAuthority> MakeCa(absl::Duration remaining) {
  absl::StatusOr<pki::PrivateKey> key = MakeKey("EC");
  if (!key.ok()) return key.status();
  return CertificateAuthority::SelfSigned("the CA", *std::move(key),
                                          Now() - absl::Hours(1),
                                          absl::Hours(1) + remaining);
}

absl::StatusOr<CertificateRequest> MakeRequest(
    absl::string_view key_kind, const pki::DistinguishedName& subject) {
  const absl::StatusOr<pki::PrivateKey> key = MakeKey(key_kind);
  if (!key.ok()) return key.status();
  return CertificateRequest::Create(*key, subject);
}

std::string SubjectText(const std::string& common_name,
                        const std::vector<std::string>& organizations) {
  return absl::StrCat("CN=", common_name,
                      " O=", absl::StrJoin(organizations, ","));
}

std::string SubjectText(const pki::DistinguishedName& name) {
  return SubjectText(name.common_name(), name.organizations());
}

std::string SubjectText(Fields subject) {
  return SubjectText(subject.Text("cn"), subject.Texts("organizations"));
}

std::string NamesText(const pki::GeneralNames& names,
                      const std::vector<std::string>& ips) {
  return absl::StrCat("DNS=", absl::StrJoin(names.dns, ","),
                      " IP=", absl::StrJoin(ips, ","),
                      " email=", absl::StrJoin(names.emails, ","),
                      " URI=", absl::StrJoin(names.uris, ","));
}

std::string NamesText(const pki::GeneralNames& names) {
  std::vector<std::string> ips;
  for (const std::string& ip : names.ips) {
    char text[INET6_ADDRSTRLEN] = "";
    inet_ntop(ip.size() == 4 ? AF_INET : AF_INET6, ip.data(), text,
              sizeof(text));
    ips.emplace_back(text);
  }
  return NamesText(names, ips);
}

std::string NamesText(Fields sans) {
  pki::GeneralNames names;
  names.dns = sans.Texts("dns");
  names.emails = sans.Texts("email");
  names.uris = sans.Texts("uri");
  return NamesText(names, sans.Texts("ip"));
}

// Compares what must hold of every certificate that was signed: it is the
// request's subject, names and key, under the CA.
void CompareWithRequest(const std::string& pem,
                        const CertificateRequest& request,
                        const CertificateAuthority& ca, Check& check) {
  const absl::StatusOr<std::vector<Certificate>> chain =
      Certificate::FromPem(pem);
  if (!chain.ok()) return check.Fail(std::string(chain.status().message()));
  const Certificate& leaf = chain->front();
  const pki::GeneralNames none;
  const auto& names = leaf.extensions().subject_alt_names;
  check.Same("subject", SubjectText(request.subject()),
             SubjectText(leaf.subject()));
  check.Same("sans", NamesText(request.subject_alt_names()),
             NamesText(names.has_value() ? *names : none));
  check.Same("key", request.public_key().ToString(),
             leaf.public_key().ToString());
  if (!(leaf.public_key() == request.public_key())) check.Fail("another key");
  if (!leaf.SignedBy(ca.certificate().public_key())) {
    check.Fail("not signed by the CA");
  }
}

const char* ResultName(SigningController::Result result) {
  switch (result) {
    case SigningController::Result::kIgnored:
      return "ignored";
    case SigningController::Result::kSigned:
      return "signed";
    case SigningController::Result::kFailed:
      return "failed_condition";
  }
  return "";
}

void CompareBasicConstraints(const pki::Extensions& extensions, Check& check) {
  if (!check.Expects("basic_constraints")) return;
  Fields expected = check.ExpectedObject("basic_constraints");
  const auto& got = extensions.basic_constraints;
  const auto text = [](bool value) { return value ? "true" : "false"; };
  check.Same("basic_constraints.present", text(expected.Bool("present")),
             text(got.has_value()));
  if (!got.has_value()) return;
  check.Same("basic_constraints.is_ca", text(expected.Bool("is_ca")),
             text(got->is_ca));
  const bool limited = expected.Has("path_len");
  const int length = expected.Number("path_len");
  check.Same(
      "basic_constraints.path_len", limited ? absl::StrCat(length) : "null",
      got->path_length.has_value() ? absl::StrCat(*got->path_length) : "null");
}

void CompareCertificate(const Certificate& got, const CertificateAuthority& ca,
                        Check& check) {
  const auto seconds = [](absl::Time time) {
    return static_cast<int>(absl::ToInt64Seconds(time - Now()));
  };
  const pki::Extensions& extensions = got.extensions();
  check.Number("version", got.version());
  check.Number("not_before_minus_now", seconds(got.not_before()));
  check.Number("not_after_minus_now", seconds(got.not_after()));
  check.Texts("key_usage", KeyUsageNames(extensions.key_usage.value_or(0)));
  check.Texts("ext_key_usage",
              ExtendedKeyUsageNames(extensions.extended_key_usages.value_or(
                  std::vector<std::string>())));
  CompareBasicConstraints(extensions, check);
  const bool by_ca = got.issuer() == ca.certificate().subject();
  check.Text("issuer", by_ca ? "CA subject" : got.issuer().ToString());
  const bool by_key = extensions.authority_key_id.has_value() &&
                      extensions.authority_key_id ==
                          ca.certificate().extensions().subject_key_id;
  check.Text("authority_key_id", by_key ? "CA subject key id" : "another");
  if (check.Expects("subject")) {
    check.Same("subject", SubjectText(check.ExpectedObject("subject")),
               SubjectText(got.subject()));
  }
}

// Returns whether two numbers are what randomness below 2^128 gives.
bool AreRandom128(absl::string_view a, absl::string_view b) {
  const auto fits = [](absl::string_view serial) {
    return (serial[0] & 0x80) == 0 &&
           (serial.size() <= 16 || (serial.size() == 17 && serial[0] == 0));
  };
  return a != b && fits(a) && fits(b);
}

// Signs `csr` with a new CA; fails the case if that is not possible.
absl::StatusOr<Certificate> SignWith(const SigningController& controller,
                                     k8s::CertificateSigningRequest csr) {
  const absl::StatusOr<SigningController::Result> result =
      controller.Handle(Now(), &csr);
  if (!result.ok()) return result.status();
  const absl::StatusOr<std::vector<Certificate>> chain =
      Certificate::FromPem(csr.status().certificate(), "status.certificate");
  if (!chain.ok()) return chain.status();
  return chain->front();
}

}  // namespace

void CheckSign(Check& check) {
  Fields& input = check.input();
  const std::string signer = input.Text("signer_controller");
  k8s::CertificateSigningRequest csr = DecodeCsr(input.Object("csr"));
  pki::SigningOptions options;
  options.max_lifetime = absl::Seconds(input.Number("max_ttl_seconds"));
  const std::string subject = SubjectText(input.Object("subject"));
  const std::string names = NamesText(input.Object("sans"));
  const auto request = CertificateRequest::FromPem(csr.spec().request());
  if (!request.ok()) {
    return check.Fail(absl::StrCat("request: ", request.status().message()));
  }
  check.Same("input.subject", subject, SubjectText(request->subject()));
  check.Same("input.sans", names, NamesText(request->subject_alt_names()));
  const absl::StatusOr<CertificateAuthority> ca = MakeCa(absl::Hours(24));
  if (!ca.ok()) return check.Fail(std::string(ca.status().message()));
  const absl::StatusOr<SigningController> controller =
      SigningController::Create(signer, *ca, options);
  if (!controller.ok()) return check.Text("result", "construction_error");
  const absl::StatusOr<SigningController::Result> result =
      controller->Handle(Now(), &csr);
  if (!result.ok()) return check.Fail(std::string(result.status().message()));
  check.Text("result", ResultName(*result));
  CompareCondition(csr, check);
  if (*result == SigningController::Result::kSigned) {
    CompareWithRequest(csr.status().certificate(), *request, *ca, check);
  }
}

void CheckCaPolicy(Check& check) {
  Fields& input = check.input();
  pki::SigningPolicy policy;
  policy.lifetime = absl::Seconds(input.Number("ttl_seconds"));
  policy.backdate = absl::Seconds(input.Number("backdate_seconds"));
  policy.short_lifetime = absl::Seconds(input.Number("short_seconds"));
  policy.usages = input.Texts("usages");
  const absl::StatusOr<CertificateAuthority> ca =
      MakeCa(absl::Seconds(input.Number("ca_not_after_minus_now")));
  const auto request =
      MakeRequest("EC", pki::DistinguishedName::ForUser("user", {}));
  if (!ca.ok() || !request.ok()) {
    return check.Fail(
        absl::StrCat(ca.status().message(), " ", request.status().message()));
  }
  const absl::StatusOr<pki::CertificateTemplate> wanted =
      pki::ApplySigningPolicy(policy, *request, ca->certificate().not_after(),
                              Now());
  const bool error_expected = check.Expects("error_prefix");
  const auto* prefix = check.Expected("error_prefix");
  if (!wanted.ok() || error_expected) {
    const absl::string_view got = wanted.status().message();
    const std::string want =
        prefix == nullptr ? "no error" : std::string(prefix->text());
    if (wanted.ok() || !absl::StartsWith(got, want)) {
      check.Same("error_prefix", want, got);
    }
    return;
  }
  const absl::StatusOr<Certificate> certificate =
      ca->Issue(request->public_key(), *wanted);
  if (!certificate.ok()) {
    return check.Fail(std::string(certificate.status().message()));
  }
  CompareCertificate(*certificate, *ca, check);
}

void CheckSignedFields(Check& check) {
  Fields& input = check.input();
  Fields subject = input.Object("csr_subject");
  const auto request =
      MakeRequest(input.Text("csr_key"),
                  pki::DistinguishedName::ForUser(
                      subject.Text("cn"), subject.Texts("organizations")));
  const absl::StatusOr<CertificateAuthority> ca = MakeCa(absl::Hours(24));
  if (!ca.ok() || !request.ok()) {
    return check.Fail(
        absl::StrCat(ca.status().message(), " ", request.status().message()));
  }
  k8s::CertificateSigningRequest csr;
  pki::AddCondition(pki::kApproved, "", "", Now(), &csr);
  k8s::CertificateSigningRequestSpec* spec = csr.mutable_spec();
  spec->set_signername(pki::kLegacyUnknownSigner);
  spec->set_request(request->ToPem());
  for (std::string& usage : input.Texts("usages")) {
    spec->add_usages(std::move(usage));
  }
  if (input.Has("expiration_seconds")) {
    spec->set_expirationseconds(input.Number("expiration_seconds"));
  }
  pki::SigningOptions options;
  options.max_lifetime = absl::Seconds(input.Number("max_ttl_seconds"));
  const absl::StatusOr<SigningController> controller =
      SigningController::Create(pki::kLegacyUnknownSigner, *ca, options);
  if (!controller.ok()) return check.Fail("no controller");
  const absl::StatusOr<Certificate> one = SignWith(*controller, csr);
  const absl::StatusOr<Certificate> two = SignWith(*controller, csr);
  if (!one.ok() || !two.ok()) {
    return check.Fail(std::string(one.status().message()));
  }
  CompareCertificate(*one, *ca, check);
  check.Text("serial", AreRandom128(one->serial(), two->serial())
                           ? "random, below 2^128"
                           : one->SerialHex());
}

}  // namespace gatehouse::conformance

// Client certificates: what they are to the authenticator, to the front proxy's
// verifier, and in error texts.
#include "authn/x509.h"

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "authn/authenticator.h"
#include "authn/x509_verifier.h"
#include "base/user_info.h"
#include "conformance/areas.h"
#include "conformance/authn/x509_inputs.h"
#include "conformance/authz/decode.h"
#include "conformance/check.h"
#include "pki/certificate.h"
#include "pki/distinguished_name.h"

namespace gatehouse::conformance {
namespace {

// Peer is a request that owns what the client presented.
struct Peer {
  Peer(Check& check, absl::Time now)
      : certificates(
            CertificatesNamed("peer_certificates", check.input(), check)) {
    for (const pki::Certificate& certificate : certificates) {
      ders.push_back(certificate.der());
    }
    request.tls = check.input().Bool("tls");
    request.peer_certificates = ders;
    request.now = now;
  }
  std::vector<pki::Certificate> certificates;
  std::vector<absl::string_view> ders;
  authn::Request request;
};

void CompareOutcome(const authn::Result& result, Check& check) {
  check.Bool("ok", result.authenticated());
  check.Bool("error", result.rejected());
  check.Contains("error_contains", result.error().message());
  check.Text("error_text", result.error().message());
}

std::string ExtraText(const UserInfo& user) {
  std::string text;
  for (const auto& [key, values] : user.extra) {
    for (const std::string& value : values) {
      absl::StrAppend(&text, key, "=", value, "\n");
    }
  }
  return text;
}

void CompareUser(const authn::Result& result, Check& check) {
  if (!check.Expects("user")) return;
  Fields expected = check.ExpectedAll();
  // Named by CompareOutcome.
  for (const char* key : {"ok", "error", "error_contains"}) expected.Take(key);
  const std::string compare = expected.Text("groups_compare");
  const absl::optional<UserInfo> want = DecodeUser(expected, "user");
  check.Same("user", want.has_value() ? "a user" : "none",
             result.authenticated() ? "a user" : "none");
  if (!want.has_value()) return;
  const UserInfo& got = result.authentication().user;
  check.Same("user.name", want->name, got.name);
  check.Same("user.uid", want->uid, got.uid);
  check.Same("user.extra", ExtraText(*want), ExtraText(got));
  if (compare.empty()) {
    check.Same("user.groups", want->groups, got.groups);
  } else if (compare == "as a set") {
    const std::set<std::string> want_set(want->groups.begin(),
                                         want->groups.end());
    const std::set<std::string> got_set(got.groups.begin(), got.groups.end());
    check.Same("user.groups", {want_set.begin(), want_set.end()},
               std::vector<std::string>(got_set.begin(), got_set.end()));
  } else {
    check.Fail(absl::StrCat("groups_compare: \"", compare, "\" is not known"));
  }
}

// Puts a configuration in effect, unless there is nothing in it.
template <typename Target>
void Apply(authn::X509Config config, Target& target, Check& check) {
  if (config.client_cas.empty()) return;
  const absl::Status status = target.Update(std::move(config));
  if (!status.ok()) check.Fail(std::string(status.message()));
}

void RunAuthenticator(Check& check) {
  check.input().Take("note");
  absl::Time now;
  authn::X509Authenticator authenticator;
  Apply(DecodeX509Config(check, &now), authenticator, check);
  const Peer peer(check, now);
  const authn::Result result = authenticator.Authenticate(peer.request);
  CompareOutcome(result, check);
  CompareUser(result, check);
}

class Inner : public authn::Authenticator {
 public:
  authn::Result Authenticate(const authn::Request&) const override {
    called = true;
    return authn::Authentication();
  }
  mutable bool called = false;
};

void RunVerifier(Check& check) {
  absl::Time now;
  authn::X509Config config = DecodeX509Config(check, &now);
  const auto allowed = check.input().Texts("allowed_common_names");
  for (authn::ClientCa& ca : config.client_cas) {
    ca.allowed.common_names = allowed;
  }
  const auto inner = std::make_shared<Inner>();
  authn::X509Verifier verifier(inner);
  Apply(std::move(config), verifier, check);
  const Peer peer(check, now);
  CompareOutcome(verifier.Authenticate(peer.request), check);
  check.Bool("inner_called", inner->called);
}

void RunIdentifier(Check& check) {
  const auto certificate =
      CertificateNamed(check.input().Text("certificate"), check);
  const std::string mutation = check.input().Text("mutation");
  if (!certificate.has_value()) return;
  if (mutation.empty()) {
    check.Text("identifier", certificate->Identifier());
    return;
  }
  absl::optional<std::string> serial = certificate->SerialDecimal();
  absl::optional<std::string> skid = certificate->extensions().subject_key_id;
  absl::optional<std::string> akid = certificate->extensions().authority_key_id;
  if (mutation == "nil serial") {
    serial.reset();
  } else if (mutation == "empty SKID") {
    skid.reset();
  } else if (mutation == "empty AKID") {
    akid.reset();
  } else {
    check.Fail(absl::StrCat("mutation: \"", mutation, "\" is not known"));
  }
  check.Text("identifier", pki::CertificateIdentifier(serial, skid, akid));
}

// Compares one entry of the file's certificates with how it is parsed.
void CompareCertificate(absl::string_view name, Fields entry,
                        Problems* problems) {
  const auto compare = [&](absl::string_view key, absl::string_view got) {
    if (!entry.Has(key)) return;
    const std::string want = entry.Text(key);
    if (want == got) return;
    problems->push_back(absl::StrCat("certificate ", name, ": ", key, ": want ",
                                     want, ", got ", got));
  };
  const auto parsed = pki::Certificate::FromPem(entry.Text("pem"), name);
  // For people; other programs write names in other ways.
  for (const char* key : {"subject", "issuer", "derived"}) entry.Take(key);
  if (!parsed.ok()) {
    problems->emplace_back(parsed.status().message());
    entry.TakeAll();
    return;
  }
  const pki::Certificate& certificate = parsed->front();
  const auto time = [](absl::Time value) {
    return absl::FormatTime(absl::RFC3339_full, value, absl::UTCTimeZone());
  };
  compare("not_before", time(certificate.not_before()));
  compare("not_after", time(certificate.not_after()));
  compare("signature_algorithm", certificate.signature_algorithm());
  const auto& digest = certificate.sha256();
  compare("sha256",
          absl::BytesToHexString(absl::string_view(
              reinterpret_cast<const char*>(digest.data()), digest.size())));
}

}  // namespace

void RunX509(Check& check) {
  const std::string& kind = check.context().kind;
  if (kind == "x509") return RunAuthenticator(check);
  if (kind == "verifier") return RunVerifier(check);
  if (kind == "certificate_identifier") return RunIdentifier(check);
  check.Fail(absl::StrCat("the authenticator \"", kind, "\" is not known"));
}

void CompareX509Certificates(const objects::Node& root, FileReport* report) {
  Problems problems;
  {
    Fields file(&root, "", &problems);
    file.TakeAll();
    if (file.Has("subject_uid_oid") &&
        file.Text("subject_uid_oid") != pki::kUserUidOid) {
      problems.push_back(
          absl::StrCat("subject_uid_oid: got ", pki::kUserUidOid));
    }
    Fields certificates = file.Object("certificates");
    for (const objects::MapEntry& entry : certificates.TakeAll()) {
      CompareCertificate(entry.key.text(),
                         certificates.Object(entry.key.text()), &problems);
    }
  }
  for (const std::string& problem : problems) report->AddProblem(problem);
}

}  // namespace gatehouse::conformance

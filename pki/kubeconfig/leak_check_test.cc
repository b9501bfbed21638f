#include "pki/kubeconfig/leak_check.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "pki/certificate.h"
#include "pki/testing/certificate_builder.h"

namespace gatehouse::pki {
namespace {

using testing::TestKey;

const absl::Time kNow = absl::FromUnixSeconds(1767225600);  // 2026-01-01.

constexpr char kBootstrap[] = "07401b.f395accd246ae52d";

testing::TestCertificate User(absl::string_view name,
                              absl::string_view group = "") {
  const testing::TestCertificate ca = testing::TestCa("ca");
  testing::TestCertificate user = testing::Leaf(name, ca);
  user.key = TestKey::P256(name);
  std::vector<testing::TestAttribute> subject;
  if (!group.empty()) subject.push_back({"2.5.4.10", std::string(group)});
  subject.push_back({"2.5.4.3", std::string(name)});
  user.subject = testing::NameDer(subject);
  user.not_after = kNow + absl::Hours(24);
  return user;
}

std::string CertificatePem(const testing::TestCertificate& certificate) {
  return certificate.Build().ToPem();
}

std::string KeyPem(absl::string_view name) {
  return TestKey::P256(name).PrivatePem();
}

std::string Jwt(absl::string_view claims,
                absl::string_view header = R"({"alg":"RS256","kid":"k"})") {
  return absl::StrCat(absl::WebSafeBase64Escape(header), ".",
                      absl::WebSafeBase64Escape(claims), ".",
                      absl::WebSafeBase64Escape("a signature"));
}

std::string Indented(absl::string_view text, absl::string_view by) {
  return absl::StrReplaceAll(absl::StrCat(by, text),
                             {{"\n", absl::StrCat("\n", by)}});
}

// Returns the findings, each as people see it, one per line.
std::string Found(absl::string_view text, absl::Time now = kNow) {
  const absl::StatusOr<LeakReport> report = CheckForLeaks(text, "f", now);
  EXPECT_TRUE(report.ok()) << report.status();
  std::string found;
  for (const LeakFinding& finding : report->findings) {
    absl::StrAppend(&found, ToString(finding), "\n");
  }
  return found;
}

// Returns "f:<line>: ", the place of the nth private key. Signatures differ in
// length, and so do certificates.
std::string KeyPlace(absl::string_view text, int nth = 1) {
  size_t at = 0;
  for (; nth > 0; --nth) at = text.find("-----BEGIN PRIVATE", at + 1);
  return absl::StrCat(
      "f:", 1 + std::count(text.begin(), text.begin() + at, '\n'), ": ");
}

constexpr char kVerified[] = " (claims read, signature not verified)\n";

TEST(LeakCheckTest, Pem) {
  const std::string john = CertificatePem(User("john", "examplegroup"));
  const std::string john_key = KeyPem("john");
  const std::string mary_key = KeyPem("mary");
  const std::string of_john =
      "client certificate and key of \"john\", groups \"examplegroup\": live "
      "until 2026-01-02T00:00:00Z\n";
  const std::string damaged = absl::StrReplaceAll(john_key, {{"\nM", "\n!"}});
  const std::string pair = absl::StrCat(john, john_key);
  const std::string other = absl::StrCat(john, mary_key);
  const std::string three =
      absl::StrCat(john, "\n\ntext\n", mary_key, john_key);
  const struct {
    std::string text;
    std::string found;
  } kCases[] = {
      {"", ""},
      {"nothing here\n", ""},
      {john, ""},
      {mary_key, "f:1: private key: live\n"},
      {pair, absl::StrCat(KeyPlace(pair), of_john)},
      {absl::StrCat(john_key, john), absl::StrCat("f:1: ", of_john)},
      {other, absl::StrCat(KeyPlace(other), "private key: live\n")},
      {three, absl::StrCat(KeyPlace(three), "private key: live\n",
                           KeyPlace(three, 2), of_john)},
      // The same key again is no second finding.
      {absl::StrCat(mary_key, mary_key), "f:1: private key: live\n"},
      {absl::StrCat(mary_key, Indented(mary_key, "    ")),
       "f:1: private key: live\n"},
      // As YAML has it, as JSON has it, and with Windows' line ends.
      {absl::StrCat("key: |\n", Indented(mary_key, "  ")),
       "f:2: private key: live\n"},
      {absl::StrCat("{\"private_key\": \"",
                    absl::StrReplaceAll(mary_key, {{"\n", "\\n"}}), "\"}"),
       "f:1: private key: live\n"},
      {absl::StrReplaceAll(mary_key, {{"\n", "\r\n"}}),
       "f:1: private key: live\n"},
      // Damaged, encrypted, cut off, of a kind that is not known.
      {damaged, "f:1: private key: live (cannot be read)\n"},
      {mary_key.substr(0, 60), "f:1: private key: live (cannot be read)\n"},
      {"-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n"
       "-----END ENCRYPTED PRIVATE KEY-----\n",
       "f:1: private key: live (encrypted)\n"},
      {"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n"
       "DEK-Info: AES-256-CBC,00\n\nMAA=\n-----END RSA PRIVATE KEY-----\n",
       "f:1: private key: live (encrypted)\n"},
      {"-----BEGIN OPENSSH PRIVATE KEY-----\nMAA=\n"
       "-----END OPENSSH PRIVATE KEY-----\n",
       "f:1: private key: live (cannot be read)\n"},
      {"-----BEGIN PUBLIC KEY-----\nMAA=\n-----END PUBLIC KEY-----\n", ""},
      {"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n", ""},
      {"-----BEGIN ", ""},
  };
  for (const auto& c : kCases) EXPECT_EQ(Found(c.text), c.found) << c.text;
}

TEST(LeakCheckTest, TimeDecides) {
  testing::TestCertificate john = User("john");
  john.not_before = kNow;
  const std::string text = absl::StrCat(CertificatePem(john), KeyPem("john"));
  const std::string token =
      Jwt(R"({"sub":"j","nbf":1767225600,"exp":1767312000})");
  const std::string prefix = "client certificate and key of \"john\": ";
  const struct {
    absl::Duration at;
    std::string verdict;
  } kCases[] = {
      {-absl::Seconds(1), "not yet valid until 2026-01-02T00:00:00Z"},
      {absl::ZeroDuration(), "live until 2026-01-02T00:00:00Z"},
      {absl::Hours(24), "live until 2026-01-02T00:00:00Z"},
      {absl::Hours(24) + absl::Seconds(1),
       "expired since 2026-01-02T00:00:00Z"},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(Found(text, kNow + c.at),
              absl::StrCat(KeyPlace(text), prefix, c.verdict, "\n"));
    EXPECT_EQ(
        Found(token, kNow + c.at),
        absl::StrCat("f:1: bearer token of \"j\": ", c.verdict, kVerified));
  }
}

TEST(LeakCheckTest, EveryCertificateOfAKeyCounts) {
  testing::TestCertificate renewed = User("john");
  renewed.not_after = kNow + absl::Hours(48);
  testing::TestCertificate old = User("john");
  old.not_after = kNow - absl::Hours(24);
  const std::string found = Found(absl::StrCat(
      KeyPem("john"), CertificatePem(old), CertificatePem(renewed)));
  EXPECT_EQ(found,
            "f:1: client certificate and key of \"john\": expired since "
            "2025-12-31T00:00:00Z\n"
            "f:1: client certificate and key of \"john\": live until "
            "2026-01-03T00:00:00Z\n");
}

TEST(LeakCheckTest, ACasKeyIsNamed) {
  const testing::TestCertificate ca = testing::TestCa("kubernetes");
  const std::string found =
      Found(absl::StrCat(CertificatePem(ca), ca.key.PrivatePem()));
  EXPECT_TRUE(absl::StrContains(found, "of \"kubernetes\"")) << found;
  EXPECT_TRUE(absl::StrContains(found, "a CA's key")) << found;
}

TEST(LeakCheckTest, Tokens) {
  const std::string token =
      Jwt(R"({"sub":"system:serviceaccount:ns:sa","exp":1798761600})");
  const std::string of_sa = absl::StrCat(
      "bearer token of \"system:serviceaccount:ns:sa\": live until "
      "2027-01-01T00:00:00Z",
      kVerified);
  const std::string bootstrap =
      "bootstrap token of \"system:bootstrap:07401b\", groups "
      "\"system:bootstrappers\": live\n";
  const struct {
    std::string text;
    std::string found;
  } kCases[] = {
      {token, absl::StrCat("f:1: ", of_sa)},
      {absl::StrCat("\n\nAuthorization: Bearer ", token, "\n"),
       absl::StrCat("f:3: ", of_sa)},
      {absl::StrCat("curl 'https://x/?access_token=", token, "&x=1'"),
       absl::StrCat("f:1: ", of_sa)},
      {absl::StrCat("\"", token, "\""), absl::StrCat("f:1: ", of_sa)},
      {absl::StrCat(token, " ", token), absl::StrCat("f:1: ", of_sa)},
      {absl::StrCat(token, "."), absl::StrCat("f:1: ", of_sa)},
      {Jwt("{}"), absl::StrCat("f:1: bearer token: live", kVerified)},
      {Jwt(R"({"sub":"j","groups":["a","b"],"exp":1})"),
       absl::StrCat("f:1: bearer token of \"j\", groups \"a\", \"b\": expired "
                    "since 1970-01-01T00:00:01Z",
                    kVerified)},
      {Jwt(R"({"sub":1,"groups":"a","exp":"never"})"),
       absl::StrCat("f:1: bearer token: live", kVerified)},
      {Jwt(R"({"sub":"j","exp":1e300})"),
       absl::StrCat("f:1: bearer token of \"j\": live", kVerified)},
      {Jwt(R"({"sub":"a\nforged: line"})"),
       absl::StrCat("f:1: bearer token of \"a\\nforged: line\": live",
                    kVerified)},
      // No tokens: no alg, no JSON, no payload.
      {Jwt("{}", R"({"typ":"JWT"})"), ""},
      {Jwt("[]"), ""},
      {"eyJhbGciOiJub25lIn0", ""},
      {"eyJhbGciOiJub25lIn0.", ""},
      {"eyJhbGciOiJub25lIn0.e30", ""},
      {"eyJhbGciOiJub25lIn0.e30.",
       absl::StrCat("f:1: bearer token: live", kVerified)},
      {"xeyJhbGciOiJub25lIn0.e30.", ""},
      // kubeadm's tokens.
      {kBootstrap, absl::StrCat("f:1: ", bootstrap)},
      {absl::StrCat("kubeadm join --token ", kBootstrap, " \\\n"),
       absl::StrCat("f:1: ", bootstrap)},
      {absl::StrCat("--token=", kBootstrap), absl::StrCat("f:1: ", bootstrap)},
      {absl::StrCat("x", kBootstrap), ""},
      {absl::StrCat(kBootstrap, "x"), ""},
      {absl::StrCat(kBootstrap, ".x"), ""},
      {"07401B.f395accd246ae52d", ""},
      {"github.continuousthings", ""},
  };
  for (const auto& c : kCases) EXPECT_EQ(Found(c.text), c.found) << c.text;
}

TEST(LeakCheckTest, Base64) {
  const std::string key = KeyPem("mary");
  const std::string token = Jwt(R"({"sub":"j"})");
  const std::string config = absl::StrCat(
      "apiVersion: v1\nusers:\n- name: u\n  user: {token: ", token, "}\n");
  const std::string once = absl::Base64Escape(key);
  const struct {
    std::string text;
    std::string found;
  } kCases[] = {
      {absl::StrCat("data:\n  tls.key: ", once, "\n"),
       "f:2: private key: live\n"},
      {absl::StrCat("data:\n  token: ", absl::Base64Escape(token), "\n"),
       absl::StrCat("f:2: bearer token of \"j\": live", kVerified)},
      {absl::StrCat("data:\n  conf: ", absl::Base64Escape(config), "\n"),
       absl::StrCat("f:2: bearer token of \"j\": live", kVerified)},
      {absl::Base64Escape(absl::StrCat("apiVersion: v1\nk: ", once)),
       "f:1: private key: live\n"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Found(c.text), c.found) << c.text;
}

TEST(LeakCheckTest, Kubeconfig) {
  const std::string text = absl::StrCat(
      "apiVersion: v1\nkind: Config\nusers:\n- name: admin\n  user:\n",
      "    client-certificate-data: ",
      absl::Base64Escape(
          CertificatePem(User("kubernetes-admin", "system:masters"))),
      "\n    client-key-data: ", absl::Base64Escape(KeyPem("kubernetes-admin")),
      "\n- name: opaque\n  user:\n    token: s3cr3t-t0k3n\n",
      "- name: jwt\n  user:\n    token: ", Jwt(R"({"sub":"sa"})"),
      "\n- name: join\n  user:\n    token: ", kBootstrap,
      "\n- name: basic\n  user:\n    username: mary\n    password: hunter22\n",
      "- name: oidc\n  user:\n    auth-provider:\n      config:\n",
      "        client-id: id\n        refresh-token: r3fr3sh\n      name: "
      "oidc\n",
      "- name: exec\n  user:\n    exec:\n      command: get\n      env:\n",
      "      - name: T\n        value: ", Jwt(R"({"sub":"env"})"),
      "\n- name: files\n  user:\n    client-certificate: /c.crt\n",
      "    client-key: /c.key\n    tokenFile: /token\n",
      "- name: damaged\n  user:\n    client-key-data: bm90aGluZw==\n",
      "- name: empty\n  user: {token: '', password: ''}\n- name: none\n");
  EXPECT_EQ(
      Found(text),
      absl::StrCat(
          "f:7: client certificate and key of \"kubernetes-admin\", groups "
          "\"system:masters\", as user \"admin\": live until "
          "2026-01-02T00:00:00Z\n",
          "f:10: bearer token, as user \"opaque\": live (token, opaque: whose "
          "it is and until when, its issuer knows)\n",
          "f:13: bearer token of \"sa\", as user \"jwt\": live", kVerified,
          "f:16: bootstrap token of \"system:bootstrap:07401b\", groups "
          "\"system:bootstrappers\", as user \"join\": live\n",
          "f:20: password of \"mary\", as user \"basic\": live\n",
          "f:26: bearer token, as user \"oidc\": live (refresh-token, opaque: "
          "whose it is and until when, its issuer knows)\n",
          "f:34: bearer token of \"env\": live", kVerified,
          "f:42: private key, as user \"damaged\": live (cannot be read)\n"));
  const absl::StatusOr<LeakReport> report = CheckForLeaks(text, "f", kNow);
  EXPECT_EQ(report->referenced_files,
            (std::vector<std::string>{"/c.key", "/token"}));
  for (const LeakFinding& finding : report->findings) {
    const std::string all =
        absl::StrCat(ToString(finding), finding.user, finding.entry,
                     absl::StrJoin(finding.groups, ","), finding.note);
    for (const char* secret :
         {"s3cr3t", "hunter22", "r3fr3sh", "f395acc", "eyJ", "LS0t", "bm90"}) {
      EXPECT_FALSE(absl::StrContains(all, secret)) << all;
    }
  }
}

TEST(LeakCheckTest, KubeconfigInJsonAndInSeveralDocuments) {
  const std::string json =
      R"({"users": [{"name": "u", "user": {"token": "opaque-1"}}]})";
  EXPECT_TRUE(absl::StrContains(Found(json), "f:1: bearer token, as user"));
  const std::string several =
      "users:\n- name: a\n  user: {token: opaque-1}\n---\n"
      "users:\n- name: b\n  user: {password: opaque-2}\n";
  const std::string found = Found(several);
  EXPECT_TRUE(absl::StrContains(found, "f:3: bearer token, as user \"a\""))
      << found;
  EXPECT_TRUE(absl::StrContains(found, "f:7: password, as user \"b\""))
      << found;
  // What stands after a broken document is text still.
  const std::string broken = absl::StrCat(
      "users:\n- name: a\n  user: {token: opaque-1}\n---\n]\n", kBootstrap);
  EXPECT_TRUE(absl::StrContains(Found(broken), "f:6: bootstrap token"));
}

TEST(LeakCheckTest, OddShapesAreNoKubeconfig) {
  for (const char* text :
       {"users", "users: x", "users: [x]", "users: [{user: x}]",
        "users: [{user: {token: 1, client-key-data: [x], password: {}}}]",
        "users: [{user: {auth-provider: x}}]",
        "users: [{user: {auth-provider: {config: x}}}]",
        "users: [{user: {auth-provider: {config: {id-token: 1}}}}]"}) {
    EXPECT_EQ(Found(text), "") << text;
  }
}

TEST(LeakCheckTest, CeilingsHold) {
  EXPECT_EQ(ReasonOf(CheckForLeaks(std::string((size_t{64} << 20) + 1, 'x'),
                                   "f", kNow)
                         .status()),
            Reason::kTooLarge);
  std::string tokens;
  for (int i = 100000; i < 111000; ++i) {
    absl::StrAppend(&tokens, i, ".f395accd246ae52d\n");
  }
  const absl::Status status = CheckForLeaks(tokens, "f", kNow).status();
  EXPECT_EQ(ReasonOf(status), Reason::kTooLarge);
  EXPECT_TRUE(absl::StrContains(status.message(), "more than 10000")) << status;
  // Many beginnings cost time in proportion.
  std::string beginnings;
  for (int i = 0; i < 200000; ++i) beginnings += "-----BEGIN CERTIFICATE-----";
  EXPECT_EQ(Found(beginnings), "");
  // Base64 in base64, deeper than anyone looks.
  std::string nested = KeyPem("mary");
  for (int i = 0; i < 6; ++i) {
    nested = absl::Base64Escape(absl::StrCat("apiVersion: v1\nk: ", nested));
  }
  EXPECT_EQ(Found(nested), "");
}

TEST(LeakCheckTest, NamesOfKindsAndVerdicts) {
  EXPECT_EQ(CredentialKindName(CredentialKind::kClientCertificate),
            "client certificate and key");
  EXPECT_EQ(CredentialKindName(CredentialKind::kPrivateKey), "private key");
  EXPECT_EQ(CredentialKindName(CredentialKind::kBearerToken), "bearer token");
  EXPECT_EQ(CredentialKindName(CredentialKind::kBasicPassword), "password");
  EXPECT_EQ(CredentialKindName(CredentialKind::kBootstrapToken),
            "bootstrap token");
  EXPECT_EQ(CredentialVerdictName(CredentialVerdict::kLive), "live");
  EXPECT_EQ(CredentialVerdictName(CredentialVerdict::kExpired), "expired");
  EXPECT_EQ(CredentialVerdictName(CredentialVerdict::kNotYetValid),
            "not yet valid");
}

}  // namespace
}  // namespace gatehouse::pki

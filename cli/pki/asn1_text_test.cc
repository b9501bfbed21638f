#include "cli/pki/asn1_text.h"

#include <cstddef>
#include <iterator>
#include <string>
#include <vector>

#include "cli/pki/answers.pb.h"
#include "gtest/gtest.h"
#include "pki/extensions.h"
#include "pki/public_key.h"

namespace gatehouse::cli {
namespace {

using Strings = std::vector<std::string>;

TEST(Asn1TextTest, Hexadecimal) {
  EXPECT_EQ(Hex(std::string("\x00\x0a\xff", 3)), "000aff");
  EXPECT_EQ(WithColons("000aff"), "00:0a:ff");
  EXPECT_EQ(WithColons(""), "");
}

struct SignatureRow {
  std::string der;
  const char* hex;
};

// Nothing is read beyond the end, whatever the lengths say.
TEST(Asn1TextTest, Signatures) {
  const SignatureRow rows[] = {
      {std::string("\x30\x07\x02\x01\x01\x03\x02\x00\xab", 9), "ab"},
      {std::string("\x30\x81\x07\x02\x01\x01\x03\x02\x00\xab", 10), "ab"},
      {"", ""},
      {std::string("\x30", 1), ""},
      {std::string("\x30\x00", 2), ""},
      {std::string("\x30\x7f\x02", 3), ""},
      {std::string("\x30\x84\xff\xff\xff\xff", 6), ""},
      {std::string("\x30\x85\x00\x00\x00\x00\x00", 7), ""},
      {std::string("\x30\x82\x01", 3), ""},
      {std::string("\x30\x02\x03\x00", 4), ""},
  };
  for (const SignatureRow& row : rows) {
    SCOPED_TRACE(Hex(row.der));
    EXPECT_EQ(SignatureHex(row.der), row.hex);
  }
}

TEST(Asn1TextTest, Names) {
  pki::GeneralNames names;
  EXPECT_EQ(DescribeNames(names), Strings());
  names.dns = {"a.example", "*.b.example"};
  names.ips = {std::string("\x0a\x00\x00\x07", 4),
               std::string("\xfd\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
                           "\x00\x00\x00\x01",
                           16),
               std::string("\x0a\x00\x00\x00\xff\x00\x00\x00", 8), "odd"};
  names.emails = {"a@example.com"};
  names.uris = {"spiffe://example/a"};
  names.directory_names = {"not DER"};
  names.other_types = {"registeredID"};
  EXPECT_EQ(DescribeNames(names),
            (Strings{"DNS:a.example", "DNS:*.b.example", "IP Address:10.0.0.7",
                     "IP Address:fd00::1", "IP Address:10.0.0.0/255.0.0.0",
                     "IP Address:<6f6464>", "email:a@example.com",
                     "URI:spiffe://example/a", "DirName:<6e6f7420444552>",
                     "registeredID:<unsupported>"}));
}

struct ExtensionRow {
  const char* oid;
  const char* name;
  Strings values;
};

TEST(Asn1TextTest, Extensions) {
  pki::Extensions all;
  all.basic_constraints = pki::BasicConstraints{true, 3};
  all.key_usage = pki::kKeyCertSign | pki::kCrlSign | pki::kDecipherOnly;
  all.extended_key_usages = Strings{pki::kServerAuth, "1.2.3"};
  all.subject_key_id = "\x01\x02";
  all.authority_key_id = "\x03";
  all.crl_distribution_points = {"http://a/", "http://b/"};
  all.ocsp_servers = {"http://o/"};
  all.subject_alt_names.emplace().dns = {"a"};
  all.name_constraints.emplace().permitted.dns = {"a"};
  all.name_constraints->excluded.uris = {"b"};
  const ExtensionRow rows[] = {
      {"2.5.29.19", "X509v3 Basic Constraints", {"CA:TRUE, pathlen:3"}},
      {"2.5.29.15",
       "X509v3 Key Usage",
       {"Certificate Sign, CRL Sign, Decipher Only"}},
      {"2.5.29.37",
       "X509v3 Extended Key Usage",
       {"TLS Web Server Authentication, 1.2.3"}},
      {"2.5.29.14", "X509v3 Subject Key Identifier", {"01:02"}},
      {"2.5.29.35", "X509v3 Authority Key Identifier", {"03"}},
      {"2.5.29.31",
       "X509v3 CRL Distribution Points",
       {"URI:http://a/", "URI:http://b/"}},
      {"1.3.6.1.5.5.7.1.1",
       "Authority Information Access",
       {"OCSP - URI:http://o/"}},
      {"2.5.29.17", "X509v3 Subject Alternative Name", {"DNS:a"}},
      {"2.5.29.30",
       "X509v3 Name Constraints",
       {"Permitted: DNS:a", "Excluded: URI:b"}},
      {"2.5.29.32", "X509v3 Certificate Policies", {"30:00"}},
      {"1.2.3.4", "1.2.3.4", {"30:00"}},
  };
  for (const ExtensionRow& row : rows) {
    all.all.push_back(
        pki::Extension{row.oid, false, std::string("\x30\x00", 2)});
  }
  all.all.back().critical = true;
  const std::vector<ExtensionAnswer> answers = DescribeExtensions(all);
  ASSERT_EQ(answers.size(), std::size(rows));
  for (size_t i = 0; i < answers.size(); ++i) {
    SCOPED_TRACE(rows[i].oid);
    EXPECT_EQ(answers[i].oid(), rows[i].oid);
    EXPECT_EQ(answers[i].name(), rows[i].name);
    EXPECT_EQ(Strings(answers[i].values().begin(), answers[i].values().end()),
              rows[i].values);
    EXPECT_EQ(answers[i].critical(), i + 1 == answers.size());
  }
}

// Of a request only the names are understood.
TEST(Asn1TextTest, Requested) {
  pki::GeneralNames names;
  names.dns = {"a"};
  const auto answers =
      DescribeRequested({pki::Extension{"2.5.29.17", false, "x"},
                         pki::Extension{"2.5.29.15", true, "\x03"}},
                        names);
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_EQ(answers[0].values(0), "DNS:a");
  EXPECT_EQ(answers[1].name(), "X509v3 Key Usage");
  EXPECT_EQ(answers[1].values(0), "03");
}

TEST(Asn1TextTest, Keys) {
  // Made with `openssl genpkey -algorithm ed25519`.
  const auto key = pki::PublicKey::FromPem(
      "-----BEGIN PUBLIC KEY-----\n"
      "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
      "-----END PUBLIC KEY-----\n");
  ASSERT_TRUE(key.ok()) << key.status();
  const PublicKeyAnswer answer = DescribeKey(*key);
  EXPECT_EQ(answer.algorithm(), "Ed25519");
  EXPECT_EQ(answer.bits(),
            "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1");
  EXPECT_FALSE(answer.has_modulus());
  EXPECT_EQ(answer.sha256().size(), 64U);
}

}  // namespace
}  // namespace gatehouse::cli

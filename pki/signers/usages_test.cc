#include "pki/signers/usages.h"

#include <set>

#include "absl/strings/str_join.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pki/extensions.h"

namespace gatehouse::pki {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct UsageCase {
  const char* name;
  uint16_t key_usage;
  const char* oid;
};

TEST(UsagesTest, EachStandsForOneBitOrOneOid) {
  const UsageCase kCases[] = {
      {"signing", kDigitalSignature, ""},
      {"digital signature", kDigitalSignature, ""},
      {"content commitment", kContentCommitment, ""},
      {"key encipherment", kKeyEncipherment, ""},
      {"key agreement", kKeyAgreement, ""},
      {"data encipherment", kDataEncipherment, ""},
      {"cert sign", kKeyCertSign, ""},
      {"crl sign", kCrlSign, ""},
      {"encipher only", kEncipherOnly, ""},
      {"decipher only", kDecipherOnly, ""},
      {"any", 0, "2.5.29.37.0"},
      {"server auth", 0, "1.3.6.1.5.5.7.3.1"},
      {"client auth", 0, "1.3.6.1.5.5.7.3.2"},
      {"code signing", 0, "1.3.6.1.5.5.7.3.3"},
      {"email protection", 0, "1.3.6.1.5.5.7.3.4"},
      {"s/mime", 0, "1.3.6.1.5.5.7.3.4"},
      {"ipsec end system", 0, "1.3.6.1.5.5.7.3.5"},
      {"ipsec tunnel", 0, "1.3.6.1.5.5.7.3.6"},
      {"ipsec user", 0, "1.3.6.1.5.5.7.3.7"},
      {"timestamping", 0, "1.3.6.1.5.5.7.3.8"},
      {"ocsp signing", 0, "1.3.6.1.5.5.7.3.9"},
      {"microsoft sgc", 0, "1.3.6.1.4.1.311.10.3.3"},
      {"netscape sgc", 0, "2.16.840.1.113730.4.1"},
  };
  std::set<absl::string_view> names;
  for (const UsageCase& c : kCases) {
    names.insert(c.name);
    const Usage* usage = FindUsage(c.name);
    ASSERT_NE(usage, nullptr) << c.name;
    EXPECT_EQ(usage->key_usage, c.key_usage) << c.name;
    EXPECT_EQ(usage->oid, c.oid) << c.name;
    EXPECT_FALSE(usage->x509_name.empty()) << c.name;
    const auto x509 = UsagesToX509({std::string(c.name)});
    ASSERT_TRUE(x509.ok()) << x509.status();
    EXPECT_EQ(x509->key_usage, c.key_usage) << c.name;
    EXPECT_EQ(absl::StrJoin(x509->extended_key_usages, ","), c.oid) << c.name;
  }
  std::vector<absl::string_view> known;
  for (const Usage& usage : KnownUsages()) known.push_back(usage.name);
  EXPECT_EQ(std::vector<absl::string_view>(names.begin(), names.end()), known);
}

TEST(UsagesTest, AreNoOthers) {
  for (const char* name :
       {"", "Any", "client auth ", "clientAuth", "digital  signature"}) {
    EXPECT_EQ(FindUsage(name), nullptr) << name;
  }
}

TEST(UsagesTest, AreCollectedInKubernetesOrder) {
  const auto x509 =
      UsagesToX509({"netscape sgc", "signing", "client auth", "s/mime",
                    "key encipherment", "client auth", "email protection",
                    "digital signature", "server auth", "any"});
  ASSERT_TRUE(x509.ok()) << x509.status();
  EXPECT_EQ(x509->key_usage, kDigitalSignature | kKeyEncipherment);
  EXPECT_THAT(x509->extended_key_usages,
              ElementsAre(kAnyExtendedKeyUsage, kServerAuth, kClientAuth,
                          "1.3.6.1.5.5.7.3.4", "2.16.840.1.113730.4.1"));
  const auto none = UsagesToX509({});
  ASSERT_TRUE(none.ok());
  EXPECT_EQ(none->key_usage, 0);
  EXPECT_THAT(none->extended_key_usages, IsEmpty());
}

TEST(UsagesTest, SaysWhichAreUnknown) {
  const absl::Status status =
      UsagesToX509({"client auth", "a \"b\"", "signing", "c"}).status();
  EXPECT_EQ(ReasonOf(status), Reason::kInvalid);
  EXPECT_EQ(status.message(), R"(unrecognized usage values: ["a \"b\"" "c"])");
}

struct MlDsaCase {
  std::vector<std::string> usages;
  std::vector<std::string> want;  // The usages that are refused.
  bool signs;
};

TEST(UsagesTest, MlDsaKeysOnlySign) {
  const MlDsaCase kCases[] = {
      {{"digital signature"}, {}, true},
      {{"cert sign", "crl sign"}, {}, true},
      {{"content commitment", "server auth"}, {}, true},
      {{"client auth"}, {}, false},
      // The other name of the same bit does not count.
      {{"signing"}, {}, false},
      {{}, {}, false},
      {{"key encipherment", "crl sign"}, {"key encipherment"}, true},
      {{"key agreement", "encipher only", "decipher only", "key agreement",
        "data encipherment"},
       {"data encipherment", "decipher only", "encipher only", "key agreement"},
       false},
  };
  for (const MlDsaCase& c : kCases) {
    std::vector<std::string> want;
    for (const std::string& usage : c.want) {
      want.push_back("usage " + usage +
                     " cannot be used with an ML-DSA signed certificate "
                     "request");
    }
    if (!c.signs) {
      want.emplace_back(
          "usages must contain at least one of [cert sign content commitment "
          "crl sign digital signature]");
    }
    EXPECT_EQ(CheckMlDsaUsages(c.usages), want);
  }
}

}  // namespace
}  // namespace gatehouse::pki

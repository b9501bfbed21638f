#include "pki/signers/signing_policy.h"

#include <openssl/bytestring.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "pki/distinguished_name.h"
#include "pki/extensions.h"
#include "pki/internal/der.h"
#include "pki/signers/test_support.h"

namespace gatehouse::pki {
namespace {

struct LifetimeCase {
  absl::optional<int32_t> wish;
  int max;
  int want;
};

TEST(SigningPolicyTest, ChooseLifetime) {
  const LifetimeCase kCases[] = {
      {absl::nullopt, 3600, 3600},
      {absl::nullopt, 60, 60},
      {1800, 3600, 1800},
      {3600, 3600, 3600},
      {3601, 3600, 3600},
      {600, 3600, 600},
      {599, 3600, 600},
      {0, 3600, 600},
      {-1, 3600, 600},
      {std::numeric_limits<int32_t>::max(), 3600, 3600},
      {std::numeric_limits<int32_t>::min(), 3600, 600},
      // The least lifetime may be above the most.
      {200, 300, 600},
      {400, 300, 300},
  };
  for (const LifetimeCase& c : kCases) {
    EXPECT_EQ(ChooseLifetime(c.wish, absl::Seconds(c.max)),
              absl::Seconds(c.want))
        << c.wish.value_or(-7) << " of " << c.max;
  }
}

struct DateCase {
  int lifetime;
  int backdate;
  int short_lifetime;
  int ca_ends;
  // Against now; or the beginning of an error.
  int not_before;
  int not_after;
  const char* error = "";
};

TEST(SigningPolicyTest, Dates) {
  constexpr char kExpired[] = "the signer has expired: NotAfter=";
  constexpr char kPast[] =
      "refusing to sign a certificate that expired in the past: NotAfter=";
  const DateCase kCases[] = {
      {3600, 300, 28800, 99999, -300, 3600},
      {28799, 300, 28800, 99999, -300, 28799},
      {28800, 300, 28800, 99999, -300, 28500},
      {50000, 300, 28800, 99999, -300, 49700},
      {3600, 0, 0, 99999, 0, 3600},
      // It may even end before now.
      {60, 300, 0, 99999, -300, -240},
      // The CA's end.
      {3600, 300, 28800, 3601, -300, 3600},
      {3600, 300, 28800, 3599, -300, 3599},
      {3600, 300, 28800, 1, -300, 1},
      {3600, 300, 28800, 0, 0, 0, kPast},
      {3600, 300, 28800, -299, 0, 0, kPast},
      {3600, 300, 28800, -300, 0, 0, kExpired},
      {3600, 0, 0, 0, 0, 0, kExpired},
  };
  const CertificateRequest request = MakeRequest("john", {});
  for (const DateCase& c : kCases) {
    SigningPolicy policy;
    policy.lifetime = absl::Seconds(c.lifetime);
    policy.backdate = absl::Seconds(c.backdate);
    policy.short_lifetime = absl::Seconds(c.short_lifetime);
    const auto got = ApplySigningPolicy(
        policy, request, TestNow() + absl::Seconds(c.ca_ends), TestNow());
    if (c.error[0] != '\0') {
      const std::string end = absl::FormatTime(
          "%Y-%m-%d %H:%M:%S +0000 UTC", TestNow() + absl::Seconds(c.ca_ends),
          absl::UTCTimeZone());
      EXPECT_EQ(got.status().message(), c.error + end);
      EXPECT_EQ(ReasonOf(got.status()), Reason::kExpired);
      continue;
    }
    ASSERT_TRUE(got.ok()) << got.status();
    EXPECT_EQ(got->not_before, TestNow() + absl::Seconds(c.not_before));
    EXPECT_EQ(got->not_after, TestNow() + absl::Seconds(c.not_after));
  }
}

TEST(SigningPolicyTest, DefaultsAreKubernetes) {
  const SigningPolicy policy;
  EXPECT_EQ(policy.lifetime, absl::Hours(8760));
  EXPECT_EQ(policy.backdate, absl::Minutes(5));
  EXPECT_EQ(policy.short_lifetime, absl::Hours(8));
}

TEST(SigningPolicyTest, UsagesComeFromThePolicy) {
  SigningPolicy policy;
  policy.usages = {"signing", "client auth"};
  auto got = ApplySigningPolicy(policy, MakeRequest("john", {}),
                                absl::InfiniteFuture(), TestNow());
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(got->key_usage, kDigitalSignature);
  EXPECT_EQ(got->extended_key_usages, std::vector<std::string>{kClientAuth});
  EXPECT_FALSE(got->basic_constraints.is_ca);
  EXPECT_FALSE(got->name_constraints.has_value());
  policy.usages = {"root"};
  got = ApplySigningPolicy(policy, MakeRequest("john", {}),
                           absl::InfinitePast(), TestNow());
  EXPECT_EQ(got.status().message(), "unrecognized usage values: [\"root\"]");
}

TEST(SigningPolicyTest, NamesOfFourKindsAreKept) {
  GeneralNames names;
  names.dns = {"a.example", "b.example"};
  names.ips = {std::string("\x0a\0\0\x01", 4)};
  names.emails = {"a@example.com"};
  names.uris = {"spiffe://example.com/a"};
  const auto got =
      ApplySigningPolicy(SigningPolicy(), MakeRequest("john", {}, names),
                         absl::InfiniteFuture(), TestNow());
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(got->subject_alt_names.dns, names.dns);
  EXPECT_EQ(got->subject_alt_names.ips, names.ips);
  EXPECT_EQ(got->subject_alt_names.emails, names.emails);
  EXPECT_EQ(got->subject_alt_names.uris, names.uris);
}

struct Attribute {
  const char* oid;
  const char* value;
  unsigned tag = CBS_ASN1_UTF8STRING;
};

DistinguishedName NameOf(const std::vector<Attribute>& attributes) {
  const auto write = [&](CBB* name) {
    for (const Attribute& a : attributes) {
      const auto pair = [&](CBB* out) {
        return internal::WriteOid(out, a.oid) &&
               internal::WriteElement(out, a.tag, a.value);
      };
      const auto set = [&](CBB* out) {
        return internal::WriteConstructed(out, CBS_ASN1_SEQUENCE, pair);
      };
      if (!internal::WriteConstructed(name, CBS_ASN1_SET, set)) return false;
    }
    return true;
  };
  return DistinguishedName::FromDer(internal::BuildDer([&](CBB* out) {
           return internal::WriteConstructed(out, CBS_ASN1_SEQUENCE, write);
         }))
      .value();
}

struct SubjectCase {
  std::vector<Attribute> requested;
  std::string want;  // "oid=value" in order.
};

TEST(SigningPolicyTest, SubjectIsWhatGoKeeps) {
  const SubjectCase kCases[] = {
      {{}, ""},
      {{{kCommonNameOid, "john"}, {kOrganizationOid, "dev"}},
       "2.5.4.10=dev 2.5.4.3=john"},
      {{{kOrganizationOid, "b"}, {kOrganizationOid, "a"}},
       "2.5.4.10=b 2.5.4.10=a"},
      // The last one, which is also the one that names the user.
      {{{kCommonNameOid, "john"}, {kCommonNameOid, "mary"}}, "2.5.4.3=mary"},
      {{{"2.5.4.5", "1"}, {"2.5.4.5", "2"}}, "2.5.4.5=2"},
      {{{"2.5.4.17", "p"},
        {"2.5.4.9", "street"},
        {"2.5.4.8", "ST"},
        {"2.5.4.7", "L"},
        {kOrganizationalUnitOid, "ou"},
        {"2.5.4.6", "DE", CBS_ASN1_PRINTABLESTRING}},
       "2.5.4.6=DE 2.5.4.11=ou 2.5.4.7=L 2.5.4.8=ST 2.5.4.9=street "
       "2.5.4.17=p"},
      // Nobody chooses their own UID, in Kubernetes' attribute or another.
      {{{kCommonNameOid, "john"}, {kUserUidOid, "1"}}, "2.5.4.3=john"},
      {{{kCommonNameOid, "john"}, {"0.9.2342.19200300.100.1.1", "1"}},
       "2.5.4.3=john"},
      {{{kCommonNameOid, "j\xc3\xb6rg"}}, "2.5.4.3=j\xc3\xb6rg"},
  };
  for (const SubjectCase& c : kCases) {
    const auto request =
        CertificateRequest::Create(TestKey(), NameOf(c.requested));
    ASSERT_TRUE(request.ok()) << request.status();
    const auto got = ApplySigningPolicy(SigningPolicy(), *request,
                                        absl::InfiniteFuture(), TestNow());
    ASSERT_TRUE(got.ok()) << got.status();
    std::vector<std::string> texts;
    for (const NameAttribute& a : got->subject.attributes()) {
      texts.push_back(absl::StrCat(a.oid, "=", a.value.value_or("?")));
    }
    EXPECT_EQ(absl::StrJoin(texts, " "), c.want);
  }
}

}  // namespace
}  // namespace gatehouse::pki

#include "pki/internal/extension_block.h"

#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "pki/internal/der.h"

namespace gatehouse::pki::internal {
namespace {

std::string Hex(absl::string_view hex) { return absl::HexStringToBytes(hex); }

std::string CountOf(const GeneralNames& names) {
  return absl::StrCat(names.dns.size(), ",", names.ips.size(), ",",
                      names.emails.size(), ",", names.uris.size(), ",",
                      names.directory_names.size(), ",",
                      names.other_types.size());
}

// Returns what is set, by name; an unhandled critical one as "critical:oid".
std::string Dump(const Extensions& e) {
  std::string text;
  const auto add = [&text](absl::string_view name, const std::string& value) {
    absl::StrAppend(&text, text.empty() ? "" : " ", name, "=", value);
  };
  if (e.basic_constraints.has_value()) {
    const BasicConstraints& basic = *e.basic_constraints;
    add("basic", absl::StrCat(basic.is_ca ? "CA" : "leaf", ",",
                              basic.path_length.value_or(-1)));
  }
  if (e.key_usage.has_value()) add("usage", absl::StrCat(*e.key_usage));
  if (e.extended_key_usages.has_value()) {
    add("eku", absl::StrJoin(*e.extended_key_usages, ","));
  }
  if (e.subject_alt_names.has_value())
    add("san", CountOf(*e.subject_alt_names));
  if (e.name_constraints.has_value()) {
    add("permitted", CountOf(e.name_constraints->permitted));
    add("excluded", CountOf(e.name_constraints->excluded));
  }
  if (e.subject_key_id.has_value()) {
    add("skid", absl::BytesToHexString(*e.subject_key_id));
  }
  if (e.authority_key_id.has_value()) {
    add("akid", absl::BytesToHexString(*e.authority_key_id));
  }
  if (!e.ocsp_servers.empty()) add("ocsp", absl::StrJoin(e.ocsp_servers, ","));
  if (!e.crl_distribution_points.empty()) {
    add("crl", absl::StrJoin(e.crl_distribution_points, ","));
  }
  if (!e.unhandled_critical.empty()) {
    add("critical", absl::StrJoin(e.unhandled_critical, ","));
  }
  return text;
}

struct Row {
  const char* oid;
  bool critical;
  const char* value;  // Hex.
  const char* dump;   // Of what is set; or after "!", the end of the error.
};

constexpr Row kRows[] = {
    // basicConstraints.
    {kBasicConstraintsOid, true, "3000", "basic=leaf,-1"},
    {kBasicConstraintsOid, true, "30030101ff", "basic=CA,-1"},
    {kBasicConstraintsOid, false, "30060101ff020100", "basic=CA,0"},
    {kBasicConstraintsOid, true, "30090101ff02047fffffff",
     "basic=CA,2147483647"},
    {kBasicConstraintsOid, true, "3003010100", "!cA is not TRUE or left out"},
    {kBasicConstraintsOid, true, "3003010101", "!cA is not TRUE or left out"},
    {kBasicConstraintsOid, true, "3003020100",
     "!a pathLenConstraint without cA"},
    {kBasicConstraintsOid, true, "30060101ff0201ff",
     "!malformed pathLenConstraint"},
    {kBasicConstraintsOid, true, "30070101ff02020001",
     "!malformed pathLenConstraint"},
    {kBasicConstraintsOid, true, "300a0101ff02050080000000",
     "!malformed pathLenConstraint"},
    {kBasicConstraintsOid, true, "30080101ff0201000500",
     "!malformed pathLenConstraint"},
    {kBasicConstraintsOid, true, "30000500", "!it is not a SEQUENCE"},
    {kBasicConstraintsOid, true, "", "!it is not a SEQUENCE"},
    {kBasicConstraintsOid, true, "30800000", "!it is not a SEQUENCE"},
    // keyUsage.
    {kKeyUsageOid, true, "03020780", "usage=1"},
    {kKeyUsageOid, true, "030205a0", "usage=5"},
    {kKeyUsageOid, true, "03020106", "usage=96"},
    {kKeyUsageOid, true, "0303070080", "usage=256"},
    {kKeyUsageOid, true, "030100", "!no usage"},
    {kKeyUsageOid, true, "03020006", "!it is not a BIT STRING of usages"},
    {kKeyUsageOid, true, "030207ff", "!it is not a BIT STRING of usages"},
    {kKeyUsageOid, true, "0300", "!it is not a BIT STRING of usages"},
    {kKeyUsageOid, true, "040107", "!it is not a BIT STRING of usages"},
    {kKeyUsageOid, true, "030207800500", "!it is not a BIT STRING of usages"},
    // extKeyUsage.
    {kExtendedKeyUsageOid, false, "300a06082b06010505070302",
     "eku=1.3.6.1.5.5.7.3.2"},
    {kExtendedKeyUsageOid, true, "300606042a030405", "eku=1.2.3.4.5"},
    {kExtendedKeyUsageOid, false, "3000", "!no usage"},
    {kExtendedKeyUsageOid, false, "30020500", "!malformed usage"},
    {kExtendedKeyUsageOid, false, "3003060180", "!malformed usage"},
    // subjectAltName.
    {kSubjectAltNameOid, false, "3003820161", "san=1,0,0,0,0,0"},
    {kSubjectAltNameOid, true, "300687040a000001", "san=0,1,0,0,0,0"},
    {kSubjectAltNameOid, true, "3004a4023000", "san=0,0,0,0,1,0"},
    {kSubjectAltNameOid, false, "300388012a", "san=0,0,0,0,0,1"},
    {kSubjectAltNameOid, true, "300388012a",
     "san=0,0,0,0,0,1 critical=2.5.29.17"},
    {kSubjectAltNameOid, true, "300682016188012a", "san=1,0,0,0,0,1"},
    {kSubjectAltNameOid, false, "3000", "san=0,0,0,0,0,0"},
    {kSubjectAltNameOid, false, "30038201ff", "!malformed dNSName"},
    {kSubjectAltNameOid, false, "3003820100", "!malformed dNSName"},
    {kSubjectAltNameOid, false, "300387010a", "!malformed iPAddress"},
    {kSubjectAltNameOid, false, "3003860161",
     "!malformed uniformResourceIdentifier"},
    {kSubjectAltNameOid, false, "820161", "!it is not a SEQUENCE"},
    // nameConstraints.
    {kNameConstraintsOid, true, "3000",
     "!neither permitted nor excluded subtrees"},
    {kNameConstraintsOid, true, "3002a000", "!no subtree"},
    {kNameConstraintsOid, true, "3002a100", "!no subtree"},
    {kNameConstraintsOid, true, "3007a0053003820161",
     "permitted=1,0,0,0,0,0 excluded=0,0,0,0,0,0"},
    {kNameConstraintsOid, true, "300ea0053003820161a1053003820162",
     "permitted=1,0,0,0,0,0 excluded=1,0,0,0,0,0"},
    {kNameConstraintsOid, true, "300ea1053003820162a0053003820161",
     "!bytes after the subtrees"},
    {kNameConstraintsOid, true, "300ea00c300a87080a000000ff000000",
     "permitted=0,1,0,0,0,0 excluded=0,0,0,0,0,0"},
    {kNameConstraintsOid, true, "300ea00c300a87080a000000ff00ff00",
     "!malformed iPAddress"},
    {kNameConstraintsOid, true, "3008a0063004a4023000",
     "permitted=0,0,0,0,1,0 excluded=0,0,0,0,0,0"},
    {kNameConstraintsOid, true, "300aa0083006820161800100",
     "!a minimum or maximum"},
    {kNameConstraintsOid, true, "300aa0083006820161810105",
     "!a minimum or maximum"},
    {kNameConstraintsOid, true, "3007a1053003880129",
     "permitted=0,0,0,0,0,0 excluded=0,0,0,0,0,1 critical=2.5.29.30"},
    {kNameConstraintsOid, false, "3007a1053003880129",
     "permitted=0,0,0,0,0,0 excluded=0,0,0,0,0,1"},
    // Key identifiers.
    {kSubjectKeyIdOid, false, "0402abcd", "skid=abcd"},
    {kSubjectKeyIdOid, false, "0400", "skid="},
    {kSubjectKeyIdOid, true, "0402abcd", "!it must not be critical"},
    {kSubjectKeyIdOid, false, "0303abcdef", "!it is not an OCTET STRING"},
    {kSubjectKeyIdOid, false, "0402abcd00", "!it is not an OCTET STRING"},
    {kAuthorityKeyIdOid, false, "30048002abcd", "akid=abcd"},
    {kAuthorityKeyIdOid, false, "3000", ""},
    {kAuthorityKeyIdOid, false, "300c8002abcda103820161820105", "akid=abcd"},
    {kAuthorityKeyIdOid, true, "30048002abcd", "!it must not be critical"},
    {kAuthorityKeyIdOid, false, "30098002abcda103820161",
     "!an issuer without a serial number, or the reverse"},
    {kAuthorityKeyIdOid, false, "3003820105",
     "!an issuer without a serial number, or the reverse"},
    {kAuthorityKeyIdOid, false, "3009a10382016182020005",
     "!an issuer without a serial number, or the reverse"},
    {kAuthorityKeyIdOid, false, "30048102abcd",
     "!it is not an AuthorityKeyIdentifier"},
    // authorityInfoAccess.
    {kAuthorityInfoAccessOid, false,
     "3018301606082b06010505073001860a687474703a2f2f612f62", "ocsp=http://a/b"},
    {kAuthorityInfoAccessOid, false,
     "3018301606082b06010505073002860a687474703a2f2f612f62", ""},
    {kAuthorityInfoAccessOid, true,
     "3018301606082b06010505073001860a687474703a2f2f612f62",
     "!it must not be critical"},
    {kAuthorityInfoAccessOid, false, "3000", "!no access description"},
    {kAuthorityInfoAccessOid, false, "30023000",
     "!malformed access description"},
    {kAuthorityInfoAccessOid, false, "300c300a06082b06010505073001",
     "!malformed GeneralName"},
    // cRLDistributionPoints.
    {kCrlDistributionPointsOid, false,
     "30123010a00ea00c860a687474703a2f2f612f62", "crl=http://a/b"},
    {kCrlDistributionPointsOid, false, "3000", "!no distribution point"},
    {kCrlDistributionPointsOid, false, "30023000", ""},
    {kCrlDistributionPointsOid, false, "30063004a002a100", ""},
    {kCrlDistributionPointsOid, false, "30063004a0028200",
     "!malformed name of a distribution point"},
    {kCrlDistributionPointsOid, false, "30063004a002a000", "!there is none"},
    {kCrlDistributionPointsOid, false, "3006300481020780", ""},
    {kCrlDistributionPointsOid, false, "3006300481020700",
     "!malformed reasons of a distribution point"},
    {kCrlDistributionPointsOid, false, "30073005a203820161", ""},
    {kCrlDistributionPointsOid, false, "30043002a200", "!there is none"},
    {kCrlDistributionPointsOid, false, "300430020500",
     "!malformed distribution point"},
    // Policies: understood when critical, as in Go.
    {kCertificatePoliciesOid, true, "3006300406022a03", ""},
    {kCertificatePoliciesOid, true, "3000", "!no policy"},
    {kCertificatePoliciesOid, true, "300c300406022a03300406022a03",
     "!a policy twice"},
    {kCertificatePoliciesOid, true, "3008300606022a033000",
     "!malformed policy qualifiers"},
    {kCertificatePoliciesOid, false, "300430020500", "!malformed policy"},
    {kPolicyMappingsOid, true, "300a300806022a0306022a04", ""},
    {kPolicyMappingsOid, true, "3006300406022a03", "!malformed mapping"},
    {kPolicyMappingsOid, true, "3000", "!no mapping"},
    {kPolicyConstraintsOid, true, "3003800100", ""},
    {kPolicyConstraintsOid, true, "3006800100810101", ""},
    {kPolicyConstraintsOid, true, "3000", "!no constraint"},
    {kPolicyConstraintsOid, true, "30038001ff", "!malformed constraint"},
    {kPolicyConstraintsOid, true, "3003820100", "!bytes after the constraints"},
    {kInhibitAnyPolicyOid, true, "020100", ""},
    {kInhibitAnyPolicyOid, true, "0201ff",
     "!it is not a number of certificates"},
    {kInhibitAnyPolicyOid, true, "0500", "!it is not a number of certificates"},
    // Not known here.
    {"1.2.3.4", false, "00", ""},
    {"1.2.3.4", true, "00", "critical=1.2.3.4"},
    {kIssuerAltNameOid, true, "3003820161", "critical=2.5.29.18"},
};

TEST(ParseExtensionsTest, Values) {
  for (const Row& row : kRows) {
    SCOPED_TRACE(absl::StrCat(row.oid, " ", row.value));
    Extensions parsed;
    const absl::Status status =
        ParseExtensions({{row.oid, row.critical, Hex(row.value)}}, &parsed);
    if (*row.dump == '!') {
      EXPECT_EQ(ReasonOf(status), Reason::kMalformed);
      EXPECT_TRUE(absl::StartsWith(status.message(), "malformed extension "));
      EXPECT_TRUE(absl::EndsWith(status.message(), row.dump + 1)) << status;
      continue;
    }
    EXPECT_TRUE(status.ok()) << status;
    EXPECT_EQ(Dump(parsed), row.dump);
    ASSERT_EQ(parsed.all.size(), 1u);
    EXPECT_EQ(parsed.all[0].oid, row.oid);
    EXPECT_EQ(parsed.all[0].critical, row.critical);
    EXPECT_EQ(parsed.all[0].value, Hex(row.value));
  }
}

struct BlockRow {
  const char* der;  // Hex.
  size_t count;     // 0: refused.
  Reason reason;
};
constexpr BlockRow kBlocks[] = {
    {"3008300606022a030400", 1, Reason::kNone},
    {"300b300906022a030101ff0400", 1, Reason::kNone},
    {"3010300606022a030400300606022a040400", 2, Reason::kNone},
    {"3000", 0, Reason::kMalformed},
    {"0500", 0, Reason::kMalformed},
    {"3010300606022a030400300606022a030400", 0, Reason::kDuplicate},
    // FALSE is left out in DER; TRUE is ff.
    {"300b300906022a030101000400", 0, Reason::kMalformed},
    {"300b300906022a030101010400", 0, Reason::kMalformed},
    {"3006300406022a03", 0, Reason::kMalformed},
    {"300a300806022a0304000500", 0, Reason::kMalformed},
    {"3008300606022a800400", 0, Reason::kMalformed},
    {"300a300806022a032402040000", 0, Reason::kMalformed},
    {"3009300606022a0304", 0, Reason::kMalformed},
};

TEST(ReadExtensionBlockTest, Blocks) {
  for (const BlockRow& row : kBlocks) {
    SCOPED_TRACE(row.der);
    const std::string der = Hex(row.der);
    CBS in = CbsOf(der);
    std::vector<Extension> extensions;
    const absl::Status status = ReadExtensionBlock(&in, &extensions);
    EXPECT_EQ(ReasonOf(status), row.reason) << status;
    EXPECT_EQ(status.ok(), row.count > 0);
    if (!status.ok()) continue;
    EXPECT_EQ(extensions.size(), row.count);
  }
}

TEST(ReadExtensionBlockTest, Ceiling) {
  for (const int count : {kMaxExtensions, kMaxExtensions + 1}) {
    const std::string der = BuildDer([count](CBB* out) {
      return WriteConstructed(out, CBS_ASN1_SEQUENCE, [count](CBB* list) {
        for (int i = 0; i < count; ++i) {
          if (!WriteExtension(list, absl::StrCat("1.2.", i), false,
                              [](CBB*) { return true; })) {
            return false;
          }
        }
        return true;
      });
    });
    CBS in = CbsOf(der);
    std::vector<Extension> extensions;
    EXPECT_EQ(ReasonOf(ReadExtensionBlock(&in, &extensions)),
              count > kMaxExtensions ? Reason::kTooLarge : Reason::kNone);
  }
}

TEST(WriteExtensionTest, WhatIsWrittenIsRead) {
  NameConstraints constraints;
  constraints.permitted.dns = {"a.example", ".b.example"};
  constraints.permitted.ips = {Hex("0a000000ff000000")};
  constraints.excluded.directory_names = {Hex("3000")};
  const std::string der = BuildDer([&](CBB* out) {
    return WriteConstructed(out, CBS_ASN1_SEQUENCE, [&](CBB* list) {
      return WriteExtension(list, kBasicConstraintsOid, true,
                            [](CBB* value) {
                              return WriteBasicConstraints(value, {true, 3});
                            }) &&
             WriteExtension(list, kKeyUsageOid, true,
                            [](CBB* value) {
                              return WriteNamedBits(value, kKeyCertSign);
                            }) &&
             WriteExtension(
                 list, kExtendedKeyUsageOid, false,
                 [](CBB* value) {
                   return WriteOids(value, {kClientAuth, kServerAuth});
                 }) &&
             WriteExtension(
                 list, kAuthorityKeyIdOid, false,
                 [](CBB* value) { return WriteAuthorityKeyId(value, "id"); }) &&
             WriteExtension(list, kNameConstraintsOid, true,
                            [&](CBB* value) {
                              return WriteNameConstraints(value, constraints);
                            }) &&
             WriteExtension(list, kCrlDistributionPointsOid, false,
                            [](CBB* value) {
                              return WriteCrlDistributionPoints(
                                  value, {"http://a/crl", "http://b/crl"});
                            }) &&
             WriteExtension(list, kAuthorityInfoAccessOid, false,
                            [](CBB* value) {
                              return WriteOcspServers(value, {"http://a/ocsp"});
                            });
    });
  });
  CBS in = CbsOf(der);
  std::vector<Extension> all;
  ASSERT_TRUE(ReadExtensionBlock(&in, &all).ok());
  Extensions parsed;
  const absl::Status status = ParseExtensions(std::move(all), &parsed);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(Dump(parsed),
            "basic=CA,3 usage=32 eku=1.3.6.1.5.5.7.3.2,1.3.6.1.5.5.7.3.1 "
            "permitted=2,1,0,0,0,0 excluded=0,0,0,0,1,0 akid=6964 "
            "ocsp=http://a/ocsp crl=http://a/crl,http://b/crl");
  EXPECT_TRUE(parsed.all[0].critical);
  EXPECT_FALSE(parsed.all[2].critical);
}

TEST(WriteExtensionTest, NothingThatHasNoEncoding) {
  EXPECT_EQ(BuildDer([](CBB* out) {
              return WriteBasicConstraints(out, {true, -1});
            }),
            "");
  EXPECT_EQ(BuildDer([](CBB* out) { return WriteOids(out, {"none"}); }), "");
  NameConstraints unknown;
  unknown.permitted.other_types = {"otherName"};
  EXPECT_EQ(
      BuildDer([&](CBB* out) { return WriteNameConstraints(out, unknown); }),
      "");
}

}  // namespace
}  // namespace gatehouse::pki::internal

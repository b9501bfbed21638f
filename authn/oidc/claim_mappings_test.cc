#include "authn/oidc/claim_mappings.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "authn/authenticator.h"
#include "authn/jose/claims.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "proto/apiserver_config.pb.h"

namespace gatehouse::authn {
namespace {

// Config is what a row sets of a JWTAuthenticator.
struct Config {
  const char* username = "sub";
  const char* username_prefix = "";
  const char* groups = "";
  const char* groups_prefix = "";
  const char* uid = "";
  std::vector<std::pair<const char*, const char*>> required = {};
};

ClaimMappings MappingsOf(const Config& config) {
  k8s::JWTAuthenticator message;
  auto* mappings = message.mutable_claimmappings();
  mappings->mutable_username()->set_claim(config.username);
  mappings->mutable_username()->set_prefix(config.username_prefix);
  mappings->mutable_groups()->set_claim(config.groups);
  mappings->mutable_groups()->set_prefix(config.groups_prefix);
  mappings->mutable_uid()->set_claim(config.uid);
  for (const auto& [claim, value] : config.required) {
    auto* rule = message.add_claimvalidationrules();
    rule->set_claim(claim);
    rule->set_requiredvalue(value);
  }
  return ClaimMappings(message);
}

struct MappingCase {
  const char* name;
  Config config;
  const char* claims;
  // Either an error, or a user.
  const char* error = "";
  const char* user = "";
  std::vector<std::string> groups = {};
  const char* uid = "";
  const char* id = "";
};

class ClaimMappingsTest : public ::testing::TestWithParam<MappingCase> {};

TEST_P(ClaimMappingsTest, AsKubernetes) {
  const MappingCase& test = GetParam();
  const ClaimMappings mappings = MappingsOf(test.config);
  const auto claims = Claims::Parse(test.claims);
  ASSERT_TRUE(claims.ok()) << claims.status();
  const auto user =
      mappings.ToUser(*claims, claims->Find(mappings.groups_claim()));
  EXPECT_EQ(user.status().message(), test.error);
  if (!user.ok()) {
    EXPECT_EQ(user.status().code(), absl::StatusCode::kUnauthenticated);
    EXPECT_EQ(ReasonOf(user.status()), Reason::kInvalid);
    return;
  }
  EXPECT_EQ(user->name, test.user);
  EXPECT_EQ(user->groups, test.groups);
  EXPECT_EQ(user->uid, test.uid);
  EXPECT_EQ(CredentialId(*claims), test.id);
  if (*test.id == '\0') {
    EXPECT_TRUE(user->extra.empty());
  } else {
    EXPECT_EQ(user->extra.size(), 1u);
    EXPECT_EQ(user->extra.at(kCredentialIdKey),
              std::vector<std::string>{test.id});
  }
}

#define CANNOT "json: cannot unmarshal "

INSTANTIATE_TEST_SUITE_P(
    Username, ClaimMappingsTest,
    ::testing::Values(
        MappingCase{"plain", {}, R"({"sub":"jane"})", "", "jane"},
        MappingCase{
            "prefixed", {"sub", "oidc:"}, R"({"sub":"jane"})", "", "oidc:jane"},
        MappingCase{"other_claim",
                    {"name"},
                    R"({"sub":"1","name":"jane"})",
                    "",
                    "jane"},
        MappingCase{"empty", {"sub", "p:"}, R"({"sub":""})", "", "p:"},
        MappingCase{"missing",
                    {},
                    R"({"Sub":"jane"})",
                    R"(oidc: parse username claims "sub": claim not present)"},
        MappingCase{"null",
                    {},
                    R"({"sub":null})",
                    R"(oidc: parse username claims "sub": )" CANNOT
                    "null into Go value of type string"},
        MappingCase{"number",
                    {},
                    R"({"sub":1})",
                    R"(oidc: parse username claims "sub": )" CANNOT
                    "number into Go value of type string"},
        MappingCase{"list",
                    {},
                    R"({"sub":["jane"]})",
                    R"(oidc: parse username claims "sub": )" CANNOT
                    "array into Go value of type string"},
        MappingCase{"bool",
                    {},
                    R"({"sub":true})",
                    R"(oidc: parse username claims "sub": )" CANNOT
                    "bool into Go value of type string"},
        MappingCase{"object",
                    {},
                    R"({"sub":{}})",
                    R"(oidc: parse username claims "sub": )" CANNOT
                    "object into Go value of type string"},
        MappingCase{"dots_are_no_path",
                    {"a.b"},
                    R"({"a":{"b":"x"},"a.b":"jane"})",
                    "",
                    "jane"}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Email, ClaimMappingsTest,
    ::testing::Values(
        MappingCase{"verified",
                    {"email"},
                    R"({"email":"j@a","email_verified":true})",
                    "",
                    "j@a"},
        MappingCase{"nothing_said", {"email"}, R"({"email":"j@a"})", "", "j@a"},
        MappingCase{"not_verified",
                    {"email"},
                    R"({"email":"j@a","email_verified":false})",
                    "oidc: email not verified"},
        MappingCase{"null",
                    {"email"},
                    R"({"email":"j@a","email_verified":null})",
                    "oidc: email not verified"},
        MappingCase{"string",
                    {"email"},
                    R"({"email":"j@a","email_verified":"true"})",
                    "oidc: parse 'email_verified' claim: " CANNOT
                    "string into Go value of type bool"},
        MappingCase{"number",
                    {"email"},
                    R"({"email":"j@a","email_verified":1})",
                    "oidc: parse 'email_verified' claim: " CANNOT
                    "number into Go value of type bool"},
        MappingCase{"not_the_name",
                    {"sub"},
                    R"({"sub":"jane","email":"j@a","email_verified":false})",
                    "",
                    "jane"}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Groups, ClaimMappingsTest,
    ::testing::Values(
        MappingCase{
            "not_asked_for", {}, R"({"sub":"j","groups":["a"]})", "", "j"},
        MappingCase{"list",
                    {"sub", "", "groups", ""},
                    R"({"sub":"j","groups":["b","a","b"]})",
                    "",
                    "j",
                    {"b", "a", "b"}},
        MappingCase{"string",
                    {"sub", "", "groups", ""},
                    R"({"sub":"j","groups":"a"})",
                    "",
                    "j",
                    {"a"}},
        MappingCase{"prefixed",
                    {"sub", "u:", "roles", "g:"},
                    R"({"sub":"j","roles":["a","b"]})",
                    "",
                    "u:j",
                    {"g:a", "g:b"}},
        MappingCase{"empty_kept",
                    {"sub", "", "groups", "g:"},
                    R"({"sub":"j","groups":["","a"]})",
                    "",
                    "j",
                    {"g:", "g:a"}},
        MappingCase{
            "missing", {"sub", "", "groups", "g:"}, R"({"sub":"j"})", "", "j"},
        MappingCase{"null",
                    {"sub", "", "groups", "g:"},
                    R"({"sub":"j","groups":null})",
                    "",
                    "j"},
        MappingCase{"empty_list",
                    {"sub", "", "groups", "g:"},
                    R"({"sub":"j","groups":[]})",
                    "",
                    "j"},
        MappingCase{"number",
                    {"sub", "", "groups", ""},
                    R"({"sub":"j","groups":42})",
                    R"(oidc: parse groups claim "groups": )" CANNOT
                    "number into Go value of type string"},
        MappingCase{"object",
                    {"sub", "", "groups", ""},
                    R"({"sub":"j","groups":{"a":"b"}})",
                    R"(oidc: parse groups claim "groups": )" CANNOT
                    "object into Go value of type string"},
        MappingCase{"not_all_strings",
                    {"sub", "", "groups", ""},
                    R"({"sub":"j","groups":["a",1]})",
                    R"(oidc: parse groups claim "groups": )" CANNOT
                    "array into Go value of type string"}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    UidAndId, ClaimMappingsTest,
    ::testing::Values(
        MappingCase{"uid",
                    {"sub", "", "", "", "oid"},
                    R"({"sub":"j","oid":"7"})",
                    "",
                    "j",
                    {},
                    "7"},
        MappingCase{"uid_missing",
                    {"sub", "", "", "", "oid"},
                    R"({"sub":"j"})",
                    R"(oidc: parse uid claim "oid": claim not present)"},
        MappingCase{"uid_number",
                    {"sub", "", "", "", "oid"},
                    R"({"sub":"j","oid":7})",
                    R"(oidc: parse uid claim "oid": )" CANNOT
                    "number into Go value of type string"},
        MappingCase{"uid_null",
                    {"sub", "", "", "", "oid"},
                    R"({"sub":"j","oid":null})",
                    R"(oidc: parse uid claim "oid": )" CANNOT
                    "null into Go value of type string"},
        MappingCase{
            "jti", {}, R"({"sub":"j","jti":"9"})", "", "j", {}, "", "JTI=9"},
        MappingCase{"jti_empty", {}, R"({"sub":"j","jti":""})", "", "j"},
        MappingCase{"jti_number", {}, R"({"sub":"j","jti":9})", "", "j"},
        MappingCase{"jti_null", {}, R"({"sub":"j","jti":null})", "", "j"}),
    [](const auto& info) { return info.param.name; });

const Config kWantsHd = {"sub", "", "", "", "", {{"hd", "a.example"}}};
const Config kWantsTwo = {"sub", "", "", "", "", {{"hd", "a"}, {"b", ""}}};

INSTANTIATE_TEST_SUITE_P(
    Required, ClaimMappingsTest,
    ::testing::Values(
        MappingCase{"there", kWantsHd, R"({"sub":"j","hd":"a.example"})", "",
                    "j"},
        MappingCase{"missing", kWantsHd, R"({"sub":"j"})",
                    "oidc: required claim hd not present in ID token"},
        MappingCase{"other", kWantsHd, R"({"sub":"j","hd":"b.example"})",
                    "oidc: required claim hd value does not match. Got = "
                    "b.example, want = a.example"},
        MappingCase{"not_a_string", kWantsHd,
                    R"({"sub":"j","hd":["a.example"]})",
                    "oidc: parse claim hd: " CANNOT
                    "array into Go value of type string"},
        MappingCase{"both", kWantsTwo, R"({"sub":"j","hd":"a","b":""})", "",
                    "j"},
        MappingCase{"second_not_empty", kWantsTwo,
                    R"({"sub":"j","hd":"a","b":"c"})",
                    "oidc: required claim b value does not match. Got = c, "
                    "want = "},
        MappingCase{
            "second_null", kWantsTwo, R"({"sub":"j","hd":"a","b":null})",
            "oidc: parse claim b: " CANNOT "null into Go value of type string"},
        MappingCase{"username_is_looked_at_first", kWantsHd, R"({"sub":1})",
                    R"(oidc: parse username claims "sub": )" CANNOT
                    "number into Go value of type string"}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace gatehouse::authn

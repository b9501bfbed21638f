#include "rbac/validation.h"

#include "absl/strings/str_join.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "proto/core.pb.h"

namespace gatehouse::rbac {
namespace {

template <typename T>
T Parse(const std::string& text) {
  T message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message))
      << text;
  return message;
}

std::string Dump(const std::vector<FieldError>& errors) {
  return absl::StrJoin(errors, "\n", [](std::string* out, const auto& error) {
    out->append(ToString(error));
  });
}

struct Case {
  const char* text;
  const char* want;
};

constexpr char kNoVerbs[] =
    "rules[0].verbs: Required value: verbs must contain at least one value";
constexpr char kNoGroups[] =
    "rules[0].apiGroups: Required value: resource rules must supply at least "
    "one api group";
constexpr char kNoResources[] =
    "rules[0].resources: Required value: resource rules must supply at least "
    "one resource";
constexpr char kMixed[] =
    "rules[0].nonResourceURLs: Invalid value: [\"/x\"]: rules cannot apply to "
    "both regular resources and non-resource URLs";
constexpr char kNamespacedUrl[] =
    "rules[0].nonResourceURLs: Invalid value: [\"/x\"]: namespaced rules "
    "cannot apply to non-resource URLs";

TEST(ValidationTest, RulesOfClusterRoles) {
  const std::string all =
      std::string(kNoVerbs) + "\n" + kNoGroups + "\n" + kNoResources;
  const Case kCases[] = {
      {"", ""},
      {R"(rules {verbs:"get" apiGroups:"" resources:"pods"})", ""},
      {R"(rules {verbs:"*" verbs:"made-up" verbs:"*" apiGroups:"*"
          resources:"pods/*" resources:"*" resourceNames:"a"})",
       ""},
      {R"(rules {verbs:"get" nonResourceURLs:"/x"})", ""},
      {R"(rules {})", all.c_str()},
      {R"(rules {apiGroups:"" resources:"pods"})", kNoVerbs},
      {R"(rules {nonResourceURLs:"/x"})", kNoVerbs},
      {R"(rules {verbs:"get" resources:"pods"})", kNoGroups},
      {R"(rules {verbs:"get" apiGroups:"" resourceNames:"a"})", kNoResources},
      {R"(rules {verbs:"get" nonResourceURLs:"/x" apiGroups:""})", kMixed},
      {R"(rules {verbs:"get" nonResourceURLs:"/x" resources:"a"})", kMixed},
      {R"(rules {verbs:"get" nonResourceURLs:"/x" resourceNames:"a"})", kMixed},
      {R"(rules {verbs:"get" nonResourceURLs:"a\"\n<" resourceNames:"a"})",
       "rules[0].nonResourceURLs: Invalid value: [\"a\\\"\\n\\u003c\"]: rules "
       "cannot apply to both regular resources and non-resource URLs"},
      {R"(rules {verbs:"get" apiGroups:"" resources:"pods"} rules {verbs:"get"
          apiGroups:""})",
       "rules[1].resources: Required value: resource rules must supply at "
       "least one resource"},
      {R"(aggregationRule {})",
       "aggregationRule.clusterRoleSelectors: Required value: at least one "
       "clusterRoleSelector required if aggregationRule is non-nil"},
      {R"(aggregationRule {clusterRoleSelectors {}})", ""},
      {R"(aggregationRule {clusterRoleSelectors {}
          clusterRoleSelectors {matchExpressions {key:"a" operator:"In"}}})",
       "aggregationRule.clusterRoleSelectors[1].matchExpressions[0].values: "
       "Required value: must be specified when `operator` is 'In' or 'NotIn'"},
  };
  for (const Case& c : kCases) {
    auto role = Parse<k8s::ClusterRole>(c.text);
    role.mutable_metadata()->set_name("x");
    EXPECT_EQ(Dump(ValidateClusterRole(role)), c.want) << c.text;
    EXPECT_EQ(Dump(Validate(objects::MakeObject(role))), c.want) << c.text;
  }
}

TEST(ValidationTest, RulesOfRoles) {
  const std::string both = std::string(kNamespacedUrl) + "\n" + kMixed;
  const Case kCases[] = {
      {R"(rules {verbs:"get" apiGroups:"" resources:"pods"})", ""},
      {R"(rules {verbs:"get" nonResourceURLs:"/x"})", kNamespacedUrl},
      {R"(rules {verbs:"get" nonResourceURLs:"/x" apiGroups:""})",
       both.c_str()},
      {R"(rules {verbs:"get" apiGroups:""})", kNoResources},
  };
  for (const Case& c : kCases) {
    auto role = Parse<k8s::Role>(c.text);
    role.mutable_metadata()->set_name("x");
    role.mutable_metadata()->set_namespace_("dev");
    EXPECT_EQ(Dump(ValidateRole(role)), c.want) << c.text;
    EXPECT_EQ(Dump(Validate(objects::MakeObject(role))), c.want) << c.text;
  }
}

TEST(ValidationTest, MetadataComesFirst) {
  EXPECT_EQ(Dump(ValidateRole(Parse<k8s::Role>("rules {verbs:\"get\"}"))),
            "metadata.name: Required value: name or generateName is required\n"
            "metadata.namespace: Required value\n" +
                std::string(kNoGroups) + "\n" + kNoResources);
}

struct BindingCase {
  const char* text;
  // What is wrong in a RoleBinding and in a ClusterRoleBinding.
  std::string namespaced;
  std::string cluster;
};

constexpr char kRef[] =
    R"(roleRef {apiGroup:"rbac.authorization.k8s.io" kind:"ClusterRole"
       name:"r"} )";

TEST(ValidationTest, Subjects) {
  const std::string group =
      "subjects[0].apiGroup: Unsupported value: \"x\": supported values: "
      "\"rbac.authorization.k8s.io\"";
  const std::string kind =
      "subjects[0].kind: Unsupported value: \"Robot\": supported values: "
      "\"ServiceAccount\", \"User\", \"Group\"";
  const BindingCase kCases[] = {
      {"", "", ""},
      {R"(subjects {kind:"User" name:"jane@x y"})", "", ""},
      {R"(subjects {kind:"Group" name:"g" namespace:"any"})", "", ""},
      {R"(subjects {kind:"User" name:"u" apiGroup:"x"})", group, group},
      {R"(subjects {kind:"Group" name:"g" apiGroup:"x"})", group, group},
      {R"(subjects {kind:"Robot" name:"u"})", kind, kind},
      {R"(subjects {kind:"User"})", "subjects[0].name: Required value",
       "subjects[0].name: Required value"},
      {R"(subjects {kind:"ServiceAccount" name:"a" namespace:"Not One"})", "",
       ""},
      {R"(subjects {kind:"ServiceAccount" name:"a"})", "",
       "subjects[0].namespace: Required value"},
      {R"(subjects {kind:"ServiceAccount"})",
       "subjects[0].name: Required value",
       "subjects[0].name: Required value\n"
       "subjects[0].namespace: Required value"},
      {R"(subjects {kind:"ServiceAccount" name:"a" namespace:"n"
          apiGroup:"x"})",
       "subjects[0].apiGroup: Unsupported value: \"x\": supported values: "
       "\"\"",
       "subjects[0].apiGroup: Unsupported value: \"x\": supported values: "
       "\"\""},
  };
  for (const BindingCase& c : kCases) {
    SCOPED_TRACE(c.text);
    auto one = Parse<k8s::RoleBinding>(std::string(kRef) + c.text);
    one.mutable_metadata()->set_name("b");
    one.mutable_metadata()->set_namespace_("dev");
    EXPECT_EQ(Dump(Validate(objects::MakeObject(one))), c.namespaced);
    auto all = Parse<k8s::ClusterRoleBinding>(std::string(kRef) + c.text);
    all.mutable_metadata()->set_name("b");
    EXPECT_EQ(Dump(Validate(objects::MakeObject(all))), c.cluster);
  }
}

TEST(ValidationTest, ServiceAccountNamesAreDnsSubdomains) {
  auto binding = Parse<k8s::RoleBinding>(std::string(kRef) +
                                         R"(metadata {name:"b" namespace:"dev"}
         subjects {kind:"ServiceAccount" name:"Bot"})");
  const auto errors = ValidateRoleBinding(binding);
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].type, FieldErrorType::kInvalid);
  EXPECT_EQ(errors[0].field, "subjects[0].name");
  EXPECT_EQ(errors[0].bad_value, "\"Bot\"");
}

TEST(ValidationTest, RoleRefs) {
  const std::string roles = ": supported values: \"Role\", \"ClusterRole\"";
  const std::string cluster = ": supported values: \"ClusterRole\"";
  const std::string kind = "roleRef.kind: Unsupported value: ";
  const BindingCase kCases[] = {
      {R"(roleRef {kind:"ClusterRole" name:"a b:C"})", "", ""},
      {R"(roleRef {kind:"Role" name:"r"})", "", kind + "\"Role\"" + cluster},
      {R"(roleRef {kind:"role" name:"r"})", kind + "\"role\"" + roles,
       kind + "\"role\"" + cluster},
      {R"(roleRef {kind:"ClusterRole"})", "roleRef.name: Required value",
       "roleRef.name: Required value"},
      {R"(roleRef {kind:"ClusterRole" name:"a/b"})",
       "roleRef.name: Invalid value: \"a/b\": may not contain '/'",
       "roleRef.name: Invalid value: \"a/b\": may not contain '/'"},
      {R"(roleRef {apiGroup:"x" kind:"ClusterRole" name:"r"})",
       "roleRef.apiGroup: Unsupported value: \"x\": supported values: "
       "\"rbac.authorization.k8s.io\"",
       "roleRef.apiGroup: Unsupported value: \"x\": supported values: "
       "\"rbac.authorization.k8s.io\""},
  };
  for (const BindingCase& c : kCases) {
    SCOPED_TRACE(c.text);
    auto one = Parse<k8s::RoleBinding>(c.text);
    one.mutable_metadata()->set_name("b");
    one.mutable_metadata()->set_namespace_("dev");
    EXPECT_EQ(Dump(Validate(objects::MakeObject(one))), c.namespaced);
    auto all = Parse<k8s::ClusterRoleBinding>(c.text);
    all.mutable_metadata()->set_name("b");
    EXPECT_EQ(Dump(Validate(objects::MakeObject(all))), c.cluster);
  }
}

TEST(ValidationTest, RoleRefStays) {
  auto old = Parse<k8s::RoleBinding>(std::string(kRef) +
                                     R"(metadata {name:"b" namespace:"dev"})");
  auto binding = old;
  *binding.add_subjects() =
      Parse<k8s::Subject>(R"(kind:"ServiceAccount" name:"bot")");
  EXPECT_EQ(Dump(ValidateRoleBindingUpdate(binding, old)), "");
  binding.mutable_roleref()->set_name("other");
  constexpr char kWant[] =
      "roleRef: Invalid value: {\"APIGroup\":\"rbac.authorization.k8s.io\","
      "\"Kind\":\"ClusterRole\",\"Name\":\"other\"}: cannot change roleRef";
  EXPECT_EQ(Dump(ValidateRoleBindingUpdate(binding, old)), kWant);
  k8s::ClusterRoleBinding all;
  all.mutable_metadata()->set_name("b");
  *all.mutable_roleref() = old.roleref();
  auto changed = all;
  *changed.mutable_roleref() = binding.roleref();
  EXPECT_EQ(Dump(ValidateClusterRoleBindingUpdate(all, all)), "");
  EXPECT_EQ(Dump(ValidateClusterRoleBindingUpdate(changed, all)), kWant);
}

TEST(ValidationTest, UpdatesOfRoles) {
  constexpr char kWant[] =
      "metadata.name: Invalid value: \"b\": field is immutable";
  const auto a = Parse<k8s::Role>(R"(metadata {name:"a" namespace:"n"})");
  const auto b = Parse<k8s::Role>(R"(metadata {name:"b" namespace:"n"})");
  EXPECT_EQ(Dump(ValidateRoleUpdate(a, a)), "");
  EXPECT_EQ(Dump(ValidateRoleUpdate(b, a)), kWant);
  const auto c = Parse<k8s::ClusterRole>(R"(metadata {name:"a"})");
  const auto d = Parse<k8s::ClusterRole>(R"(metadata {name:"b"})");
  EXPECT_EQ(Dump(ValidateClusterRoleUpdate(c, c)), "");
  EXPECT_EQ(Dump(ValidateClusterRoleUpdate(d, c)), kWant);
}

TEST(ValidationTest, AnInvalidSelectorValueMayStay) {
  const auto bad = Parse<k8s::ClusterRole>(
      R"(metadata {name:"a"} aggregationRule {clusterRoleSelectors
         {matchExpressions {key:"a" operator:"In" values:"*"}}})");
  const auto good = Parse<k8s::ClusterRole>(R"(metadata {name:"a"})");
  EXPECT_EQ(ValidateClusterRole(bad).size(), 1u);
  EXPECT_EQ(ValidateClusterRoleUpdate(bad, good).size(), 1u);
  EXPECT_EQ(Dump(ValidateClusterRoleUpdate(bad, bad)), "");
}

TEST(DefaultTest, FillsInApiGroups) {
  auto binding = Parse<k8s::RoleBinding>(
      R"(roleRef {kind:"Role" name:"r"} subjects {kind:"User" name:"a"}
         subjects {kind:"Group" name:"b"} subjects {kind:"ServiceAccount"}
         subjects {kind:"User" apiGroup:"mine"} subjects {kind:"Robot"})");
  Default(binding);
  const std::string rbac = "rbac.authorization.k8s.io";
  const std::string want[] = {rbac, rbac, "", "mine", ""};
  for (int i = 0; i < binding.subjects_size(); ++i) {
    EXPECT_EQ(binding.subjects(i).apigroup(), want[i]) << i;
  }
  EXPECT_EQ(binding.roleref().apigroup(), rbac);
  auto other = Parse<k8s::ClusterRoleBinding>(R"(roleRef {apiGroup:"mine"})");
  Default(other);
  EXPECT_EQ(other.roleref().apigroup(), "mine");
}

TEST(ValidateTest, OtherKindsAreNotOurs) {
  EXPECT_TRUE(Validate(objects::MakeObject(k8s::Pod())).empty());
}

}  // namespace
}  // namespace gatehouse::rbac

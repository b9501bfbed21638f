#include "rbac/reconcile.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "rbac/testing/make.h"

namespace gatehouse::rbac {
namespace {

// A role in short: rules and selectors are single letters.
struct Spec {
  absl::string_view rules;
  std::map<std::string, std::string> labels = {};
  std::map<std::string, std::string> annotations = {};
  // kNone: no aggregation rule.
  absl::string_view selectors = kNone;
};

k8s::ClusterRole Make(const Spec& spec) {
  k8s::ClusterRole role;
  for (const char c : spec.rules) {
    *role.add_rules() = MakeRule(absl::string_view(&c, 1), "", "pods");
  }
  auto& meta = *role.mutable_metadata();
  meta.mutable_labels()->insert(spec.labels.begin(), spec.labels.end());
  meta.mutable_annotations()->insert(spec.annotations.begin(),
                                     spec.annotations.end());
  if (spec.selectors == kNone) return role;
  role.mutable_aggregationrule();
  for (const char c : spec.selectors) {
    auto* selector = role.mutable_aggregationrule()->add_clusterroleselectors();
    (*selector->mutable_matchlabels())[std::string(1, c)] = "";
  }
  return role;
}

template <typename List>
std::string Letters(const List& rules) {
  return absl::StrJoin(rules, "", [](std::string* out, const auto& rule) {
    out->append(absl::StrJoin(rule.verbs(), ""));
  });
}

std::string Pairs(const google::protobuf::Map<std::string, std::string>& map) {
  const std::map<std::string, std::string> sorted(map.begin(), map.end());
  return absl::StrJoin(sorted, ",", absl::PairFormatter("="));
}

std::string Selectors(const k8s::ClusterRole& role) {
  if (!role.has_aggregationrule()) return kNone;
  std::string out;
  for (const auto& selector : role.aggregationrule().clusterroleselectors()) {
    for (const auto& label : selector.matchlabels()) out += label.first;
  }
  return out;
}

struct RoleCase {
  const char* what;
  Spec expected;
  Spec existing;
  bool remove_extra;
  // operation|rules|selectors|labels|annotations|missing|extra
  const char* want;
};

TEST(ComputeReconciledRoleTest, Table) {
  const std::string off = "rbac.authorization.kubernetes.io/autoupdate";
  const RoleCase kCases[] = {
      {"nothing", {""}, {""}, false, "none||-|||||"},
      {"same", {"xy"}, {"yx"}, true, "none|yx|-|||||"},
      {"missing is added", {"xy"}, {"x"}, false, "update|xy|-|||y||"},
      {"missing replaces all", {"xy"}, {"xz"}, true, "update|xy|-|||y|z|"},
      {"extra stays", {"x"}, {"xz"}, false, "none|xz|-||||z|"},
      {"extra goes", {"x"}, {"xz"}, true, "update|x|-||||z|"},
      {"what exists wins",
       {"", {{"a", "new"}, {"b", "1"}}},
       {"", {{"a", "old"}}},
       true,
       "update||-|a=old,b=1||||"},
      {"a label alone is no change",
       {"", {{"a", "new"}}},
       {"", {{"a", "old"}}},
       true,
       "none||-|a=old||||"},
      {"annotations likewise",
       {"", {}, {{"a", "1"}}},
       {"", {}, {{"b", "2"}}},
       false,
       "update||-||a=1,b=2|||"},
      {"opted out",
       {"x"},
       {"", {}, {{off, "false"}}},
       false,
       "update|x|-||rbac.authorization.kubernetes.io/autoupdate=false|x||out"},
      {"opted out is exact",
       {""},
       {"", {}, {{off, "False"}}},
       false,
       "none||-||rbac.authorization.kubernetes.io/autoupdate=False|||"},
      {"opted in, but expected is not",
       {"", {}, {{off, "false"}}},
       {""},
       false,
       "update||-||rbac.authorization.kubernetes.io/autoupdate=false|||"},
      {"selector is added",
       {"", {}, {}, "ab"},
       {"", {}, {}, "c"},
       false,
       "update||cab|||||"},
      {"selectors are replaced",
       {"", {}, {}, "ab"},
       {"", {}, {}, "bc"},
       true,
       "update||ab|||||"},
      {"extra selector stays",
       {"", {}, {}, "a"},
       {"", {}, {}, "ab"},
       false,
       "none||ab|||||"},
      {"becomes aggregated",
       {"", {}, {}, "a"},
       {"x"},
       false,
       "update|x|a||||x|"},
      {"aggregation not expected",
       {"x"},
       {"x", {}, {}, "a"},
       false,
       "update|x|-|||||"},
      {"both aggregated: gathered rules are not extra",
       {"", {}, {}, "a"},
       {"xyz", {}, {}, "a"},
       true,
       "none|xyz|a|||||"},
  };
  for (const RoleCase& c : kCases) {
    SCOPED_TRACE(c.what);
    const k8s::ClusterRole existing = Make(c.existing);
    const auto got =
        ComputeReconciledRole(Make(c.expected), &existing, c.remove_extra);
    ASSERT_TRUE(got.ok());
    EXPECT_EQ(
        absl::StrJoin({std::string(ReconcileOperationName(got->operation)),
                       Letters(got->object.rules()), Selectors(got->object),
                       Pairs(got->object.metadata().labels()),
                       Pairs(got->object.metadata().annotations()),
                       Letters(got->missing_rules), Letters(got->extra_rules),
                       std::string(got->opted_out ? "out" : "")},
                      "|"),
        c.want);
  }
}

TEST(ComputeReconciledRoleTest, MissingIsFoundByCoverNotByText) {
  const auto held =
      MakeRole<k8s::Role>("n", "r", {MakeRule("*", "", "pods,nodes")});
  const auto wanted = MakeRole<k8s::Role>(
      "n", "r",
      {MakeRule("get,list", "", "pods"), MakeRule("get", "a", "b,c")});
  const auto got = ComputeReconciledRole(wanted, &held, false);
  ASSERT_TRUE(got.ok());
  ASSERT_EQ(got->object.rules_size(), 3);
  EXPECT_EQ(got->object.rules(1).resources(0), "b");
  EXPECT_EQ(got->object.rules(2).resources(0), "c");
}

TEST(ComputeReconciledRoleTest, Create) {
  const auto role = ComputeReconciledRole(
      MakeRole<k8s::Role>("n", "r", {MakeRule("get", "", "pods")}), nullptr,
      false);
  ASSERT_TRUE(role.ok());
  EXPECT_EQ(role->operation, ReconcileOperation::kCreate);
  EXPECT_EQ(role->object.metadata().name(), "r");
  EXPECT_EQ(role->missing_rules.size(), 1u);
  const auto aggregate =
      ComputeReconciledRole(Make({"", {}, {}, "ab"}), nullptr, true);
  ASSERT_TRUE(aggregate.ok());
  EXPECT_EQ(aggregate->missing_selectors.size(), 2u);
}

// A binding in short: subjects are single letters.
template <typename Binding>
Binding MakeShort(absl::string_view role, absl::string_view subjects) {
  std::vector<k8s::Subject> list;
  for (const char c : subjects) {
    list.push_back(MakeSubject("User", absl::string_view(&c, 1)));
  }
  return MakeBinding<Binding>("", "b", MakeRoleRef("Role", role), list);
}

template <typename List>
std::string Names(const List& subjects) {
  return absl::StrJoin(subjects, "", [](std::string* out, const auto& subject) {
    out->append(subject.name());
  });
}

struct BindingCase {
  const char* what;
  const char* expected_role;
  const char* expected;
  const char* existing_role;
  const char* existing;
  bool remove_extra;
  // operation|role|subjects|missing|extra
  const char* want;
};

template <typename Binding>
void RunBindingCase(const BindingCase& c) {
  const auto existing = MakeShort<Binding>(c.existing_role, c.existing);
  const auto got =
      ComputeReconciledBinding(MakeShort<Binding>(c.expected_role, c.expected),
                               &existing, c.remove_extra);
  EXPECT_EQ(
      absl::StrCat(ReconcileOperationName(got.operation), "|",
                   got.object.roleref().name(), "|",
                   Names(got.object.subjects()), "|",
                   Names(got.missing_subjects), "|", Names(got.extra_subjects)),
      c.want)
      << c.what;
}

TEST(ComputeReconciledBindingTest, Table) {
  const BindingCase kCases[] = {
      {"same", "r", "ab", "r", "ab", true, "none|r|ab||"},
      {"order does not matter", "r", "ab", "r", "ba", true, "none|r|ba||"},
      {"missing is added", "r", "abc", "r", "ax", false, "update|r|axbc|bc|x"},
      {"missing replaces all", "r", "ab", "r", "ax", true, "update|r|ab|b|x"},
      {"extra stays", "r", "a", "r", "ax", false, "none|r|ax||x"},
      {"extra goes", "r", "a", "r", "ax", true, "update|r|a||x"},
      {"added once", "r", "bb", "r", "a", false, "update|r|ab|b|a"},
      {"another role", "r", "ab", "q", "xy", false, "recreate|r|ab||"},
  };
  for (const BindingCase& c : kCases) {
    RunBindingCase<k8s::RoleBinding>(c);
    RunBindingCase<k8s::ClusterRoleBinding>(c);
  }
}

TEST(ComputeReconciledBindingTest, MetadataAndCreation) {
  auto expected = MakeShort<k8s::RoleBinding>("r", "a");
  auto existing = expected;
  (*expected.mutable_metadata()->mutable_labels())["k"] = "v";
  (*existing.mutable_metadata()->mutable_annotations())[kAutoUpdateAnnotation] =
      "false";
  const auto got = ComputeReconciledBinding(expected, &existing, false);
  EXPECT_EQ(got.operation, ReconcileOperation::kUpdate);
  EXPECT_TRUE(got.opted_out);
  EXPECT_EQ(Pairs(got.object.metadata().labels()), "k=v");
  existing.mutable_roleref()->set_name("q");
  const auto recreated = ComputeReconciledBinding(expected, &existing, false);
  EXPECT_TRUE(recreated.opted_out);
  EXPECT_TRUE(recreated.object.metadata().annotations().empty());
  const auto created = ComputeReconciledBinding(
      expected, static_cast<k8s::RoleBinding*>(nullptr), false);
  EXPECT_EQ(created.operation, ReconcileOperation::kCreate);
  EXPECT_EQ(Names(created.missing_subjects), "a");
}

TEST(DiffSubjectsTest, ComparesAllFields) {
  k8s::RoleBinding a;
  k8s::RoleBinding b;
  *a.add_subjects() = MakeSubject("User", "u");
  *a.add_subjects() = MakeSubject("Group", "g");
  *a.add_subjects() = MakeSubject("Group", "g");
  *b.add_subjects() = MakeSubject("User", "u");
  *b.add_subjects() = MakeSubject("User", "u", "dev");
  *b.add_subjects() = MakeSubject("Group", "g", "", "x");
  const SubjectDiff diff = DiffSubjects(a.subjects(), b.subjects());
  EXPECT_EQ(Names(diff.only_in_a), "g");
  EXPECT_EQ(Names(diff.only_in_b), "ug");
}

struct TextCase {
  ReconcileOperation operation;
  bool opted_out;
  bool remove_extra;
  const char* want;
};

TEST(ReconcileTextTest, RulesAndSubjectsForgeNoLines) {
  ReconcileDiff diff;
  diff.operation = ReconcileOperation::kUpdate;
  diff.missing_rules = {MakeRule("get\nlist", "", "po\x1b[2Jds")};
  diff.missing_subjects = {MakeSubject("User", "a\n\tb \"c\"", "")};
  EXPECT_EQ(ReconcileText(diff, false),
            "\treconciliation required update\n"
            "\tmissing rules added:\n"
            "\t\t{Verbs:[\"get\\nlist\"] APIGroups:[] "
            "Resources:[\"po\\x1b[2Jds\"] ResourceNames:[] "
            "NonResourceURLs:[]}\n"
            "\tmissing subjects added:\n"
            "\t\t{Kind:User APIGroup: Name:\"a\\n\\tb \\\"c\\\"\" "
            "Namespace:}\n");
}

TEST(ComputeReconciledRoleTest, TooLargeNamesTheRole) {
  k8s::PolicyRule rule;
  for (int i = 0; i < 10000; ++i) {
    rule.add_verbs(absl::StrCat("v", i));
    rule.add_resources(absl::StrCat("r", i));
    rule.add_apigroups(absl::StrCat("g", i));
  }
  k8s::ClusterRole cluster_role;
  cluster_role.mutable_metadata()->set_name("big");
  *cluster_role.add_rules() = rule;
  k8s::Role role;
  role.mutable_metadata()->set_name("a\nb");
  role.mutable_metadata()->set_namespace_("dev");
  *role.add_rules() = rule;
  const auto of_cluster_role =
      ComputeReconciledRole(cluster_role, &cluster_role, false);
  EXPECT_EQ(of_cluster_role.status().message().find(
                "clusterrole \"big\": rules[0]: "),
            0u)
      << of_cluster_role.status();
  const auto of_role = ComputeReconciledRole(role, &role, false);
  EXPECT_EQ(of_role.status().message().find("role \"dev/a\\nb\": rules[0]: "),
            0u)
      << of_role.status();
}

TEST(ReconcileTextTest, AsKubectl) {
  ReconcileDiff diff;
  diff.missing_rules = {MakeRule("get,list", "", "pods")};
  diff.extra_rules = {MakeUrlRule("get", "/x")};
  diff.missing_subjects = {MakeSubject("User", "jane", "", "g")};
  diff.extra_subjects = {MakeSubject("ServiceAccount", "bot", "dev")};
  const TextCase kCases[] = {
      {ReconcileOperation::kNone, true, true, ""},
      {ReconcileOperation::kCreate, false, false,
       "\treconciliation required create\n"
       "\tmissing rules added:\n"
       "\t\t{Verbs:[get list] APIGroups:[] Resources:[pods] ResourceNames:[] "
       "NonResourceURLs:[]}\n"
       "\tmissing subjects added:\n"
       "\t\t{Kind:User APIGroup:g Name:jane Namespace:}\n"},
      {ReconcileOperation::kUpdate, true, true,
       "\treconciliation required update, but object opted out "
       "(rbac.authorization.kubernetes.io/autoupdate: false)\n"
       "\tmissing rules added:\n"
       "\t\t{Verbs:[get list] APIGroups:[] Resources:[pods] ResourceNames:[] "
       "NonResourceURLs:[]}\n"
       "\textra rules removed:\n"
       "\t\t{Verbs:[get] APIGroups:[] Resources:[] ResourceNames:[] "
       "NonResourceURLs:[/x]}\n"
       "\tmissing subjects added:\n"
       "\t\t{Kind:User APIGroup:g Name:jane Namespace:}\n"
       "\textra subjects removed:\n"
       "\t\t{Kind:ServiceAccount APIGroup: Name:bot Namespace:dev}\n"},
  };
  for (const TextCase& c : kCases) {
    diff.operation = c.operation;
    diff.opted_out = c.opted_out;
    EXPECT_EQ(ReconcileText(diff, c.remove_extra), c.want);
  }
  ReconcileDiff bare;
  bare.operation = ReconcileOperation::kRecreate;
  EXPECT_EQ(ReconcileText(bare, true), "\treconciliation required recreate\n");
}

}  // namespace
}  // namespace gatehouse::rbac

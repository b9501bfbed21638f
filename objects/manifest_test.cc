#include "objects/manifest.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "base/errors.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "proto/rbac.pb.h"

namespace gatehouse::objects {
namespace {

namespace fs = std::filesystem;

// One line for a result: each object as Kind namespace/name @source, then the
// warnings, or the error.
std::string Show(const absl::StatusOr<LoadResult>& result) {
  if (!result.ok()) {
    return absl::StrCat(ReasonName(ReasonOf(result.status())), " ",
                        result.status().message());
  }
  std::vector<std::string> lines;
  for (const Object& object : result->objects) {
    lines.push_back(
        absl::StrCat(object.kind->kind, " ", object.metadata().namespace_(),
                     "/", object.metadata().name(), " @", object.source));
  }
  for (const std::string& warning : result->warnings) {
    lines.push_back(absl::StrCat("! ", warning));
  }
  return absl::StrJoin(lines, "\n");
}

std::string LoadText(absl::string_view text, absl::string_view file,
                     const LoadOptions& options = LoadOptions()) {
  return Show(LoadManifestText(text, file, options));
}

struct Row {
  std::string file;
  std::string text;
  std::string want;
};

TEST(LoadManifestText, Forms) {
  const Row rows[] = {
      {"f.yaml", "", ""},
      {"f.yaml", "# nothing\n---\n---\n", ""},
      {"f.json", "", ""},
      {"f.jsonl", "\n\n", ""},
      {"f.yaml",
       "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: a\n---\n"
       "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: b\n",
       "Namespace /a @f.yaml:1:1\nNamespace /b @f.yaml:6:1"},
      {"f.json",
       R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":"a"}})",
       "Namespace /a @f.json:1:1"},
      {"f.jsonl",
       R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":"a"}}
{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"b"}}
)",
       "Namespace /a @f.jsonl:1:1\nNamespace /b @f.jsonl:2:1"},
      {"<stdin>",
       R"({"apiVersion":"v1",
"kind":"Namespace","metadata":{"name":"a"}} {"apiVersion":"v1",
"kind":"Namespace","metadata":{"name":"b"}})",
       "Namespace /a @<stdin>:1:1\nNamespace /b @<stdin>:2:45"},
      {"f.yaml", "{apiVersion: v1, kind: Namespace, metadata: {name: a}}\n",
       "Namespace /a @f.yaml:1:1"},
      {"f.yaml",
       "{\"apiVersion\": \"v1\", \"kind\": \"Namespace\"}\n---\n"
       "{\"apiVersion\": \"v1\", \"kind\": \"Node\"}\n",
       "Namespace / @f.yaml:1:1\nNode / @f.yaml:3:1"},
      {"f.yaml",
       "apiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Namespace\n"
       "- apiVersion: v1\n  kind: Node\nkind: List\nmetadata:\n"
       "  resourceVersion: \"\"\n",
       "Namespace / @f.yaml:3:3\nNode / @f.yaml:5:3"},
      {"f.yaml",
       "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBindingList\n"
       "items:\n- metadata: {name: a, namespace: b}\n"
       "- {kind: Role, metadata: {name: c}}\n",
       "RoleBinding b/a @f.yaml:4:3\nRole /c @f.yaml:5:3"},
      {"f.yaml",
       "{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: List, "
       "items: [{apiVersion: v1, kind: Node}]}]}",
       "Node / @f.yaml:1:75"},
      {"f.yaml", "{apiVersion: v1, kind: List, items: null}", ""},
      {"f.yaml", "{apiVersion: v1, kind: List, items: []}", ""},
      // ListsWithoutItemsAreEmpty
      {"f.yaml", "{apiVersion: v1, kind: List}", ""},
      {"f.json", R"({"apiVersion":"v1","kind":"List","metadata":{}})", ""},
      {"f.yaml", "{apiVersion: v1, kind: PodList}", ""},
      {"f.yaml", "{apiVersion: v1, kind: ThingList}",
       "! f.yaml:1:1: kind \"ThingList\" of \"v1\" is not known here, 1 "
       "object passed over"},
      // InputForgesNoLines
      {"a\nb.yaml", "{apiVersion: \"v\\n1\", kind: \"\\e[2J\"}",
       "! \"a\\nb.yaml\":1:1: kind \"\\x1b[2J\" of \"v\\n1\" is not known "
       "here, 1 object passed over"},
      {"a\nb.yaml", "{apiVersion: v1, kind: Node}",
       "Node / @\"a\\nb.yaml\":1:1"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(LoadText(row.text, row.file), row.want) << row.text;
  }
}

TEST(LoadManifestText, Errors) {
  const Row rows[] = {
      {"f.yaml", "kind: Namespace\n",
       "Invalid f.yaml:1:1: an object without apiVersion"},
      {"f.yaml", "---\napiVersion: v1\n",
       "Invalid f.yaml:2:1: an object without kind"},
      {"f.yaml", "apiVersion: v1\nkind: 5\n",
       "Invalid f.yaml:2:7: kind: want a string"},
      {"f.yaml", "just text\n",
       "Invalid f.yaml:1:1: want an object with apiVersion and kind"},
      {"f.json", "[]",
       "Invalid f.json:1:1: want an object with apiVersion and kind"},
      {"f.yaml", "{apiVersion: v1, kind: List, items: {}}",
       "Invalid f.yaml:1:37: items: want a list of objects"},
      {"f.yaml", "{apiVersion: v1, kind: List, items: [{kind: Node}]}",
       "Invalid f.yaml:1:38: an object without apiVersion"},
      {"f.yaml", "{apiVersion: v1, kind: NodeList, items: [null]}",
       "Invalid f.yaml:1:42: want an object with apiVersion and kind"},
      {"f.yaml",
       "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nrules:\n"
       "- verbs: get\n",
       "Invalid f.yaml:4:10: rules[0].verbs: want a list of strings, got a "
       "string"},
      {"f.json", "{apiVersion: v1}",
       "Malformed f.json:1:2: want a key in double quotes or }, got "
       "apiVersion"},
      {"f.yaml", "{\"a\": 1,, }",
       "Malformed f.yaml:1:9: did not find expected node content while "
       "parsing a flow node"},
      {"f.yaml", "{{ .Values.name }}\n",
       "Malformed f.yaml:1:2: a key must be a string, not a list or a map"},
      {"f.json", R"({"kind":"Node","kind":"Node"})",
       "Duplicate f.json:1:16: duplicate key \"kind\", first at 1:2"},
      {"f.yaml", "kind: Node\nkind: Node\n",
       "Duplicate f.yaml:2:1: duplicate key \"kind\", first at 1:1"},
      {"f.yaml",
       "{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: b}}\n---\n"
       "{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: c}}\n---\n"
       "{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: b}}\n",
       "Duplicate f.yaml:5:1: duplicate Pod \"b/a\", first at f.yaml:1:1"},
      {"f.yaml",
       "{apiVersion: v1, kind: Node, metadata: {name: a}}\n---\n"
       "{apiVersion: v1, kind: Node, metadata: {name: a}}\n",
       "Duplicate f.yaml:3:1: duplicate Node \"a\", first at f.yaml:1:1"},
      // DuplicatesOfClusterScopedKindsHaveNoNamespace
      {"f.yaml",
       "{apiVersion: v1, kind: Node, metadata: {name: a, namespace: b}}\n---\n"
       "{apiVersion: v1, kind: Node, metadata: {name: a, namespace: c}}\n",
       "Duplicate f.yaml:3:1: duplicate Node \"a\", first at f.yaml:1:1"},
      // InputForgesNoLines
      {"a\x1b.yaml",
       "{apiVersion: v1, kind: Node, metadata: {name: \"a\\nb\"}}\n---\n"
       "{apiVersion: v1, kind: Node, metadata: {name: \"a\\nb\"}}\n",
       "Duplicate \"a\\x1b.yaml\":3:1: duplicate Node \"a\\nb\", first at "
       "\"a\\x1b.yaml\":1:1"},
      {"a\nb.json", R"({"x\n":1,"x\n":1})",
       R"(Duplicate "a\nb.json":1:10: duplicate key "x\n", first at 1:2)"},
      {"f.yaml", "a: !a%0Ab x\n",
       "Malformed f.yaml:1:4: cannot read this as \"!a\\nb\""},
      {"f.json", "{\x1b",
       "Malformed f.json:1:2: want a key in double quotes or }, got \"\\x1b\""},
      // The first document is good; nothing of it is kept.
      {"f.yaml", "{apiVersion: v1, kind: Node}\n---\na: [\n",
       "Malformed f.yaml:4:1: did not find expected node content while "
       "parsing a flow node"},
      {"<stdin>", "{a: [",
       "Malformed <stdin>:1:2: want a key in double quotes or }, got a"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(LoadText(row.text, row.file), row.want) << row.text;
  }
}

TEST(LoadManifestText, ReviewsHaveNoNamesToBeTwice) {
  const std::string review =
      R"({"apiVersion":"authorization.k8s.io/v1","kind":"SubjectAccessReview"})";
  EXPECT_EQ(LoadText(absl::StrCat(review, "\n", review), "f.json"),
            "SubjectAccessReview / @f.json:1:1\n"
            "SubjectAccessReview / @f.json:2:1");
}

TEST(LoadManifestText, PassesOverKindsThatAreNotKnown) {
  EXPECT_EQ(
      LoadText("{apiVersion: apps/v1, kind: Deployment}\n---\n"
               "{apiVersion: v1, kind: Node, bogus: 1}\n---\n"
               "{apiVersion: v1, kind: Service}\n---\n"
               "{apiVersion: apps/v1, kind: Deployment}\n",
               "f.yaml"),
      "Node / @f.yaml:3:1\n"
      "! f.yaml:3:30: unknown field \"bogus\"\n"
      "! f.yaml:1:1: kind \"Deployment\" of \"apps/v1\" is not known here, 2 "
      "objects passed over\n"
      "! f.yaml:5:1: kind \"Service\" of \"v1\" is not known here, 1 object "
      "passed over");
}

TEST(LoadManifestText, FieldValidation) {
  const std::string text = "{apiVersion: v1, kind: Node, bogus: 1}";
  LoadOptions options;
  options.field_validation = FieldValidation::kIgnore;
  EXPECT_EQ(LoadText(text, "f.yaml", options), "Node / @f.yaml:1:1");
  options.field_validation = FieldValidation::kStrict;
  EXPECT_EQ(LoadText(text, "f.yaml", options),
            "UnknownField f.yaml:1:30: unknown field \"bogus\"");
}

TEST(LoadManifestText, StrictRefusesRbacThatIsNotKnown) {
  constexpr char kV1[] = "rbac.authorization.k8s.io/v1";
  const struct {
    std::string api_version;
    std::string kind;
    std::string want;  // "" where strict passes it over too.
  } rows[] = {
      {kV1, "role",
       "kind \"role\" of \"rbac.authorization.k8s.io/v1\" is not known here, "
       "did you mean \"Role\"?"},
      {kV1, "clusterrolebindinglist",
       "kind \"clusterrolebindinglist\" of \"rbac.authorization.k8s.io/v1\" "
       "is not known here, did you mean \"ClusterRoleBindingList\"?"},
      {kV1, "Rolle",
       "kind \"Rolle\" of \"rbac.authorization.k8s.io/v1\" is not known here"},
      {"rbac.authorization.k8s.io/v9", "Role",
       "kind \"Role\" of \"rbac.authorization.k8s.io/v9\" is not known here"},
      {"rbac.authorization.k8s.io/V1", "Role",
       "kind \"Role\" of \"rbac.authorization.k8s.io/V1\" is not known here, "
       "did you mean \"rbac.authorization.k8s.io/v1\"?"},
      {"rbac.authorization.k8s.io", "Role",
       "kind \"Role\" of \"rbac.authorization.k8s.io\" is not known here"},
      {"v1", "role", ""},
      {"apps/v1", "Deployment", ""},
      {"rbac.authorization.k8s.io.example/v1", "Role", ""},
  };
  for (const auto& row : rows) {
    const std::string text = absl::StrCat("---\napiVersion: ", row.api_version,
                                          "\nkind: ", row.kind, "\n");
    const std::string passed_over = absl::StrCat(
        "! f.yaml:2:1: kind \"", row.kind, "\" of \"", row.api_version,
        "\" is not known here, 1 object passed over");
    LoadOptions options;
    for (const auto mode : {FieldValidation::kWarn, FieldValidation::kIgnore}) {
      options.field_validation = mode;
      EXPECT_EQ(LoadText(text, "f.yaml", options), passed_over);
    }
    options.field_validation = FieldValidation::kStrict;
    EXPECT_EQ(LoadText(text, "f.yaml", options),
              row.want.empty()
                  ? passed_over
                  : absl::StrCat("Unsupported f.yaml:2:1: ", row.want));
  }
}

// As `kubectl get rolebinding,pod -o yaml` prints a live cluster's objects.
constexpr char kFromKubectl[] = R"(apiVersion: v1
items:
- apiVersion: rbac.authorization.k8s.io/v1
  kind: RoleBinding
  metadata:
    annotations:
      kubectl.kubernetes.io/last-applied-configuration: |
        {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding"}
    creationTimestamp: "2024-05-01T10:00:00Z"
    managedFields:
    - apiVersion: rbac.authorization.k8s.io/v1
      fieldsType: FieldsV1
      fieldsV1:
        f:roleRef: {}
        f:subjects: {}
      manager: kubectl-client-side-apply
      operation: Update
      time: "2024-05-01T10:00:00Z"
    name: read-pods
    namespace: dev
    resourceVersion: "812"
    uid: 5d2c8f0e-58ab-4d0b-9a5f-0f4c3c1f3a10
  roleRef:
    apiGroup: rbac.authorization.k8s.io
    kind: Role
    name: pod-reader
  subjects:
  - apiGroup: rbac.authorization.k8s.io
    kind: User
    name: jane
- apiVersion: v1
  kind: Pod
  metadata:
    creationTimestamp: null
    name: web-0
    namespace: dev
    ownerReferences:
    - apiVersion: apps/v1
      blockOwnerDeletion: true
      controller: true
      kind: StatefulSet
      name: web
      uid: 0b7b2f7a-52c5-4d4e-9b0e-3f5d2a1c9e11
  spec:
    containers:
    - image: nginx:1.25
      name: web
      ports:
      - containerPort: 80
    nodeName: worker-1
    serviceAccountName: default
  status:
    conditions:
    - lastProbeTime: null
      status: "True"
      type: Ready
    phase: Running
kind: List
metadata:
  resourceVersion: ""
)";

TEST(LoadManifestText, WhatKubectlPrintsLoadsStrictly) {
  LoadOptions options;
  options.field_validation = FieldValidation::kStrict;
  const auto loaded = LoadManifestText(kFromKubectl, "f.yaml", options);
  EXPECT_EQ(
      Show(loaded),
      "RoleBinding dev/read-pods @f.yaml:3:3\nPod dev/web-0 @f.yaml:31:3");
  const k8s::RoleBinding* binding = loaded->objects[0].As<k8s::RoleBinding>();
  ASSERT_NE(binding, nullptr);
  EXPECT_EQ(binding->subjects(0).name(), "jane");
  EXPECT_EQ(binding->metadata().managedfields(0).fieldsv1().raw(),
            R"({"f:roleRef":{},"f:subjects":{}})");

  // What is printed here loads to the same objects.
  for (const Object& object : loaded->objects) {
    for (const std::string& text :
         {ToYaml(object), ToJson(object, JsonStyle::kCompact),
          ToJson(object, JsonStyle::kIndented)}) {
      const auto again = LoadManifestText(text, "<text>", options);
      ASSERT_TRUE(again.ok()) << again.status();
      ASSERT_EQ(again->objects.size(), 1u);
      EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(
          *object.message, *again->objects[0].message))
          << text;
    }
  }
}

TEST(LoadManifestText, Limits) {
  LoadOptions options;
  options.limits.max_bytes = 10;
  EXPECT_EQ(LoadText("apiVersion: v1\n", "f.yaml", options),
            "TooLarge f.yaml:1:1: 15 bytes, more than the limit of 10");
  EXPECT_EQ(LoadText(std::string(100, '['), "f.yaml"),
            "TooLarge f.yaml:1:65: lists and maps nested deeper than 64");
}

// Linear: ten times the bindings are ten times the progress, and one object
// each, whether as documents or as a list.
TEST(LoadManifestText, ManyBindings) {
  const std::string binding =
      "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\n"
      "metadata: {name: b#, namespace: dev}\n"
      "roleRef: {kind: Role, name: r#}\nsubjects: [{kind: User, name: u#}]\n";
  for (const int count : {1000, 10000}) {
    std::string documents;
    std::string list = "apiVersion: v1\nkind: List\nitems:\n";
    for (int i = 0; i < count; ++i) {
      const std::string one =
          absl::StrReplaceAll(binding, {{"#", absl::StrCat(i)}});
      absl::StrAppend(&documents, "---\n", one);
      absl::StrAppend(&list, "-\n  ",
                      absl::StrReplaceAll(one, {{"\n", "\n  "}}), "\n");
    }
    for (const std::string& text : {documents, list}) {
      LoadOptions options;
      size_t calls = 0;
      options.progress = [&](size_t, size_t) { ++calls; };
      const auto loaded = LoadManifestText(text, "f.yaml", options);
      ASSERT_TRUE(loaded.ok()) << loaded.status();
      EXPECT_EQ(loaded->objects.size(), static_cast<size_t>(count));
      EXPECT_LE(calls, text.size() / (size_t{1} << 20));
    }
  }
}

// A directory that lasts for one test.
class LoadManifestsTest : public testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::path(testing::TempDir()) /
            testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(root_);
    fs::create_directories(root_);
  }
  void TearDown() override { fs::remove_all(root_); }

  std::string Path(const std::string& name) const {
    return (root_ / name).string();
  }

  // Writes a file with one Namespace of that name, or `text`.
  void Write(const std::string& name, const std::string& text = "") {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream(Path(name))
        << (text.empty() ? absl::StrCat("{\"apiVersion\":\"v1\",\"kind\":"
                                        "\"Namespace\",\"metadata\":{"
                                        "\"name\":\"",
                                        name, "\"}}")
                         : text);
  }

  // Loads paths below the directory; its name is left out of the answer.
  std::string Load(const std::vector<std::string>& names,
                   const LoadOptions& options = LoadOptions()) {
    std::vector<std::string> paths;
    for (const std::string& name : names) {
      paths.push_back(name == "-" ? name : Path(name));
    }
    return absl::StrReplaceAll(Show(LoadManifests(paths, options)),
                               {{root_.string() + "/", ""}});
  }

  fs::path root_;
};

TEST_F(LoadManifestsTest, ReadsDirectoriesInOrder) {
  for (const char* name :
       {"d/b.yaml", "d/a.yml", "d/c/x.json", "d/c/y.jsonl", "d/readme.txt",
        "d/.hidden.yaml", "d/.git/z.yaml", "e.txt"}) {
    Write(name);
  }
  EXPECT_EQ(Load({"d"}),
            "Namespace /d/a.yml @d/a.yml:1:1\n"
            "Namespace /d/b.yaml @d/b.yaml:1:1\n"
            "Namespace /d/c/x.json @d/c/x.json:1:1\n"
            "Namespace /d/c/y.jsonl @d/c/y.jsonl:1:1");
  EXPECT_EQ(Load({"e.txt", "d/.hidden.yaml"}),
            "Namespace /e.txt @e.txt:1:1\n"
            "Namespace /d/.hidden.yaml @d/.hidden.yaml:1:1");
  EXPECT_EQ(Load({}), "");
}

TEST_F(LoadManifestsTest, DuplicatesAcrossFilesNameBothPlaces) {
  Write("a.yaml");
  EXPECT_EQ(Load({"a.yaml", "a.yaml"}),
            "Duplicate a.yaml:1:1: duplicate Namespace \"a.yaml\", first at "
            "a.yaml:1:1");
}

TEST_F(LoadManifestsTest, PathsForgeNoLines) {
  const auto loaded = LoadManifests({"/none\n/x.yaml"}, LoadOptions());
  EXPECT_EQ(Show(loaded),
            "NotFound \"/none\\n/x.yaml\": no such file or directory");
}

TEST_F(LoadManifestsTest, SaysWhichPathIsMissing) {
  Write("a.yaml");
  EXPECT_EQ(Load({"a.yaml", "none.yaml"}),
            "NotFound none.yaml: no such file or directory");
}

TEST_F(LoadManifestsTest, RefusesLargeFilesBeforeReadingThemWhole) {
  Write("a.yaml", std::string(1000, '#'));
  LoadOptions options;
  options.limits.max_bytes = 100;
  EXPECT_EQ(Load({"a.yaml"}, options),
            "TooLarge a.yaml:1:1: 101 bytes, more than the limit of 100");
}

TEST_F(LoadManifestsTest, ReadsStandardInput) {
  std::istringstream input("{apiVersion: v1, kind: Node}\n");
  LoadOptions options;
  options.stdin_stream = &input;
  EXPECT_EQ(Load({"-"}, options), "Node / @<stdin>:1:1");
  EXPECT_EQ(Load({"-"}), "Invalid -: there is no standard input to read here");
}

TEST_F(LoadManifestsTest, TellsProgress) {
  Write("a.yaml", std::string(3 << 20, '#'));
  Write("b.yaml", std::string(100, '#'));
  LoadOptions options;
  std::vector<size_t> done;
  options.progress = [&](size_t bytes, size_t total) {
    EXPECT_EQ(total, (size_t{3} << 20) + 100);
    done.push_back(bytes);
  };
  EXPECT_EQ(Load({"a.yaml", "b.yaml"}, options), "");
  ASSERT_EQ(done.size(), 4u);
  EXPECT_EQ(done.back(), (size_t{3} << 20) + 100);
}

}  // namespace
}  // namespace gatehouse::objects

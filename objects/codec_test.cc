#include "objects/codec.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/errors.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "proto/authentication.pb.h"
#include "proto/authorization.pb.h"
#include "proto/certificates.pb.h"
#include "proto/core.pb.h"
#include "proto/meta.pb.h"
#include "proto/rbac.pb.h"

namespace gatehouse::objects {
namespace {

using google::protobuf::util::MessageDifferencer;

// Decodes YAML into a T; returns its JSON, the warnings, and the error.
template <typename T>
std::string Decode(absl::string_view yaml,
                   FieldValidation validation = FieldValidation::kWarn) {
  Document document;
  const auto got = NewYamlReader(yaml, "f.yaml")->Next(&document);
  if (!got.ok()) return std::string(got.status().message());
  DecodeOptions options;
  options.field_validation = validation;
  std::vector<std::string> warnings;
  T message;
  const absl::Status status =
      DecodeMessage(document.root(), "f.yaml", options, &warnings, &message);
  if (!status.ok()) {
    EXPECT_EQ(message.ByteSizeLong(), 0u) << "nothing is kept on error";
    return absl::StrCat(ReasonName(ReasonOf(status)), " ", status.message());
  }
  std::string text = ToJson(message, JsonStyle::kCompact);
  for (const std::string& warning : warnings) {
    absl::StrAppend(&text, " | ", warning);
  }
  return text;
}

struct Row {
  std::string yaml;
  std::string want;
};

TEST(Decode, Fields) {
  const Row rows[] = {
      {"{}", "{}"},
      {"{name: a, generation: 3}", R"({"generation":3,"name":"a"})"},
      {"{name: null, labels: null, finalizers: ~}", "{}"},
      {"{name: '', generation: 0, labels: {}, finalizers: []}", "{}"},
      {"labels: {b: x, a: '', c: null}",
       R"({"labels":{"a":"","b":"x","c":""}})"},
      {"finalizers: [b, a, null]", R"({"finalizers":["b","a",""]})"},
      {"creationTimestamp: 2024-05-01T10:00:00Z",
       R"({"creationTimestamp":"2024-05-01T10:00:00Z"})"},
      {"creationTimestamp: '2024-05-01T10:00:00.9+02:00'",
       R"({"creationTimestamp":"2024-05-01T08:00:00Z"})"},
      {"creationTimestamp: null", "{}"},
      {"deletionGracePeriodSeconds: 0", R"({"deletionGracePeriodSeconds":0})"},
      {"ownerReferences: [{name: a, controller: false}]",
       R"({"ownerReferences":[{"apiVersion":"","controller":false,"kind":"","name":"a","uid":""}]})"},
      {"managedFields: [{fieldsV1: {'f:b': {}, 'f:a': {'.': null, x: [1]}}}]",
       R"({"managedFields":[{"fieldsV1":{"f:a":{".":null,"x":[1]},"f:b":{}}}]})"},
      {"managedFields: [{time: 2024-05-01T10:00:00Z, manager: kubectl}]",
       R"({"managedFields":[{"manager":"kubectl","time":"2024-05-01T10:00:00Z"}]})"},
      {"ownerReferences: [null]",
       R"({"ownerReferences":[{"apiVersion":"","kind":"","name":"","uid":""}]})"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(Decode<k8s::ObjectMeta>(row.yaml), row.want) << row.yaml;
  }
}

TEST(Decode, FieldErrors) {
  const Row rows[] = {
      {"[]", "Invalid f.yaml:1:1: want a map, got a list"},
      {"name: 12", "Invalid f.yaml:1:7: name: want a string, got a number"},
      {"name: yes", "Invalid f.yaml:1:7: name: want a string, got a boolean"},
      {"name: [a]", "Invalid f.yaml:1:7: name: want a string, got a list"},
      {"generation: '3'",
       "Invalid f.yaml:1:13: generation: want an integer, got a string"},
      {"generation: 1.5",
       "Invalid f.yaml:1:13: generation: want an integer of 64 bits, got 1.5"},
      {"generation: 9223372036854775808",
       "Invalid f.yaml:1:13: generation: want an integer of 64 bits, got "
       "9223372036854775808"},
      {"labels: [a]",
       "Invalid f.yaml:1:9: labels: want a map of strings, got a list"},
      {"labels: {a.b/c: 1}",
       "Invalid f.yaml:1:17: labels[a.b/c]: want a string, got a number"},
      {"finalizers: a",
       "Invalid f.yaml:1:13: finalizers: want a list of strings, got a string"},
      {"finalizers: [a, 1]",
       "Invalid f.yaml:1:17: finalizers[1]: want a string, got a number"},
      {"ownerReferences: {}",
       "Invalid f.yaml:1:18: ownerReferences: want a list of maps, got a map"},
      {"ownerReferences:\n- name: a\n- controller: 'true'",
       "Invalid f.yaml:3:15: ownerReferences[1].controller: want a boolean, "
       "got a string"},
      {"creationTimestamp: 1",
       "Invalid f.yaml:1:20: creationTimestamp: want a time such as "
       "\"2006-01-02T15:04:05Z\", got a number"},
      {"managedFields: [{fieldsV1: a}]",
       "Invalid f.yaml:1:28: managedFields[0].fieldsV1: want a map, got a "
       "string"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(Decode<k8s::ObjectMeta>(row.yaml), row.want) << row.yaml;
  }
}

TEST(Decode, RefusesTimesThatAreNone) {
  for (const char* text :
       {"", "now", "2024-05-01", "2024-05-01T10:00:00", "2024-13-01T10:00:00Z",
        "2024-05-01 10:00:00Z", "24-05-01T10:00:00Z", "infinite-future",
        "2024-05-01T10:00:00ZZ", "2024-02-30T10:00:00Z",
        "9999-12-31T23:59:59-01:00", "+024-05-01T10:00:00Z"}) {
    EXPECT_EQ(
        Decode<k8s::ObjectMeta>(
            absl::StrCat("deletionTimestamp: '", text, "'")),
        absl::StrCat("Invalid f.yaml:1:20: deletionTimestamp: want a time such "
                     "as \"2006-01-02T15:04:05Z\", got \"",
                     text, "\""));
  }
}

TEST(Decode, InputForgesNoLinesOfErrors) {
  const Row rows[] = {
      {R"(labels: {"a\nf.yaml:9:9: b": 1})",
       R"(Invalid f.yaml:1:30: labels["a\nf.yaml:9:9: b"]: want a string, got a number)"},
      {R"(labels: {"a]": 1})",
       R"(Invalid f.yaml:1:16: labels["a]"]: want a string, got a number)"},
      {R"(labels: {"": 1})",
       R"(Invalid f.yaml:1:14: labels[""]: want a string, got a number)"},
      {R"(annotations: {"\e[2J": 1})",
       R"(Invalid f.yaml:1:24: annotations["\x1b[2J"]: want a string, got a number)"},
      {R"(creationTimestamp: "now\nerror: \e[2J")",
       R"(Invalid f.yaml:1:20: creationTimestamp: want a time such as "2006-01-02T15:04:05Z", got "now\nerror: \x1b[2J")"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(Decode<k8s::ObjectMeta>(row.yaml), row.want) << row.yaml;
  }
}

TEST(Decode, Bytes) {
  const Row rows[] = {
      {"data: {a: aGVsbG8=}", R"("data":{"a":"aGVsbG8="},)"},
      {"data: {a: ''}", R"("data":{"a":""},)"},
      {"data: {a: null}", R"("data":{"a":""},)"},
      {"data: {a: \"aGVs\\nbG8=\"}", R"("data":{"a":"aGVsbG8="},)"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(Decode<k8s::Secret>(row.yaml),
              absl::StrCat("{\"apiVersion\":\"v1\",", row.want,
                           "\"kind\":\"Secret\"}"));
  }
  for (const char* bad :
       {"a", "aGVsbG8", "aGVsbG8==", "aGV_bG8=", "a GVsbG8=", "aGVsbG9="}) {
    EXPECT_EQ(Decode<k8s::Secret>(absl::StrCat("data: {a: '", bad, "'}")),
              "Invalid f.yaml:1:11: data[a]: malformed base64")
        << bad;
  }
  EXPECT_EQ(Decode<k8s::Secret>("data: {a: 1}"),
            "Invalid f.yaml:1:11: data[a]: want base64 in a string, got a "
            "number");
}

TEST(Decode, ExtraIsBareLists) {
  EXPECT_EQ(Decode<k8s::UserInfo>("extra: {scopes: [a, b], none: []}"),
            R"({"extra":{"none":[],"scopes":["a","b"]}})");
  EXPECT_EQ(Decode<k8s::UserInfo>("extra: {scopes: a}"),
            "Invalid f.yaml:1:17: extra[scopes]: want a list of strings, got a "
            "string");
  EXPECT_EQ(Decode<k8s::UserInfo>("extra: {scopes: [1]}"),
            "Invalid f.yaml:1:18: extra[scopes][0]: want a string, got a "
            "number");
}

TEST(Decode, RulesSayWhereTheyAreWrong) {
  EXPECT_EQ(Decode<k8s::Role>("rules:\n- verbs: get\n"),
            "Invalid f.yaml:2:10: rules[0].verbs: want a list of strings, got "
            "a string");
}

struct UnknownRow {
  std::string yaml;
  std::string warn;
  std::string strict;
};

TEST(Decode, UnknownFields) {
  const UnknownRow rows[] = {
      {"rules:\n- verbs: [get]\n  resourceName: [a]\n",
       "f.yaml:3:3: unknown field \"rules[0].resourceName\"", ""},
      {"Rules: []",
       "f.yaml:1:1: unknown field \"Rules\", did you mean \"rules\"?", ""},
      {"metadata: {name: a, nmae: b}",
       "f.yaml:1:21: unknown field \"metadata.nmae\"", ""},
      {"bogus: null", "f.yaml:1:1: unknown field \"bogus\"", ""},
      // InputForgesNoLinesOfWarnings
      {R"(metadata: {"a\nb": 1})",
       R"(f.yaml:1:12: unknown field "metadata.a\nb")", ""},
      {R"("\e[2J\"x": 1)", R"(f.yaml:1:1: unknown field "\x1b[2J\"x")", ""},
      {"rules: [{kind: x}]", "f.yaml:1:10: unknown field \"rules[0].kind\"",
       ""},
  };
  for (const UnknownRow& row : rows) {
    const std::string warned = Decode<k8s::Role>(row.yaml);
    EXPECT_NE(warned.find(absl::StrCat(" | ", row.warn)), std::string::npos)
        << warned;
    EXPECT_EQ(Decode<k8s::Role>(row.yaml, FieldValidation::kStrict),
              absl::StrCat("UnknownField ", row.warn));
    const std::string ignored =
        Decode<k8s::Role>(row.yaml, FieldValidation::kIgnore);
    EXPECT_EQ(ignored.find("unknown"), std::string::npos);
    EXPECT_EQ(warned, absl::StrCat(ignored, " | ", row.warn));
  }
}

TEST(Decode, PartlyModelledTypesDoNotComplain) {
  const std::string pod =
      "apiVersion: v1\nkind: Pod\nspec: {nodeName: a, containers: [{a: 1}]}\n"
      "status: {podIP: 1.2.3.4, phase: Running}\n";
  EXPECT_EQ(
      Decode<k8s::Pod>(pod, FieldValidation::kStrict),
      R"({"apiVersion":"v1","kind":"Pod","spec":{"nodeName":"a"},"status":{"phase":"Running"}})");
}

TEST(DecodeObject, ReadsKindAndVersion) {
  const Row rows[] = {
      {R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":"a"}})",
       "Namespace a at f:1:1"},
      {R"(  {"apiVersion":"rbac.authorization.k8s.io/v1beta1","kind":"Role"})",
       "Role  at f:1:3"},
      {R"({"kind":"Namespace"})",
       "Invalid f:1:1: an object without apiVersion"},
      {R"({"apiVersion":"v1"})", "Invalid f:1:1: an object without kind"},
      {R"({"apiVersion":"v1","kind":""})",
       "Invalid f:1:1: an object without kind"},
      {R"({"apiVersion":"v1","kind":null})",
       "Invalid f:1:1: an object without kind"},
      {R"({"apiVersion":"v1","kind":7})",
       "Invalid f:1:27: kind: want a string, got a number"},
      {R"({"apiVersion":"apps/v1","kind":"Deployment"})",
       "Unsupported f:1:1: kind \"Deployment\" of \"apps/v1\" is not known "
       "here"},
      // InputForgesNoLines
      {R"({"apiVersion":"a\nb","kind":"\u001b[2J"})",
       R"(Unsupported f:1:1: kind "\x1b[2J" of "a\nb" is not known here)"},
      {R"("x")", "Invalid f:1:1: want an object, got a string"},
      {R"({)", "Malformed f:1:2: the text ends inside a value"},
  };
  for (const Row& row : rows) {
    const auto object = ObjectFromJson(row.yaml, "f", DecodeOptions(), nullptr);
    const std::string got =
        object.ok()
            ? absl::StrCat(object->kind->kind, " ", object->metadata().name(),
                           " at ", object->source)
            : absl::StrCat(ReasonName(ReasonOf(object.status())), " ",
                           object.status().message());
    EXPECT_EQ(got, row.want);
  }
}

TEST(FromJson, ReadsAMessage) {
  k8s::SubjectAccessReview review;
  ASSERT_TRUE(
      FromJson(R"({"kind":"SubjectAccessReview","spec":{"user":"jane"}})", "f",
               DecodeOptions(), &review)
          .ok());
  EXPECT_EQ(review.spec().user(), "jane");
  const absl::Status status =
      FromJson(R"({"spec":{"user":1}})", "f", DecodeOptions(), &review);
  EXPECT_EQ(status.message(), "f:1:17: spec.user: want a string, got a number");
  EXPECT_FALSE(review.has_spec());
}

TEST(Encode, AlwaysWritesWhatKubernetesAlwaysWrites) {
  k8s::SubjectAccessReview review;
  review.mutable_status();
  EXPECT_EQ(
      ToJson(review, JsonStyle::kCompact),
      R"({"apiVersion":"authorization.k8s.io/v1","kind":"SubjectAccessReview","status":{"allowed":false}})");
  k8s::SelfSubjectRulesReview rules;
  rules.mutable_status()->add_resourcerules();
  EXPECT_EQ(
      ToJson(rules, JsonStyle::kCompact),
      R"({"apiVersion":"authorization.k8s.io/v1","kind":"SelfSubjectRulesReview","status":{"incomplete":false,"nonResourceRules":[],"resourceRules":[{"verbs":[]}]}})");
  k8s::TokenReviewStatus token;
  EXPECT_EQ(ToJson(token, JsonStyle::kCompact), R"({"authenticated":false})");
  k8s::Status status;
  status.set_code(403);
  EXPECT_EQ(ToJson(status, JsonStyle::kCompact),
            R"({"apiVersion":"v1","code":403,"kind":"Status"})");
}

TEST(Encode, IndentedJson) {
  k8s::Role role;
  role.mutable_metadata()->set_name("a");
  role.mutable_metadata()->mutable_labels();
  role.add_rules()->add_verbs("get");
  EXPECT_EQ(ToJson(role, JsonStyle::kIndented), R"({
    "apiVersion": "rbac.authorization.k8s.io/v1",
    "kind": "Role",
    "metadata": {
        "name": "a"
    },
    "rules": [
        {
            "verbs": [
                "get"
            ]
        }
    ]
})");
  EXPECT_EQ(ToJson(k8s::Role(), JsonStyle::kIndented),
            "{\n    \"apiVersion\": \"rbac.authorization.k8s.io/v1\",\n"
            "    \"kind\": \"Role\",\n    \"rules\": []\n}");
}

TEST(Encode, EscapesJsonStrings) {
  const Row rows[] = {
      {"a\"b\\c/d", R"("a\"b\\c/d")"},
      {std::string("\0\x01\x1f\x7f", 4), "\"\\u0000\\u0001\\u001f\x7f\""},
      {"\n\r\t\b", R"("\n\r\t\u0008")"},
      {"ä😀<&>", "\"ä😀<&>\""},
      {"a\xFF\xC3", "\"a\xEF\xBF\xBD\xEF\xBF\xBD\""},
      {"\xED\xA0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},
  };
  for (const Row& row : rows) {
    k8s::LocalObjectReference message;
    message.set_name(row.yaml);
    EXPECT_EQ(ToJson(message, JsonStyle::kCompact),
              absl::StrCat("{\"name\":", row.want, "}"));
  }
}

TEST(Encode, YamlAsKubectlPrintsIt) {
  const std::string text = R"(apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  annotations:
    note: |
      two
      lines
    rbac.authorization.kubernetes.io/autoupdate: "true"
  creationTimestamp: "2023-11-14T22:30:04Z"
  name: cluster-admin
  resourceVersion: "1004"
rules:
- apiGroups:
  - '*'
  resources:
  - '*'
  verbs:
  - '*'
- apiGroups:
  - ""
  resourceNames:
  - a:b
  - '@x'
  - "12:30"
  - "0x1f"
  - "yes"
  - "null"
  - 1.2.3
  - ' x'
  - ä
  resources:
  - pods/log
  verbs: []
)";
  Document document;
  ASSERT_TRUE(NewYamlReader(text, "f")->Next(&document).ok());
  const auto object =
      DecodeObject(document.root(), "f", DecodeOptions(), nullptr);
  ASSERT_TRUE(object.ok()) << object.status();
  EXPECT_EQ(ToYaml(*object), text);
}

// Strings that YAML could take for something else.
TEST(Encode, StringsComeBack) {
  const std::string strings[] = {
      "",       "a",          " ",       "a ",     "\n",        "\n\n",
      "a\n",    "a\n\n",      "\na",     " a\nb",  "a \nb",     "a\n b\n",
      "\ta\nb", "a\tb",       "a\r\nb",  "#a",     "a #b",      "a: b",
      "a:",     "- a",        "-",       "---",    "...",       "---\na",
      "%a",     "&a",         "*a",      "!a",     "|",         ">",
      "'",      "\"",         "''",      "\\n",    "{}",        "[]",
      "?",      "? a",        "<<",      "=",      "~",         "true",
      "No",     "1",          "1e3",     ".5",     ".inf",      "0o7",
      "1_0",    "2024-01-01", "1:2",     "\x7f",   "\x01",      "ä",
      "\u0085", "\u2028x",    "\uFEFFa", "😀",      "a,b",       "@a",
      "`a",     "a\n---\nb",  "a\n#b\n", "x\n\ty", "a\n\n\nb\n"};
  for (const std::string& text : strings) {
    k8s::ObjectMeta meta;
    (*meta.mutable_labels())["key"] = text;
    (*meta.mutable_annotations())[text] = "value";
    meta.add_finalizers(text);
    const std::string yaml = ToYaml(meta);
    Document document;
    const auto got = NewYamlReader(yaml, "f")->Next(&document);
    ASSERT_TRUE(got.ok()) << got.status() << "\n" << yaml;
    k8s::ObjectMeta back;
    absl::Status status =
        DecodeMessage(document.root(), "f", DecodeOptions(), nullptr, &back);
    ASSERT_TRUE(status.ok()) << status << "\n" << yaml;
    EXPECT_TRUE(MessageDifferencer::Equals(meta, back)) << yaml;
    for (const JsonStyle style : {JsonStyle::kCompact, JsonStyle::kIndented}) {
      const std::string json = ToJson(meta, style);
      status = FromJson(json, "f", DecodeOptions(), &back);
      ASSERT_TRUE(status.ok()) << status << "\n" << json;
      EXPECT_TRUE(MessageDifferencer::Equals(meta, back)) << json;
    }
  }
}

TEST(Encode, WhatCannotBeWrittenIsNull) {
  k8s::ObjectMeta meta;
  meta.mutable_creationtimestamp()->set_seconds(int64_t{1} << 60);
  meta.add_managedfields()->mutable_fieldsv1()->set_raw("{");
  EXPECT_EQ(
      ToJson(meta, JsonStyle::kCompact),
      R"({"creationTimestamp":null,"managedFields":[{"fieldsV1":null}]})");
  EXPECT_EQ(ToJson(Object(), JsonStyle::kCompact), "null");
  EXPECT_EQ(ToYaml(Object()), "null\n");
}

// One object of each shape, as a kubectl would hand it over.
TEST(RoundTrip, YamlAndJson) {
  const char* const objects[] = {
      "{apiVersion: v1, kind: Secret, metadata: {name: s, namespace: a}, "
      "type: Opaque, immutable: false, data: {a: aGk=, b: ''}, "
      "stringData: {c: '1'}}",
      "{apiVersion: v1, kind: ServiceAccount, metadata: {name: s}, "
      "automountServiceAccountToken: false, secrets: [{name: x}]}",
      "{apiVersion: certificates.k8s.io/v1, kind: CertificateSigningRequest, "
      "spec: {request: aGVsbG8=, signerName: a/b, expirationSeconds: 0, "
      "extra: {k: [v]}}, status: {conditions: [{type: Approved, status: "
      "'True', lastUpdateTime: '2024-05-01T10:00:00Z'}]}}",
      "{apiVersion: authorization.k8s.io/v1, kind: SubjectAccessReview, "
      "metadata: {creationTimestamp: null}, spec: {user: a, groups: ['', b], "
      "resourceAttributes: {verb: get, labelSelector: {requirements: [{key: "
      "a, operator: In, values: [b]}]}}}, status: {allowed: false}}",
      "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, "
      "aggregationRule: {clusterRoleSelectors: [{matchLabels: {a: 'true'}}, "
      "{}]}, rules: null}",
      "{apiVersion: v1, kind: Namespace, spec: {}, status: {phase: Active}}",
  };
  for (const char* text : objects) {
    Document document;
    ASSERT_TRUE(NewYamlReader(text, "f")->Next(&document).ok());
    DecodeOptions strict;
    strict.field_validation = FieldValidation::kStrict;
    const auto object = DecodeObject(document.root(), "f", strict, nullptr);
    ASSERT_TRUE(object.ok()) << object.status();
    for (const std::string& form :
         {ToYaml(*object), ToJson(*object, JsonStyle::kCompact)}) {
      Document again;
      ASSERT_TRUE(NewYamlReader(form, "f")->Next(&again).ok()) << form;
      const auto back = DecodeObject(again.root(), "f", strict, nullptr);
      ASSERT_TRUE(back.ok()) << back.status() << form;
      EXPECT_TRUE(MessageDifferencer::Equals(*object->message, *back->message))
          << form;
    }
  }
}

}  // namespace
}  // namespace gatehouse::objects

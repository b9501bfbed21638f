#include "objects/object_meta.h"

#include "absl/strings/str_join.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace gatehouse::objects {
namespace {

k8s::ObjectMeta Parse(const std::string& text) {
  k8s::ObjectMeta meta;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &meta))
      << text;
  return meta;
}

// The types and fields of errors, in order.
std::string Dump(const std::vector<FieldError>& errors) {
  return absl::StrJoin(errors, ", ", [](std::string* out, const auto& error) {
    out->append(FieldErrorTypeName(error.type).data())
        .append(" ")
        .append(error.field);
  });
}

struct Case {
  const char* meta;
  bool namespaced;
  const char* want;
};

TEST(ObjectMetaTest, Validate) {
  const Case kCases[] = {
      {R"(name:"System:My Role")", false, ""},
      {R"(name:"a" namespace:"dev")", true, ""},
      {"", false, "Required metadata.name"},
      {"", true, "Required metadata.name, Required metadata.namespace"},
      {R"(generateName:"a-")", false, "Required metadata.name"},
      {R"(name:"a" generateName:"a/")", false, "Invalid metadata.generateName"},
      {R"(name:"a/%")", false, "Invalid metadata.name, Invalid metadata.name"},
      {R"(name:"a" namespace:"dev")", false, "Forbidden metadata.namespace"},
      {R"(name:"a" namespace:"Dev")", true, "Invalid metadata.namespace"},
      {R"(name:"a" labels {key:"k" value:"v"})", false, ""},
      {R"(name:"a" labels {key:"k" value:"-"})", false,
       "Invalid metadata.labels"},
      {R"(name:"a" labels {key:"a b" value:""})", false,
       "Invalid metadata.labels"},
      {R"(name:"a" annotations {key:"Example.COM/K" value:"any \n text"})",
       false, ""},
      {R"(name:"a" annotations {key:"a b" value:""})", false,
       "Invalid metadata.annotations"},
      {R"(name:"a" ownerReferences
           {apiVersion:"v1" kind:"Pod" name:"p" uid:"u"})",
       false, ""},
      {R"(name:"a" ownerReferences {apiVersion:"apps/"})", false,
       "Invalid metadata.ownerReferences.apiVersion, "
       "Invalid metadata.ownerReferences.kind, "
       "Invalid metadata.ownerReferences.name, "
       "Invalid metadata.ownerReferences.uid"},
      {R"(name:"a" finalizers:"example.com/f" finalizers:"a b")", false,
       "Invalid metadata.finalizers"},
  };
  for (const Case& c : kCases) {
    EXPECT_EQ(Dump(ValidateObjectMeta(Parse(c.meta), c.namespaced)), c.want)
        << c.meta;
  }
}

TEST(ObjectMetaTest, AnnotationsHaveACeiling) {
  k8s::ObjectMeta meta = Parse(R"(name:"a")");
  std::string& value = (*meta.mutable_annotations())["k"];
  value = std::string(kMaxAnnotationBytes - 1, 'x');
  EXPECT_EQ(Dump(ValidateObjectMeta(meta, false)), "");
  value += 'x';
  const auto errors = ValidateObjectMeta(meta, false);
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(ToString(errors[0]),
            "metadata.annotations: Too long: may not be more than 262144 "
            "bytes");
}

struct UpdateCase {
  const char* meta;
  const char* old;
  const char* want;
};

TEST(ObjectMetaTest, ValidateUpdate) {
  const UpdateCase kCases[] = {
      {R"(name:"a" uid:"1")", R"(name:"a" uid:"1")", ""},
      {R"(name:"a")", R"(name:"a" uid:"1")", ""},
      {R"(name:"a" labels {key:"x" value:"y"})", R"(name:"a")", ""},
      {R"(name:"b")", R"(name:"a")", "Invalid metadata.name"},
      {R"(name:"a" namespace:"x")", R"(name:"a" namespace:"y")",
       "Invalid metadata.namespace"},
      {R"(name:"a" uid:"2")", R"(name:"a" uid:"1")", "Invalid metadata.uid"},
  };
  for (const UpdateCase& c : kCases) {
    EXPECT_EQ(Dump(ValidateObjectMetaUpdate(Parse(c.meta), Parse(c.old))),
              c.want)
        << c.meta;
  }
}

}  // namespace
}  // namespace gatehouse::objects

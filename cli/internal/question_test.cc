#include "cli/internal/question.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"

namespace gatehouse::cli {
namespace {

struct QuestionRow {
  std::vector<std::string> args;
  const char* namespace_;
  bool all_namespaces;
  const char* subresource;
  const char* want;      // Description, then the error if there is one.
  const char* warnings;  // Joined by "; ".
};

std::string Show(const QuestionRow& row) {
  std::string text = absl::StrJoin(row.args, " ");
  return absl::StrCat(text, " -n ", row.namespace_);
}

TEST(ParseQuestionTest, Rows) {
  const QuestionRow rows[] = {
      {{"get", "pods"}, "dev", false, "", "get pods in namespace \"dev\"", ""},
      {{"get", "pods"}, "dev", true, "", "get pods in all namespaces", ""},
      {{"get", "po/a"},
       "dev",
       false,
       "log",
       "get pods/log \"a\" in namespace \"dev\"",
       ""},
      {{"get", "po", "a"},
       "dev",
       false,
       "",
       "get pods \"a\" in namespace \"dev\"",
       ""},
      {{"get", "deploy/a/b"},
       "dev",
       false,
       "",
       "get deployments.apps \"a/b\" in namespace \"dev\"",
       ""},
      {{"*", "*"}, "dev", false, "", "* * in namespace \"dev\"", ""},
      {{"get", "/healthz"}, "dev", false, "", "get /healthz", ""},
      {{"*", "/"}, "dev", false, "", "* /", ""},
      {{"watch", "/a"},
       "dev",
       false,
       "",
       "watch /a",
       "verb 'watch' is not a known verb"},
      {{"post", "pods"},
       "dev",
       false,
       "",
       "post pods in namespace \"dev\"",
       "verb 'post' is not a known verb"},
      {{"get", "nodes"},
       "dev",
       false,
       "",
       "get nodes in namespace \"dev\"",
       "resource 'nodes' is not namespace scoped"},
      {{"frob", "X.y"},
       "dev",
       false,
       "",
       "frob X.y in namespace \"dev\"",
       "the server doesn't have a resource type 'x' in group 'y'; verb 'frob' "
       "is not a known verb"},
      {{"impersonate", "groups"},
       "",
       false,
       "",
       "impersonate groups in all namespaces",
       ""},
      {{"update", "deploy/scale"},
       "dev",
       false,
       "",
       "update deployments.apps \"scale\" in namespace \"dev\"",
       "'scale' is taken for the name of one of the deployments; the "
       "subresource is --subresource=scale"},
  };
  const ResourceMapper mapper({});
  for (const QuestionRow& row : rows) {
    SCOPED_TRACE(Show(row));
    const auto question =
        ParseQuestion(QuestionFlags{row.args, row.namespace_,
                                    row.all_namespaces, row.subresource},
                      "can-i", mapper);
    ASSERT_TRUE(question.ok()) << question.status();
    EXPECT_EQ(question->Description(), row.want);
    EXPECT_EQ(absl::StrJoin(question->warnings, "; "), row.warnings);
  }
}

struct ErrorRow {
  std::vector<std::string> args;
  const char* subresource;
};

TEST(ParseQuestionTest, Errors) {
  const ErrorRow rows[] = {
      {{}, ""},
      {{"get"}, ""},
      {{"get", "pods", "a", "b"}, ""},
      {{"get", "pods/a", "b"}, ""},
      {{"get", "/a"}, "log"},
      {{"get", "/a", "b"}, ""},
  };
  const ResourceMapper mapper({});
  for (const ErrorRow& row : rows) {
    EXPECT_FALSE(
        ParseQuestion(QuestionFlags{row.args, "dev", false, row.subresource},
                      "can-i", mapper)
            .ok())
        << absl::StrJoin(row.args, " ");
  }
}

TEST(QuestionTest, ForUser) {
  const UserInfo user{"a", "", {}, {}};
  Question question;
  question.verb = "get";
  question.namespace_ = "dev";
  question.group = "apps";
  question.resource = "deployments";
  question.subresource = "scale";
  question.name = "web";
  const authz::Attributes resource = question.ForUser(&user);
  EXPECT_EQ(resource.user, &user);
  EXPECT_TRUE(resource.resource_request);
  EXPECT_EQ(resource.verb, "get");
  EXPECT_EQ(resource.namespace_, "dev");
  EXPECT_EQ(resource.api_group, "apps");
  EXPECT_EQ(resource.api_version, "*");
  EXPECT_EQ(resource.resource, "deployments");
  EXPECT_EQ(resource.subresource, "scale");
  EXPECT_EQ(resource.name, "web");
  EXPECT_EQ(resource.path, "");

  Question url;
  url.verb = "get";
  url.path = "/metrics";
  const authz::Attributes path = url.ForUser(nullptr);
  EXPECT_EQ(path.user, nullptr);
  EXPECT_FALSE(path.resource_request);
  EXPECT_EQ(path.path, "/metrics");
  EXPECT_EQ(path.resource, "");
}

}  // namespace
}  // namespace gatehouse::cli

#include "server/request_info.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "gtest/gtest.h"

namespace gatehouse::server {
namespace {

// "verb path", or "verb [prefix] group/version ns=... resource/sub name", with
// selectors behind.
std::string Shown(const RequestInfo& info) {
  if (!info.resource_request) return absl::StrCat(info.verb, " ", info.path);
  std::string text = absl::StrCat(
      info.verb, " ", info.api_prefix, " ", info.api_group, "/",
      info.api_version, " ns=", info.namespace_, " ", info.resource,
      info.subresource.empty() ? "" : "/", info.subresource, " ", info.name);
  if (!info.field_selector.empty()) {
    absl::StrAppend(&text, " f=", info.field_selector);
  }
  if (!info.label_selector.empty()) {
    absl::StrAppend(&text, " l=", info.label_selector);
  }
  return text;
}

std::string Read(absl::string_view method, absl::string_view path,
                 absl::string_view query = "") {
  RequestInfo info;
  const absl::Status status = ParseRequestInfo(method, path, query, &info);
  return status.ok() ? Shown(info)
                     : absl::StrCat("error ", ReasonName(ReasonOf(status)));
}

struct Case {
  const char* method;
  const char* path;
  const char* query;
  const char* want;
};

void Check(const Case& c) {
  EXPECT_EQ(Read(c.method, c.path, c.query), c.want)
      << c.method << " " << c.path << "?" << c.query;
}

TEST(RequestInfoTest, Paths) {
  const Case kCases[] = {
      {"GET", "/", "", "get /"},
      {"GET", "", "", "get "},
      {"POST", "/healthz", "", "post /healthz"},
      {"GET", "/api", "", "get /api"},
      {"GET", "/api/v1", "", "get /api/v1"},
      {"GET", "/api/v1/", "", "get /api/v1/"},
      {"GET", "/apis/apps/v1", "", "get /apis/apps/v1"},
      {"GET", "/API/v1/pods", "", "get /API/v1/pods"},
      {"GET", "/metrics/a/b/c", "", "get /metrics/a/b/c"},
      {"OPTIONS", "/x", "", "options /x"},
  };
  for (const Case& c : kCases) Check(c);
}

TEST(RequestInfoTest, Resources) {
  const Case kCases[] = {
      {"GET", "/api/v1/pods", "", "list api /v1 ns= pods "},
      {"GET", "/api/v1/pods/", "", "list api /v1 ns= pods "},
      {"GET", "///api/v1/pods//", "", "list api /v1 ns= pods "},
      {"HEAD", "/api/v1/nodes/n", "", "get api /v1 ns= nodes n"},
      {"GET", "/api/v1/namespaces/d/pods/p", "", "get api /v1 ns=d pods p"},
      {"GET", "/api/v1/namespaces/d/pods/p/log", "",
       "get api /v1 ns=d pods/log p"},
      {"GET", "/api/v1/namespaces/d/pods/p/proxy/a/b", "",
       "get api /v1 ns=d pods/proxy p"},
      {"POST", "/apis/apps/v1/namespaces/d/deployments", "",
       "create apis apps/v1 ns=d deployments "},
      {"PUT", "/apis/apps/v1/namespaces/d/deployments/x", "",
       "update apis apps/v1 ns=d deployments x"},
      {"PATCH", "/apis/apps/v1/namespaces/d/deployments/x/scale", "",
       "patch apis apps/v1 ns=d deployments/scale x"},
      {"DELETE", "/api/v1/namespaces/d/pods/p", "",
       "delete api /v1 ns=d pods p"},
      {"DELETE", "/api/v1/namespaces/d/pods", "",
       "deletecollection api /v1 ns=d pods "},
      // The namespace itself has itself as its namespace.
      {"GET", "/api/v1/namespaces", "", "list api /v1 ns= namespaces "},
      {"GET", "/api/v1/namespaces/d", "", "get api /v1 ns=d namespaces d"},
      {"PUT", "/api/v1/namespaces/d/finalize", "",
       "update api /v1 ns=d namespaces/finalize d"},
      {"GET", "/api/v1/namespaces/d/status/x", "",
       "get api /v1 ns=d namespaces/status d"},
      // An empty segment is one.
      {"GET", "/api/v1/pods//log", "", "list api /v1 ns= pods/log "},
      {"GET", "/api//pods", "", "list api / ns= pods "},
      // Methods without a verb.
      {"OPTIONS", "/api/v1/pods", "", " api /v1 ns= pods "},
      {"get", "/api/v1/pods", "", " api /v1 ns= pods "},
      // Verbs in the path.
      {"GET", "/api/v1/watch/namespaces/d/pods", "",
       "watch api /v1 ns=d pods "},
      {"DELETE", "/api/v1/proxy/nodes/n/x/y", "", "proxy api /v1 ns= nodes n"},
      {"GET", "/api/v1/watch", "", "error Malformed"},
      {"GET", "/apis/apps/v1/proxy", "", "error Malformed"},
  };
  for (const Case& c : kCases) Check(c);
}

TEST(RequestInfoTest, Queries) {
  const Case kCases[] = {
      {"GET", "/api/v1/pods", "watch=true", "watch api /v1 ns= pods "},
      {"GET", "/api/v1/pods", "watch", "watch api /v1 ns= pods "},
      {"GET", "/api/v1/pods", "watch=", "watch api /v1 ns= pods "},
      {"GET", "/api/v1/pods", "watch=x", "watch api /v1 ns= pods "},
      {"GET", "/api/v1/pods", "watch=0", "list api /v1 ns= pods "},
      {"GET", "/api/v1/pods", "watch=False", "list api /v1 ns= pods "},
      {"GET", "/api/v1/pods", "watch=0&watch=1", "list api /v1 ns= pods "},
      {"GET", "/api/v1/pods", "%77atch=1", "watch api /v1 ns= pods "},
      // A part with a raw semicolon is none.
      {"GET", "/api/v1/pods", "watch=1;x", "list api /v1 ns= pods "},
      {"GET", "/api/v1/pods", "a=b;watch=1&watch=1", "watch api /v1 ns= pods "},
      {"GET", "/api/v1/pods", "fieldSelector=metadata.name=p;q",
       "list api /v1 ns= pods "},
      {"GET", "/api/v1/pods",
       "fieldSelector=metadata.name=a;b&fieldSelector=metadata.name=p",
       "list api /v1 ns= pods p f=metadata.name=p"},
      {"GET", "/api/v1/pods",
       "fieldSelector=metadata.name%3Dp&labelSelector=%3B",
       "list api /v1 ns= pods  f=metadata.name=p l=;"},
      {"GET", "/api/v1/pods/p", "watch=true", "get api /v1 ns= pods p"},
      {"POST", "/api/v1/pods", "watch=true", "create api /v1 ns= pods "},
      {"GET", "/api/v1/pods", "fieldSelector=metadata.name%3Dp",
       "list api /v1 ns= pods p f=metadata.name=p"},
      {"GET", "/api/v1/pods", "fieldSelector=metadata.name==p&watch=1",
       "watch api /v1 ns= pods p f=metadata.name==p"},
      {"GET", "/api/v1/pods", "fieldSelector=a=b,metadata.name=p",
       "list api /v1 ns= pods p f=a=b,metadata.name=p"},
      {"GET", "/api/v1/pods", "fieldSelector=metadata.name!=p",
       "list api /v1 ns= pods  f=metadata.name!=p"},
      // Where an API server could not read the query, nothing is named.
      {"GET", "/api/v1/pods", "fieldSelector=metadata.name=p,x",
       "list api /v1 ns= pods  f=metadata.name=p,x"},
      {"GET", "/api/v1/pods", "fieldSelector=metadata.name=p&limit=x",
       "list api /v1 ns= pods  f=metadata.name=p"},
      {"GET", "/api/v1/pods", "fieldSelector=metadata.name=p&labelSelector==",
       "list api /v1 ns= pods  f=metadata.name=p l=="},
      {"GET", "/api/v1/pods",
       "fieldSelector=metadata.name=p&limit=5&labelSelector=a+in+(b)",
       "list api /v1 ns= pods p f=metadata.name=p l=a in (b)"},
      // What cannot be a name.
      {"GET", "/api/v1/pods", "fieldSelector=metadata.name=..",
       "list api /v1 ns= pods  f=metadata.name=.."},
      {"GET", "/api/v1/pods", "fieldSelector=metadata.name=a/b",
       "list api /v1 ns= pods  f=metadata.name=a/b"},
      // The first of several; none of it elsewhere.
      {"GET", "/api/v1/pods",
       "fieldSelector=metadata.name=a&fieldSelector=metadata.name=b",
       "list api /v1 ns= pods a f=metadata.name=a"},
      {"DELETE", "/api/v1/pods", "fieldSelector=metadata.name=a",
       "deletecollection api /v1 ns= pods  f=metadata.name=a"},
      {"GET", "/api/v1/watch/pods", "fieldSelector=metadata.name=a",
       "watch api /v1 ns= pods "},
      {"GET", "/api/v1/pods/p", "labelSelector=a=b", "get api /v1 ns= pods p"},
      {"GET", "/healthz", "watch=true", "get /healthz"},
  };
  for (const Case& c : kCases) Check(c);
}

TEST(RequestInfoTest, Attributes) {
  RequestInfo info;
  ASSERT_TRUE(
      ParseRequestInfo("GET", "/apis/apps/v1/namespaces/d/x/n/s", "", &info)
          .ok());
  const UserInfo ann{"ann", "", {}, {}};
  const authz::Attributes attributes = info.attributes(&ann);
  EXPECT_EQ(attributes.user, &ann);
  EXPECT_TRUE(attributes.resource_request);
  EXPECT_EQ(attributes.verb, "get");
  EXPECT_EQ(attributes.api_group, "apps");
  EXPECT_EQ(attributes.api_version, "v1");
  EXPECT_EQ(attributes.namespace_, "d");
  EXPECT_EQ(attributes.resource, "x");
  EXPECT_EQ(attributes.name, "n");
  EXPECT_EQ(attributes.subresource, "s");
  ASSERT_TRUE(ParseRequestInfo("GET", "/healthz", "", &info).ok());
  EXPECT_FALSE(info.attributes(nullptr).resource_request);
  EXPECT_EQ(info.attributes(nullptr).path, "/healthz");
}

}  // namespace
}  // namespace gatehouse::server

#include "authn/config/delegated.h"

#include <string>
#include <utility>
#include <vector>

#include "authn/request_header.h"
#include "authn/testing/test_client.h"
#include "authn/x509.h"
#include "authn/x509_verifier.h"
#include "base/errors.h"
#include "base/headers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "objects/codec.h"
#include "pki/testing/certificate_builder.h"

namespace gatehouse::authn {
namespace {

using authn::testing::Describe;
using authn::testing::TestClient;
using authn::testing::TestNow;
using pki::testing::Leaf;
using pki::testing::TestCa;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Data = std::vector<std::pair<std::string, std::string>>;

std::string Users() { return TestCa("users").Build().ToPem(); }
std::string Proxies() { return TestCa("proxies").Build().ToPem(); }

k8s::ConfigMap MapOf(const Data& data) {
  k8s::ConfigMap config_map;
  for (const auto& [key, value] : data) {
    (*config_map.mutable_data())[key] = value;
  }
  return config_map;
}

Data Full() {
  return {{"client-ca-file", Users()},
          {"requestheader-client-ca-file", Proxies()},
          {"requestheader-username-headers", R"(["X-Remote-User","U"])"},
          {"requestheader-uid-headers", R"(["X-Remote-Uid"])"},
          {"requestheader-group-headers", R"(["X-Remote-Group"])"},
          {"requestheader-extra-headers-prefix", R"(["X-Remote-Extra-"])"},
          {"requestheader-allowed-names", R"(["front-proxy"])"}};
}

TEST(DelegatedTest, ReadsWhatKubernetesWrites) {
  const auto config = DelegatedConfigFromConfigMap(MapOf(Full()));
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->client_ca_pem, Users());
  ASSERT_TRUE(config->proxy.has_value());
  EXPECT_EQ(config->proxy->client_ca_pem, Proxies());
  EXPECT_THAT(config->proxy->headers.username_headers,
              ElementsAre("X-Remote-User", "U"));
  EXPECT_THAT(config->proxy->headers.uid_headers, ElementsAre("X-Remote-Uid"));
  EXPECT_THAT(config->proxy->headers.group_headers,
              ElementsAre("X-Remote-Group"));
  EXPECT_THAT(config->proxy->headers.extra_header_prefixes,
              ElementsAre("X-Remote-Extra-"));
  EXPECT_THAT(config->proxy->allowed_names, ElementsAre("front-proxy"));
}

TEST(DelegatedTest, PartsMayBeMissing) {
  const auto none = DelegatedConfigFromConfigMap(k8s::ConfigMap());
  ASSERT_TRUE(none.ok());
  EXPECT_EQ(none->client_ca_pem, "");
  EXPECT_FALSE(none->proxy.has_value());
  EXPECT_FALSE(ClientX509ConfigOf(*none).ok());
  EXPECT_EQ(ReasonOf(ProxyX509ConfigOf(*none).status()), Reason::kInvalid);
  const auto proxy = DelegatedConfigFromConfigMap(
      MapOf({{"requestheader-client-ca-file", Proxies()},
             {"requestheader-username-headers", R"(["a"])"},
             {"requestheader-group-headers", "null"}}));
  ASSERT_TRUE(proxy.ok()) << proxy.status();
  EXPECT_TRUE(proxy->proxy->allowed_names.empty());
}

TEST(DelegatedTest, WhatIsWrittenIsReadAlike) {
  DelegatedConfig config = *DelegatedConfigFromConfigMap(MapOf(Full()));
  config.proxy->headers.uid_headers = {};
  config.proxy->headers.group_headers = {"a\"b", "c"};
  const k8s::ConfigMap written = DelegatedConfigToConfigMap(config);
  EXPECT_EQ(written.metadata().namespace_(), "kube-system");
  EXPECT_EQ(written.metadata().name(), "extension-apiserver-authentication");
  const auto again = DelegatedConfigFromConfigMap(written);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->client_ca_pem, config.client_ca_pem);
  EXPECT_TRUE(again->proxy->headers.uid_headers.empty());
  EXPECT_THAT(again->proxy->headers.group_headers, ElementsAre("a\"b", "c"));
  // As an object among others.
  const std::string json =
      objects::ToJson(written, objects::JsonStyle::kCompact);
  EXPECT_THAT(json, HasSubstr(R"("kind":"ConfigMap")"));
  EXPECT_TRUE(
      objects::ObjectFromJson(json, "f", objects::DecodeOptions(), nullptr)
          .ok());
}

TEST(DelegatedTest, WhatIsRefused) {
  struct Row {
    std::string key;
    std::string value;
    Reason reason;
    const char* error;
  };
  const Row rows[] = {
      {"client-ca-file", "x", Reason::kNone, "client-ca-file"},
      {"client-ca-file", Proxies() + Users(), Reason::kNone, nullptr},
      {"requestheader-client-ca-file", "x", Reason::kNone,
       "requestheader-client-ca-file"},
      {"requestheader-username-headers", "[]", Reason::kInvalid,
       "requestheader-username-headers: there is none"},
      {"requestheader-username-headers", "X-Remote-User", Reason::kMalformed,
       "requestheader-username-headers"},
      {"requestheader-group-headers", R"({"a":1})", Reason::kMalformed,
       "requestheader-group-headers: want a list of strings"},
      {"requestheader-group-headers", "[1]", Reason::kMalformed,
       "requestheader-group-headers: want a list of strings"},
      {"requestheader-extra-headers-prefix", R"([" "])", Reason::kInvalid,
       "requestheader-extra-headers-prefix: an empty name"},
      {"requestheader-allowed-names", R"([""])", Reason::kInvalid,
       "requestheader-allowed-names: an empty name"},
  };
  for (const Row& row : rows) {
    k8s::ConfigMap config_map = MapOf(Full());
    (*config_map.mutable_data())[row.key] = row.value;
    const auto config = DelegatedConfigFromConfigMap(config_map);
    EXPECT_EQ(config.ok(), row.error == nullptr) << config.status();
    if (row.error == nullptr) continue;
    EXPECT_THAT(std::string(config.status().message()),
                HasSubstr("kube-system/extension-apiserver-authentication: "));
    EXPECT_THAT(std::string(config.status().message()), HasSubstr(row.error));
    if (row.reason != Reason::kNone) {
      EXPECT_EQ(ReasonOf(config.status()), row.reason) << config.status();
    }
  }
  // A CA in common, and no names.
  k8s::ConfigMap config_map = MapOf(Full());
  (*config_map.mutable_data())["client-ca-file"] = Proxies();
  config_map.mutable_data()->erase("requestheader-allowed-names");
  EXPECT_THAT(
      std::string(DelegatedConfigFromConfigMap(config_map).status().message()),
      HasSubstr("overlapping certificates"));
}

TEST(DelegatedTest, ConfiguresTheAuthenticators) {
  const DelegatedConfig config = *DelegatedConfigFromConfigMap(MapOf(Full()));
  auto clients = X509Authenticator::Create(*ClientX509ConfigOf(config));
  ASSERT_TRUE(clients.ok());
  const TestClient jane({Leaf("jane", TestCa("users"))});
  EXPECT_EQ(Describe((*clients)->Authenticate(jane.At(TestNow()))), "jane  []");
  auto proxy = NewFrontProxy(config.proxy->headers);
  ASSERT_TRUE(proxy.ok());
  ASSERT_TRUE((*proxy)->Update(*ProxyX509ConfigOf(config)).ok());
  Headers headers;
  headers.Add("U", "rose");
  for (const auto& [name, who] :
       {std::make_pair("front-proxy", "rose  []"),
        std::make_pair("other",
                       "NotAllowed: x509: subject with cn=other is not in the "
                       "allowed list")}) {
    const TestClient client({Leaf(name, TestCa("proxies"))});
    Request request = client.At(TestNow());
    Headers sent = headers;
    request.headers = &sent;
    EXPECT_EQ(Describe((*proxy)->Authenticate(request)), who);
  }
}

}  // namespace
}  // namespace gatehouse::authn

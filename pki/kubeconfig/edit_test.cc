#include "pki/kubeconfig/edit.h"

#include <cstdlib>
#include <functional>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/secret.h"
#include "gtest/gtest.h"
#include "pki/kubeconfig/kubeconfig.h"

namespace gatehouse::pki {
namespace {

constexpr char kPem[] =
    "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";

class EditTest : public ::testing::Test {
 protected:
  EditTest() {
    std::string pattern = absl::StrCat(::testing::TempDir(), "/edit.XXXXXX");
    directory_ = ::mkdtemp(&pattern[0]);
    EXPECT_TRUE(WriteFile(In("crt"), kPem).ok());
    EXPECT_TRUE(WriteFile(In("key"), "KEY").ok());
    EXPECT_TRUE(WriteFile(In("text"), "no certificate").ok());
  }

  std::string In(absl::string_view name) const {
    return absl::StrCat(directory_, "/", name);
  }

  std::string directory_;
};

std::string Text(const Secret& secret) {
  return std::string(secret.Reveal(SecretAccess::Get()));
}

TEST_F(EditTest, ClusterChangesOnlyWhatIsGiven) {
  // Each change is made to the outcome of the one before.
  const struct {
    std::function<void(ClusterChange*)> change;
    std::function<void(KubeconfigCluster*)> want;
  } kSteps[] = {
      {[](ClusterChange* c) { c->server = "https://x"; },
       [](KubeconfigCluster* c) { c->server = "https://x"; }},
      {[](ClusterChange* c) {
         c->tls_server_name = "n";
         c->proxy_url = "http://p";
       },
       [](KubeconfigCluster* c) {
         c->tls_server_name = "n";
         c->proxy_url = "http://p";
       }},
      {[](ClusterChange* c) { c->proxy_url = ""; },
       [](KubeconfigCluster* c) { c->proxy_url = ""; }},
      {[](ClusterChange* c) { c->insecure_skip_tls_verify = true; },
       [](KubeconfigCluster* c) { c->insecure_skip_tls_verify = true; }},
      {[](ClusterChange* c) { c->certificate_authority = "/ca"; },
       [](KubeconfigCluster* c) {
         c->insecure_skip_tls_verify = false;
         c->certificate_authority = "/ca";
       }},
      {[](ClusterChange* c) { c->certificate_authority_data = "PEM"; },
       [](KubeconfigCluster* c) {
         c->certificate_authority = "";
         c->certificate_authority_data = "PEM";
       }},
      {[this](ClusterChange* c) {
         c->certificate_authority = In("crt");
         c->embed_certs = true;
       },
       [](KubeconfigCluster* c) { c->certificate_authority_data = kPem; }},
      {[](ClusterChange* c) { c->embed_certs = true; },
       [](KubeconfigCluster*) {}},
      {[](ClusterChange* c) { c->insecure_skip_tls_verify = false; },
       [](KubeconfigCluster*) {}},
      {[](ClusterChange* c) { c->insecure_skip_tls_verify = true; },
       [](KubeconfigCluster* c) {
         c->certificate_authority_data = "";
         c->insecure_skip_tls_verify = true;
       }},
  };
  Kubeconfig config;
  KubeconfigCluster want;
  for (const auto& step : kSteps) {
    ClusterChange change;
    step.change(&change);
    const absl::Status status = SetCluster("c", change, &config);
    ASSERT_TRUE(status.ok()) << status;
    step.want(&want);
    EXPECT_TRUE(config.clusters.at("c") == want)
        << Text(KubeconfigToYaml(config)) << &step - kSteps;
  }
  EXPECT_EQ(config.clusters.size(), 1u);
}

TEST_F(EditTest, CredentialsChangeOnlyWhatIsGiven) {
  const struct {
    std::function<void(CredentialsChange*)> change;
    std::function<void(KubeconfigUser*)> want;
  } kSteps[] = {
      {[](CredentialsChange* c) { c->client_certificate = "/crt"; },
       [](KubeconfigUser* u) { u->client_certificate = "/crt"; }},
      {[](CredentialsChange* c) { c->client_key = "/key"; },
       [](KubeconfigUser* u) { u->client_key = "/key"; }},
      {[](CredentialsChange* c) {
         c->client_certificate_data = "C";
         c->client_key_data = Secret("K");
       },
       [](KubeconfigUser* u) {
         u->client_certificate = u->client_key = "";
         u->client_certificate_data = "C";
         u->client_key_data = Secret("K");
       }},
      {[](CredentialsChange* c) { c->username = "john"; },
       [](KubeconfigUser* u) { u->username = "john"; }},
      {[](CredentialsChange* c) { c->password = Secret("p"); },
       [](KubeconfigUser* u) { u->password = Secret("p"); }},
      {[](CredentialsChange* c) { c->token = Secret("t"); },
       [](KubeconfigUser* u) {
         u->username = "";
         u->password = Secret();
         u->token = Secret("t");
       }},
      {[](CredentialsChange* c) { c->password = Secret("p"); },
       [](KubeconfigUser* u) {
         u->token = Secret();
         u->password = Secret("p");
       }},
      {[this](CredentialsChange* c) {
         c->client_certificate = In("crt");
         c->client_key = In("key");
         c->embed_certs = true;
       },
       [](KubeconfigUser* u) {
         u->client_certificate_data = kPem;
         u->client_key_data = Secret("KEY");
       }},
      {[](CredentialsChange* c) {
         c->client_certificate = "/crt";
         c->client_key = "/key";
       },
       [](KubeconfigUser* u) {
         u->client_certificate_data = "";
         u->client_key_data = Secret();
         u->client_certificate = "/crt";
         u->client_key = "/key";
       }},
      {[](CredentialsChange* c) {
         c->client_certificate = "";
         c->client_key = "";
         c->password = Secret();
       },
       [](KubeconfigUser* u) { *u = KubeconfigUser(); }},
  };
  Kubeconfig config;
  KubeconfigUser want;
  for (const auto& step : kSteps) {
    CredentialsChange change;
    step.change(&change);
    const absl::Status status = SetCredentials("u", change, &config);
    ASSERT_TRUE(status.ok()) << status;
    step.want(&want);
    EXPECT_TRUE(config.users.at("u") == want)
        << Text(KubeconfigToYaml(config)) << &step - kSteps;
  }
}

TEST_F(EditTest, WhatIsNotNamedByAFlagStays) {
  Kubeconfig config;
  config.users["u"].as = "mary";
  config.users["u"].exec.emplace().command = "get";
  config.users["u"].token_file = "/token";
  config.users["other"].token = Secret("t");
  CredentialsChange change;
  change.client_key = "/key";
  ASSERT_TRUE(SetCredentials("u", change, &config).ok());
  EXPECT_EQ(config.users["u"].as, "mary");
  EXPECT_EQ(config.users["u"].exec->command, "get");
  EXPECT_EQ(config.users["u"].token_file, "/token");
  EXPECT_EQ(Text(config.users["other"].token), "t");
  // A token that is set would lose to the file.
  CredentialsChange token;
  token.token = Secret("t");
  ASSERT_TRUE(SetCredentials("u", token, &config).ok());
  EXPECT_EQ(config.users["u"].token_file, "");
}

TEST_F(EditTest, RefusedChangesChangeNothing) {
  using Change = std::function<absl::Status(Kubeconfig*)>;
  const auto cluster = [](absl::string_view name, const ClusterChange& change) {
    return Change([name, change](Kubeconfig* config) {
      return SetCluster(name, change, config);
    });
  };
  const auto user = [](absl::string_view name,
                       const CredentialsChange& change) {
    return Change([name, change](Kubeconfig* config) {
      return SetCredentials(name, change, config);
    });
  };
  ClusterChange insecure_ca;
  insecure_ca.insecure_skip_tls_verify = true;
  insecure_ca.certificate_authority = In("crt");
  ClusterChange two_cas;
  two_cas.certificate_authority = In("crt");
  two_cas.certificate_authority_data = "PEM";
  ClusterChange missing_ca;
  missing_ca.certificate_authority = In("none");
  missing_ca.embed_certs = true;
  ClusterChange no_ca = missing_ca;
  no_ca.certificate_authority = In("text");
  CredentialsChange two_methods;
  two_methods.token = Secret("hunter2");
  two_methods.username = "u";
  CredentialsChange two_certificates;
  two_certificates.client_certificate = "/crt";
  two_certificates.client_certificate_data = "PEM";
  CredentialsChange two_keys;
  two_keys.client_key = "/key";
  two_keys.client_key_data = Secret("hunter2");
  CredentialsChange missing_key;
  missing_key.client_key = In("none");
  missing_key.embed_certs = true;
  const struct {
    Change change;
    Reason reason;
    std::string message;
  } kCases[] = {
      {cluster("", {}), Reason::kInvalid, "want a name"},
      {user("", {}), Reason::kInvalid, "want a name"},
      {[](Kubeconfig* k) { return SetContext("", {}, k); }, Reason::kInvalid,
       "want a name"},
      {[](Kubeconfig* k) { return UseContext("none", k); }, Reason::kNotFound,
       "no context exists with the name: \"none\""},
      {cluster("c", insecure_ca), Reason::kInvalid, "want only one of"},
      {cluster("c", two_cas), Reason::kInvalid, "want only one of"},
      {cluster("c", missing_ca), Reason::kNotFound, In("none")},
      {cluster("c", no_ca), Reason::kInvalid, "no certificate in it"},
      {user("u", two_methods), Reason::kInvalid,
       "want only one of token and username/password"},
      {user("u", two_certificates), Reason::kInvalid, "want only one of"},
      {user("u", two_keys), Reason::kInvalid, "want only one of"},
      {user("u", missing_key), Reason::kNotFound, In("none")},
  };
  Kubeconfig config;
  config.clusters["c"].server = "https://x";
  config.current_context = "x";
  const Kubeconfig before = config;
  for (const auto& c : kCases) {
    const absl::Status status = c.change(&config);
    EXPECT_EQ(ReasonName(ReasonOf(status)), ReasonName(c.reason)) << status;
    EXPECT_TRUE(absl::StrContains(status.message(), c.message)) << status;
    EXPECT_FALSE(absl::StrContains(status.message(), "hunter2")) << status;
    EXPECT_TRUE(config == before) << status;
  }
}

TEST_F(EditTest, ContextsAreMadeChangedAndUsed) {
  Kubeconfig config;
  ContextChange change;
  change.cluster = "c";
  change.user = "u";
  ASSERT_TRUE(SetContext("x", change, &config).ok());
  ContextChange namespace_only;
  namespace_only.namespace_name = "shares";
  ASSERT_TRUE(SetContext("x", namespace_only, &config).ok());
  const KubeconfigContext want = {"c", "u", "shares", {}};
  EXPECT_TRUE(config.contexts.at("x") == want);
  ASSERT_TRUE(UseContext("x", &config).ok());
  EXPECT_EQ(config.current_context, "x");
}

TEST_F(EditTest, MergingKeepsWhatIsThere) {
  Kubeconfig first;
  first.clusters["c"].server = "https://first";
  first.users["u"].token = Secret("first");
  first.extensions["e"] = "1";
  Kubeconfig second;
  second.clusters["c"].server = "https://second";
  second.clusters["d"].server = "https://d";
  second.users["u"].token = Secret("second");
  second.users["v"];
  second.contexts["x"] = {"d", "v", "", {}};
  second.current_context = "x";
  second.extensions["e"] = "2";
  second.preferences_colors = true;
  MergeKubeconfig(second, &first);
  EXPECT_EQ(first.clusters["c"].server, "https://first");
  EXPECT_EQ(first.clusters["d"].server, "https://d");
  EXPECT_EQ(Text(first.users["u"].token), "first");
  EXPECT_EQ(first.users.count("v"), 1u);
  EXPECT_EQ(first.contexts.at("x").cluster, "d");
  EXPECT_EQ(first.current_context, "x");
  EXPECT_EQ(first.extensions["e"], "1");
  EXPECT_TRUE(first.preferences_colors);
  Kubeconfig third;
  third.current_context = "y";
  MergeKubeconfig(third, &first);
  EXPECT_EQ(first.current_context, "x");
}

}  // namespace
}  // namespace gatehouse::pki

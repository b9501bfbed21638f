#include "authn/config/testing/chain_world.h"

#include <cstdlib>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "authn/config/flags.h"
#include "authn/jose/algorithm.h"
#include "authn/jose/jwk.h"
#include "authn/jose/sign.h"
#include "authn/jose/testing/test_signer.h"
#include "authn/jose/verification_key.h"
#include "authn/serviceaccount/claims.h"
#include "authn/testing/test_client.h"
#include "authn/token/bootstrap_token.h"
#include "authn/token/token_authenticator.h"
#include "authn/webhook/token_review_codec.h"
#include "base/file.h"
#include "gtest/gtest.h"
#include "objects/object.h"
#include "proto/core.pb.h"
#include "proto/meta.pb.h"

namespace gatehouse::authn::testing {
namespace {

constexpr JwsAlgorithm kAlgorithm = JwsAlgorithm::kEs256;

template <typename T>
objects::Object Named(T message, const std::string& object_namespace,
                      const std::string& name) {
  message.mutable_metadata()->set_namespace_(object_namespace);
  message.mutable_metadata()->set_name(name);
  message.mutable_metadata()->set_uid(absl::StrCat("uid-of-", name));
  return objects::MakeObject(std::move(message));
}

std::string Sign(const std::string& payload) {
  const pki::PrivateKey& key = TestPrivateKey(kAlgorithm);
  const auto token =
      SignCompact(payload, key, KubernetesKeyId(key.public_key()), "");
  EXPECT_TRUE(token.ok()) << token.status();
  return *token;
}

}  // namespace

ChainWorld::ChainWorld()
    : clock_(TestNow()),
      store_(std::make_shared<objects::MemoryStore>()),
      http_(std::make_shared<gatehouse::testing::FakeHttpClient>()) {
  std::string pattern = absl::StrCat(::testing::TempDir(), "/chain.XXXXXX");
  directory_ = ::mkdtemp(&pattern[0]);
  dependencies_.objects = store_;
  dependencies_.http_clients = http_->Factory();
  dependencies_.clock = &clock_;
  dependencies_.watch.poll_interval = absl::InfiniteDuration();
  dependencies_.watch.debounce = absl::Milliseconds(1);
  dependencies_.observe = [this](const SourceStatus& status) {
    MutexLock lock(mutex_);
    seen_[status.name] = status;
    changed_.NotifyAll();
  };
}

std::string ChainWorld::In(absl::string_view name) const {
  return absl::StrCat(directory_, "/", name);
}

void ChainWorld::Write(absl::string_view name,
                       absl::string_view contents) const {
  const absl::Status status = WriteFile(In(name), contents);
  ASSERT_TRUE(status.ok()) << status;
}

absl::Status ChainWorld::Start(const std::vector<std::string>& flags) {
  std::vector<std::string> texts;
  for (const std::string& flag : flags) {
    texts.push_back(absl::StrReplaceAll(flag, {{"$D", directory_}}));
  }
  const std::vector<absl::string_view> args(texts.begin(), texts.end());
  Config config;
  absl::Status status = ParseFlags(args, &config, nullptr);
  return status.ok() ? StartWith(config) : status;
}

absl::Status ChainWorld::StartWith(const Config& config) {
  auto chain = AuthenticatorChain::Create(config, dependencies_);
  if (!chain.ok()) return chain.status();
  chain_ = *std::move(chain);
  return absl::OkStatus();
}

Headers ChainWorld::AskForHeaders(Shown shown, std::string* who) const {
  const TestClient client(shown.certificates);
  Request request = client.At(clock_.Now());
  request.headers = &shown.headers;
  request.path = shown.path;
  const std::vector<std::string>& audiences = chain_->api_audiences();
  request.audiences = audiences.empty() ? nullptr : &audiences;
  const Result result = chain_->Authenticate(request);
  *who = Describe(result);
  if (result.authenticated()) {
    absl::StrAppend(who, " by ", result.authentication().authenticator);
  }
  return shown.headers;
}

std::string ChainWorld::Ask(Shown shown) const {
  std::string who;
  AskForHeaders(std::move(shown), &who);
  return who;
}

std::string ChainWorld::AskBearer(absl::string_view token) const {
  Shown shown;
  shown.headers.Add("Authorization", absl::StrCat("Bearer ", token));
  return Ask(std::move(shown));
}

void ChainWorld::WaitFor(
    const std::string& source,
    const std::function<bool(const SourceStatus&)>& condition) {
  MutexLock lock(mutex_);
  while (!condition(seen_[source])) changed_.Wait(mutex_);
}

void ChainWorld::WaitForChange(const std::string& source, uint64_t before) {
  WaitFor(source, [before](const SourceStatus& status) {
    return status.generation > before;
  });
}

std::string ChainWorld::WaitForError(const std::string& source) {
  std::string error;
  WaitFor(source, [&error](const SourceStatus& status) {
    error = std::string(status.last_error.message());
    return !status.last_error.ok();
  });
  return error;
}

SourceStatus ChainWorld::StatusOf(const std::string& source) const {
  for (SourceStatus& status : chain_->status()) {
    if (status.name == source) return std::move(status);
  }
  ADD_FAILURE() << "no source " << source;
  return SourceStatus();
}

void ChainWorld::ServeIssuer(const std::string& url) {
  const std::string keys = absl::StrCat(url, "/keys");
  http_->Answer(
      absl::StrCat(url, "/.well-known/openid-configuration"), 200,
      absl::StrCat(R"({"issuer":")", url, R"(","jwks_uri":")", keys, R"("})"));
  http_->Answer(
      keys, 200,
      absl::StrCat(R"({"keys":[)",
                   PublicJwk(TestPrivateKey(kAlgorithm).public_key(), "k"),
                   "]}"));
}

std::string ChainWorld::IssuerToken(const std::string& url,
                                    const std::string& user,
                                    const std::string& audience) {
  const int64_t expiry = absl::ToUnixSeconds(TestNow() + absl::Hours(1));
  return TestToken(kAlgorithm, absl::StrCat(R"({"iss":")", url, R"(","sub":")",
                                            user, R"(","aud":")", audience,
                                            R"(","exp":)", expiry, "}"));
}

void ChainWorld::WriteServiceAccountKey(absl::string_view name) const {
  Write(name, TestPrivateKey(kAlgorithm).public_key().ToPem());
}

void ChainWorld::AddServiceAccount(const std::string& name) {
  ASSERT_TRUE(store_->Create(Named(k8s::ServiceAccount(), "ns", name)).ok());
}

std::string ChainWorld::BoundToken(const std::string& issuer,
                                   const std::string& account) {
  BoundClaims claims;
  claims.registered.issuer = issuer;
  claims.registered.subject =
      absl::StrCat("system:serviceaccount:ns:", account);
  claims.registered.audiences = {issuer};
  claims.registered.expires = TestNow() + absl::Hours(1);
  claims.registered.issued_at = TestNow();
  claims.registered.not_before = TestNow();
  claims.object_namespace = "ns";
  claims.service_account = {account, absl::StrCat("uid-of-", account)};
  const auto payload = WriteBoundClaims(claims);
  EXPECT_TRUE(payload.ok()) << payload.status();
  return Sign(*payload);
}

std::string ChainWorld::AddStoredToken(const std::string& account) {
  const std::string secret = absl::StrCat(account, "-token");
  std::string token = Sign(absl::StrCat(
      R"({"iss":"kubernetes/serviceaccount",)",
      R"("kubernetes.io/serviceaccount/namespace":"ns",)",
      R"("kubernetes.io/serviceaccount/secret.name":")", secret, R"(",)",
      R"("kubernetes.io/serviceaccount/service-account.name":")", account,
      R"(","kubernetes.io/serviceaccount/service-account.uid":"uid-of-)",
      account, R"(","sub":"system:serviceaccount:ns:)", account, R"("})"));
  k8s::Secret stored;
  stored.set_type("kubernetes.io/service-account-token");
  (*stored.mutable_data())["token"] = token;
  EXPECT_TRUE(store_->Create(Named(std::move(stored), "ns", secret)).ok());
  return token;
}

void ChainWorld::DeleteSecret(const std::string& object_namespace,
                              const std::string& name) {
  const auto deleted = store_->Delete(*objects::FindKind("v1", "Secret"),
                                      object_namespace, name);
  ASSERT_TRUE(deleted.ok()) << deleted.status();
}

std::string ChainWorld::AddBootstrapToken() {
  k8s::Secret stored;
  stored.set_type(kBootstrapSecretType);
  auto& data = *stored.mutable_data();
  data[kBootstrapTokenId] = "abcdef";
  data[kBootstrapTokenSecret] = "0123456789abcdef";
  data[kBootstrapUsageAuthentication] = "true";
  EXPECT_TRUE(
      store_
          ->Create(Named(std::move(stored), kBootstrapNamespace,
                         absl::StrCat(kBootstrapSecretPrefix, "abcdef")))
          .ok());
  return "abcdef.0123456789abcdef";
}

void ChainWorld::WriteWebhook(absl::string_view name, const std::string& url) {
  Write(name, absl::StrCat("apiVersion: v1\nkind: Config\ncurrent-context: c\n"
                           "clusters: [{name: c, cluster: {server: '",
                           url,
                           "'}}]\ncontexts: [{name: c, context: {cluster: c, "
                           "user: u}}]\nusers: [{name: u, user: {}}]\n"));
  http_->AnswerWith(url, [](const HttpRequest& request) {
    auto review = TokenReviewFromJson(request.body, "request");
    EXPECT_TRUE(review.ok()) << review.status();
    const std::string token = review->review.spec().token();
    k8s::TokenReviewStatus& status = *review->review.mutable_status();
    status.set_authenticated(absl::StartsWith(token, "good"));
    if (status.authenticated()) status.mutable_user()->set_username(token);
    HttpResponse response;
    response.status = 200;
    response.body = TokenReviewToJson(review->review, review->version);
    return response;
  });
}

std::string Bundle(const std::vector<pki::testing::TestCertificate>& cas) {
  std::string pem;
  for (const auto& ca : cas) pem += ca.Build().ToPem();
  return pem;
}

}  // namespace gatehouse::authn::testing

#include "testing/test_issuer.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "authn/jose/jwk.h"
#include "authn/jose/sign.h"

namespace gatehouse::testing {
TestIssuer::TestIssuer(absl::string_view url) : url_(url) { RotateKey(); }

std::string TestIssuer::discovery_url() const {
  return absl::StrCat(url_, "/.well-known/openid-configuration");
}

std::string TestIssuer::jwks_url() const { return absl::StrCat(url_, "/keys"); }

std::string TestIssuer::discovery() const {
  return absl::StrCat(R"({"issuer":")", url_, R"(","jwks_uri":")", jwks_url(),
                      "\"}");
}

std::string TestIssuer::jwks() const {
  MutexLock lock(mutex_);
  return absl::StrCat("{\"keys\":[",
                      absl::StrJoin(keys_, ",",
                                    [](std::string* out, const Key& key) {
                                      out->append(authn::PublicJwk(
                                          key.key.public_key(), key.id));
                                    }),
                      "]}");
}

void TestIssuer::RotateKey() {
  pki::PrivateKey key =
      *pki::PrivateKey::Generate(pki::KeyAlgorithm::kEcdsaP256);
  MutexLock lock(mutex_);
  keys_.push_back({absl::StrCat("key-", ++made_), std::move(key)});
}

void TestIssuer::WithdrawOldKeys() {
  MutexLock lock(mutex_);
  keys_.erase(keys_.begin(), keys_.end() - 1);
}

std::string TestIssuer::key_id() const {
  MutexLock lock(mutex_);
  return keys_.back().id;
}

std::string TestIssuer::Token(absl::string_view subject,
                              absl::string_view audience, absl::Time expiry,
                              absl::string_view members) const {
  return Sign(absl::StrCat(R"({"iss":")", url_, R"(","sub":")", subject,
                           R"(","aud":")", audience, R"(","exp":)",
                           absl::ToUnixSeconds(expiry),
                           members.empty() ? "" : ",", members, "}"));
}

std::string TestIssuer::Sign(absl::string_view payload, bool named) const {
  MutexLock lock(mutex_);
  const Key& key = keys_.back();
  return *authn::SignCompact(payload, key.key, named ? key.id : "", "JWT");
}

void TestIssuer::Serve(FakeHttpClient* http) const {
  const auto answer = [](const std::string& body) {
    HttpResponse response;
    response.status = 200;
    response.headers.Add("Content-Type", "application/json");
    response.body = body;
    return response;
  };
  http->AnswerWith(discovery_url(), [this, answer](const HttpRequest&) {
    return answer(discovery());
  });
  http->AnswerWith(jwks_url(), [this, answer](const HttpRequest&) {
    return answer(jwks());
  });
}

}  // namespace gatehouse::testing

#include "benchmarks/oidc_bench.h"

#include <cstddef>
#include <memory>
#include <random>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "authn/authenticator.h"
#include "authn/jose/algorithm.h"
#include "authn/jose/key_set.h"
#include "authn/jose/testing/test_signer.h"
#include "authn/oidc/jwt_authenticator.h"
#include "authn/oidc/jwt_authenticators.h"
#include "authn/token/token_authenticator.h"
#include "benchmark/benchmark.h"
#include "benchmarks/measure.h"
#include "proto/apiserver_config.pb.h"

namespace gatehouse::bench {
namespace {

using authn::JwtAuthenticators;
using authn::Result;

constexpr size_t kIssuers = 10'000;
// Tokens of different issuers: more than the first caches hold.
constexpr size_t kTokens = 1000;

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

std::string Issuer(size_t i) {
  return absl::StrCat("https://issuer-", i, ".example/realms/users");
}

absl::StatusOr<std::unique_ptr<authn::JwtAuthenticator>> MakeOne(size_t i) {
  k8s::JWTAuthenticator config;
  config.mutable_issuer()->set_url(Issuer(i));
  config.mutable_issuer()->add_audiences("gatehouse");
  auto* mappings = config.mutable_claimmappings();
  mappings->mutable_username()->set_claim("sub");
  mappings->mutable_username()->set_prefix("oidc:");
  mappings->mutable_groups()->set_claim("groups");
  mappings->mutable_groups()->set_prefix("oidc:");
  authn::JwtAuthenticatorOptions options;
  options.static_keys =
      std::make_shared<const authn::KeySet>(*authn::KeySet::FromKeys(
          {authn::TestKey(authn::JwsAlgorithm::kEs256, "k")}));
  return authn::JwtAuthenticator::Create(config, options);
}

absl::StatusOr<std::unique_ptr<JwtAuthenticators>> MakeSet(size_t count) {
  std::vector<std::unique_ptr<authn::JwtAuthenticator>> all;
  for (size_t i = 0; i < count; ++i) {
    auto one = MakeOne(i);
    if (!one.ok()) return one.status();
    all.push_back(*std::move(one));
  }
  JwtAuthenticators::Options options;
  options.refresh_threads = 0;
  return JwtAuthenticators::Create(std::move(all), options);
}

std::string Token(size_t issuer, absl::Time expiry) {
  return authn::TestToken(
      authn::JwsAlgorithm::kEs256,
      absl::StrCat(R"({"aud":"gatehouse","exp":)", absl::ToUnixSeconds(expiry),
                   R"(,"groups":["developers","on-call"],"iat":1799999000,)",
                   R"("iss":")", Issuer(issuer), R"(","jti":"0d4b7b0e-6a0f",)",
                   R"("sub":"248289761001"})"));
}

// Tokens of any of `count` issuers, from the number `first` on.
std::vector<std::string> Tokens(size_t first, size_t count, absl::Time expiry) {
  std::mt19937 random(7);
  std::vector<std::string> tokens;
  for (size_t i = 0; i < kTokens; ++i) {
    tokens.push_back(Token(first + random() % count, expiry));
  }
  return tokens;
}

Result Ask(const JwtAuthenticators& set, const std::string& token) {
  authn::TokenContext context;
  context.now = kNow;
  return set.AuthenticateToken(token, context);
}

// One or many issuers, and tokens.
struct Side {
  const JwtAuthenticators* set;
  std::vector<std::string> tokens;
};

absl::Status AddRow(absl::string_view what, Result::Outcome want,
                    const Side& one, const Side& many, std::vector<Row>& rows) {
  std::vector<Contestant> contestants;
  for (const Side* side : {&one, &many}) {
    for (const std::string& token : side->tokens) {
      if (Ask(*side->set, token).outcome() == want) continue;
      return absl::InternalError(absl::StrCat(what, ": a wrong answer"));
    }
    contestants.push_back({"tokens",
                           [side] {
                             for (const std::string& token : side->tokens) {
                               benchmark::DoNotOptimize(Ask(*side->set, token));
                             }
                           },
                           static_cast<int64_t>(side->tokens.size())});
  }
  const std::vector<double> nanos = NanosPerItem(contestants);
  rows.push_back(AtMostTimesFloor(
      MakeRow(absl::StrCat(what, ", 10,000 issuers against one"), nanos[1],
              "ns"),
      nanos[0], 2));
  rows.back().area = "oidc";
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<Row>> MeasureOidc() {
  const auto one = MakeSet(1);
  if (!one.ok()) return one.status();
  const auto many = MakeSet(kIssuers);
  if (!many.ok()) return many.status();
  const absl::Time later = kNow + absl::Hours(1);
  const absl::Time earlier = kNow - absl::Hours(1);
  std::vector<Row> rows;
  absl::Status status =
      AddRow("authenticate an ES256 token", Result::Outcome::kAuthenticated,
             {one->get(), Tokens(0, 1, later)},
             {many->get(), Tokens(0, kIssuers, later)}, rows);
  if (!status.ok()) return status;
  status = AddRow("reject an expired token", Result::Outcome::kRejected,
                  {one->get(), Tokens(0, 1, earlier)},
                  {many->get(), Tokens(0, kIssuers, earlier)}, rows);
  if (!status.ok()) return status;
  status = AddRow("pass over a token of another issuer",
                  Result::Outcome::kNoCredential,
                  {one->get(), Tokens(kIssuers, kIssuers, later)},
                  {many->get(), Tokens(kIssuers, kIssuers, later)}, rows);
  if (!status.ok()) return status;
  return rows;
}

}  // namespace gatehouse::bench

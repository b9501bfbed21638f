#include "benchmarks/service_account_bench.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "authn/jose/algorithm.h"
#include "authn/jose/claims.h"
#include "authn/jose/jws.h"
#include "authn/serviceaccount/bound.h"
#include "authn/serviceaccount/claims.h"
#include "authn/serviceaccount/testing/test_accounts.h"
#include "authn/serviceaccount/token_request.h"
#include "authn/token/token_authenticator.h"
#include "authn/token/token_digest.h"
#include "authn/token/unverified_issuer.h"
#include "benchmark/benchmark.h"
#include "benchmarks/jose_bench.h"
#include "benchmarks/measure.h"

namespace gatehouse::bench {
namespace {

using authn::BoundServiceAccountAuthenticator;
using authn::JwsAlgorithm;
using authn::TestAccounts;

constexpr size_t kTokenBytes = 900;

// Returns a pod's token whose id is padded by `filler`: real names and uids are
// longer than those of the tests.
std::string Issue(const TestAccounts& accounts, size_t filler) {
  authn::TokenIssuerOptions options = accounts.IssuerOptions();
  options.make_id = [filler] { return std::string(filler, 'x'); };
  return (*authn::TokenIssuer::Create(std::move(options)))
      ->Issue("ns", "sa", authn::RequestBoundTo("Pod", "pod"), authn::TestNow(),
              nullptr)
      ->status()
      .token();
}

std::string Token(const TestAccounts& accounts) {
  const size_t bare = Issue(accounts, 1).size();
  return Issue(accounts,
               bare < kTokenBytes ? (kTokenBytes - bare) * 3 / 4 + 1 : 1);
}

template <typename One>
Contestant Repeat(int times, One one) {
  return {"repeat",
          [times, one] {
            for (int i = 0; i < times; ++i) benchmark::DoNotOptimize(one());
          },
          times};
}

// Subject is one token and all that looks at it.
struct Subject {
  explicit Subject(JwsAlgorithm its_algorithm)
      : algorithm(its_algorithm), accounts(its_algorithm) {
    context.now = authn::TestNow();
    auto options = accounts.BoundOptions();
    remembering = *BoundServiceAccountAuthenticator::Create(options);
    options.cache_entries = 0;
    forgetting = *BoundServiceAccountAuthenticator::Create(options);
  }

  bool Verify(const BoundServiceAccountAuthenticator& authenticator) const {
    return authenticator.AuthenticateToken(token, context).authenticated();
  }

  const JwsAlgorithm algorithm;
  const TestAccounts accounts;
  const std::string token = Token(accounts);
  authn::TokenContext context;
  std::unique_ptr<BoundServiceAccountAuthenticator> remembering;
  std::unique_ptr<BoundServiceAccountAuthenticator> forgetting;
};

struct Nanos {
  // `floor` is the bare signature check and the look-ups behind it, which find
  // the caches as that left them, as they do in `verify`.
  double verify, remembered, bare, floor, look_ups, digest, routing;
};

absl::StatusOr<Nanos> Measure(const Subject& subject) {
  const auto jws = authn::Jws::Parse(subject.token);
  if (!jws.ok()) return jws.status();
  const auto parsed = authn::Claims::Parse(jws->unverified_payload());
  if (!parsed.ok()) return parsed.status();
  const auto claims = authn::ParseBoundClaims(*parsed);
  if (!claims.ok()) return claims.status();
  const auto bare = [&] {
    return BareSignatureCheck(subject.algorithm, jws->signing_input(),
                              jws->signature());
  };
  const auto look_up = [&] {
    return authn::CheckBoundClaims(*claims, *subject.accounts.store,
                                   subject.context.now, nullptr)
        .ok();
  };
  if (!bare() || !look_up() || !subject.Verify(*subject.forgetting) ||
      !subject.Verify(*subject.remembering)) {
    return absl::InternalError("a service account token does not verify");
  }
  const authn::TokenDigester digester;
  const std::vector<double> nanos = NanosPerItemOfShortRounds({
      Repeat(1, [&] { return subject.Verify(*subject.forgetting); }),
      Repeat(100, [&] { return subject.Verify(*subject.remembering); }),
      Repeat(1, bare),
      Repeat(1, [&] { return bare() && look_up(); }),
      Repeat(100, look_up),
      Repeat(100, [&] { return digester.Digest(subject.token, nullptr).low; }),
      Repeat(100,
             [&] {
               return authn::UnverifiedIssuer(subject.token)
                   .Is(authn::kTestIssuer);
             }),
  });
  return Nanos{nanos[0], nanos[1], nanos[2], nanos[3],
               nanos[4], nanos[5], nanos[6]};
}

double Allocations(const Subject& subject,
                   const BoundServiceAccountAuthenticator& authenticator) {
  constexpr int kTimes = 100;
  const uint64_t before = AllocationCount();
  for (int i = 0; i < kTimes; ++i) {
    benchmark::DoNotOptimize(subject.Verify(authenticator));
  }
  return static_cast<double>(AllocationCount() - before) / kTimes;
}

absl::Status AddRows(JwsAlgorithm algorithm, std::vector<Row>* rows) {
  const Subject subject(algorithm);
  const absl::StatusOr<Nanos> nanos = Measure(subject);
  if (!nanos.ok()) return nanos.status();
  const std::string what =
      absl::StrCat(", ", authn::JwsAlgorithmName(algorithm), ", ",
                   subject.token.size(), " bytes");
  rows->push_back(MakeRow(absl::StrCat("verify a pod's token", what),
                          nanos->verify / 1000, "us"));
  rows->back().floor = nanos->bare / 1000;
  rows->push_back(AtMost(
      MakeRow(absl::StrCat("verify a pod's token, beyond the bare signature "
                           "check and the look-ups",
                           what),
              nanos->verify - nanos->floor, "ns"),
      1500));
  rows->push_back(
      MakeRow(absl::StrCat("verify a pod's token that is remembered", what),
              nanos->remembered, "ns"));
  rows->back().floor = nanos->digest;
  if (algorithm != JwsAlgorithm::kEs256) return absl::OkStatus();
  rows->push_back(
      MakeRow("look up the account and the pod", nanos->look_ups, "ns"));
  rows->push_back(
      MakeRow("read the issuer of a token, to route it", nanos->routing, "ns"));
  rows->push_back(MakeRow("verify a pod's token",
                          Allocations(subject, *subject.forgetting),
                          "allocations"));
  rows->push_back(
      AtMost(MakeRow("verify a pod's token that is remembered",
                     Allocations(subject, *subject.remembering), "allocations"),
             0));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<Row>> MeasureServiceAccounts() {
  std::vector<Row> rows;
  for (const JwsAlgorithm algorithm :
       {JwsAlgorithm::kRs256, JwsAlgorithm::kEs256, JwsAlgorithm::kEdDsa}) {
    absl::Status status = AddRows(algorithm, &rows);
    if (!status.ok()) return status;
  }
  for (Row& row : rows) row.area = "serviceaccount";
  return rows;
}

}  // namespace gatehouse::bench

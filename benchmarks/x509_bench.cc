#include "benchmarks/x509_bench.h"

#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "authn/connection.h"
#include "authn/testing/test_client.h"
#include "authn/x509.h"
#include "benchmark/benchmark.h"
#include "benchmarks/bare_verify.h"
#include "benchmarks/measure.h"
#include "pki/testing/certificate_builder.h"

namespace gatehouse::bench {
namespace {

using authn::testing::ConfigOf;
using authn::testing::TestClient;
using authn::testing::TestNow;
using pki::testing::Leaf;
using pki::testing::TestCa;
using pki::testing::TestCertificate;
using pki::testing::TestKey;

// Subject is one chain: keys of one kind, and so many signatures.
struct Subject {
  Subject(const std::string& name, bool rsa, int signatures) : what(name) {
    const auto key = [rsa](const std::string& owner) {
      return rsa ? TestKey::Rsa(2048, owner) : TestKey::P256(owner);
    };
    root = TestCa("bench root");
    root.key = root.signer = key("root");
    root.Set(pki::testing::SubjectKeyIdExtension(root.key.KeyId()));
    std::vector<TestCertificate> chain;
    TestCertificate issuer = root;
    for (int i = 1; i < signatures; ++i) {
      TestCertificate ca = TestCa(absl::StrCat("bench ca ", i), issuer);
      ca.key = key(absl::StrCat("ca ", i));
      ca.Set(pki::testing::SubjectKeyIdExtension(ca.key.KeyId()));
      chain.insert(chain.begin(), ca);
      issuer = ca;
    }
    TestCertificate leaf = Leaf("jane", issuer);
    leaf.key = key("leaf");
    leaf.subject = pki::testing::NameDer(
        {{"2.5.4.10", "developers"}, {"2.5.4.10", "ops"}, {"2.5.4.3", "jane"}});
    chain.insert(chain.begin(), leaf);
    client = TestClient(chain);
    root_der = root.Der();
  }

  std::string what;
  TestCertificate root;
  std::string root_der;
  TestClient client;
};

std::unique_ptr<authn::X509Authenticator> Make(const Subject& subject,
                                               size_t cache_entries) {
  authn::X509Options options;
  options.cache_entries = cache_entries;
  auto authenticator = std::make_unique<authn::X509Authenticator>(options);
  const absl::Status status = authenticator->Update(ConfigOf(subject.root));
  return status.ok() ? std::move(authenticator) : nullptr;
}

// Returns what is wrong with the answers; "" if nothing is.
std::string Check(const Subject& subject) {
  const BareVerify bare(subject.client.ders(), subject.root_der, TestNow());
  if (!bare.ParseAndVerify() || !bare.VerifyParsed()) {
    return absl::StrCat(subject.what, ": X509_verify_cert refuses it");
  }
  for (const size_t cache_entries : {0, 16}) {
    const auto authenticator = Make(subject, cache_entries);
    for (int i = 0; i < 2; ++i) {
      const authn::Result result =
          authenticator->Authenticate(subject.client.At(TestNow()));
      if (authn::testing::Describe(result) != "jane  [developers, ops]") {
        return absl::StrCat(subject.what, ": ",
                            authn::testing::Describe(result));
      }
    }
    if (!authenticator
             ->Authenticate(subject.client.At(TestNow() + absl::Hours(200'000)))
             .rejected()) {
      return absl::StrCat(subject.what, ": expired, and let in");
    }
  }
  return "";
}

template <typename One>
Contestant Repeat(int times, One one) {
  return {"repeat",
          [times, one] {
            for (int i = 0; i < times; ++i) benchmark::DoNotOptimize(one());
          },
          times};
}

void AddUncached(const Subject& subject, std::vector<Row>& rows) {
  const auto authenticator = Make(subject, 0);
  const authn::Request request = subject.client.At(TestNow());
  const BareVerify bare(subject.client.ders(), subject.root_der, TestNow());
  const std::vector<double> nanos = NanosPerItem({
      Repeat(20, [&] { return authenticator->Authenticate(request); }),
      Repeat(20, [&] { return bare.ParseAndVerify(); }),
      Repeat(20, [&] { return bare.VerifyParsed(); }),
  });
  const std::string what =
      absl::StrCat("authenticate, not cached, ", subject.what);
  // Both get DER, as it comes from the client.
  rows.push_back(AtMostTimesFloor(
      MakeRow(absl::StrCat(what, ", against d2i_X509 and X509_verify_cert"),
              nanos[0] / 1000, "us"),
      nanos[1] / 1000, 1.15));
  // Here we parse, and it does not.
  rows.push_back(MakeRow(
      absl::StrCat(what, ", against X509_verify_cert of parsed certificates"),
      nanos[0] / nanos[2], "times"));
}

std::array<uint8_t, SHA256_DIGEST_LENGTH> Digest(const std::string& bytes) {
  std::array<uint8_t, SHA256_DIGEST_LENGTH> digest;
  SHA256(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size(),
         digest.data());
  return digest;
}

void AddCached(const Subject& subject, std::vector<Row>& rows) {
  const auto authenticator = Make(subject, 16);
  const authn::Request request = subject.client.At(TestNow());
  authn::X509Connection connection(authenticator.get(),
                                   request.peer_certificates);
  authenticator->Authenticate(request);
  connection.Authenticate(TestNow());
  const std::string& leaf = subject.client.ders()[0];
  const std::vector<double> nanos = NanosPerItem({
      Repeat(1000, [&] { return authenticator->Authenticate(request); }),
      Repeat(1000, [&] { return Digest(leaf); }),
      Repeat(1000, [&] { return &connection.Authenticate(TestNow()); }),
  });
  rows.push_back(AtMostTimesFloor(
      MakeRow(absl::StrCat("authenticate, cached, against one SHA-256 of the "
                           "leaf, ",
                           subject.what, " of ", leaf.size(), " bytes"),
              nanos[0], "ns"),
      nanos[1], 1.5));
  rows.push_back(AtMost(
      MakeRow(absl::StrCat("authenticate, open connection, ", subject.what),
              nanos[2], "ns"),
      100));
  const uint64_t before = AllocationCount();
  benchmark::DoNotOptimize(authenticator->Authenticate(request));
  rows.push_back(AtMost(
      MakeRow(
          absl::StrCat("heap allocations, cached, 2 groups, ", subject.what),
          static_cast<double>(AllocationCount() - before), "allocations"),
      0));
}

// How often a second `threads` threads do `work`.
template <typename Work>
double PerSecond(unsigned threads, Work work) {
  constexpr absl::Duration kTime = absl::Milliseconds(150);
  std::atomic<bool> stop{false};
  std::atomic<uint64_t> done{0};
  std::vector<std::thread> workers;
  for (unsigned t = 0; t < threads; ++t) {
    workers.emplace_back([&] {
      uint64_t count = 0;
      while (!stop.load(std::memory_order_relaxed)) {
        for (int i = 0; i < 64; ++i) work();
        count += 64;
      }
      done += count;
    });
  }
  const absl::Time begin = absl::Now();
  // The time that is measured; nothing is waited for.
  absl::SleepFor(kTime);
  stop = true;
  for (std::thread& worker : workers) worker.join();
  return static_cast<double>(done.load()) /
         absl::ToDoubleSeconds(absl::Now() - begin);
}

double Median(std::vector<double> values) {
  const auto middle =
      values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// How many times faster threads on all cores are than one: with answers from
// the cache, and with the SHA-256 of the leaf alone, which shares nothing and
// so shows what the machine had to give meanwhile.
void AddThreads(const Subject& subject, std::vector<Row>& rows) {
  constexpr int kRounds = 15;
  const auto authenticator = Make(subject, 16);
  const authn::Request request = subject.client.At(TestNow());
  const std::string& leaf = subject.client.ders()[0];
  const auto authenticate = [&] {
    benchmark::DoNotOptimize(authenticator->Authenticate(request));
  };
  const auto digest = [&] { benchmark::DoNotOptimize(Digest(leaf)); };
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  std::vector<double> ours;
  std::vector<double> bare;
  for (int round = 0; round < kRounds; ++round) {
    const double one = PerSecond(1, authenticate);
    const double one_bare = PerSecond(1, digest);
    ours.push_back(PerSecond(cores, authenticate) / one);
    bare.push_back(PerSecond(cores, digest) / one_bare);
  }
  const std::string what = absl::StrCat("authenticate, cached, ", cores,
                                        " threads on ", cores, " cores");
  rows.push_back(AtLeastTimesFloor(
      MakeRow(absl::StrCat(what, " against 1, and the same of SHA-256"),
              Median(ours), "times"),
      Median(bare), 0.9));
}

}  // namespace

absl::StatusOr<std::vector<Row>> MeasureX509() {
  std::vector<Subject> subjects;
  for (const bool rsa : {false, true}) {
    for (const int depth : {1, 2}) {
      subjects.emplace_back(
          absl::StrCat(rsa ? "RSA-2048" : "P-256", ", depth ", depth), rsa,
          depth);
    }
  }
  for (const Subject& subject : subjects) {
    const std::string wrong = Check(subject);
    if (!wrong.empty()) return absl::InternalError(wrong);
  }
  std::vector<Row> rows;
  for (const Subject& subject : subjects) AddUncached(subject, rows);
  AddCached(subjects[0], rows);
  AddCached(subjects[2], rows);
  AddThreads(subjects[0], rows);
  for (Row& row : rows) row.area = "x509";
  return rows;
}

}  // namespace gatehouse::bench

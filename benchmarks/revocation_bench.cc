#include "benchmarks/revocation_bench.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/numeric/int128.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "benchmark/benchmark.h"
#include "benchmarks/measure.h"
#include "pki/certificate.h"
#include "pki/private_key.h"
#include "pki/revocation/crl.h"
#include "pki/revocation/crl_set.h"
#include "pki/revocation/crl_writer.h"
#include "pki/revocation/verified_crl.h"
#include "pki/testing/certificate_builder.h"

namespace gatehouse::bench {
namespace {

constexpr size_t kSerials = 1'500'000;
// Few, for the certificate of a request has just been read.
constexpr size_t kCertificates = 1000;
constexpr double kMaxLoadSeconds = 3;
constexpr double kMaxBytes = 24;
constexpr double kMaxNanos = 500;  // "Well under a microsecond."
constexpr int kLoads = 3;

// 16 octets that are a serial's shortest form as they stand.
using Serial = std::array<char, 16>;

absl::string_view ViewOf(const Serial& serial) {
  return absl::string_view(serial.data(), serial.size());
}

absl::uint128 NumberOf(absl::string_view serial) {
  absl::uint128 number;
  std::memcpy(&number, serial.data(), sizeof(number));
  return number;
}

std::vector<Serial> RandomSerials(uint64_t seed, size_t count) {
  std::mt19937_64 random(seed);
  std::vector<Serial> serials(count);
  for (Serial& serial : serials) {
    const uint64_t words[] = {random(), random()};
    std::memcpy(serial.data(), words, sizeof(words));
    serial[0] = static_cast<char>((serial[0] & 0x3f) | 0x40);
  }
  return serials;
}

// What it is held against: the same keys in the fastest hash map there is.
using Floor = absl::flat_hash_map<absl::uint128, uint64_t>;

Floor MakeFloor(const std::vector<Serial>& serials) {
  Floor floor;
  floor.reserve(serials.size());
  for (const Serial& serial : serials) floor[NumberOf(ViewOf(serial))] = 1;
  return floor;
}

struct Workload {
  pki::testing::TestCertificate ca = pki::testing::TestCa("ca");
  std::vector<Serial> revoked = RandomSerials(1, kSerials);
  std::vector<Serial> good = RandomSerials(2, kSerials);
};

absl::StatusOr<pki::Crl> MakeList(const Workload& workload) {
  pki::CrlTemplate request;
  request.this_update = absl::FromUnixSeconds(1780000000);
  request.next_update = absl::FromUnixSeconds(1790000000);
  request.entries.reserve(kSerials);
  for (const Serial& serial : workload.revoked) {
    const bool with_reason = request.entries.size() % 4 == 0;
    request.entries.push_back({std::string(ViewOf(serial)), request.this_update,
                               with_reason ? pki::CrlReason::kKeyCompromise
                                           : pki::CrlReason::kUnspecified,
                               absl::nullopt});
  }
  const auto key = pki::PrivateKey::FromPem(workload.ca.key.PrivatePem());
  if (!key.ok()) return key.status();
  return pki::WriteCrl(request, workload.ca.Build(), *key);
}

// One load: parse, check the signature, index.
absl::StatusOr<std::shared_ptr<const pki::VerifiedCrl>> Load(
    const std::string& text, bool pem, const pki::Certificate& ca) {
  if (!pem) {
    const auto crl = pki::Crl::FromDer(text);
    if (!crl.ok()) return crl.status();
    return pki::VerifiedCrl::Create(*crl, {ca});
  }
  const auto crls = pki::Crl::FromPem(text);
  if (!crls.ok()) return crls.status();
  return pki::VerifiedCrl::Create(crls->front(), {ca});
}

// Returns the seconds of the best load, and the last list loaded.
absl::StatusOr<double> LoadSeconds(
    const std::string& text, bool pem, const pki::Certificate& ca,
    std::shared_ptr<const pki::VerifiedCrl>* list) {
  absl::Duration best = absl::InfiniteDuration();
  for (int i = 0; i < kLoads; ++i) {
    list->reset();
    const absl::Time start = absl::Now();
    auto loaded = Load(text, pem, ca);
    best = std::min(best, absl::Now() - start);
    if (!loaded.ok()) return loaded.status();
    *list = *std::move(loaded);
  }
  return absl::ToDoubleSeconds(best);
}

// A nought that the compiler does not know of. Added to the place of the next
// key together with what was found, it makes each look-up wait for the one
// before. A loop of look-ups that overlap would measure how many of them fit
// into the processor at once; a server makes one, and waits for it.
uint64_t Nought() {
  uint64_t nought = 0;
  benchmark::DoNotOptimize(nought);
  return nought;
}

Contestant Lookup(const pki::VerifiedCrl& list,
                  const std::vector<Serial>& serials) {
  return {"list",
          [&list, &serials] {
            const absl::string_view issuer = list.info().issuer.der();
            const uint64_t nought = Nought();
            uint64_t found = 0;
            for (size_t i = 0; i < serials.size(); ++i) {
              const auto entry = list.Find(issuer, ViewOf(serials[i]));
              if (!entry.has_value()) continue;
              ++found;
              i += static_cast<uint64_t>(entry->revoked_at) & nought;
            }
            benchmark::DoNotOptimize(found);
          },
          static_cast<int64_t>(serials.size())};
}

Contestant FloorLookup(const Floor& floor, const std::vector<Serial>& serials) {
  return {"floor",
          [&floor, &serials] {
            const uint64_t nought = Nought();
            uint64_t found = 0;
            for (size_t i = 0; i < serials.size(); ++i) {
              const auto entry = floor.find(NumberOf(ViewOf(serials[i])));
              if (entry == floor.end()) continue;
              ++found;
              i += entry->second & nought;
            }
            benchmark::DoNotOptimize(found);
          },
          static_cast<int64_t>(serials.size())};
}

// Certificates with these serials, signed by the workload's CA.
std::vector<pki::Certificate> MakeCertificates(
    const Workload& workload, const std::vector<Serial>& serials) {
  std::vector<pki::Certificate> certificates;
  for (size_t i = 0; i < kCertificates; ++i) {
    auto leaf = pki::testing::Leaf("john", workload.ca);
    leaf.serial = std::string(ViewOf(serials[i * (kSerials / kCertificates)]));
    certificates.push_back(leaf.Build());
  }
  return certificates;
}

Contestant Check(const pki::CrlSet& set, const pki::Certificate& ca,
                 const std::vector<pki::Certificate>& certificates) {
  return {"set",
          [&set, &ca, &certificates] {
            uint64_t sum = 0;
            for (const pki::Certificate& certificate : certificates) {
              sum += static_cast<uint64_t>(set.Find(certificate, ca).state);
            }
            benchmark::DoNotOptimize(sum);
          },
          static_cast<int64_t>(certificates.size())};
}

Row MakeNamed(std::string what, double measured, std::string unit) {
  Row row = MakeRow(std::move(what), measured, std::move(unit));
  row.area = "revocation";
  return row;
}

absl::Status CheckAnswers(const Workload& workload,
                          const pki::VerifiedCrl& list) {
  const absl::string_view issuer = list.info().issuer.der();
  for (size_t i = 0; i < kSerials; ++i) {
    if (!list.Find(issuer, ViewOf(workload.revoked[i])).has_value() ||
        list.Find(issuer, ViewOf(workload.good[i])).has_value()) {
      return absl::InternalError("revocation: a wrong answer about a serial");
    }
  }
  return absl::OkStatus();
}

void MeasureLookups(const Workload& workload,
                    const std::shared_ptr<const pki::VerifiedCrl>& list,
                    const pki::Certificate& ca, std::vector<Row>* rows) {
  const Floor floor = MakeFloor(workload.revoked);
  const auto set = *pki::CrlSet::Create({list});
  for (const bool revoked : {true, false}) {
    const std::vector<Serial>& serials =
        revoked ? workload.revoked : workload.good;
    const std::string which = revoked ? "revoked" : "not revoked";
    const auto certificates = MakeCertificates(workload, serials);
    const std::vector<double> nanos =
        NanosPerItem({Lookup(*list, serials), FloorLookup(floor, serials),
                      Check(*set, ca, certificates)});
    rows->push_back(AtMostTimesFloor(
        MakeNamed("look a serial up, " + which, nanos[0], "ns"), nanos[1], 2));
    rows->push_back(
        AtMost(MakeNamed("look a certificate up, " + which, nanos[2], "ns"),
               kMaxNanos));
  }
}

}  // namespace

absl::StatusOr<std::vector<Row>> MeasureRevocation() {
  const Workload workload;
  const pki::Certificate ca = workload.ca.Build();
  auto crl = MakeList(workload);
  if (!crl.ok()) return crl.status();
  std::vector<Row> rows;
  std::shared_ptr<const pki::VerifiedCrl> list;
  for (const bool pem : {true, false}) {
    const std::string text = pem ? crl->ToPem() : std::string(crl->der());
    const auto seconds = LoadSeconds(text, pem, ca, &list);
    if (!seconds.ok()) return seconds.status();
    rows.push_back(AtMost(MakeNamed(pem ? "load 1.5 million serials, PEM"
                                        : "load 1.5 million serials, DER",
                                    *seconds, "s"),
                          kMaxLoadSeconds));
  }
  const int64_t before = AllocatedBytes();
  list.reset();
  const auto bytes = static_cast<double>(before - AllocatedBytes());
  rows.push_back(AtMost(MakeNamed("memory of a serial", bytes / kSerials, "B"),
                        kMaxBytes));
  auto loaded = Load(std::string(crl->der()), /*pem=*/false, ca);
  if (!loaded.ok()) return loaded.status();
  list = *std::move(loaded);
  const absl::Status status = CheckAnswers(workload, *list);
  if (!status.ok()) return status;
  MeasureLookups(workload, list, ca, &rows);
  return rows;
}

}  // namespace gatehouse::bench

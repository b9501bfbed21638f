// The laws: a list that parses has as many entries as it says, its index
// answers as a std::map does, its PEM reads to the same bytes, and nobody
// signed it whose key the input did not have.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "pki/revocation/crl.h"
#include "pki/revocation/internal/serial_table.h"
#include "pki/testing/certificate_builder.h"

namespace {

using gatehouse::pki::Crl;
using gatehouse::pki::CrlEntry;
using gatehouse::pki::CrlReason;
using gatehouse::pki::internal::SerialEntry;
using gatehouse::pki::internal::SerialTable;

void Demand(bool law, const char* what) {
  if (law) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

// What the index promises of serials that stand in a list twice.
void Keep(const std::string& serial, const SerialEntry& entry,
          std::map<std::string, SerialEntry>* naive) {
  const auto [found, added] = naive->emplace(serial, entry);
  if (!added && found->second.reason == CrlReason::kRemoveFromCrl) {
    found->second = entry;
  }
}

void CheckIndex(const Crl& crl) {
  SerialTable table;
  std::map<std::string, SerialEntry> naive;
  size_t count = 0;
  crl.ForEachEntry([&](const CrlEntry& entry) {
    ++count;
    const SerialEntry packed = {absl::ToUnixSeconds(entry.revoked_at),
                                entry.reason};
    table.Add(entry.serial, packed);
    Keep(std::string(entry.serial), packed, &naive);
  });
  table.Build();
  Demand(count == crl.info().entry_count, "the count of entries");
  Demand(table.size() == naive.size(), "the count of serials");
  for (const auto& [serial, entry] : naive) {
    const auto found = table.Find(serial);
    Demand(found.has_value() && found->revoked_at == entry.revoked_at &&
               found->reason == entry.reason,
           "a serial that is there");
    // Its neighbours by one bit are there only if the map has them.
    std::string other = serial;
    other.back() = static_cast<char>(other.back() ^ 1);
    Demand(table.Find(other).has_value() == (naive.count(other) != 0),
           "a serial that is not there");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto* stranger = new gatehouse::pki::PublicKey(
      gatehouse::pki::testing::TestCa("ca").Build().public_key());
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  const auto crl = Crl::FromDer(input, "fuzz");
  if (!crl.ok()) return 0;
  Demand(crl->der() == input, "the encoding");
  CheckIndex(*crl);
  const auto again = Crl::FromPem(crl->ToPem());
  Demand(again.ok() && again->size() == 1 && again->front().der() == input,
         "the PEM");
  Demand(!crl->CheckSignature(*stranger).ok(), "the signature");
  return 0;
}

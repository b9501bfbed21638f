// The laws: an answer that parses, written again, reads to the same; nobody
// signed the response whose key the input did not have.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/strings/string_view.h"
#include "pki/certificate.h"
#include "pki/private_key.h"
#include "pki/revocation/ocsp.h"
#include "pki/revocation/ocsp_writer.h"
#include "pki/testing/certificate_builder.h"

namespace {

using gatehouse::pki::Certificate;
using gatehouse::pki::OcspResponse;
using gatehouse::pki::OcspSet;
using gatehouse::pki::OcspSingle;
using gatehouse::pki::OcspStatus;
using gatehouse::pki::OcspTemplate;
using gatehouse::pki::PrivateKey;

struct Ca {
  Certificate certificate;
  PrivateKey key;
};

const Ca& TheCa() {
  static const auto* ca = [] {
    const auto made = gatehouse::pki::testing::TestCa("ca");
    return new Ca{made.Build(), *PrivateKey::FromPem(made.key.PrivatePem())};
  }();
  return *ca;
}

void Demand(bool law, const char* what) {
  if (law) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

void CheckRoundTrip(const OcspSingle& single) {
  OcspTemplate request;
  request.status = single.status;
  request.revoked_at = single.revoked_at;
  request.reason = single.reason;
  request.this_update = single.this_update;
  request.next_update = single.next_update;
  const auto der = WriteOcspResponse(request, single.id.serial,
                                     TheCa().certificate, TheCa().key);
  Demand(der.ok(), "an answer cannot be written");
  const auto again = OcspResponse::FromDer(*der);
  Demand(again.ok() && again->singles().size() == 1, "an answer is not read");
  const OcspSingle& read = again->singles()[0];
  Demand(read.id.serial == single.id.serial && read.status == single.status &&
             read.this_update == single.this_update &&
             read.next_update == single.next_update,
         "an answer is another");
  Demand(single.status != OcspStatus::kRevoked ||
             (read.revoked_at == single.revoked_at &&
              read.reason == single.reason),
         "a revocation is another");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  const auto response = OcspResponse::FromDer(input, "fuzz");
  if (!response.ok()) return 0;
  // One is enough: signing takes longer than all the rest.
  if (!response->singles().empty()) CheckRoundTrip(response->singles()[0]);
  Demand(!response->CheckSignature(TheCa().certificate).ok(), "the signature");
  const auto set = OcspSet::Create({*response}, {TheCa().certificate});
  Demand(!set.ok() || (*set)->size() == 0, "a set of strangers' answers");
  return 0;
}

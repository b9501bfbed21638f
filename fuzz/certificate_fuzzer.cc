// The law: a certificate that is taken is the input, byte by byte, it is the
// same again by way of PEM, and BoringSSL's own parser takes it too.
#include <openssl/err.h>
#include <openssl/x509.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "pki/certificate.h"

namespace {

void Check(bool holds, const char* law) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", law);
  std::abort();
}

bool BoringSslTakes(const uint8_t* data, size_t size) {
  const uint8_t* rest = data;
  const bssl::UniquePtr<X509> x509(
      d2i_X509(nullptr, &rest, static_cast<long>(size)));  // NOLINT
  ERR_clear_error();
  return x509 != nullptr && rest == data + size;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using gatehouse::pki::Certificate;
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  const auto certificate = Certificate::FromDer(input, "fuzz");
  if (!certificate.ok()) return 0;
  Check(certificate->der() == input, "der() is not the input");
  Check(BoringSslTakes(data, size), "BoringSSL refuses it");
  const auto again = Certificate::FromPem(certificate->ToPem(), "fuzz");
  Check(again.ok() && again->size() == 1 && (*again)[0] == *certificate,
        "another certificate by way of PEM");
  Check((*again)[0].sha256() == certificate->sha256(), "another identity");
  // What prints and what verifies must cope with all that was taken.
  Check(!certificate->Identifier().empty(), "no identifier");
  certificate->subject().ToString();
  certificate->SignedBy(certificate->public_key());
  Check(!ERR_peek_error(), "an error is left in BoringSSL's queue");
  return 0;
}

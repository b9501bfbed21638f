// The law: a request that is read says each extension once, reads the same
// after a trip through PEM, and its subject and names, asked for anew, are read
// back as they were; with a bit changed anywhere it is refused.
//
// The bytes are read twice: as a whole request, and as the subject and
// attributes of one that is signed here, so that what comes after the check of
// the signature is reached too.
#include <openssl/bytestring.h>
#include <openssl/mem.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "pki/ca/certificate_request.h"
#include "pki/extensions.h"
#include "pki/private_key.h"

namespace {

using gatehouse::pki::CertificateRequest;
using gatehouse::pki::GeneralNames;
using gatehouse::pki::PrivateKey;

void Require(bool holds, const char* law) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", law);
  std::abort();
}

const PrivateKey& Key() {
  static const auto* const key = new PrivateKey(
      *PrivateKey::Generate(gatehouse::pki::KeyAlgorithm::kEd25519));
  return *key;
}

bool SameNames(const GeneralNames& a, const GeneralNames& b) {
  return a.dns == b.dns && a.ips == b.ips && a.emails == b.emails &&
         a.uris == b.uris && a.directory_names == b.directory_names;
}

void CheckRequest(const CertificateRequest& request, size_t bit) {
  const absl::StatusOr<CertificateRequest> again =
      CertificateRequest::FromPem(request.ToPem());
  Require(again.ok() && again->der() == request.der(), "a trip through PEM");

  std::set<std::string> oids;
  for (const auto& extension : request.extensions()) {
    Require(oids.insert(extension.oid).second, "an extension once");
  }
  const GeneralNames& names = request.subject_alt_names();
  if (names.other_types.empty()) {
    const absl::StatusOr<CertificateRequest> anew =
        CertificateRequest::Create(Key(), request.subject(), names);
    Require(anew.ok(), "what is read can be written");
    Require(SameNames(anew->subject_alt_names(), names), "the same names");
    Require(anew->subject().ToString() == request.subject().ToString(),
            "the same subject");
  }
  std::string changed(request.der());
  bit %= changed.size() * 8;
  changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
  Require(!CertificateRequest::FromDer(changed).ok(), "no bit may change");
}

bool Add(CBB* out, absl::string_view bytes) {
  return CBB_add_bytes(out, reinterpret_cast<const uint8_t*>(bytes.data()),
                       bytes.size()) == 1;
}

std::string Finish(CBB* cbb) {
  uint8_t* data = nullptr;
  size_t size = 0;
  if (CBB_finish(cbb, &data, &size) != 1) return "";
  const bssl::UniquePtr<uint8_t> owned(data);
  return std::string(reinterpret_cast<const char*>(data), size);
}

// Returns the CertificationRequestInfo of `subject`, with `rest` after the key.
std::string Info(absl::string_view subject, absl::string_view rest) {
  bssl::ScopedCBB cbb;
  CBB body;
  if (CBB_init(cbb.get(), 0) != 1 ||
      CBB_add_asn1(cbb.get(), &body, CBS_ASN1_SEQUENCE) != 1 ||
      CBB_add_asn1_uint64(&body, 0) != 1 || !Add(&body, subject) ||
      !Add(&body, Key().public_key().der()) || !Add(&body, rest)) {
    return "";
  }
  return Finish(cbb.get());
}

// Signs a request of `subject`, with `rest` after the key.
std::string Sign(absl::string_view subject, absl::string_view rest) {
  const std::string info = Info(subject, rest);
  const absl::StatusOr<std::string> signature = Key().Sign(info);
  constexpr absl::string_view kEd25519("\x30\x05\x06\x03\x2b\x65\x70", 7);
  bssl::ScopedCBB cbb;
  CBB body;
  CBB bits;
  if (!signature.ok() || CBB_init(cbb.get(), 0) != 1 ||
      CBB_add_asn1(cbb.get(), &body, CBS_ASN1_SEQUENCE) != 1 ||
      !Add(&body, info) || !Add(&body, kEd25519) ||
      CBB_add_asn1(&body, &bits, CBS_ASN1_BITSTRING) != 1 ||
      CBB_add_u8(&bits, 0) != 1 || !Add(&bits, *signature)) {
    return "";
  }
  return Finish(cbb.get());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  const size_t bit = size == 0 ? 0 : size * 31 + data[size - 1];
  const absl::StatusOr<CertificateRequest> whole =
      CertificateRequest::FromDer(bytes);
  if (whole.ok()) CheckRequest(*whole, bit);

  // The first byte says how long the subject is.
  const size_t length = size == 0 ? 0 : std::min<size_t>(data[0], size - 1);
  const absl::string_view rest = bytes.substr(std::min<size_t>(1, size));
  const absl::StatusOr<CertificateRequest> made = CertificateRequest::FromDer(
      Sign(rest.substr(0, length), rest.substr(length)));
  if (made.ok()) CheckRequest(*made, bit);
  return 0;
}

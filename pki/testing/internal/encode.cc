#include "pki/testing/internal/encode.h"

#include <openssl/base.h>
#include <openssl/mem.h>

namespace gatehouse::pki::testing {
namespace {

void AddBytes(CBB* cbb, absl::string_view bytes) {
  CBB_add_bytes(cbb, Bytes(bytes), bytes.size());
}

}  // namespace

std::string Encode(const std::function<void(CBB*)>& write) {
  bssl::ScopedCBB cbb;
  CBB_init(cbb.get(), 256);
  write(cbb.get());
  uint8_t* data = nullptr;
  size_t length = 0;
  if (CBB_finish(cbb.get(), &data, &length) != 1) return "";
  bssl::UniquePtr<uint8_t> owner(data);
  return std::string(reinterpret_cast<const char*>(data), length);
}

std::string Tagged(unsigned tag, absl::string_view content) {
  return Encode([&](CBB* cbb) {
    CBB child;
    CBB_add_asn1(cbb, &child, tag);
    AddBytes(&child, content);
    CBB_flush(cbb);  // While the child is in scope.
  });
}

std::string Oid(absl::string_view dotted) {
  return Encode([&](CBB* cbb) {
    CBB child;
    CBB_add_asn1(cbb, &child, CBS_ASN1_OBJECT);
    CBB_add_asn1_oid_from_text(&child, dotted.data(), dotted.size());
    CBB_flush(cbb);
  });
}

std::string Sequence(absl::string_view content) {
  return Tagged(CBS_ASN1_SEQUENCE, content);
}

std::string ContextTag(unsigned number, absl::string_view content,
                       bool constructed) {
  return Tagged(CBS_ASN1_CONTEXT_SPECIFIC | number |
                    (constructed ? CBS_ASN1_CONSTRUCTED : 0U),
                content);
}

}  // namespace gatehouse::pki::testing

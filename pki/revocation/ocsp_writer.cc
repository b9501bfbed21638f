#include "pki/revocation/ocsp_writer.h"

#include <openssl/bytestring.h>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"
#include "pki/internal/der.h"
#include "pki/internal/signature.h"
#include "pki/revocation/internal/ocsp_hash.h"
#include "pki/revocation/internal/revocation_der.h"

namespace gatehouse::pki {
namespace {

using internal::BuildDer;
using internal::ContextTag;
using internal::PrimitiveContextTag;
using internal::WriteBytes;
using internal::WriteConstructed;
using internal::WriteElement;
using internal::WriteGeneralizedTime;

bool WriteCertId(CBB* out, const OcspTemplate& request,
                 absl::string_view serial, const Certificate& issuer) {
  const absl::string_view oid =
      request.sha256_id ? internal::kSha256Oid : internal::kSha1Oid;
  const auto name = internal::OcspHash(oid, issuer.subject().der());
  const auto key = internal::OcspKeyHash(oid, issuer.public_key());
  return name.has_value() && key.has_value() &&
         WriteConstructed(out, CBS_ASN1_SEQUENCE, [&](CBB* body) {
           return WriteConstructed(
                      body, CBS_ASN1_SEQUENCE,
                      [&](CBB* algorithm) {
                        return internal::WriteOid(algorithm, oid) &&
                               WriteElement(algorithm, CBS_ASN1_NULL, "");
                      }) &&
                  WriteElement(body, CBS_ASN1_OCTETSTRING, *name) &&
                  WriteElement(body, CBS_ASN1_OCTETSTRING, *key) &&
                  WriteElement(body, CBS_ASN1_INTEGER, serial);
         });
}

bool WriteStatus(CBB* out, const OcspTemplate& request) {
  if (request.status == OcspStatus::kGood) {
    return WriteElement(out, PrimitiveContextTag(0), "");
  }
  if (request.status == OcspStatus::kUnknown) {
    return WriteElement(out, PrimitiveContextTag(2), "");
  }
  return WriteConstructed(out, ContextTag(1), [&](CBB* body) {
    if (!WriteGeneralizedTime(body, request.revoked_at)) return false;
    if (request.reason == CrlReason::kUnspecified) return true;
    return WriteConstructed(body, ContextTag(0), [&](CBB* wrapper) {
      const char reason = static_cast<char>(request.reason);
      return WriteElement(wrapper, CBS_ASN1_ENUMERATED,
                          absl::string_view(&reason, 1));
    });
  });
}

bool WriteSingle(CBB* out, const OcspTemplate& request,
                 absl::string_view serial, const Certificate& issuer) {
  return WriteConstructed(out, CBS_ASN1_SEQUENCE, [&](CBB* body) {
    return WriteCertId(body, request, serial, issuer) &&
           WriteStatus(body, request) &&
           WriteGeneralizedTime(body, request.this_update) &&
           (!request.next_update.has_value() ||
            WriteConstructed(body, ContextTag(0), [&](CBB* wrapper) {
              return WriteGeneralizedTime(wrapper, *request.next_update);
            }));
  });
}

bool WriteResponder(CBB* out, bool by_key, const Certificate& responder) {
  return WriteConstructed(out, ContextTag(by_key ? 2 : 1), [&](CBB* body) {
    return by_key ? WriteElement(body, CBS_ASN1_OCTETSTRING,
                                 responder.public_key().SubjectKeyId())
                  : WriteBytes(body, responder.subject().der());
  });
}

std::string ResponseData(const OcspTemplate& request, absl::string_view serial,
                         const Certificate& issuer,
                         const Certificate& responder) {
  return BuildDer([&](CBB* out) {
    return WriteConstructed(out, CBS_ASN1_SEQUENCE, [&](CBB* data) {
      return WriteResponder(data, request.responder_by_key, responder) &&
             WriteGeneralizedTime(data, request.this_update) &&
             WriteConstructed(data, CBS_ASN1_SEQUENCE, [&](CBB* list) {
               return WriteSingle(list, request, serial, issuer);
             });
    });
  });
}

// Returns the BasicOCSPResponse: data, algorithm, signature, certificates.
std::string BasicResponse(absl::string_view data, absl::string_view algorithm,
                          absl::string_view signature,
                          const absl::optional<Certificate>& delegate) {
  return BuildDer([&](CBB* out) {
    return WriteConstructed(out, CBS_ASN1_SEQUENCE, [&](CBB* basic) {
      if (!WriteBytes(basic, data) || !WriteBytes(basic, algorithm) ||
          !internal::WriteBitString(basic, signature)) {
        return false;
      }
      if (!delegate.has_value()) return true;
      return WriteConstructed(basic, ContextTag(0), [&](CBB* wrapper) {
        return WriteElement(wrapper, CBS_ASN1_SEQUENCE, delegate->der());
      });
    });
  });
}

std::string Wrap(absl::string_view basic) {
  return BuildDer([&](CBB* out) {
    return WriteConstructed(out, CBS_ASN1_SEQUENCE, [&](CBB* response) {
      return WriteElement(response, CBS_ASN1_ENUMERATED,
                          absl::string_view("\0", 1)) &&
             WriteConstructed(response, ContextTag(0), [&](CBB* wrapper) {
               return WriteConstructed(
                   wrapper, CBS_ASN1_SEQUENCE, [&](CBB* bytes) {
                     return WriteElement(bytes, CBS_ASN1_OBJECT,
                                         internal::kOidOcspBasic) &&
                            WriteElement(bytes, CBS_ASN1_OCTETSTRING, basic);
                   });
             });
    });
  });
}

}  // namespace

absl::StatusOr<std::string> WriteOcspResponse(
    const OcspTemplate& request, absl::string_view serial,
    const Certificate& issuer, const PrivateKey& key,
    const absl::optional<Certificate>& delegate) {
  const Certificate& responder = delegate.has_value() ? *delegate : issuer;
  if (!(responder.public_key() == key.public_key())) {
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                     absl::StrCat("cannot make an OCSP response: the key is "
                                  "not that of ",
                                  responder.subject().ToString()));
  }
  const auto algorithm = internal::SignatureAlgorithmFor(key.public_key());
  if (!algorithm.ok()) return algorithm.status();
  const std::string data = ResponseData(request, serial, issuer, responder);
  const auto signature = key.Sign(data);
  if (!signature.ok()) return signature.status();
  std::string response =
      Wrap(BasicResponse(data, *algorithm, *signature, delegate));
  // What it says must be readable: a serial that is no INTEGER is not.
  const auto parsed = OcspResponse::FromDer(response);
  if (!parsed.ok()) return parsed.status();
  return response;
}

}  // namespace gatehouse::pki

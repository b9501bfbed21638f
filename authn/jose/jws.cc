#include "authn/jose/jws.h"

#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"
#include "authn/jose/base64url.h"
#include "authn/jose/internal/strict_json.h"
#include "authn/jose/jose_error.h"

namespace gatehouse::authn {
namespace {

using internal::IsSameName;
using internal::JsonCeilings;
using internal::JsonKind;
using internal::ScanJsonObject;

constexpr JoseError kNone = JoseError::kNone;

absl::Status TokenError(JoseError error, absl::string_view what) {
  return MakeJoseError(error, absl::StrCat("token: ", what));
}

absl::Status TooLarge(absl::string_view what, size_t size, size_t max) {
  return TokenError(JoseError::kTokenTooLarge,
                    absl::StrCat(what, " of ", size, " bytes; at most ", max));
}

// Says in words what is wrong with a JSON text or an encoding.
absl::Status PartError(JoseError error, absl::string_view part) {
  return TokenError(error, absl::StrCat(part, ": ", JoseErrorName(error)));
}

// Header is what was seen of the header's members; all of it is read before
// any of it is judged, so that the JSON's faults come first.
struct Header {
  absl::optional<absl::string_view> algorithm;
  absl::optional<absl::string_view> key_id;
  absl::string_view type;
  absl::string_view content_type;
  JoseError refused = kNone;
  absl::string_view refused_name;

  void Refuse(JoseError error, absl::string_view name) {
    if (refused != kNone) return;
    refused = error;
    refused_name = name;
  }
};

// What must not be in a header, whatever its value is.
struct Refusal {
  absl::string_view name;
  JoseError error;
};
constexpr Refusal kRefusals[] = {
    {"crit", JoseError::kUnknownCritical},
    {"b64", JoseError::kUnencodedPayload},
    {"jku", JoseError::kKeyUrlInHeader},
    {"jwk", JoseError::kKeyInHeader},
    {"x5u", JoseError::kCertificateUrlInHeader},
    {"x5c", JoseError::kCertificateInHeader},
};

void AddMember(absl::string_view name, JsonKind kind, absl::string_view value,
               Header* header) {
  for (const Refusal& refusal : kRefusals) {
    if (IsSameName(name, refusal.name))
      header->Refuse(refusal.error, refusal.name);
  }
  const bool is_string = kind == JsonKind::kString;
  if (IsSameName(name, "alg")) {
    if (!is_string) header->Refuse(JoseError::kWrongType, "alg");
    header->algorithm = value;
  } else if (IsSameName(name, "kid")) {
    if (!is_string) header->Refuse(JoseError::kWrongType, "kid");
    header->key_id = value;
  } else if (IsSameName(name, "typ")) {
    if (!is_string) header->Refuse(JoseError::kWrongType, "typ");
    header->type = value;
  } else if (IsSameName(name, "cty")) {
    if (!is_string) header->Refuse(JoseError::kWrongType, "cty");
    header->content_type = value;
  }
}

// Splits at the dots, of which there must be two.
bool Split(absl::string_view token, absl::string_view (&parts)[3]) {
  const size_t first = token.find('.');
  if (first == absl::string_view::npos) return false;
  const size_t second = token.find('.', first + 1);
  if (second == absl::string_view::npos) return false;
  if (token.find('.', second + 1) != absl::string_view::npos) return false;
  parts[0] = token.substr(0, first);
  parts[1] = token.substr(first + 1, second - first - 1);
  parts[2] = token.substr(second + 1);
  return true;
}

}  // namespace

absl::StatusOr<Jws> Jws::Parse(absl::string_view token,
                               const JwsLimits& limits) {
  Jws jws;
  absl::Status status = jws.Decode(token, limits);
  if (!status.ok()) return status;
  return jws;
}

absl::Status Jws::Decode(absl::string_view token, const JwsLimits& limits) {
  limits_ = limits;
  if (token.size() > limits.max_token_bytes) {
    return TooLarge("it is", token.size(), limits.max_token_bytes);
  }
  absl::string_view parts[3];
  if (!Split(token, parts)) {
    return TokenError(JoseError::kNotCompact,
                      "want three parts with dots between them");
  }
  signing_input_ = token.substr(0, parts[0].size() + 1 + parts[1].size());
  size_t sizes[3];
  size_t total = 0;
  for (int i = 0; i < 3; ++i) {
    sizes[i] = Base64UrlDecodedSize(parts[i].size());
    total += sizes[i];
  }
  if (sizes[0] > limits.max_header_bytes) {
    return TooLarge("a header", sizes[0], limits.max_header_bytes);
  }
  constexpr absl::string_view kNames[] = {"header", "payload", "signature"};
  parts_.reset(new char[total]);
  char* out = parts_.get();
  for (int i = 0; i < 3; ++i) {
    const JoseError error = Base64UrlDecode(parts[i], out);
    if (error != kNone) return PartError(error, kNames[i]);
    out += sizes[i];
  }
  payload_ = absl::string_view(parts_.get() + sizes[0], sizes[1]);
  signature_ = absl::string_view(payload_.data() + sizes[1], sizes[2]);
  return ReadHeader(parts_.get(), sizes[0]);
}

absl::Status Jws::ReadHeader(char* text, size_t size) {
  JsonCeilings ceilings;
  ceilings.max_depth = limits_.max_header_depth;
  ceilings.max_members = limits_.max_header_members;
  Header header;
  const JoseError error =
      ScanJsonObject(absl::MakeSpan(text, size), ceilings,
                     [&header](absl::string_view name, JsonKind kind,
                               absl::string_view value) {
                       AddMember(name, kind, value, &header);
                     });
  if (error != kNone) return PartError(error, "header");
  if (header.refused != kNone) {
    return TokenError(header.refused,
                      absl::StrCat("header: \"", header.refused_name,
                                   "\": ", JoseErrorName(header.refused)));
  }
  if (!header.algorithm.has_value()) {
    return TokenError(JoseError::kMissingAlgorithm, "header: no \"alg\"");
  }
  if (absl::EqualsIgnoreCase(*header.algorithm, "none")) {
    return TokenError(JoseError::kAlgorithmNone, "header: it is not signed");
  }
  const auto algorithm = ParseJwsAlgorithm(*header.algorithm);
  if (!algorithm.has_value()) {
    return TokenError(JoseError::kUnsupportedAlgorithm,
                      "header: the algorithm is not known here");
  }
  if (header.key_id.has_value() &&
      (header.key_id->empty() || header.key_id->size() > kMaxKeyIdBytes)) {
    return TokenError(
        JoseError::kBadKeyId,
        absl::StrCat("header: a key id of ", header.key_id->size(), " bytes"));
  }
  algorithm_ = *algorithm;
  key_id_ = header.key_id;
  type_ = header.type;
  content_type_ = header.content_type;
  return absl::OkStatus();
}

bool Jws::IsType(absl::string_view type) const {
  constexpr absl::string_view kPrefix = "application/";
  const auto bare = [kPrefix](absl::string_view name) {
    if (!absl::StartsWithIgnoreCase(name, kPrefix)) return name;
    const absl::string_view rest = name.substr(kPrefix.size());
    // With another "/" in it, the prefix is not the one left out.
    return absl::StrContains(rest, "/") ? name : rest;
  };
  return absl::EqualsIgnoreCase(bare(type_), bare(type));
}

ClaimsLimits Jws::LimitsOfClaims() const {
  ClaimsLimits limits;
  limits.max_bytes = limits_.max_token_bytes;
  limits.max_depth = limits_.max_claims_depth;
  limits.max_values = limits_.max_claims_values;
  return limits;
}

absl::StatusOr<Claims> Jws::UnverifiedClaims() const& {
  return Claims::Parse(payload_, LimitsOfClaims());
}

absl::StatusOr<Claims> Jws::UnverifiedClaims() && {
  const size_t start = static_cast<size_t>(payload_.data() - parts_.get());
  const absl::Span<char> payload(parts_.get() + start, payload_.size());
  return Claims::ParseInPlace(std::move(parts_), payload, LimitsOfClaims());
}

}  // namespace gatehouse::authn

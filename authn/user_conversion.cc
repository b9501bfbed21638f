#include "authn/user_conversion.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "authn/authenticator.h"
#include "base/errors.h"
#include "pki/certificate.h"
#include "pki/extensions.h"

namespace gatehouse::authn {
namespace {

// SPIFFE-ID section 2: the most bytes of an id and of a trust domain.
constexpr size_t kMaxSpiffeId = 2048;
constexpr size_t kMaxTrustDomain = 255;

absl::Status Invalid(absl::string_view text) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid, text);
}

absl::StatusOr<std::string> UidOf(const pki::DistinguishedName& subject) {
  const auto values = subject.ValuesOf(pki::kUserUidOid);
  if (values.empty()) return std::string();
  if (values.size() > 1) {
    const auto append = [](std::string* out,
                           const absl::optional<std::string>& value) {
      out->append(value.value_or("(not a string)"));
    };
    return Invalid(absl::StrCat("expected 1 UID, but found multiple: [",
                                absl::StrJoin(values, " ", append), "]"));
  }
  if (!values[0].has_value()) {
    return Invalid("unable to parse UID into a string");
  }
  if (values[0]->empty()) return Invalid("UID cannot be an empty string");
  return *values[0];
}

bool IsTrustDomain(absl::string_view text) {
  return !text.empty() && text.size() <= kMaxTrustDomain &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_islower(c) || absl::ascii_isdigit(c) ||
                  c == '.' || c == '-' || c == '_';
         });
}

// One between two slashes (SPIFFE-ID section 2.2).
bool IsPathSegment(absl::string_view text) {
  return !text.empty() && text != "." && text != ".." &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isalnum(c) || c == '.' || c == '-' || c == '_';
         });
}

// A workload's id, in its parts: the path without its first slash.
struct SpiffeId {
  std::string id;
  std::string trust_domain;
  std::string path;
};

absl::StatusOr<SpiffeId> ParseSpiffeId(absl::string_view uri) {
  absl::string_view rest = uri;
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::ConsumePrefix(&rest, "spiffe://")
          ? absl::StrSplit(rest, absl::MaxSplits('/', 1))
          : std::pair<absl::string_view, absl::string_view>();
  const std::vector<absl::string_view> segments =
      absl::StrSplit(parts.second, '/');
  // Of no path at all, nothing is split off.
  if (uri.size() > kMaxSpiffeId || !IsTrustDomain(parts.first) ||
      segments.empty() ||
      !std::all_of(segments.begin(), segments.end(), IsPathSegment)) {
    return Invalid(absl::StrCat("URI SAN \"", absl::CHexEscape(uri),
                                "\" is not the SPIFFE id of a workload"));
  }
  return SpiffeId{std::string(uri), std::string(parts.first),
                  std::string(parts.second)};
}

// X.509-SVID sections 4.1 and 4.3: a leaf signs nothing that others rely on.
absl::Status CheckIsLeaf(const pki::Extensions& extensions) {
  if (extensions.basic_constraints.has_value() &&
      extensions.basic_constraints->is_ca) {
    return Invalid("an X.509-SVID of a workload must not be a CA certificate");
  }
  const uint16_t usage = extensions.key_usage.value_or(0);
  if ((usage & pki::kDigitalSignature) == 0) {
    return Invalid("key usage of an X.509-SVID must have digitalSignature");
  }
  if ((usage & (pki::kKeyCertSign | pki::kCrlSign)) != 0) {
    return Invalid(
        "key usage of a workload's X.509-SVID must not have keyCertSign or "
        "cRLSign");
  }
  return absl::OkStatus();
}

absl::StatusOr<SpiffeId> SpiffeIdOf(const pki::Certificate& leaf) {
  const pki::Extensions& extensions = leaf.extensions();
  const size_t uris = extensions.subject_alt_names.has_value()
                          ? extensions.subject_alt_names->uris.size()
                          : 0;
  if (uris != 1) {
    return Invalid(absl::StrCat(
        "expected 1 URI SAN, as in an X.509-SVID, but found ", uris));
  }
  const absl::Status status = CheckIsLeaf(extensions);
  if (!status.ok()) return status;
  return ParseSpiffeId(extensions.subject_alt_names->uris[0]);
}

// A user's name with the placeholders replaced; absent if there is none of
// them, or one that is not known.
absl::optional<std::string> FillIn(absl::string_view name, const SpiffeId& id) {
  std::string out;
  bool filled = false;
  while (!name.empty()) {
    if (absl::ConsumePrefix(&name, "{id}")) {
      out += id.id;
      filled = true;
    } else if (absl::ConsumePrefix(&name, "{path}")) {
      out += id.path;
      filled = true;
    } else if (name[0] == '{' || name[0] == '}') {
      return absl::nullopt;
    } else {
      out += name[0];
      name.remove_prefix(1);
    }
  }
  if (!filled) return absl::nullopt;
  return out;
}

absl::StatusOr<absl::optional<UserInfo>> ConvertUriSan(
    const UriSanOptions& options, const pki::Certificate& leaf) {
  const absl::StatusOr<SpiffeId> id = SpiffeIdOf(leaf);
  if (!id.ok()) return id.status();
  if (id->trust_domain != options.trust_domain) {
    return MakeError(absl::StatusCode::kPermissionDenied, Reason::kNotAllowed,
                     absl::StrCat("SPIFFE id ", id->id, " is not of the trust ",
                                  "domain ", options.trust_domain));
  }
  UserInfo user;
  user.name = FillIn(options.user_name, *id).value_or("");
  user.groups = options.groups;
  user.extra[kCredentialIdKey] = {leaf.CredentialId()};
  return absl::optional<UserInfo>(std::move(user));
}

}  // namespace

absl::StatusOr<absl::optional<UserInfo>> UserFromSubject(
    const pki::DistinguishedName& subject, absl::string_view credential_id,
    const CommonNameOptions& options) {
  UserInfo user;
  user.name = subject.common_name();
  if (user.name.empty()) return absl::optional<UserInfo>();
  if (options.parse_uid) {
    absl::StatusOr<std::string> uid = UidOf(subject);
    if (!uid.ok()) return uid.status();
    user.uid = *std::move(uid);
  }
  user.groups = subject.organizations();
  user.extra[kCredentialIdKey] = {std::string(credential_id)};
  return absl::optional<UserInfo>(std::move(user));
}

UserConversion CommonNameConversion(const CommonNameOptions& options) {
  return [options](const pki::VerifiedChain& chain) {
    return UserFromSubject(chain.leaf().subject(), chain.leaf().CredentialId(),
                           options);
  };
}

absl::StatusOr<UserConversion> UriSanConversion(UriSanOptions options) {
  if (!IsTrustDomain(options.trust_domain)) {
    return Invalid(absl::StrCat("\"", absl::CHexEscape(options.trust_domain),
                                "\" is not a SPIFFE trust domain"));
  }
  if (!FillIn(options.user_name, SpiffeId()).has_value()) {
    return Invalid(absl::StrCat("user name \"",
                                absl::CHexEscape(options.user_name),
                                "\" must have {id} or {path} in it, and nothing"
                                " else in braces"));
  }
  if (absl::c_linear_search(options.groups, "")) {
    return Invalid("groups of SPIFFE users: one is empty");
  }
  return UserConversion(
      [options = std::move(options)](const pki::VerifiedChain& chain) {
        return ConvertUriSan(options, chain.leaf());
      });
}

}  // namespace gatehouse::authn

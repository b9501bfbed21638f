#include "authn/client_ca.h"

#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"

namespace gatehouse::authn {
namespace {

bool AnyListed(const std::vector<std::string>& names,
               const std::vector<std::string>& listed) {
  return absl::c_any_of(names, [&listed](const std::string& name) {
    return absl::c_linear_search(listed, name);
  });
}

bool AnyListedIgnoringCase(const std::vector<std::string>& names,
                           const std::vector<std::string>& listed) {
  return absl::c_any_of(names, [&listed](const std::string& name) {
    return absl::c_any_of(listed, [&name](const std::string& entry) {
      return absl::EqualsIgnoreCase(name, entry);
    });
  });
}

absl::Status Invalid(const ClientCa& ca, absl::string_view what) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                   absl::StrCat("client CA \"", ca.name, "\": ", what));
}

absl::Status ValidateClientCa(const ClientCa& ca) {
  if (ca.name.empty()) return Invalid(ca, "it needs a name");
  if (ca.trust == nullptr) return Invalid(ca, "it has no certificates");
  if (ca.conversion == nullptr) return Invalid(ca, "it has no user conversion");
  const struct {
    const char* what;
    const std::vector<std::string>& entries;
  } lists[] = {
      {"key usages", ca.key_usages},
      {"allowed common names", ca.allowed.common_names},
      {"allowed DNS names", ca.allowed.dns_names},
      {"allowed URIs", ca.allowed.uris},
      {"allowed emails", ca.allowed.emails},
      {"refused groups", ca.refused_groups},
  };
  for (const auto& list : lists) {
    if (absl::c_linear_search(list.entries, "")) {
      return Invalid(ca, absl::StrCat(list.what, ": an entry is empty"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

bool AllowList::Admits(const pki::Certificate& leaf) const {
  if (empty()) return true;
  if (absl::c_linear_search(common_names, leaf.subject().common_name())) {
    return true;
  }
  const auto& names = leaf.extensions().subject_alt_names;
  return names.has_value() &&
         (AnyListedIgnoringCase(names->dns, dns_names) ||
          AnyListed(names->uris, uris) || AnyListed(names->emails, emails));
}

absl::Status ValidateX509Config(const X509Config& config) {
  if (config.client_cas.empty()) {
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                     "client certificates: there is no client CA");
  }
  absl::flat_hash_set<absl::string_view> names;
  for (const ClientCa& ca : config.client_cas) {
    const absl::Status status = ValidateClientCa(ca);
    if (!status.ok()) return status;
    if (!names.insert(ca.name).second) {
      return MakeError(
          absl::StatusCode::kInvalidArgument, Reason::kDuplicate,
          absl::StrCat("client CA \"", ca.name, "\": there are two of them"));
    }
  }
  return absl::OkStatus();
}

}  // namespace gatehouse::authn

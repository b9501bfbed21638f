#include "cli/pki/notes.h"

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "base/user_info.h"
#include "pki/extensions.h"

namespace gatehouse::cli {

namespace {

constexpr char kVersion1Note[] =
    "X.509 version 1: it has no extensions, so nothing in it says what it may "
    "be used for. An API server takes it for client authentication, since a "
    "certificate without extended key usages is good for any; it may not sign "
    "others, since nothing says that it is a CA; it has no alternative names, "
    "so no server can use it. `openssl x509 -req` without -extfile makes such "
    "certificates; those of `gatehouse pki sign` are version 3 and limited to "
    "client authentication.";

constexpr char kNoUserNote[] =
    "No CommonName: an API server takes its holder for nobody in particular "
    "(system:anonymous where anonymous requests are allowed), not for an "
    "error.";

constexpr char kMastersNote[] =
    "Member of system:masters: may do everything, before RBAC is asked. No "
    "change of the policy takes that away; only revocation does.";

constexpr char kNoUsageNote[] =
    "No extended key usage: good for any, client authentication too.";

constexpr char kNotClientNote[] =
    "Its extended key usages do not allow client authentication: an API "
    "server refuses it as a credential.";

constexpr char kCaNote[] = "A CA: what it signs is trusted where it is.";

bool AllowsClientAuth(const std::vector<std::string>& usages) {
  return absl::c_linear_search(usages, pki::kClientAuth) ||
         absl::c_linear_search(usages, pki::kAnyExtendedKeyUsage);
}

}  // namespace

std::vector<std::string> NotesOn(const pki::Certificate& certificate) {
  std::vector<std::string> notes;
  const pki::Extensions& extensions = certificate.extensions();
  const bool is_ca =
      extensions.basic_constraints && extensions.basic_constraints->is_ca;
  if (certificate.version() == 1) {
    notes.emplace_back(kVersion1Note);
  } else if (is_ca) {
    notes.emplace_back(kCaNote);
  } else if (!extensions.extended_key_usages) {
    notes.emplace_back(kNoUsageNote);
  } else if (!AllowsClientAuth(*extensions.extended_key_usages)) {
    notes.emplace_back(kNotClientNote);
  }
  if (certificate.subject().common_name().empty()) {
    notes.emplace_back(kNoUserNote);
  }
  if (absl::c_linear_search(certificate.subject().organizations(),
                            kMastersGroup)) {
    notes.emplace_back(kMastersNote);
  }
  for (const std::string& oid : extensions.unhandled_critical) {
    notes.push_back(absl::StrCat("Critical extension ", oid,
                                 " is not known here: it is refused."));
  }
  return notes;
}

}  // namespace gatehouse::cli

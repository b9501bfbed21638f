#include "pki/verify/internal/name_constraints.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "base/errors.h"
#include "base/go_quote.h"
#include "pki/distinguished_name.h"
#include "pki/extensions.h"
#include "pki/verify/internal/certificate_error.h"
#include "pki/verify/internal/name_match.h"

namespace gatehouse::pki::internal {
namespace {

constexpr char kEmailAddressOid[] = "1.2.840.113549.1.9.1";

// What is wrong with a name; absent if nothing is.
using Problem = absl::optional<std::string>;

absl::optional<std::vector<DistinguishedName>> ParseDirectoryNames(
    const std::vector<std::string>& ders) {
  std::vector<DistinguishedName> names;
  names.reserve(ders.size());
  for (const std::string& der : ders) {
    absl::StatusOr<DistinguishedName> name = DistinguishedName::FromDer(der);
    if (!name.ok()) return absl::nullopt;
    names.push_back(*std::move(name));
  }
  return names;
}

bool Contains(const std::vector<std::string>& values,
              const std::string& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

// Returns a constraint of `names` that cannot be understood.
Problem FindBadConstraint(const GeneralNames& names) {
  for (const std::string& constraint : names.dns) {
    if (!IsDomainConstraint(constraint)) {
      return absl::StrCat("failed to parse dnsName constraint ",
                          GoQuote(constraint));
    }
  }
  for (const std::string& constraint : names.emails) {
    if (absl::StrContains(constraint, '@')
            ? !ParseMailbox(constraint).has_value()
            : !IsDomainConstraint(constraint)) {
      return absl::StrCat("failed to parse rfc822Name constraint ",
                          GoQuote(constraint));
    }
  }
  for (const std::string& constraint : names.uris) {
    if (!IsDomainConstraint(constraint)) {
      return absl::StrCat("failed to parse URI constraint ",
                          GoQuote(constraint));
    }
  }
  return absl::nullopt;
}

// NameChecker holds the constraints of one certificate against the names of
// others.
class NameChecker {
 public:
  NameChecker(const NameConstraints& constraints, int* comparisons)
      : constraints_(constraints), comparisons_(*comparisons) {}

  // Returns what is wrong with the constraints themselves.
  Problem Prepare() {
    for (const GeneralNames* names :
         {&constraints_.permitted, &constraints_.excluded}) {
      Problem problem = FindBadConstraint(*names);
      if (problem.has_value()) return problem;
    }
    permitted_directories_ =
        ParseDirectoryNames(constraints_.permitted.directory_names);
    excluded_directories_ =
        ParseDirectoryNames(constraints_.excluded.directory_names);
    if (permitted_directories_.has_value() &&
        excluded_directories_.has_value()) {
      return absl::nullopt;
    }
    return "failed to parse directoryName constraint";
  }

  Problem CheckAltNames(const GeneralNames& names) {
    Problem problem;
    for (size_t i = 0; i < names.ips.size() && !problem; ++i) {
      problem = CheckIp(names.ips[i]);
    }
    for (size_t i = 0; i < names.dns.size() && !problem; ++i) {
      problem = CheckDns(names.dns[i]);
    }
    for (size_t i = 0; i < names.uris.size() && !problem; ++i) {
      problem = CheckUri(names.uris[i]);
    }
    for (size_t i = 0; i < names.emails.size() && !problem; ++i) {
      problem = CheckEmail(names.emails[i]);
    }
    for (size_t i = 0; i < names.directory_names.size() && !problem; ++i) {
      const absl::StatusOr<DistinguishedName> name =
          DistinguishedName::FromDer(names.directory_names[i]);
      problem = name.ok() ? CheckDirectory(*name)
                          : Problem("cannot parse directoryName");
    }
    for (size_t i = 0; i < names.other_types.size() && !problem; ++i) {
      if (comparisons_ < 0) return absl::nullopt;
      problem = CheckOther(names.other_types[i]);
    }
    return problem;
  }

  Problem CheckSubject(const DistinguishedName& subject) {
    if (subject.empty()) return absl::nullopt;
    Problem problem = CheckDirectory(subject);
    if (problem.has_value()) return problem;
    if (constraints_.permitted.emails.empty() &&
        constraints_.excluded.emails.empty()) {
      return absl::nullopt;
    }
    for (const absl::optional<std::string>& email :
         subject.ValuesOf(kEmailAddressOid)) {
      problem = CheckEmail(email.value_or(""));
      if (problem.has_value()) return problem;
    }
    return absl::nullopt;
  }

 private:
  // Compares one name with the `permitted` and `excluded` constraints of its
  // type. `name` and `text` tell the name and a constraint in an error.
  template <typename Constraint>
  Problem Check(absl::string_view type, absl::FunctionRef<std::string()> name,
                const std::vector<Constraint>& permitted,
                const std::vector<Constraint>& excluded,
                absl::FunctionRef<bool(const Constraint&, Subtree)> matches,
                absl::FunctionRef<std::string(const Constraint&)> text) {
    if (--comparisons_ < 0) return absl::nullopt;
    bool found = permitted.empty();
    for (size_t i = 0; i < permitted.size() && !found; ++i) {
      if (--comparisons_ < 0) return absl::nullopt;
      found = matches(permitted[i], Subtree::kPermitted);
    }
    if (!found) {
      return absl::StrCat(type, " ", GoQuote(name()),
                          " is not permitted by any constraint");
    }
    for (const Constraint& constraint : excluded) {
      if (--comparisons_ < 0) return absl::nullopt;
      if (matches(constraint, Subtree::kExcluded)) {
        return absl::StrCat(type, " ", GoQuote(name()),
                            " is excluded by constraint ",
                            GoQuote(text(constraint)));
      }
    }
    return absl::nullopt;
  }

  Problem CheckIp(const std::string& ip) {
    // Two spellings of one address, and a constraint knows only one of them.
    const bool any = !constraints_.permitted.ips.empty() ||
                     !constraints_.excluded.ips.empty();
    if (any && IsMappedIpv4(ip)) {
      return absl::StrCat("IP address ", GoQuote(IpText(ip)),
                          " is an IPv4 address in an IPv6 address, which no "
                          "constraint permits");
    }
    return Check<std::string>(
        "IP address", [&ip] { return IpText(ip); }, constraints_.permitted.ips,
        constraints_.excluded.ips,
        [&ip](const std::string& constraint, Subtree) {
          return IpMatches(ip, constraint);
        },
        [](const std::string& constraint) { return IpText(constraint); });
  }

  Problem CheckDns(const std::string& name) {
    if (!IsDomainName(name)) {
      return absl::StrCat("x509: cannot parse dnsName ", GoQuote(name));
    }
    return Check<std::string>(
        "DNS name", [&name] { return name; }, constraints_.permitted.dns,
        constraints_.excluded.dns,
        [&name](const std::string& constraint, Subtree subtree) {
          return DnsMatches(name, constraint, subtree);
        },
        [](const std::string& constraint) { return constraint; });
  }

  Problem CheckUri(const std::string& uri) {
    const absl::optional<absl::string_view> host = UriHost(uri);
    if (!host.has_value()) {
      return absl::StrCat("URI without a host name (", GoQuote(uri),
                          ") cannot be matched against constraints");
    }
    return Check<std::string>(
        "URI", [&uri] { return uri; }, constraints_.permitted.uris,
        constraints_.excluded.uris,
        [&host](const std::string& constraint, Subtree subtree) {
          return HostMatches(*host, constraint, subtree);
        },
        [](const std::string& constraint) { return constraint; });
  }

  Problem CheckEmail(const std::string& address) {
    const absl::optional<Mailbox> mailbox = ParseMailbox(address);
    if (!mailbox.has_value()) {
      return absl::StrCat("cannot parse rfc822Name ", GoQuote(address));
    }
    return Check<std::string>(
        "email address", [&address] { return address; },
        constraints_.permitted.emails, constraints_.excluded.emails,
        [&mailbox](const std::string& constraint, Subtree subtree) {
          return EmailMatches(*mailbox, constraint, subtree);
        },
        [](const std::string& constraint) { return constraint; });
  }

  Problem CheckDirectory(const DistinguishedName& name) {
    return Check<DistinguishedName>(
        "directory name", [&name] { return name.ToString(); },
        *permitted_directories_, *excluded_directories_,
        [&name](const DistinguishedName& constraint, Subtree subtree) {
          return DirectoryMatches(name, constraint, subtree);
        },
        [](const DistinguishedName& constraint) {
          return constraint.ToString();
        });
  }

  // Constraints of types that are not read here get this far only if they are
  // not critical. A name of such a type might break them.
  Problem CheckOther(const std::string& type) {
    const size_t count = constraints_.permitted.other_types.size() +
                         constraints_.excluded.other_types.size();
    // Fits: a certificate has no room for more than some ten thousand.
    comparisons_ -= static_cast<int>(count) + 1;
    if (comparisons_ < 0) return absl::nullopt;
    if (!Contains(constraints_.permitted.other_types, type) &&
        !Contains(constraints_.excluded.other_types, type)) {
      return absl::nullopt;
    }
    return absl::StrCat(type, " cannot be matched against constraints");
  }

  const NameConstraints& constraints_;
  int& comparisons_;
  absl::optional<std::vector<DistinguishedName>> permitted_directories_;
  absl::optional<std::vector<DistinguishedName>> excluded_directories_;
};

absl::Status NotPermitted(const Certificate& certificate, size_t index,
                          absl::string_view problem) {
  return CertificateError(
      Reason::kNameNotPermitted, certificate, index,
      absl::StrCat("x509: a root or intermediate certificate is not authorized "
                   "to sign for this name: ",
                   problem));
}

// Checks the names below `path[index]`, which has constraints.
absl::Status CheckBelow(absl::Span<const Certificate* const> path, size_t index,
                        int* comparisons) {
  NameChecker checker(*path[index]->extensions().name_constraints, comparisons);
  Problem problem = checker.Prepare();
  if (problem.has_value()) return NotPermitted(*path[index], index, *problem);
  for (size_t i = 0; i < index; ++i) {
    const Certificate& certificate = *path[i];
    if (certificate.extensions().subject_alt_names.has_value()) {
      problem =
          checker.CheckAltNames(*certificate.extensions().subject_alt_names);
    }
    if (!problem.has_value() && (i == 0 || !certificate.self_issued())) {
      problem = checker.CheckSubject(certificate.subject());
    }
    if (*comparisons < 0) {
      return MakeError(absl::StatusCode::kResourceExhausted, Reason::kTooLarge,
                       "x509: name comparison limit reached while verifying "
                       "certificate chain");
    }
    if (problem.has_value()) return NotPermitted(certificate, i, *problem);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckNameConstraints(absl::Span<const Certificate* const> path,
                                  int* comparisons) {
  for (size_t i = 1; i < path.size(); ++i) {
    if (!path[i]->extensions().name_constraints.has_value()) continue;
    absl::Status status = CheckBelow(path, i, comparisons);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace gatehouse::pki::internal

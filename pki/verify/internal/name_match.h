// Whether a name lies in a subtree of a name constraint (RFC 5280 4.2.1.10).
#ifndef GATEHOUSE_PKI_VERIFY_INTERNAL_NAME_MATCH_H_
#define GATEHOUSE_PKI_VERIFY_INTERNAL_NAME_MATCH_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "pki/distinguished_name.h"

namespace gatehouse::pki::internal {

// What a subtree is for. Where it is doubtful whether a name lies in it, the
// answer is no for a permitted subtree and yes for an excluded one.
enum class Subtree { kPermitted, kExcluded };

// Returns whether `name` is made of labels: none empty, no dot at the end,
// ASCII that prints. "" is none.
bool IsDomainName(absl::string_view name);

// Returns whether `constraint` is "", a domain name, or one behind a dot.
bool IsDomainConstraint(absl::string_view constraint);

// dNSName: the constraint itself and all below it; only what is below for one
// that begins with a dot (Go's rule, and common). "" matches every name. A "*"
// stands for every label where the subtree is excluded (CVE-2025-61727), and
// for itself where it is permitted (RUSTSEC-2026-0099).
bool DnsMatches(absl::string_view name, absl::string_view constraint,
                Subtree subtree);

// The host of a URI or mailbox: the constraint itself, or what is below one
// that begins with a dot; "" matches all. Excluded subtrees also take in what
// is below a host, as Go did until CVE-2026-78664.
bool HostMatches(absl::string_view host, absl::string_view constraint,
                 Subtree subtree);

// Mailbox is an e-mail address (RFC 2821 4.1.2), as views into its text.
struct Mailbox {
  absl::string_view local;
  absl::string_view domain;
};

// Splits `address`; absent if it is no mailbox. Quoted local parts are refused:
// nobody needs two spellings of one mailbox.
absl::optional<Mailbox> ParseMailbox(absl::string_view address);

// rfc822Name: a constraint with "@" is one mailbox, its local part case-
// sensitive; any other is for HostMatches.
bool EmailMatches(const Mailbox& mailbox, absl::string_view constraint,
                  Subtree subtree);

// Returns the host of `uri`; absent if there is none, or if it is or might be
// read as an IP address (RFC 5280: must be rejected), with a zone or without
// (CVE-2024-45341).
absl::optional<absl::string_view> UriHost(absl::string_view uri);

// iPAddress: `constraint` is an address and a mask, of the same family.
bool IpMatches(absl::string_view ip, absl::string_view constraint);

// Returns whether `ip` is an IPv4 address in an IPv6 one, ::ffff:a.b.c.d.
bool IsMappedIpv4(absl::string_view ip);

// Returns "10.0.0.1", or for a constraint "10.0.0.0/8".
std::string IpText(absl::string_view octets);

// directoryName: `constraint` is the beginning of `name`. Values are compared
// as text, ASCII case and runs of spaces folded (RFC 5280 7.1). What is not
// ASCII is compared byte by byte; in an excluded subtree it matches anything,
// since the case and form of such text is not folded here.
bool DirectoryMatches(const DistinguishedName& name,
                      const DistinguishedName& constraint, Subtree subtree);

}  // namespace gatehouse::pki::internal

#endif  // GATEHOUSE_PKI_VERIFY_INTERNAL_NAME_MATCH_H_

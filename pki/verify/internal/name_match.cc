#include "pki/verify/internal/name_match.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace gatehouse::pki::internal {
namespace {

// Takes the last label off `*name`.
absl::string_view PopLabel(absl::string_view* name) {
  const size_t dot = name->rfind('.');
  if (dot == absl::string_view::npos) {
    const absl::string_view label = *name;
    *name = "";
    return label;
  }
  const absl::string_view label = name->substr(dot + 1);
  *name = name->substr(0, dot);
  return label;
}

bool LabelMatches(absl::string_view label, absl::string_view constraint,
                  Subtree subtree) {
  if (subtree == Subtree::kExcluded &&
      (absl::StrContains(label, '*') || absl::StrContains(constraint, '*'))) {
    return true;
  }
  return absl::EqualsIgnoreCase(label, constraint);
}

// How many labels a name may have before the constraint's.
enum class Below { kNone, kSome, kAny };

bool LabelsMatch(absl::string_view name, absl::string_view constraint,
                 Below below, Subtree subtree) {
  while (!constraint.empty()) {
    if (name.empty()) return false;
    const absl::string_view label = PopLabel(&name);
    if (!LabelMatches(label, PopLabel(&constraint), subtree)) return false;
  }
  switch (below) {
    case Below::kNone:
      return name.empty();
    case Below::kSome:
      return !name.empty();
    case Below::kAny:
      break;
  }
  return true;
}

bool IsAtomText(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
         absl::string_view("!#$%&'*+-/=?^_`{|}~.").find(c) !=
             absl::string_view::npos;
}

// Returns whether the last label is a number, decimal or hexadecimal: then
// some read the host as an IPv4 address, whatever stands before it.
bool EndsInNumber(absl::string_view host) {
  absl::string_view label = host.substr(host.rfind('.') + 1);
  const bool hexadecimal =
      absl::ConsumePrefix(&label, "0x") || absl::ConsumePrefix(&label, "0X");
  return std::all_of(label.begin(), label.end(), [hexadecimal](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return hexadecimal ? absl::ascii_isxdigit(byte) : absl::ascii_isdigit(byte);
  });
}

bool IsAscii(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isascii(static_cast<unsigned char>(c));
  });
}

// FoldedText reads a text in lower case, each run of spaces as one, none at
// either end.
class FoldedText {
 public:
  explicit FoldedText(absl::string_view text)
      : rest_(absl::StripAsciiWhitespace(text)) {}

  // Returns the next byte; -1 at the end.
  int Next() {
    if (rest_.empty()) return -1;
    const auto c = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    if (!absl::ascii_isspace(c)) {
      return static_cast<unsigned char>(absl::ascii_tolower(c));
    }
    rest_ = absl::StripLeadingAsciiWhitespace(rest_);
    return ' ';
  }

 private:
  absl::string_view rest_;
};

// Returns whether the values are the same text (RFC 5280 7.1).
bool SameText(absl::string_view a, absl::string_view b) {
  FoldedText folded_a(a);
  FoldedText folded_b(b);
  while (true) {
    const int c = folded_a.Next();
    if (c != folded_b.Next()) return false;
    if (c < 0) return true;
  }
}

bool AttributeMatches(const NameAttribute& attribute,
                      const NameAttribute& constraint, Subtree subtree) {
  if (attribute.oid != constraint.oid) return false;
  const bool text = attribute.value.has_value() && constraint.value.has_value();
  if (subtree == Subtree::kExcluded &&
      (!text || !IsAscii(*attribute.value) || !IsAscii(*constraint.value))) {
    return true;
  }
  if (!text) return attribute.der == constraint.der;
  return SameText(*attribute.value, *constraint.value);
}

using Attributes = std::vector<NameAttribute>;

// Returns where the relative distinguished name that begins at `from` ends.
size_t RdnEnd(const Attributes& attributes, size_t from) {
  size_t end = from;
  while (end < attributes.size() &&
         attributes[end].rdn == attributes[from].rdn) {
    ++end;
  }
  return end;
}

// The most attributes of one relative distinguished name that are compared.
constexpr size_t kMaxRdnSize = 16;

// Returns whether two relative distinguished names of the same size are the
// same set: each attribute of one has its like in the other.
bool RdnMatches(const Attributes& name, size_t name_from,
                const Attributes& constraint, size_t from, size_t size,
                Subtree subtree) {
  if (size > kMaxRdnSize) return subtree == Subtree::kExcluded;
  for (size_t i = 0; i < size; ++i) {
    bool here = false;
    bool there = false;
    for (size_t j = 0; j < size; ++j) {
      here = here || AttributeMatches(name[name_from + j], constraint[from + i],
                                      subtree);
      there = there || AttributeMatches(name[name_from + i],
                                        constraint[from + j], subtree);
    }
    if (!here || !there) return false;
  }
  return true;
}

std::string AddressText(absl::string_view octets) {
  std::array<char, INET6_ADDRSTRLEN> text = {};
  const int family = octets.size() == 4 ? AF_INET : AF_INET6;
  inet_ntop(family, octets.data(), text.data(), text.size());
  return text.data();
}

}  // namespace

bool IsDomainName(absl::string_view name) {
  if (name.empty() || name.front() == '.' || name.back() == '.' ||
      absl::StrContains(name, "..")) {
    return false;
  }
  return std::all_of(name.begin(), name.end(), [](char c) {
    return absl::ascii_isgraph(static_cast<unsigned char>(c));
  });
}

bool IsDomainConstraint(absl::string_view constraint) {
  if (constraint.empty()) return true;
  absl::ConsumePrefix(&constraint, ".");
  return IsDomainName(constraint);
}

bool DnsMatches(absl::string_view name, absl::string_view constraint,
                Subtree subtree) {
  const bool dot = absl::ConsumePrefix(&constraint, ".");
  return LabelsMatch(name, constraint, dot ? Below::kSome : Below::kAny,
                     subtree);
}

bool HostMatches(absl::string_view host, absl::string_view constraint,
                 Subtree subtree) {
  if (constraint.empty()) return true;
  if (absl::ConsumePrefix(&constraint, ".")) {
    return LabelsMatch(host, constraint, Below::kSome, subtree);
  }
  return LabelsMatch(host, constraint,
                     subtree == Subtree::kExcluded ? Below::kAny : Below::kNone,
                     subtree);
}

absl::optional<Mailbox> ParseMailbox(absl::string_view address) {
  const size_t at = address.rfind('@');
  if (at == absl::string_view::npos) return absl::nullopt;
  const Mailbox mailbox{address.substr(0, at), address.substr(at + 1)};
  // A local part is made of atoms with single dots between, as a domain is.
  if (!IsDomainName(mailbox.local) || !IsDomainName(mailbox.domain) ||
      !std::all_of(mailbox.local.begin(), mailbox.local.end(), IsAtomText)) {
    return absl::nullopt;
  }
  return mailbox;
}

bool EmailMatches(const Mailbox& mailbox, absl::string_view constraint,
                  Subtree subtree) {
  if (!absl::StrContains(constraint, '@')) {
    return HostMatches(mailbox.domain, constraint, subtree);
  }
  const absl::optional<Mailbox> one = ParseMailbox(constraint);
  return one.has_value() && mailbox.local == one->local &&
         absl::EqualsIgnoreCase(mailbox.domain, one->domain);
}

absl::optional<absl::string_view> UriHost(absl::string_view uri) {
  const size_t colon = uri.find(':');
  if (colon == absl::string_view::npos || colon == 0) return absl::nullopt;
  absl::string_view rest = uri.substr(colon + 1);
  if (!absl::ConsumePrefix(&rest, "//")) return absl::nullopt;
  absl::string_view host = rest.substr(0, rest.find_first_of("/?#"));
  host.remove_prefix(host.rfind('@') + 1);  // npos + 1 is 0.
  host = host.substr(0, host.find(':'));    // An IPv6 address keeps its "[".
  if (!IsDomainName(host) ||
      host.find_first_of("[]%\\\"<>^`{|}") != absl::string_view::npos ||
      EndsInNumber(host)) {
    return absl::nullopt;
  }
  return host;
}

bool IpMatches(absl::string_view ip, absl::string_view constraint) {
  if (constraint.size() != 2 * ip.size()) return false;
  for (size_t i = 0; i < ip.size(); ++i) {
    const auto mask = static_cast<uint8_t>(constraint[ip.size() + i]);
    if (((static_cast<uint8_t>(ip[i]) ^ static_cast<uint8_t>(constraint[i])) &
         mask) != 0) {
      return false;
    }
  }
  return true;
}

bool IsMappedIpv4(absl::string_view ip) {
  return ip.size() == 16 &&
         absl::StartsWith(
             ip, absl::string_view("\0\0\0\0\0\0\0\0\0\0\xff\xff", 12));
}

std::string IpText(absl::string_view octets) {
  if (octets.size() == 4 || octets.size() == 16) return AddressText(octets);
  const size_t half = octets.size() / 2;
  if (half != 4 && half != 16) return "";
  int bits = 0;
  for (const char c : octets.substr(half)) {
    for (auto byte = static_cast<uint8_t>(c); byte != 0;
         byte = static_cast<uint8_t>(byte << 1)) {
      ++bits;
    }
  }
  return absl::StrCat(AddressText(octets.substr(0, half)), "/", bits);
}

bool DirectoryMatches(const DistinguishedName& name,
                      const DistinguishedName& constraint, Subtree subtree) {
  const Attributes& names = name.attributes();
  const Attributes& constraints = constraint.attributes();
  size_t at = 0;
  while (at < constraints.size()) {
    if (at >= names.size()) return false;
    const size_t size = RdnEnd(constraints, at) - at;
    if (RdnEnd(names, at) - at != size ||
        !RdnMatches(names, at, constraints, at, size, subtree)) {
      return false;
    }
    at += size;
  }
  return true;
}

}  // namespace gatehouse::pki::internal

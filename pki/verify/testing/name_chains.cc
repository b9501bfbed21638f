// Chains with name constraints, right and hostile.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "pki/extensions.h"
#include "pki/testing/certificate_builder.h"
#include "pki/verify/testing/chain_table.h"

namespace gatehouse::pki::testing {
namespace {

using Names = std::vector<TestName>;

constexpr char kForName[] =
    "x509: a root or intermediate certificate is not authorized to sign for "
    "this name: ";
constexpr char kNotPermitted[] = "is not permitted by any constraint";
constexpr char kExcluded[] = "is excluded by constraint";
constexpr char kUnparsed[] = "cannot be matched against constraints";

constexpr char kEmailAttribute[] = "1.2.840.113549.1.9.1";
constexpr char kOrganization[] = "2.5.4.10";
constexpr char kCommonName[] = "2.5.4.3";

// Why the others differ.
constexpr char kNoHost[] = "Go wants a host under any constraint";
constexpr char kExactHost[] =
    "RFC 5280 excludes the host alone; Go excluded what is below it too";
constexpr char kNoWildcards[] =
    "takes the wildcard for a label, not for what it stands for";
constexpr char kNoUris[] = "does not hold URIs against permitted subtrees";
constexpr char kLastAt[] = "takes the last at sign for the host's";
constexpr char kNotUnderHosts[] = "cuts the dot off";
constexpr char kNoDirectory[] =
    "does not hold names against permitted directories";

// "sub" may sign for `permitted`, not for `excluded`; "john" has `names`.
void Constrain(ChainSpec& c, const Names& permitted, const Names& excluded,
               const Names& names) {
  c.sub.Set(NameConstraintsExtension(permitted, excluded));
  if (!names.empty()) c.leaf.Set(SubjectAltNames(names));
}

std::string User(absl::string_view organization, absl::string_view name) {
  return NameDer({{kOrganization, std::string(organization)},
                  {kCommonName, std::string(name)}});
}

std::string Organization(absl::string_view name, uint8_t tag = kUtf8) {
  return NameDer({{kOrganization, std::string(name), tag}});
}

// The subject has to be "john" of `organization`.
void Subject(ChainSpec& c, const std::string& subject, const Names& permitted,
             const Names& excluded) {
  c.leaf.subject = subject;
  Constrain(c, permitted, excluded, {});
}

const std::vector<ChainRow>& DnsNames() {
  static const auto* const rows = new std::vector<ChainRow>{
      {"DNS: the name itself",
       [](ChainSpec& c) {
         Constrain(c, {Dns("example.com")}, {}, {Dns("example.com")});
       }},
      {"DNS: a name below",
       [](ChainSpec& c) {
         Constrain(c, {Dns("example.com")}, {}, {Dns("a.b.example.com")});
       }},
      {"DNS: in another case",
       [](ChainSpec& c) {
         Constrain(c, {Dns("EXAMPLE.com")}, {}, {Dns("a.Example.COM")});
       }},
      {"DNS: no label boundary",
       [](ChainSpec& c) {
         Constrain(c, {Dns("example.com")}, {}, {Dns("badexample.com")});
       },
       Reason::kNameNotPermitted, kNotPermitted, 0},
      {"DNS: one of two names",
       [](ChainSpec& c) {
         Constrain(c, {Dns("example.com")}, {},
                   {Dns("example.com"), Dns("example.org")});
       },
       Reason::kNameNotPermitted,
       "x509: a root or intermediate certificate is not authorized to sign for "
       "this name: DNS name \"example.org\" is not permitted by any constraint",
       0},
      {"DNS: excluded",
       [](ChainSpec& c) {
         Constrain(c, {}, {Dns("example.com")}, {Dns("a.example.com")});
       },
       Reason::kNameNotPermitted,
       "DNS name \"a.example.com\" is excluded by constraint \"example.com\"",
       0},
      {"DNS: excluded in another case",
       [](ChainSpec& c) {
         Constrain(c, {}, {Dns("EXAMPLE.com")}, {Dns("a.example.COM")});
       },
       Reason::kNameNotPermitted, kExcluded, 0},
      {"DNS: permitted and below it excluded",
       [](ChainSpec& c) {
         Constrain(c, {Dns("example.com")}, {Dns("b.example.com")},
                   {Dns("a.b.example.com")});
       },
       Reason::kNameNotPermitted, kExcluded, 0},
      {"DNS: leading dot, a name below",
       [](ChainSpec& c) {
         Constrain(c, {Dns(".example.com")}, {}, {Dns("a.example.com")});
       }},
      {"DNS: leading dot, the name itself",
       [](ChainSpec& c) {
         Constrain(c, {Dns(".example.com")}, {}, {Dns("example.com")});
       },
       Reason::kNameNotPermitted, kNotPermitted, 0},
      {"DNS: dot at the name's end",
       [](ChainSpec& c) {
         Constrain(c, {Dns("example.com")}, {}, {Dns("example.com.")});
       },
       Reason::kNameNotPermitted,
       "for this name: x509: cannot parse dnsName \"example.com.\"", 0, "",
       kNotUnderHosts},
      {"DNS: dot at the name's end evades an exclusion",
       [](ChainSpec& c) {
         Constrain(c, {}, {Dns("example.com")}, {Dns("example.com.")});
       },
       Reason::kNameNotPermitted, "cannot parse dnsName", 0,
       "takes it for another name"},
      {"DNS: dot at the constraint's end",
       [](ChainSpec& c) {
         Constrain(c, {Dns("example.com.")}, {}, {Dns("example.com")});
       },
       Reason::kMalformed, "", -1, "", "cuts it off"},
      {"DNS: an empty constraint permits everything",
       [](ChainSpec& c) { Constrain(c, {Dns("")}, {}, {Dns("example.com")}); }},
      {"DNS: an empty constraint excludes everything",
       [](ChainSpec& c) { Constrain(c, {}, {Dns("")}, {Dns("example.com")}); },
       Reason::kNameNotPermitted, kExcluded, 0},
      {"CVE-2025-61727: a wildcard stands for an excluded name",
       [](ChainSpec& c) {
         Constrain(c, {}, {Dns("test.example.com")}, {Dns("*.example.com")});
       },
       Reason::kNameNotPermitted, kExcluded, 0, kNoWildcards, kNoWildcards},
      {"a wildcard one label above what is excluded",
       [](ChainSpec& c) {
         Constrain(c, {}, {Dns("a.test.example.com")}, {Dns("*.example.com")});
       }},
      {"RUSTSEC-2026-0099: a wildcard stands for more than is permitted",
       [](ChainSpec& c) {
         Constrain(c, {Dns("accept.example.com")}, {}, {Dns("*.example.com")});
       },
       Reason::kNameNotPermitted, kNotPermitted, 0},
      {"a wildcard below what is permitted",
       [](ChainSpec& c) {
         Constrain(c, {Dns("example.com")}, {}, {Dns("*.example.com")});
       }},
      {"CVE-2026-27138: an empty DNS name under a constraint",
       [](ChainSpec& c) { Constrain(c, {}, {Dns("example.com")}, {Dns("")}); },
       Reason::kMalformed, "", -1, "takes it for another name"},
      {"a name that is only a dot",
       [](ChainSpec& c) { Constrain(c, {}, {Dns("example.com")}, {Dns(".")}); },
       Reason::kNameNotPermitted, "cannot parse dnsName \".\"", 0,
       "takes it for another name", "takes it for another name"},
      {"the common name is no DNS name",
       [](ChainSpec& c) {
         c.leaf.subject = NameDer("evil.org");
         Constrain(c, {Dns("example.com")}, {}, {});
       },
       Reason::kNone, "", -1, "takes the common name for a DNS name"},
      {"a name of another type is free",
       [](ChainSpec& c) {
         Constrain(c, {Dns("example.com")}, {}, {IpText("10.0.0.1")});
       }},
  };
  return *rows;
}

const std::vector<ChainRow>& Addresses() {
  static const auto* const rows = new std::vector<ChainRow>{
      {"IP: in the permitted network",
       [](ChainSpec& c) {
         Constrain(c, {IpText("10.0.0.0/8")}, {}, {IpText("10.1.2.3")});
       }},
      {"IP: outside it",
       [](ChainSpec& c) {
         Constrain(c, {IpText("10.0.0.0/8")}, {}, {IpText("11.1.2.3")});
       },
       Reason::kNameNotPermitted, "IP address \"11.1.2.3\"", 0},
      {"IP: excluded",
       [](ChainSpec& c) {
         Constrain(c, {}, {IpText("10.0.0.0/8")}, {IpText("10.1.2.3")});
       },
       Reason::kNameNotPermitted,
       "IP address \"10.1.2.3\" is excluded by constraint \"10.0.0.0/8\"", 0},
      {"IP: bits of the host in the constraint do not matter",
       [](ChainSpec& c) {
         Constrain(c, {}, {IpText("10.9.9.9/8")}, {IpText("10.1.2.3")});
       },
       Reason::kNameNotPermitted, kExcluded, 0},
      {"IP: nor do they between two networks",
       [](ChainSpec& c) {
         Constrain(c, {IpText("10.0.0.2/32"), IpText("10.1.0.3/21")}, {},
                   {IpText("10.1.0.2")});
       }},
      {"IP: a network of one address",
       [](ChainSpec& c) {
         Constrain(c, {IpText("10.0.0.1/32")}, {}, {IpText("10.0.0.1")});
       }},
      {"IP: every IPv4 address, IPv6 is another family",
       [](ChainSpec& c) {
         Constrain(c, {}, {IpText("0.0.0.0/0")}, {IpText("2001:db8::1")});
       }},
      {"IP: IPv6 where only IPv4 is permitted",
       [](ChainSpec& c) {
         Constrain(c, {IpText("0.0.0.0/0")}, {}, {IpText("2001:db8::1")});
       },
       Reason::kNameNotPermitted, kNotPermitted, 0, "",
       "takes the families for two types of name"},
      {"IP: IPv6 network",
       [](ChainSpec& c) {
         Constrain(c, {IpText("2001:db8::/32")}, {}, {IpText("2001:db8::1")});
       }},
      {"IP: an IPv4 address in IPv6's clothes",
       [](ChainSpec& c) {
         Constrain(c, {}, {IpText("10.0.0.0/8")}, {IpText("::ffff:10.1.2.3")});
       },
       Reason::kMalformed, "", -1, "takes it for another family",
       "takes it for another family"},
      {"IP: a mask with a hole",
       [](ChainSpec& c) {
         Constrain(c, {Ip(absl::string_view("\x0a\0\0\0\xff\0\xff\0", 8))}, {},
                   {IpText("10.1.0.3")});
       },
       Reason::kMalformed, "", -1, "compares bit by bit"},
      {"IP: a constraint of five bytes",
       [](ChainSpec& c) {
         Constrain(c, {Ip("12345")}, {}, {IpText("10.1.0.3")});
       },
       Reason::kMalformed, "", -1},
      {"IP: an address of five bytes",
       [](ChainSpec& c) { c.leaf.Set(SubjectAltNames({Ip("12345")})); },
       Reason::kMalformed, "", -1, "nothing is asked of its names",
       "nothing is asked of its names"},
  };
  return *rows;
}

const std::vector<ChainRow>& Emails() {
  static const auto* const rows = new std::vector<ChainRow>{
      {"email: any mailbox of the host",
       [](ChainSpec& c) {
         Constrain(c, {Email("example.com")}, {}, {Email("a@EXAMPLE.com")});
       }},
      {"CVE-2026-78664: a mailbox below the host",
       [](ChainSpec& c) {
         Constrain(c, {Email("example.com")}, {}, {Email("a@b.example.com")});
       },
       Reason::kNameNotPermitted, kNotPermitted, 0},
      {"email: leading dot, below the domain",
       [](ChainSpec& c) {
         Constrain(c, {Email(".example.com")}, {}, {Email("a@b.example.com")});
       }},
      {"email: leading dot, the host itself",
       [](ChainSpec& c) {
         Constrain(c, {Email(".example.com")}, {}, {Email("a@example.com")});
       },
       Reason::kNameNotPermitted, kNotPermitted, 0},
      {"email: one mailbox",
       [](ChainSpec& c) {
         Constrain(c, {Email("a@example.com")}, {}, {Email("a@Example.com")});
       }},
      {"email: the local part's case",
       [](ChainSpec& c) {
         Constrain(c, {Email("a@example.com")}, {}, {Email("A@example.com")});
       },
       Reason::kNameNotPermitted, kNotPermitted, 0},
      {"CVE-2026-27137: the first of two excluded mailboxes",
       [](ChainSpec& c) {
         Constrain(c, {}, {Email("a@example.com"), Email("a@example.org")},
                   {Email("a@example.com")});
       },
       Reason::kNameNotPermitted, kExcluded, 0},
      {"CVE-2026-27137: the first of two permitted mailboxes",
       [](ChainSpec& c) {
         Constrain(c, {Email("a@example.com"), Email("a@example.org")}, {},
                   {Email("a@example.com")});
       }},
      {"email: excluded host",
       [](ChainSpec& c) {
         Constrain(c, {}, {Email("example.com")}, {Email("a@example.com")});
       },
       Reason::kNameNotPermitted, kExcluded, 0},
      {"email: below an excluded host",
       [](ChainSpec& c) {
         Constrain(c, {}, {Email("example.com")}, {Email("a@b.example.com")});
       },
       Reason::kNameNotPermitted, kExcluded, 0, kExactHost, kExactHost},
      {"email: two at signs",
       [](ChainSpec& c) {
         Constrain(c, {Email("example.com")}, {}, {Email("a@b@example.com")});
       },
       Reason::kNameNotPermitted, "cannot parse rfc822Name", 0, kLastAt,
       kLastAt},
      {"email: no at sign",
       [](ChainSpec& c) {
         Constrain(c, {Email("example.com")}, {}, {Email("example.com")});
       },
       Reason::kNameNotPermitted, "cannot parse rfc822Name", 0, "",
       "takes it for a host"},
      {"email: quoted local part",
       [](ChainSpec& c) {
         Constrain(c, {}, {Email("a@example.com")},
                   {Email("\"a\"@example.com")});
       },
       Reason::kNameNotPermitted, "cannot parse rfc822Name", 0,
       "compares the quotes too", "compares the quotes too"},
      {"email: constraint with an empty local part",
       [](ChainSpec& c) {
         Constrain(c, {Email("@example.com")}, {}, {Email("a@example.com")});
       },
       Reason::kMalformed, "", -1, "takes it for the host"},
      {"email: in the subject",
       [](ChainSpec& c) {
         c.leaf.subject = NameDer({{kEmailAttribute, "a@example.org", kIa5}});
         Constrain(c, {Email("example.com")}, {}, {});
       },
       Reason::kNameNotPermitted, kNotPermitted, 0, "", ""},
      {"email: in the subject, beside a SAN",
       [](ChainSpec& c) {
         c.leaf.subject = NameDer({{kEmailAttribute, "a@example.org", kIa5}});
         Constrain(c, {}, {Email("example.org")}, {Email("a@example.com")});
       },
       Reason::kNameNotPermitted, kExcluded, 0, "",
       "RFC 5280 leaves it alone where there is a SAN"},
  };
  return *rows;
}

const std::vector<ChainRow>& Uris() {
  static const auto* const rows = new std::vector<ChainRow>{
      {"URI: the host itself",
       [](ChainSpec& c) {
         Constrain(c, {Uri("example.com")}, {},
                   {Uri("spiffe://example.com/a")});
       }},
      {"URI: user and port are no part of the host",
       [](ChainSpec& c) {
         Constrain(c, {Uri("example.com")}, {},
                   {Uri("https://u@EXAMPLE.com:8443/a")});
       },
       Reason::kNone, "", -1, "takes the user for the host's part"},
      {"RUSTSEC-2026-0098: URI constraints are heeded",
       [](ChainSpec& c) {
         Constrain(c, {Uri("example.com")}, {},
                   {Uri("spiffe://example.org/a")});
       },
       Reason::kNameNotPermitted, kNotPermitted, 0, "", kNoUris},
      {"RUSTSEC-2026-0098: excluded",
       [](ChainSpec& c) {
         Constrain(c, {}, {Uri("example.com")},
                   {Uri("spiffe://example.com/a")});
       },
       Reason::kNameNotPermitted, kExcluded, 0},
      {"URI: below a permitted host",
       [](ChainSpec& c) {
         Constrain(c, {Uri("example.com")}, {},
                   {Uri("spiffe://a.example.com")});
       },
       Reason::kNameNotPermitted, kNotPermitted, 0, "", kNoUris},
      {"URI: below an excluded host",
       [](ChainSpec& c) {
         Constrain(c, {}, {Uri("example.com")},
                   {Uri("spiffe://a.example.com")});
       },
       Reason::kNameNotPermitted, kExcluded, 0, kExactHost, ""},
      {"URI: leading dot",
       [](ChainSpec& c) {
         Constrain(c, {Uri(".example.com")}, {},
                   {Uri("spiffe://a.example.com")});
       }},
      {"URI: the host behind a false user",
       [](ChainSpec& c) {
         Constrain(c, {Uri("example.com")}, {},
                   {Uri("https://example.com@evil.org/")});
       },
       Reason::kNameNotPermitted, kNotPermitted, 0, "", kNoUris},
      {"URI: the host behind a backslash",
       [](ChainSpec& c) {
         Constrain(c, {Uri("example.com")}, {},
                   {Uri("https://evil.org\\@example.com/")});
       },
       Reason::kMalformed, "", -1, "", kNoUris},
      {"URI: no host",
       [](ChainSpec& c) {
         Constrain(c, {}, {Uri("example.com")}, {Uri("urn:a:b")});
       },
       Reason::kNameNotPermitted, kUnparsed, 0},
      {"URI: no host, under a constraint of DNS names",
       [](ChainSpec& c) {
         Constrain(c, {}, {Dns("example.com")}, {Uri("urn:a:b")});
       },
       Reason::kNameNotPermitted, kUnparsed, 0, kNoHost, kNoHost},
      {"URI: an IPv4 address",
       [](ChainSpec& c) {
         Constrain(c, {}, {Uri("example.com")}, {Uri("https://10.0.0.1/")});
       },
       Reason::kNameNotPermitted, kUnparsed, 0, "takes it for a host name", ""},
      {"URI: an IPv6 address",
       [](ChainSpec& c) {
         Constrain(c, {}, {Uri("example.com")},
                   {Uri("https://[2001:db8::1]/")});
       },
       Reason::kNameNotPermitted, kUnparsed, 0, "takes it for a host name", ""},
      {"CVE-2024-45341: an IPv6 zone that looks like a host",
       [](ChainSpec& c) {
         Constrain(c, {Uri("example.com")}, {},
                   {Uri("https://[fe80::1%25.example.com]/")});
       },
       Reason::kMalformed, "", -1, "", kNoUris},
  };
  return *rows;
}

const std::vector<ChainRow>& Directories() {
  static const auto* const rows = new std::vector<ChainRow>{
      {"directory: the subject begins as permitted",
       [](ChainSpec& c) {
         Subject(c, User("dev", "john"), {Directory(Organization("dev"))}, {});
       }},
      {"directory: text is compared, not its type or case",
       [](ChainSpec& c) {
         Subject(c, User("Dev  Team", "john"),
                 {Directory(Organization("dev team", kPrintable))}, {});
       }},
      {"directory: another organization",
       [](ChainSpec& c) {
         Subject(c, User("ops", "john"), {Directory(Organization("dev"))}, {});
       },
       Reason::kNameNotPermitted, kNotPermitted, 0, "", kNoDirectory},
      {"directory: system:masters excluded",
       [](ChainSpec& c) {
         Subject(c, User("system:masters", "john"), {},
                 {Directory(Organization("system:masters"))});
       },
       Reason::kNameNotPermitted,
       "directory name \"CN=john,O=system:masters\" is excluded by constraint "
       "\"O=system:masters\"",
       0, "", ""},
      {"directory: excluded in another case and type",
       [](ChainSpec& c) {
         Subject(c, User("System:Masters", "john"), {},
                 {Directory(Organization("system:masters", kTeletex))});
       },
       Reason::kNameNotPermitted, kExcluded, 0, "", ""},
      {"directory: text that is not ASCII cannot evade an exclusion",
       [](ChainSpec& c) {
         Subject(c, User("\xef\xbd\x84\x65\x76", "john"), {},
                 {Directory(Organization("dev"))});
       },
       Reason::kNameNotPermitted, kExcluded, 0, "compares byte by byte"},
      {"directory: two attributes of one RDN are a set",
       [](ChainSpec& c) {
         Subject(c,
                 NameDer({{kOrganization, "a"},
                          {kOrganization, "b", kUtf8, true},
                          {kCommonName, "john"}}),
                 {Directory(NameDer({{kOrganization, "b"},
                                     {kOrganization, "a", kUtf8, true}}))},
                 {});
       }},
      {"directory: two RDNs are no set",
       [](ChainSpec& c) {
         Subject(c,
                 NameDer({{kOrganization, "a"},
                          {kOrganization, "b", kUtf8, true},
                          {kCommonName, "john"}}),
                 {Directory(Organization("a"))}, {});
       },
       Reason::kNameNotPermitted, kNotPermitted, 0, "", kNoDirectory},
      {"directory: longer than the subject",
       [](ChainSpec& c) {
         Subject(c, Organization("dev"), {Directory(User("dev", "john"))}, {});
       },
       Reason::kNameNotPermitted, kNotPermitted, 0, "", kNoDirectory},
      {"directory: in the SAN",
       [](ChainSpec& c) {
         c.leaf.subject = User("dev", "john");
         Constrain(c, {Directory(Organization("dev"))}, {},
                   {Directory(User("ops", "john"))});
       },
       Reason::kNameNotPermitted, kNotPermitted, 0, "", kNoDirectory},
      {"directory: an empty subject is free",
       [](ChainSpec& c) {
         c.leaf.subject = NameDer(std::vector<TestAttribute>());
         Constrain(c, {Directory(Organization("dev"))}, {}, {});
         c.leaf.Set(SubjectAltNames({Dns("a.com")}, true));
       }},
      {"directory: a self-issued CA is exempt",
       [](ChainSpec& c) {
         c.root.Set(
             NameConstraintsExtension({Directory(Organization("dev"))}, {}));
         TestCertificate renewed = c.root;
         renewed.Remove("2.5.29.30");
         renewed.key = TestKey::P256("renewed");
         renewed.Set(SubjectKeyIdExtension(renewed.key.KeyId()));
         renewed.SignedBy(c.root);
         c.leaf.subject = User("dev", "john");
         c.leaf.SignedBy(renewed);
         c.sub = renewed;
       }},
  };
  return *rows;
}

const std::vector<ChainRow>& Paths() {
  static const auto* const rows = new std::vector<ChainRow>{
      {"the anchor's constraints count",
       [](ChainSpec& c) {
         c.root.Set(NameConstraintsExtension({Dns("example.com")}, {}));
         c.leaf.Set(SubjectAltNames({Dns("example.org")}));
       },
       Reason::kNameNotPermitted, kForName, 0, "", ""},
      {"both CAs' constraints count",
       [](ChainSpec& c) {
         c.root.Set(NameConstraintsExtension({Dns("example.com")}, {}));
         Constrain(c, {Dns("example.org")}, {}, {Dns("a.example.org")});
       },
       Reason::kNameNotPermitted, kNotPermitted, 0},
      {"an intermediate's names count",
       [](ChainSpec& c) {
         c.root.Set(NameConstraintsExtension({Dns("example.com")}, {}));
         c.sub.Set(SubjectAltNames({Dns("example.org")}));
       },
       Reason::kNameNotPermitted, kNotPermitted, 1, "",
       "looks at the leaf's names"},
      {"constraints do not concern the CA that has them",
       [](ChainSpec& c) {
         c.sub.Set(SubjectAltNames({Dns("example.org")}));
         Constrain(c, {Dns("example.com")}, {}, {Dns("example.com")});
       }},
      {"a leaf that is an anchor is not under its own constraints",
       [](ChainSpec& c) {
         c.leaf.Set(NameConstraintsExtension({Dns("example.com")}, {}));
         c.leaf.Set(SubjectAltNames({Dns("example.org")}));
         c.more_anchors = {c.leaf};
       }},
      {"critical constraints of a type that is not read",
       [](ChainSpec& c) { Constrain(c, {RegisteredId()}, {}, {}); },
       Reason::kUnhandledCritical, "x509: unhandled critical extension", 1,
       "no such name stands below"},
      {"such constraints, not critical, and no such name",
       [](ChainSpec& c) {
         c.sub.Set(NameConstraintsExtension({RegisteredId()}, {}, false));
       },
       Reason::kNone, "", -1, "", "refuses such constraints in any case"},
      {"such constraints, not critical, and such a name",
       [](ChainSpec& c) {
         c.sub.Set(NameConstraintsExtension({}, {OtherName()}, false));
         c.leaf.Set(SubjectAltNames({OtherName()}));
       },
       Reason::kNameNotPermitted, kUnparsed, 0, "", "passes over them"},
      {"empty constraints", [](ChainSpec& c) { Constrain(c, {}, {}, {}); },
       Reason::kMalformed, "", -1, "takes them for none",
       "takes them for none"},
      {"too many comparisons",
       [](ChainSpec& c) {
         Names excluded;
         Names names;
         for (int i = 0; i < 600; ++i) {
           excluded.push_back(Dns(absl::StrCat("x", i, ".org")));
           names.push_back(Dns(absl::StrCat("a", i, ".com")));
         }
         Constrain(c, {}, excluded, names);
       },
       Reason::kTooLarge, "name comparison limit reached", -1,
       "allows a million", "it has no such limit"},
      {"too many comparisons of types that are not read",
       [](ChainSpec& c) {
         const Names excluded(600, RegisteredId());
         c.sub.Set(NameConstraintsExtension({}, excluded, false));
         c.leaf.Set(SubjectAltNames(Names(600, OtherName())));
       },
       Reason::kTooLarge, "name comparison limit reached", -1,
       "allows a million", ""},
      {"a negative number of comparisons",
       [](ChainSpec& c) {
         c.policy.max_name_comparisons = -1;
         Constrain(c, {Dns("example.com")}, {}, {Dns("example.com")});
       },
       Reason::kTooLarge, "name comparison limit reached", -1, "it is not told",
       "it is not told"},
      {"a second path without constraints",
       [](ChainSpec& c) {
         c.more_intermediates = {c.sub};
         Constrain(c, {Dns("example.com")}, {}, {Dns("example.org")});
       },
       Reason::kNone, "", -1, "takes the first of two issuers and no other",
       "takes the first of two issuers and no other"},
  };
  return *rows;
}

}  // namespace

const std::vector<ChainRow>& NameConstraintChains() {
  static const auto* const rows = [] {
    auto* all = new std::vector<ChainRow>(DnsNames());
    for (const auto* more :
         {&Addresses(), &Emails(), &Uris(), &Directories(), &Paths()}) {
      all->insert(all->end(), more->begin(), more->end());
    }
    return all;
  }();
  return *rows;
}

}  // namespace gatehouse::pki::testing

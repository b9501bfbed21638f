#include "cli/pki/page.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "cli/internal/table.h"
#include "cli/pki/asn1_text.h"

namespace gatehouse::cli {

namespace {

constexpr size_t kLabelWidth = 22;
constexpr size_t kTextWidth = 78;
constexpr size_t kDigitsPerLine = 36;  // 18 bytes, as openssl has them.

// Page writes labelled lines in two columns.
class Page {
 public:
  explicit Page(std::ostream& out) : out_(out) {}

  void Title(absl::string_view text) { out_ << Printable(text) << '\n'; }

  void Field(absl::string_view label, absl::string_view value) {
    const std::string head = absl::StrCat("  ", label, ":");
    out_ << head
         << std::string(
                head.size() < kLabelWidth ? kLabelWidth - head.size() : 1, ' ')
         << Printable(value) << '\n';
  }

  // A field with several values, one on each line.
  void Fields(absl::string_view label, const std::vector<std::string>& values) {
    for (size_t i = 0; i < values.size(); ++i) {
      if (i == 0) {
        Field(label, values[i]);
      } else {
        out_ << std::string(kLabelWidth, ' ') << Printable(values[i]) << '\n';
      }
    }
  }

  // A field of many bytes, in lines of 18.
  void Bytes(absl::string_view label, absl::string_view hex) {
    std::vector<std::string> lines;
    for (size_t i = 0; i < hex.size(); i += kDigitsPerLine) {
      const bool last = i + kDigitsPerLine >= hex.size();
      lines.push_back(absl::StrCat(WithColons(hex.substr(i, kDigitsPerLine)),
                                   last ? "" : ":"));
    }
    Fields(label, lines);
  }

  void Section(absl::string_view text) { out_ << "  " << text << ":\n"; }

  // A paragraph, broken into lines.
  void Note(absl::string_view text) {
    std::string line = "  -";
    for (const absl::string_view word : absl::StrSplit(text, ' ')) {
      if (line.size() + word.size() >= kTextWidth) {
        out_ << Printable(line) << '\n';
        line = "   ";
      }
      absl::StrAppend(&line, " ", word);
    }
    out_ << Printable(line) << '\n';
  }

  std::ostream& out() { return out_; }

 private:
  std::ostream& out_;
};

template <typename Repeated>
std::vector<std::string> Strings(const Repeated& items) {
  return std::vector<std::string>(items.begin(), items.end());
}

template <typename Repeated>
std::string ListOrDash(const Repeated& items) {
  return items.empty() ? "-" : absl::StrJoin(items, ", ");
}

std::string OrDash(const std::string& text) {
  return text.empty() ? "-" : text;
}

void PrintKey(const PublicKeyAnswer& key, Page& page) {
  page.Field("Public key", key.algorithm());
  if (key.has_modulus()) {
    page.Bytes("Modulus", key.modulus());
    page.Field("Exponent", key.exponent());
  } else {
    page.Bytes("Key bits", key.bits());
  }
  page.Bytes("Key SHA-256", key.sha256());
}

template <typename Repeated>
void PrintExtensions(absl::string_view title, const Repeated& extensions,
                     Page& page) {
  if (extensions.empty()) {
    page.Field(title, "none");
    return;
  }
  page.Section(title);
  for (const ExtensionAnswer& extension : extensions) {
    page.out() << "    " << Printable(extension.name())
               << (extension.critical() ? " (critical)" : "") << ":\n";
    for (const std::string& value : extension.values()) {
      page.out() << "      " << Printable(value) << '\n';
    }
  }
}

void PrintIdentity(const IdentityAnswer& identity, Page& page) {
  if (identity.has_error()) {
    page.Field("User", absl::StrCat("nobody: ", identity.error()));
  } else {
    page.Field("User", identity.username());
    page.Field("Groups", ListOrDash(identity.groups()));
    page.Field("UID", OrDash(identity.uid()));
  }
  if (!identity.credentialid().empty()) {
    page.Field("Credential", identity.credentialid());
  }
}

std::string AcceptedText(const VerdictAnswer& verdict) {
  if (verdict.accepted() == "unknown") {
    return "not asked: give --client-ca-file or --dir";
  }
  if (verdict.accepted() == "yes") return "yes";
  // The line below it says which list, since when and why.
  if (verdict.error() == verdict.revocation()) {
    return absl::StrCat("no (", verdict.reason(), ")");
  }
  return absl::StrCat("no: ", verdict.error(), " (", verdict.reason(), ")");
}

std::string RevokedText(const VerdictAnswer& verdict) {
  if (verdict.revoked() == "no") return "no";
  if (verdict.revoked() == "yes") {
    return absl::StrCat("yes: ", verdict.revocation());
  }
  if (verdict.accepted() == "unknown") {
    return "not asked: give --client-crl-file, --revocation-file or --dir";
  }
  if (!verdict.revocation().empty()) {
    return absl::StrCat("not known: ", verdict.revocation());
  }
  return verdict.chain().empty() ? "not known: it leads to none of the CAs"
                                 : "not known: no list was given";
}

void PrintVerdict(const VerdictAnswer& verdict, Page& page) {
  if (!verdict.signedby().empty()) page.Field("Signed by", verdict.signedby());
  if (!verdict.chain().empty()) {
    page.Field("CA", verdict.chain(verdict.chain_size() - 1).subject());
  }
  page.Field("Accepted", AcceptedText(verdict));
  page.Field("Revoked", RevokedText(verdict));
}

template <typename Repeated>
void PrintNotes(const Repeated& notes, Page& page) {
  if (notes.empty()) return;
  page.Title("What to know:");
  for (const std::string& note : notes) page.Note(note);
}

void Print(const CertificateAnswer& answer, Page& page) {
  page.Title(absl::StrCat(answer.source(), ": certificate"));
  page.Field("Version", absl::StrCat(answer.version()));
  page.Field("Serial number", absl::StrCat(answer.serialnumber(), " (",
                                           answer.serialnumberdecimal(), ")"));
  page.Field("Subject", answer.subject());
  page.Field("Issuer", answer.issuer());
  page.Field("Not before", answer.notbefore());
  page.Field("Not after", answer.notafter());
  PrintKey(answer.publickey(), page);
  PrintExtensions("Extensions", answer.extensions(), page);
  page.Field("Signature", answer.signaturealgorithm());
  page.Bytes("Signature value", answer.signature());
  page.Bytes("SHA-256", answer.sha256());
  page.Title("To an API server:");
  PrintIdentity(answer.identity(), page);
  PrintVerdict(answer.verdict(), page);
  PrintNotes(answer.notes(), page);
}

void Print(const RequestAnswer& answer, Page& page) {
  page.Title(absl::StrCat(answer.source(), ": certificate request"));
  page.Field("Subject", answer.subject());
  PrintKey(answer.publickey(), page);
  PrintExtensions("Asked for", answer.requestedextensions(), page);
  page.Field("Signature", "valid: its maker held the private key");
  page.Title("To an API server, once signed:");
  PrintIdentity(answer.identity(), page);
  PrintNotes(answer.notes(), page);
}

std::string SignatureText(const RevocationListAnswer& answer) {
  if (answer.signaturevalid() == "yes") return "valid";
  if (answer.signaturevalid() == "no") {
    return absl::StrCat("not valid: ", answer.signatureerror());
  }
  return "not checked: give --client-ca-file or --dir";
}

void Print(const RevocationListAnswer& answer, Page& page) {
  page.Title(absl::StrCat(answer.source(), ": certificate revocation list"));
  page.Field("Version", absl::StrCat(answer.version()));
  page.Field("Issuer", answer.issuer());
  page.Field("Number", OrDash(answer.number()));
  if (answer.has_deltabase()) page.Field("Changes to", answer.deltabase());
  page.Field("This update", answer.thisupdate());
  page.Field(
      "Next update",
      absl::StrCat(answer.nextupdate(),
                   answer.stale() ? " (passed: the list is stale)" : ""));
  page.Fields("Scope", Strings(answer.scope()));
  page.Field("Signature", SignatureText(answer));
  page.Field("Revoked", absl::StrCat(answer.entrycount()));
  Table table;
  for (const RevokedAnswer& entry : answer.entries()) {
    table.AddRow({entry.serialnumber(), entry.revokedat(), entry.reason()});
  }
  table.Print(page.out(), "    ");
  if (answer.entries_size() < answer.entrycount()) {
    page.out() << "    ... and " << answer.entrycount() - answer.entries_size()
               << " more\n";
  }
}

void Print(const KeyAnswer& answer, Page& page) {
  page.Title(absl::StrCat(answer.source(), ": ", answer.kind(), " key"));
  if (answer.has_error()) {
    page.Field("Error", answer.error());
  } else if (answer.kind() == "private") {
    page.Field("Private key",
               absl::StrCat(answer.publickey().algorithm(), " (not shown)"));
    page.Bytes("Key SHA-256", answer.publickey().sha256());
  } else {
    PrintKey(answer.publickey(), page);
  }
}

template <typename Repeated>
void PrintAll(const Repeated& items, bool* first, Page& page) {
  for (const auto& item : items) {
    if (!std::exchange(*first, false)) page.out() << '\n';
    Print(item, page);
  }
}

}  // namespace

void PrintPages(const InspectAnswer& answer, std::ostream& out) {
  Page page(out);
  bool first = true;
  PrintAll(answer.certificates(), &first, page);
  PrintAll(answer.certificaterequests(), &first, page);
  PrintAll(answer.revocationlists(), &first, page);
  PrintAll(answer.keys(), &first, page);
}

void PrintChain(const VerdictAnswer& verdict, std::ostream& out) {
  Table table;
  for (int i = 0; i < verdict.chain_size(); ++i) {
    const ChainAnswer& step = verdict.chain(i);
    std::vector<std::string> row = {absl::StrCat(i), step.subject(),
                                    step.serialnumber(),
                                    absl::StrCat("until ", step.notafter())};
    if (i + 1 == verdict.chain_size()) row.emplace_back("trusted CA");
    table.AddRow(std::move(row));
  }
  table.Print(out);
}

}  // namespace gatehouse::cli

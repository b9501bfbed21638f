#include "pki/revocation/internal/deny_list_codec.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "base/errors.h"
#include "objects/node.h"

namespace gatehouse::pki {
namespace internal {
namespace {

using objects::MapEntry;
using objects::Node;
using objects::NodeKind;

// What is wrong, and at which node.
class Errors {
 public:
  explicit Errors(absl::string_view file) : file_(file) {}

  absl::Status At(const Node& node, Reason reason,
                  absl::string_view what) const {
    return MakeError(absl::StatusCode::kInvalidArgument, reason,
                     absl::StrCat(objects::Place(file_, node), ": ", what));
  }
  absl::Status Invalid(const Node& node, absl::string_view what) const {
    return At(node, Reason::kInvalid, what);
  }

 private:
  absl::string_view file_;
};

// Decodes "9c:F3:..", or without colons, to octets; false if it is no such.
bool DecodeHex(absl::string_view text, std::string* octets) {
  std::string digits;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (absl::ascii_isxdigit(c)) {
      digits.push_back(static_cast<char>(c));
    } else if (c != ':' || digits.empty() || digits.size() % 2 != 0 ||
               text[i - 1] == ':' || i + 1 == text.size()) {
      return false;
    }
  }
  if (digits.empty()) return false;
  if (digits.size() % 2 != 0) digits.insert(0, "0");
  *octets = absl::HexStringToBytes(digits);
  return true;
}

// Turns an unsigned number into an INTEGER's content octets.
std::string ToSerial(absl::string_view number) {
  while (!number.empty() && number[0] == 0) number.remove_prefix(1);
  std::string serial(number);
  if (serial.empty() || (static_cast<uint8_t>(serial[0]) & 0x80) != 0) {
    serial.insert(0, 1, '\0');
  }
  return serial;
}

// EntryReader reads the fields of one entry.
class EntryReader {
 public:
  EntryReader(const Errors& errors, DenyEntry* entry)
      : errors_(errors), entry_(entry) {}

  absl::Status Read(absl::string_view key, const Node& value) {
    if (!value.is(NodeKind::kString)) {
      return errors_.Invalid(
          value, absl::StrCat(key, " must be a string; put quotes around it"));
    }
    if (value.text().empty()) {
      return errors_.Invalid(value, absl::StrCat(key, " is empty"));
    }
    return ReadField(key, value);
  }

 private:
  absl::Status ReadField(absl::string_view key, const Node& value) {
    if (key == "certificate") {
      // As audit logs have it, with what stands before it there or without.
      absl::string_view digest = value.text();
      absl::ConsumePrefix(&digest, "X509SHA256=");
      return Digest(value, digest, &entry_->certificate);
    }
    if (key == "publicKey") {
      return Digest(value, value.text(), &entry_->public_key);
    }
    if (key == "issuer") return Text(value, &entry_->issuer);
    if (key == "serial") return Serial(value);
    if (key == "user") return Text(value, &entry_->user);
    if (key == "comment") return Text(value, &entry_->comment);
    if (key == "issuedBefore") return Time(value, &entry_->issued_before);
    if (key == "revokedAt") return Time(value, &entry_->revoked_at);
    return Why(value);
  }

  static absl::Status Text(const Node& value, std::string* text) {
    *text = std::string(value.text());
    return absl::OkStatus();
  }

  absl::Status Digest(const Node& value, absl::string_view text,
                      absl::optional<Sha256Digest>* digest) const {
    std::string octets;
    if (!DecodeHex(text, &octets) ||
        octets.size() != digest->emplace().size()) {
      return errors_.Invalid(value, "not a SHA-256 in hexadecimal");
    }
    std::copy(octets.begin(), octets.end(), (*digest)->begin());
    return absl::OkStatus();
  }

  absl::Status Serial(const Node& value) const {
    std::string octets;
    if (!DecodeHex(value.text(), &octets) || octets.size() > Crl::kMaxSerial) {
      return errors_.Invalid(
          value, "not a serial number in hexadecimal, such as \"9cf3f468\"");
    }
    entry_->serial = ToSerial(octets);
    return absl::OkStatus();
  }

  absl::Status Time(const Node& value, absl::optional<absl::Time>* time) const {
    std::string error;
    if (!absl::ParseTime(absl::RFC3339_full, value.text(), &time->emplace(),
                         &error) ||
        **time == absl::InfiniteFuture() || **time == absl::InfinitePast()) {
      return errors_.Invalid(
          value, "not a time of RFC 3339, such as \"2026-07-23T10:00:00Z\"");
    }
    return absl::OkStatus();
  }

  absl::Status Why(const Node& value) const {
    const auto reason = ParseCrlReason(value.text());
    if (!reason.ok()) return errors_.Invalid(value, reason.status().message());
    entry_->reason = *reason;
    return absl::OkStatus();
  }

  const Errors& errors_;
  DenyEntry* entry_;
};

bool IsEntryField(absl::string_view key) {
  constexpr absl::string_view kFields[] = {
      "certificate", "issuer",       "serial",    "publicKey", "user",
      "reason",      "issuedBefore", "revokedAt", "comment"};
  return std::find(std::begin(kFields), std::end(kFields), key) !=
         std::end(kFields);
}

absl::StatusOr<DenyEntry> ParseEntry(const Node& node, const Errors& errors) {
  if (!node.is(NodeKind::kMap)) return errors.Invalid(node, "not an entry");
  DenyEntry entry;
  EntryReader reader(errors, &entry);
  for (const MapEntry& field : node.entries()) {
    const absl::string_view key = field.key.text();
    if (!IsEntryField(key)) {
      return errors.At(field.key, Reason::kUnknownField,
                       absl::StrCat("unknown field \"", key, "\""));
    }
    const absl::Status status = reader.Read(key, field.value);
    if (!status.ok()) return status;
  }
  const absl::Status status = CheckDenyEntry(entry);
  if (!status.ok()) return errors.Invalid(node, status.message());
  return entry;
}

// Checks that `key` says `wanted`.
absl::Status CheckHeader(const Node& root, absl::string_view key,
                         absl::string_view wanted, const Errors& errors) {
  const Node* value = root.Find(key);
  if (value == nullptr) {
    return errors.Invalid(root, absl::StrCat(key, ": ", wanted, " is missing"));
  }
  if (value->is(NodeKind::kString) && value->text() == wanted) {
    return absl::OkStatus();
  }
  return errors.At(*value, Reason::kUnsupported,
                   absl::StrCat(key, " must be ", wanted));
}

absl::StatusOr<std::vector<DenyEntry>> ParseRoot(const Node& root,
                                                 const Errors& errors) {
  if (!root.is(NodeKind::kMap)) return errors.Invalid(root, "not an object");
  absl::Status status =
      CheckHeader(root, "apiVersion", kDenyListApiVersion, errors);
  if (status.ok()) status = CheckHeader(root, "kind", kDenyListKind, errors);
  if (!status.ok()) return status;
  for (const MapEntry& field : root.entries()) {
    const absl::string_view key = field.key.text();
    if (key != "apiVersion" && key != "kind" && key != "entries") {
      return errors.At(field.key, Reason::kUnknownField,
                       absl::StrCat("unknown field \"", key, "\""));
    }
  }
  const Node* list = root.Find("entries");
  if (list == nullptr || !list->is(NodeKind::kList)) {
    return errors.Invalid(list == nullptr ? root : *list,
                          "entries must be a list; write [] for an empty one");
  }
  std::vector<DenyEntry> entries;
  for (const Node& node : list->items()) {
    auto entry = ParseEntry(node, errors);
    if (!entry.ok()) return entry.status();
    entries.push_back(*std::move(entry));
  }
  return entries;
}

std::string Hex(const Sha256Digest& digest) {
  return absl::BytesToHexString(absl::string_view(
      reinterpret_cast<const char*>(digest.data()), digest.size()));
}

// Returns a JSON string, which is a YAML one too.
std::string Quote(absl::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      absl::StrAppend(&quoted, "\\", absl::string_view(&c, 1));
    } else if (byte < 0x20 || byte == 0x7f) {
      quoted += "\\u00";
      quoted.push_back(kHex[byte >> 4]);
      quoted.push_back(kHex[byte & 15]);
    } else {
      quoted.push_back(c);
    }
  }
  return quoted + "\"";
}

std::string Moment(absl::Time time) {
  return Quote(
      absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", time, absl::UTCTimeZone()));
}

std::string EntryToYaml(const DenyEntry& entry) {
  std::vector<std::string> lines;
  const auto add = [&lines](absl::string_view key, const std::string& value) {
    lines.push_back(absl::StrCat(key, ": ", value, "\n"));
  };
  if (entry.certificate.has_value()) {
    add("certificate", Quote(Hex(*entry.certificate)));
  }
  if (!entry.serial.empty()) {
    add("issuer", Quote(entry.issuer));
    add("serial", Quote(absl::BytesToHexString(entry.serial)));
  }
  if (entry.public_key.has_value())
    add("publicKey", Quote(Hex(*entry.public_key)));
  if (!entry.user.empty()) add("user", Quote(entry.user));
  if (entry.issued_before.has_value()) {
    add("issuedBefore", Moment(*entry.issued_before));
  }
  if (entry.reason != CrlReason::kUnspecified) {
    add("reason", std::string(CrlReasonName(entry.reason)));
  }
  if (entry.revoked_at.has_value()) add("revokedAt", Moment(*entry.revoked_at));
  if (!entry.comment.empty()) add("comment", Quote(entry.comment));
  return absl::StrCat("- ", absl::StrJoin(lines, "  "));
}

}  // namespace

absl::StatusOr<std::vector<DenyEntry>> ParseDenyEntries(
    absl::string_view text, absl::string_view file) {
  const Errors errors(file);
  objects::Document document;
  const auto reader = objects::NewYamlReader(text, file);
  const auto found = reader->Next(&document);
  if (!found.ok()) return found.status();
  if (!*found || document.root().is(NodeKind::kNull)) {
    return MakeError(
        absl::StatusCode::kInvalidArgument, Reason::kInvalid,
        absl::StrCat(file,
                     ": empty; a deny list that refuses nothing says so: "
                     "entries: []"));
  }
  auto entries = ParseRoot(document.root(), errors);
  if (!entries.ok()) return entries;
  objects::Document second;
  const auto more = reader->Next(&second);
  if (!more.ok()) return more.status();
  if (*more) return errors.Invalid(second.root(), "a second document");
  return entries;
}

std::string DenyEntriesToYaml(const std::vector<DenyEntry>& entries) {
  std::string text = absl::StrCat("apiVersion: ", kDenyListApiVersion,
                                  "\nkind: ", kDenyListKind, "\nentries:");
  absl::StrAppend(&text, entries.empty() ? " []\n" : "\n");
  for (const DenyEntry& entry : entries) {
    absl::StrAppend(&text, EntryToYaml(entry));
  }
  return text;
}

}  // namespace internal

absl::StatusOr<std::shared_ptr<const DenyList>> DenyList::Parse(
    absl::string_view text, absl::string_view file) {
  auto entries = internal::ParseDenyEntries(text, file);
  if (!entries.ok()) return entries.status();
  return Create(*std::move(entries));
}

std::string DenyList::ToYaml() const {
  return internal::DenyEntriesToYaml(entries_);
}

}  // namespace gatehouse::pki

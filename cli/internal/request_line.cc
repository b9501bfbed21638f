#include "cli/internal/request_line.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "base/errors.h"
#include "base/go_quote.h"
#include "base/percent.h"
#include "cli/internal/moments.h"
#include "cli/internal/table.h"
#include "pki/pem.h"

namespace gatehouse::cli {

namespace {

// The most names of unknown fields that are remembered, to say each once.
constexpr size_t kMaxUnknown = 100;

// Some editors begin a file with it.
constexpr absl::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Returns a text that is valid UTF-8 as a JSON string.
std::string JsonString(absl::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (byte < 0x20) {
      absl::StrAppendFormat(&result, "\\u%04x", byte);
    } else {
      result += c;
    }
  }
  return result + "\"";
}

// Returns the path of a request's target, which may be absolute, as it is
// written. There are no fragments in it (RFC 9112 section 3.2): "#" is like any
// other character.
absl::string_view PathOf(absl::string_view uri) {
  const size_t scheme = uri.find("://");
  if (scheme != absl::string_view::npos &&
      uri.find_first_of("/?") == scheme + 1) {
    uri.remove_prefix(scheme + 3);
    uri.remove_prefix(std::min(uri.find_first_of("/?"), uri.size()));
  }
  return uri.substr(0, uri.find('?'));
}

absl::Status Malformed(absl::string_view message) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kMalformed,
                   message);
}

}  // namespace

absl::Status RequestReader::Read(absl::string_view line, RequestLine* request) {
  absl::ConsumePrefix(&line, kByteOrderMark);
  const absl::StatusOr<objects::Document> document =
      objects::ParseJson(line, source_.name());
  if (!document.ok()) {
    return Malformed(source_.Placed(document.status().message()));
  }
  const objects::Node& root = document->root();
  if (!root.is(objects::NodeKind::kMap)) {
    return Wrong(root, "request", "an object");
  }
  if (absl::Status status = ReadId(root, request); !status.ok()) {
    return status;
  }
  for (const objects::MapEntry& entry : root.entries()) {
    absl::Status status = ReadField(entry, request);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

std::string RequestReader::PlaceOf(const objects::Node& node) const {
  return absl::StrCat(source_.Place(), ":", node.column());
}

absl::Status RequestReader::Wrong(const objects::Node& node,
                                  absl::string_view field,
                                  absl::string_view want) const {
  return Malformed(absl::StrCat(PlaceOf(node), ": ", field, ": want ", want));
}

// The first of all, so that errors can be answered by it.
absl::Status RequestReader::ReadId(const objects::Node& root,
                                   RequestLine* request) const {
  const objects::Node* id = root.Find("id");
  if (id == nullptr) return absl::OkStatus();
  switch (id->kind()) {
    case objects::NodeKind::kString:
      request->id = JsonString(id->text());
      return absl::OkStatus();
    case objects::NodeKind::kNumber:
      request->id = std::string(id->text());
      return absl::OkStatus();
    case objects::NodeKind::kNull:
      return absl::OkStatus();
    default:
      return Wrong(*id, "id", "a string or a number");
  }
}

absl::Status RequestReader::ReadField(const objects::MapEntry& entry,
                                      RequestLine* request) {
  const absl::string_view name = entry.key.text();
  const objects::Node& value = entry.value;
  if (name == "id" || value.is(objects::NodeKind::kNull)) {
    return absl::OkStatus();
  }
  if (name == "method" || name == "uri" || name == "remoteAddress") {
    return ReadText(entry, request);
  }
  if (name == "headers") return ReadHeaders(value, request);
  if (name == "audiences") {
    for (const objects::Node& item : value.items()) {
      request->audiences.emplace_back(item.text());
    }
    return CheckStrings(value, name);
  }
  if (name == "peerCertificates") return ReadCertificates(value, request);
  if (name == "now") return ReadNow(value, request);
  WarnOfUnknown(entry.key);
  return absl::OkStatus();
}

absl::Status RequestReader::ReadText(const objects::MapEntry& entry,
                                     RequestLine* request) const {
  const absl::string_view name = entry.key.text();
  if (!entry.value.is(objects::NodeKind::kString)) {
    return Wrong(entry.value, name, "a string");
  }
  if (name != "uri") return absl::OkStatus();
  absl::optional<std::string> path = PercentDecode(PathOf(entry.value.text()));
  if (!path.has_value()) {
    return Wrong(entry.value, name, "two hexadecimal digits behind each %");
  }
  request->path = *std::move(path);
  return absl::OkStatus();
}

absl::Status RequestReader::ReadHeaders(const objects::Node& headers,
                                        RequestLine* request) const {
  if (!headers.is(objects::NodeKind::kMap)) {
    return Wrong(headers, "headers", "an object of lists of strings");
  }
  for (const objects::MapEntry& header : headers.entries()) {
    const std::string field =
        absl::StrCat("headers[", GoQuote(header.key.text()), "]");
    absl::Status status = CheckStrings(header.value, field);
    if (!status.ok()) return status;
    for (const objects::Node& value : header.value.items()) {
      request->headers.Add(header.key.text(), value.text());
    }
  }
  return absl::OkStatus();
}

absl::Status RequestReader::CheckStrings(const objects::Node& list,
                                         absl::string_view field) const {
  if (!list.is(objects::NodeKind::kList)) {
    return Wrong(list, field, "a list of strings");
  }
  for (const objects::Node& item : list.items()) {
    if (!item.is(objects::NodeKind::kString)) {
      return Wrong(item, field, "a list of strings");
    }
  }
  return absl::OkStatus();
}

absl::Status RequestReader::ReadCertificates(const objects::Node& list,
                                             RequestLine* request) const {
  absl::Status status = CheckStrings(list, "peerCertificates");
  if (!status.ok()) return status;
  for (size_t i = 0; i < list.items().size(); ++i) {
    const objects::Node& item = list.items()[i];
    const std::string field = absl::StrCat("peerCertificates[", i, "]");
    auto blocks = pki::DecodePem(item.text(), field);
    const size_t before = request->certificates.size();
    if (blocks.ok()) {
      for (pki::PemBlock& block : *blocks) {
        if (block.label != "CERTIFICATE") continue;
        request->certificates.push_back(std::move(block.der));
      }
    }
    if (request->certificates.size() == before &&
        request->certificates_error.ok()) {
      request->certificates_error =
          Wrong(item, field, "PEM certificates, found none");
    }
  }
  request->tls = true;
  return absl::OkStatus();
}

absl::Status RequestReader::ReadNow(const objects::Node& value,
                                    RequestLine* request) const {
  const absl::StatusOr<absl::Time> now = ParseMoment(value.text(), "now");
  if (!value.is(objects::NodeKind::kString) || !now.ok()) {
    return Wrong(value, "now",
                 "a time such as 2006-01-02T15:04:05Z (RFC 3339)");
  }
  request->now = *now;
  return absl::OkStatus();
}

void RequestReader::WarnOfUnknown(const objects::Node& key) {
  if (unknown_.size() >= kMaxUnknown || !unknown_.emplace(key.text()).second) {
    return;
  }
  warnings_ << Printable(absl::StrCat(PlaceOf(key), ": unknown field ",
                                      GoQuote(key.text())))
            << '\n';
}

}  // namespace gatehouse::cli

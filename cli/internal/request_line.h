// Requests to authenticate, as JSON lines.
#ifndef GATEHOUSE_CLI_INTERNAL_REQUEST_LINE_H_
#define GATEHOUSE_CLI_INTERNAL_REQUEST_LINE_H_

#include <ostream>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "base/headers.h"
#include "cli/internal/line_source.h"
#include "objects/node.h"

namespace gatehouse::cli {

// RequestLine is one request as it was read. A plain value.
struct RequestLine {
  std::string id = "null";                // As JSON.
  bool tls = false;                       // It has peerCertificates.
  std::vector<std::string> certificates;  // DER, not looked at.
  // What the client presented is no PEM of certificates: kMalformed.
  absl::Status certificates_error;
  absl::optional<absl::Time> now;
  Headers headers;
  std::string path;  // Of the URI, percent-decoded.
  // Whom the credential must be good for; empty: it was not said.
  std::vector<std::string> audiences;
};

// RequestReader reads requests: `id`, a string or a number; `method`, `uri` and
// `remoteAddress`, strings; `headers`, lists of strings by name;
// `peerCertificates`, strings with one or more PEM certificates; `audiences`,
// strings; `now`, RFC 3339. Any may be missing or null. For one thread.
class RequestReader {
 public:
  // Borrows both: `source` for the places of errors and warnings.
  RequestReader(const LineSource& source, std::ostream& warnings)
      : source_(source), warnings_(warnings) {}

  // Reads `line`, the last that the source gave. kMalformed, with the place,
  // for what is no such object: no JSON, a key twice, a wrong type; then
  // `request->id` is set all the same if it could be read. A string without PEM
  // is a bad credential in a good request: `request->certificates_error`.
  // Whether the DER is a certificate is the authenticator's question. A field
  // that is not known is named in a warning the first time, and passed over.
  absl::Status Read(absl::string_view line, RequestLine* request);

 private:
  absl::Status Wrong(const objects::Node& node, absl::string_view field,
                     absl::string_view want) const;
  absl::Status ReadId(const objects::Node& root, RequestLine* request) const;
  absl::Status ReadField(const objects::MapEntry& entry, RequestLine* request);
  absl::Status ReadText(const objects::MapEntry& entry,
                        RequestLine* request) const;
  absl::Status ReadHeaders(const objects::Node& headers,
                           RequestLine* request) const;
  absl::Status CheckStrings(const objects::Node& list,
                            absl::string_view field) const;
  absl::Status ReadCertificates(const objects::Node& list,
                                RequestLine* request) const;
  absl::Status ReadNow(const objects::Node& value, RequestLine* request) const;
  void WarnOfUnknown(const objects::Node& key);
  std::string PlaceOf(const objects::Node& node) const;

  const LineSource& source_;
  std::ostream& warnings_;
  absl::flat_hash_set<std::string> unknown_;  // Named already.
};

}  // namespace gatehouse::cli

#endif  // GATEHOUSE_CLI_INTERNAL_REQUEST_LINE_H_

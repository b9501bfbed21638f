// Reading the fields of a map by a table, with errors that say where.
#ifndef GATEHOUSE_PKI_KUBECONFIG_INTERNAL_FIELD_READER_H_
#define GATEHOUSE_PKI_KUBECONFIG_INTERNAL_FIELD_READER_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"
#include "base/secret.h"
#include "objects/node.h"
#include "pki/kubeconfig/kubeconfig.h"

namespace gatehouse::pki::internal {

// FieldReader reads nodes of one file. Paths are "users[0].user.token". A
// null is as good as an absent field. No error shows a value. Constant; what
// it fills in is the caller's, and must outlive the reading.
class FieldReader {
 public:
  // Reads one value that stands at `path`.
  using Read = std::function<absl::Status(const objects::Node& node,
                                          const std::string& path)>;
  struct Field {
    absl::string_view name;
    Read read;
  };

  FieldReader(absl::string_view file, UnknownFields unknown_fields)
      : file_(file), unknown_fields_(unknown_fields) {}

  // Reads a map that has these fields and no others.
  absl::Status Fields(const objects::Node& node, const std::string& path,
                      const std::vector<Field>& fields) const;

  // Reads every element of a list, every value of a map.
  absl::Status Items(const objects::Node& node, const std::string& path,
                     const Read& read) const;
  absl::Status Entries(const objects::Node& node, const std::string& path,
                       const std::function<absl::Status(
                           absl::string_view key, const objects::Node& value,
                           const std::string& path)>& read) const;

  Read String(std::string* out) const;
  Read SecretString(Secret* out) const;
  Read Strings(std::vector<std::string>* out) const;
  Read Bool(bool* out) const;
  // Bytes as Go's encoding/json reads them: base64 with its padding, line
  // breaks allowed in it.
  Read Base64(std::string* out) const;
  Read SecretBase64(Secret* out) const;
  // Any value, kept as JSON on one line in a canonical form.
  Read Json(std::string* out) const;

  // Returns "file:line:column: path: text".
  absl::Status Error(const objects::Node& node, absl::string_view path,
                     Reason reason, absl::string_view text) const;

 private:
  absl::Status Want(const objects::Node& node, absl::string_view path,
                    objects::NodeKind kind) const;
  absl::Status AppendJson(const objects::Node& node, const std::string& path,
                          std::string* out) const;
  absl::Status AppendJsonMap(const objects::Node& node, const std::string& path,
                             std::string* out) const;
  absl::Status AppendNumber(const objects::Node& node, const std::string& path,
                            std::string* out) const;

  const absl::string_view file_;
  const UnknownFields unknown_fields_;
};

}  // namespace gatehouse::pki::internal

#endif  // GATEHOUSE_PKI_KUBECONFIG_INTERNAL_FIELD_READER_H_

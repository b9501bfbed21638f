// Writes YAML in block style, as kubectl does, with secrets in it.
#ifndef GATEHOUSE_PKI_KUBECONFIG_INTERNAL_YAML_WRITER_H_
#define GATEHOUSE_PKI_KUBECONFIG_INTERNAL_YAML_WRITER_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "base/secret.h"
#include "objects/node.h"

namespace gatehouse::pki::internal {

// Returns a string as YAML has it: as it is where no reader can take it for
// something else, else in double quotes.
std::string YamlScalar(absl::string_view text);

// YamlWriter takes one value as a sequence of calls: in a map, each value
// comes after its Key. What it has written is wiped. For one thread.
class YamlWriter {
 public:
  YamlWriter() = default;
  ~YamlWriter() { WipeString(&out_); }
  YamlWriter(const YamlWriter&) = delete;
  YamlWriter& operator=(const YamlWriter&) = delete;

  void OpenMap() { Open(false); }
  void OpenList() { Open(true); }
  void Close();  // What was opened last.
  void Key(absl::string_view key);
  void String(absl::string_view text);
  // A number, "true", "false" or "null".
  void Word(absl::string_view text) { Scalar(text); }
  // A parsed value, its keys in the order they stand in.
  void Value(const objects::Node& node);

  // Returns the text; to be called once, when all is closed.
  Secret Finish() const { return Secret(out_); }

 private:
  struct Level {
    bool is_list = false;
    int indent = 0;
    bool empty = true;
  };
  // Where the next character would stand.
  enum class Cursor { kLineStart, kAfterKey, kAfterDash };

  void Open(bool is_list);
  void StartValue();
  void StartEntry();
  void Scalar(absl::string_view text);
  void Append(absl::string_view text);

  std::string out_;
  std::vector<Level> levels_;
  Cursor cursor_ = Cursor::kLineStart;
};

}  // namespace gatehouse::pki::internal

#endif  // GATEHOUSE_PKI_KUBECONFIG_INTERNAL_YAML_WRITER_H_

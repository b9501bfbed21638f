// The headers of an HTTP request or response.
#ifndef GATEHOUSE_BASE_HEADERS_H_
#define GATEHOUSE_BASE_HEADERS_H_

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"

namespace gatehouse {

// Headers is an ordered list of (name, value). A name may stand there more than
// once: values are never joined, because "a,b" and "a" beside "b" are not the
// same to who decides by them. Names compare without regard to ASCII case (RFC
// 9110 section 5.1) and are kept as they were written. Nothing is checked or
// trimmed here: that is the HTTP parser's. A value, for one thread at a time.
class Headers {
 public:
  using Field = std::pair<std::string, std::string>;

  Headers() = default;
  explicit Headers(std::vector<Field> fields) : fields_(std::move(fields)) {}

  // Appends a field.
  void Add(absl::string_view name, absl::string_view value);

  // Returns the first value of `name`; absent and empty differ. Valid until
  // the headers change.
  absl::optional<absl::string_view> First(absl::string_view name) const;

  // Returns all values of `name` in their order; valid as First's.
  std::vector<absl::string_view> All(absl::string_view name) const;

  // Returns true if there is a field of that name.
  bool Has(absl::string_view name) const { return First(name).has_value(); }

  // Removes all fields of that name.
  void Remove(absl::string_view name);
  // Removes all fields whose name begins with `prefix`, in whatever case.
  void RemovePrefix(absl::string_view prefix);
  // Removes the fields for which `drop` says so.
  void RemoveIf(const std::function<bool(const Field&)>& drop);

  // Replaces all fields of that name by one, in the place of the first.
  void Set(absl::string_view name, absl::string_view value);

  const std::vector<Field>& fields() const { return fields_; }
  bool empty() const { return fields_.empty(); }

 private:
  std::vector<Field> fields_;
};

}  // namespace gatehouse

#endif  // GATEHOUSE_BASE_HEADERS_H_

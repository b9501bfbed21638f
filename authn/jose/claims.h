// Claims of a token: one JSON object, read strictly and once.
#ifndef GATEHOUSE_AUTHN_JOSE_CLAIMS_H_
#define GATEHOUSE_AUTHN_JOSE_CLAIMS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "authn/jose/internal/strict_json.h"
#include "objects/node.h"

namespace gatehouse::authn {

// ClaimKind is the kind of a JSON value; kAbsent is none at all.
enum class ClaimKind : uint8_t {
  kAbsent,
  kNull,
  kBool,
  kNumber,
  kString,
  kList,
  kObject,
};

// ClaimValue is one value of Claims, or absent. A handle: it must not outlive
// the Claims it is from, which may be moved. Any thread may read it.
//
// Nothing is converted: what is asked for as something that it is not is none,
// so that a look-up in the absent or in a list is absent again:
//   claims.Find("kubernetes.io").Find("pod").StringOf("name")
class ClaimValue {
 public:
  class Iterator;

  // Makes an absent one.
  ClaimValue() = default;

  ClaimKind kind() const {
    return value_ == nullptr ? ClaimKind::kAbsent : KindOf(value_->kind);
  }
  bool is(ClaimKind kind) const { return this->kind() == kind; }
  bool present() const { return value_ != nullptr; }

  // Returns the name of a member of an object; "" for elements of lists.
  absl::string_view name() const {
    return value_ == nullptr ? absl::string_view() : value_->name();
  }
  // Returns a scalar as text: a string's characters, a number as it is written,
  // "true" or "false"; "" for everything else.
  absl::string_view text() const {
    return value_ == nullptr ? absl::string_view() : value_->text();
  }

  absl::optional<absl::string_view> AsString() const;
  absl::optional<bool> AsBool() const;
  // An integer in range that is written without fraction and exponent.
  absl::optional<int64_t> AsInt64() const;
  // Any number that a double has room for.
  absl::optional<double> AsDouble() const;
  // A NumericDate (RFC 7519 section 2), fractions of seconds cut off as
  // Kubernetes does; none if it is over 2^53 seconds from 1970.
  absl::optional<absl::Time> AsNumericDate() const;
  // A list of strings, which may be empty.
  absl::optional<std::vector<absl::string_view>> AsStrings() const;
  // The same, or one string, as "aud" is (RFC 7519 section 4.1.3).
  absl::optional<std::vector<absl::string_view>> AsStringOrStrings() const;

  // Returns the member of that name, compared byte by byte; absent if there is
  // none or this is no object. Takes time linear in the number of members.
  ClaimValue Find(absl::string_view name) const;
  // Find(name).AsString().
  absl::optional<absl::string_view> StringOf(absl::string_view name) const;

  // The number of elements or members, and each of them in the order of the
  // text; none for scalars.
  size_t size() const { return value_ == nullptr ? 0 : value_->size; }
  Iterator begin() const;
  Iterator end() const;

  // Returns the value as JSON on one line; "null" if absent. Numbers stay as
  // they are written.
  std::string ToJson() const;
  // Returns the value for readers of objects::Node. Slow: it is parsed anew.
  absl::StatusOr<objects::Document> ToDocument() const;

 private:
  friend class Claims;
  explicit ClaimValue(const internal::JsonValue* value) : value_(value) {}
  static ClaimKind KindOf(internal::JsonKind kind) {
    return static_cast<ClaimKind>(static_cast<uint8_t>(kind) + 1);
  }

  const internal::JsonValue* value_ = nullptr;
};

// Iterator goes over the values in a list or an object.
class ClaimValue::Iterator {
 public:
  ClaimValue operator*() const { return ClaimValue(at_); }
  Iterator& operator++() {
    at_ += at_->span;
    return *this;
  }
  bool operator==(const Iterator& other) const { return at_ == other.at_; }
  bool operator!=(const Iterator& other) const { return at_ != other.at_; }

 private:
  friend class ClaimValue;
  explicit Iterator(const internal::JsonValue* at) : at_(at) {}

  const internal::JsonValue* at_;
};

inline ClaimValue::Iterator ClaimValue::begin() const {
  return Iterator(value_ == nullptr ? nullptr : value_ + 1);
}

inline ClaimValue::Iterator ClaimValue::end() const {
  return Iterator(value_ == nullptr ? nullptr : value_ + value_->span);
}

// ClaimsLimits are the ceilings on one text.
struct ClaimsLimits {
  size_t max_bytes = size_t{64} << 10;
  // Lists and objects inside each other: an object alone has depth 1.
  int max_depth = 32;
  // Values of all kinds, with the outermost.
  size_t max_values = 8192;
};

// Claims is one JSON object of RFC 8259. It owns all that it shows. That there
// are claims says nothing of who made them: see VerifiedJws. Movable, not
// copyable; any thread may read it.
class Claims {
 public:
  // Reads `json`: one object with nothing but white space around it, valid
  // UTF-8, no U+0000 in any form and no name twice at any depth.
  //
  // kTokenTooLarge, kNotJson, kNotObject, kTrailingBytes, kDuplicateMember,
  // kNotUtf8, kNulCharacter, kTooDeep, kTooManyMembers (JoseErrorOf). The text
  // shows nothing of `json`.
  static absl::StatusOr<Claims> Parse(
      absl::string_view json, const ClaimsLimits& limits = ClaimsLimits());

  Claims(Claims&&) noexcept;
  Claims& operator=(Claims&&) noexcept;
  ~Claims();

  // Returns the object; absent once this was moved from.
  ClaimValue root() const;

  // What root() has of the same name.
  ClaimValue Find(absl::string_view name) const { return root().Find(name); }
  absl::optional<absl::string_view> StringOf(absl::string_view name) const {
    return root().StringOf(name);
  }
  ClaimValue::Iterator begin() const { return root().begin(); }
  ClaimValue::Iterator end() const { return root().end(); }

 private:
  friend class Jws;
  struct Tree;
  explicit Claims(std::unique_ptr<const Tree> tree);

  // As Parse, of `json` in `text`, which is written over.
  static absl::StatusOr<Claims> ParseInPlace(std::unique_ptr<char[]> text,
                                             absl::Span<char> json,
                                             const ClaimsLimits& limits);

  std::unique_ptr<const Tree> tree_;
};

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_JOSE_CLAIMS_H_

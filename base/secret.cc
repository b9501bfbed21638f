#include "base/secret.h"

#include <string.h>

#include <cstddef>
#include <string>
#include <utility>

namespace gatehouse {

void WipeString(std::string* bytes) {
  // All that the string may have held at any time, and not only what it holds
  // now. Does not allocate.
  bytes->resize(bytes->capacity());
  explicit_bzero(&(*bytes)[0], bytes->size());
  bytes->clear();
}

Secret::Secret(absl::string_view bytes) : bytes_(bytes) {}

Secret::Secret(const Secret& other) = default;

Secret::Secret(Secret&& other) noexcept : bytes_(std::move(other.bytes_)) {
  // A short string's bytes are still there: they were copied.
  other.Wipe();
}

Secret& Secret::operator=(const Secret& other) {
  if (this == &other) return *this;
  Wipe();
  bytes_ = other.bytes_;
  return *this;
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this == &other) return *this;
  Wipe();
  bytes_ = std::move(other.bytes_);
  other.Wipe();
  return *this;
}

Secret::~Secret() { Wipe(); }

bool operator==(const Secret& a, const Secret& b) { return a.Equals(b.bytes_); }

bool Secret::Equals(absl::string_view bytes) const {
  if (bytes.size() != bytes_.size()) return false;
  // Volatile, so that no compiler ends the loop once the answer is known.
  volatile unsigned char difference = 0;
  for (size_t i = 0; i < bytes.size(); ++i) {
    const auto differs = static_cast<unsigned char>(bytes[i]) ^
                         static_cast<unsigned char>(bytes_[i]);
    difference = static_cast<unsigned char>(difference | differs);
  }
  return difference == 0;
}

void Secret::Wipe() { WipeString(&bytes_); }

}  // namespace gatehouse

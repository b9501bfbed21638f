// Secrets: bytes that wipe themselves and do not print.
#ifndef GATEHOUSE_BASE_SECRET_H_
#define GATEHOUSE_BASE_SECRET_H_

#include <cstddef>
#include <ostream>
#include <string>

#include "absl/strings/string_view.h"

namespace gatehouse {

// SecretAccess is the argument that reading a secret takes, so that every
// place which reads one can be found by searching for this name.
class SecretAccess {
 public:
  static SecretAccess Get() { return SecretAccess(); }

 private:
  SecretAccess() = default;
};

// Secret holds bytes that nobody should see: a password, a private key, a
// token. It wipes its memory when it is destroyed, assigned or moved from,
// prints as "[redacted]" and compares in time that depends on the lengths
// only. A value, for one thread at a time like any other.
class Secret {
 public:
  Secret() = default;
  // Copies `bytes`; wiping the original is the caller's.
  explicit Secret(absl::string_view bytes);
  Secret(const Secret& other);
  Secret(Secret&& other) noexcept;
  Secret& operator=(const Secret& other);
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();

  // Returns the bytes, valid until the secret is changed or destroyed.
  absl::string_view Reveal(SecretAccess) const { return bytes_; }

  bool empty() const { return bytes_.empty(); }
  size_t size() const { return bytes_.size(); }

  // Compare in constant time for equal lengths; a different length shows.
  friend bool operator==(const Secret& a, const Secret& b);
  friend bool operator!=(const Secret& a, const Secret& b) { return !(a == b); }
  bool Equals(absl::string_view bytes) const;

  friend std::ostream& operator<<(std::ostream& out, const Secret&) {
    return out << "[redacted]";
  }

 private:
  void Wipe();
  std::string bytes_;
};

// Overwrites `*bytes` in a way that the compiler keeps, and empties it.
void WipeString(std::string* bytes);

}  // namespace gatehouse

#endif  // GATEHOUSE_BASE_SECRET_H_

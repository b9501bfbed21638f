// The extra values of a user.
#ifndef GATEHOUSE_BASE_EXTRA_VALUES_H_
#define GATEHOUSE_BASE_EXTRA_VALUES_H_

#include <cstddef>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace gatehouse {

// ExtraValues is what Kubernetes calls "extra": lists of values by key
// (map[string][]string). It has the functions of std::map that this needs, and
// iterates in the order of the keys, compared byte by byte; but it lies in one
// block, as a user has few of them and one is made with each request that is
// authenticated. A plain value; pointers and iterators into it are good until
// it is changed.
class ExtraValues {
 public:
  using value_type = std::pair<std::string, std::vector<std::string>>;
  using const_iterator = std::vector<value_type>::const_iterator;
  using iterator = const_iterator;

  ExtraValues() = default;
  // Of keys that are there twice, the first counts.
  ExtraValues(std::initializer_list<value_type> entries);

  // Returns what has `entries`, which are in any order, without the cost of
  // operator[] for each: time grows with their number, not with its square. Of
  // keys that are there twice, the first counts.
  static ExtraValues FromUnordered(std::vector<value_type> entries);

  // The entries in order. What is in them can be changed by operator[] only.
  const_iterator begin() const { return entries_.begin(); }
  const_iterator end() const { return entries_.end(); }
  size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }

  // Returns the entry of that key, or end().
  const_iterator find(absl::string_view key) const;
  size_t count(absl::string_view key) const { return find(key) != end(); }
  // Returns the values of a key; none if it is not there.
  const std::vector<std::string>& at(absl::string_view key) const;

  // Returns the values of a key, which is added if it is not there. As emplace,
  // moves all that is behind it: for what others choose the number of, see
  // FromUnordered.
  std::vector<std::string>& operator[](absl::string_view key);
  // Adds a key unless it is there. Constant time for a key behind all others.
  void emplace(std::string key, std::vector<std::string> values);
  // Makes room, so that `entries` can be added without an allocation for each.
  void reserve(size_t entries) { entries_.reserve(entries); }
  void erase(absl::string_view key);
  void clear() { entries_.clear(); }

  friend bool operator==(const ExtraValues& a, const ExtraValues& b) {
    return a.entries_ == b.entries_;
  }
  friend bool operator!=(const ExtraValues& a, const ExtraValues& b) {
    return !(a == b);
  }

 private:
  // Returns where `key` is or would be.
  std::vector<value_type>::iterator Place(absl::string_view key);

  std::vector<value_type> entries_;  // In order, no key twice.
};

}  // namespace gatehouse

#endif  // GATEHOUSE_BASE_EXTRA_VALUES_H_

#include "base/extra_values.h"

#include <algorithm>
#include <utility>

namespace gatehouse {
namespace {

bool IsBefore(const ExtraValues::value_type& entry, absl::string_view key) {
  return entry.first < key;
}

}  // namespace

ExtraValues::ExtraValues(std::initializer_list<value_type> entries) {
  entries_.reserve(entries.size());
  for (const value_type& entry : entries) emplace(entry.first, entry.second);
}

ExtraValues ExtraValues::FromUnordered(std::vector<value_type> entries) {
  std::stable_sort(entries.begin(), entries.end(),
                   [](const value_type& a, const value_type& b) {
                     return a.first < b.first;
                   });
  entries.erase(std::unique(entries.begin(), entries.end(),
                            [](const value_type& a, const value_type& b) {
                              return a.first == b.first;
                            }),
                entries.end());
  ExtraValues extra;
  extra.entries_ = std::move(entries);
  return extra;
}

std::vector<ExtraValues::value_type>::iterator ExtraValues::Place(
    absl::string_view key) {
  if (entries_.empty() || entries_.back().first < key) return entries_.end();
  return std::lower_bound(entries_.begin(), entries_.end(), key, IsBefore);
}

ExtraValues::const_iterator ExtraValues::find(absl::string_view key) const {
  const auto place =
      std::lower_bound(entries_.begin(), entries_.end(), key, IsBefore);
  return place != end() && place->first == key ? place : end();
}

const std::vector<std::string>& ExtraValues::at(absl::string_view key) const {
  static const auto* const kNone = new std::vector<std::string>;
  const const_iterator place = find(key);
  return place == end() ? *kNone : place->second;
}

std::vector<std::string>& ExtraValues::operator[](absl::string_view key) {
  auto place = Place(key);
  if (place == entries_.end() || place->first != key) {
    place =
        entries_.emplace(place, std::string(key), std::vector<std::string>());
  }
  return place->second;
}

void ExtraValues::emplace(std::string key, std::vector<std::string> values) {
  const auto place = Place(key);
  if (place != entries_.end() && place->first == key) return;
  entries_.emplace(place, std::move(key), std::move(values));
}

void ExtraValues::erase(absl::string_view key) {
  const auto place = Place(key);
  if (place != entries_.end() && place->first == key) entries_.erase(place);
}

}  // namespace gatehouse

#include "authn/serviceaccount/legacy_last_used.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "authn/serviceaccount/token_secret.h"
#include "objects/object.h"

namespace gatehouse::authn {
namespace {

std::string Day(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d", time, absl::UTCTimeZone());
}

bool IsNoted(const k8s::Secret& secret, absl::Time now) {
  const auto& labels = secret.metadata().labels();
  const auto noted = labels.find(kLegacyTokenLastUsedLabel);
  return noted != labels.end() && (noted->second == Day(now) ||
                                   noted->second == Day(now + absl::Hours(24)));
}

}  // namespace

LastUsedNotes::LastUsedNotes(std::shared_ptr<objects::ObjectStore> writer,
                             const LastUsedLimits& limits)
    : writer_(std::move(writer)),
      limits_(limits),
      rate_(limits.per_second, limits.burst) {}

void LastUsedNotes::Note(const k8s::Secret& secret, absl::Time now) {
  if (writer_ == nullptr || IsNoted(secret, now)) return;
  const std::string name = absl::StrCat(secret.metadata().namespace_(), "/",
                                        secret.metadata().name());
  if (!Begin(name, now)) return;
  k8s::Secret used = secret;
  (*used.mutable_metadata()->mutable_labels())[kLegacyTokenLastUsedLabel] =
      Day(now);
  // Somebody else may have changed it since; that is tried again, too.
  if (writer_->Update(objects::MakeObject(std::move(used))).ok()) Succeed(name);
}

bool LastUsedNotes::Begin(const std::string& name, absl::Time now) {
  const MutexLock lock(mutex_);
  const auto known = next_.find(name);
  if (known != next_.end() && !IsDue(known->second, now)) return false;
  if (!rate_.Take(now)) return false;
  if (known != next_.end()) {
    Next& next = known->second;
    next.wait = std::min(next.wait * 2, limits_.max_wait);
    next.time = now + next.wait;
    return true;
  }
  if (next_.size() >= limits_.max_secrets && !MakeRoom(now)) return false;
  next_[name] = {now + limits_.wait, limits_.wait};
  return true;
}

// It goes on waiting: a store that shows the label only later, or never, is
// not written to meanwhile.
void LastUsedNotes::Succeed(const std::string& name) {
  const MutexLock lock(mutex_);
  const auto known = next_.find(name);
  if (known != next_.end()) known->second.wait = limits_.wait / 2;
}

// A clock that was set back must not put off the next until it has caught up.
bool LastUsedNotes::IsDue(const Next& next, absl::Time now) const {
  return now >= next.time || next.time - now > limits_.max_wait;
}

bool LastUsedNotes::MakeRoom(absl::Time now) {
  for (auto it = next_.begin(); it != next_.end();) {
    const auto current = it++;
    if (IsDue(current->second, now)) next_.erase(current);
  }
  return next_.size() < limits_.max_secrets;
}

}  // namespace gatehouse::authn

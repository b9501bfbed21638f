#include "authn/serviceaccount/key_files.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "authn/jose/jose_error.h"
#include "authn/jose/key_set.h"
#include "authn/jose/verification_key.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/mutex.h"
#include "pki/rotation/signing_keys.h"

namespace gatehouse::authn {
namespace {

absl::StatusOr<std::vector<VerificationKey>> ReadJwks(const std::string& file) {
  KeySetOptions options;
  options.key_ids = KeyIdRule::kOptional;
  options.algorithms = JwsAlgorithmSet::Asymmetric();
  const absl::StatusOr<std::string> text = ReadFile(file, options.max_bytes);
  if (!text.ok()) return text.status();
  const absl::StatusOr<KeySet> set = KeySet::FromJwks(*text, file, options);
  if (!set.ok()) {
    // Somebody may have named the file of a secret: its text is not shown.
    return JoseErrorOf(set.status()) == JoseError::kNotJson
               ? MakeJoseError(JoseError::kNotJson,
                               absl::StrCat(file, ": it is no JSON"))
               : set.status();
  }
  if (!set->problems().empty()) {
    const KeyProblem& problem = set->problems().front();
    return InContext(absl::StrCat(file, ": keys[", problem.index, "]"),
                     problem.status);
  }
  if (!set->keys().empty()) return set->keys();
  return MakeError(absl::StatusCode::kNotFound, Reason::kNotFound,
                   absl::StrCat(file, ": no key in it"));
}

// Retirements says which keys of PEM files are to go, and when; by key id.
using Retirements = std::map<std::string, absl::Time>;

// Loader gathers the keys of all files.
class Loader {
 public:
  explicit Loader(absl::Time now) : now_(now) {}

  absl::Status ReadPem(const ServiceAccountKeyFiles& files) {
    if (files.signing_key_file.empty()) {
      auto keys = pki::LoadVerifyingKeys(files.key_files);
      return keys.ok() ? Add(*keys) : keys.status();
    }
    auto keys = pki::SigningKeys::Load(files.signing_key_file, files.key_files);
    if (!keys.ok()) return keys.status();
    signing_ = keys->signing_key();
    return Add(keys->keys());
  }

  absl::Status ReadExternal(const ExternalKeyFile& file) {
    const auto keys = ReadJwks(file.path);
    if (!keys.ok()) return keys.status();
    for (const VerificationKey& key : *keys) Add(key, file.published);
    return absl::OkStatus();
  }

  // Of the keys that are left.
  const Retirements& retirements() const { return retirements_; }

  absl::StatusOr<ServiceAccountKeys> Finish() && {
    return ServiceAccountKeys::FromVerificationKeys(keys_, std::move(signing_),
                                                    &published_);
  }

 private:
  void Add(const VerificationKey& key, bool published) {
    keys_.push_back(key);
    if (published) published_.push_back(key);
  }

  absl::Status Add(const std::vector<pki::VerifyingKey>& keys) {
    for (const pki::VerifyingKey& key : keys) {
      if (key.retire_at <= now_) continue;
      if (key.retire_at < absl::InfiniteFuture()) {
        retirements_[key.id] = key.retire_at;
      }
      auto verification = VerificationKey::FromPublicKey(key.key, key.id);
      if (!verification.ok()) return verification.status();
      Add(*verification, /*published=*/true);
    }
    return absl::OkStatus();
  }

  const absl::Time now_;
  absl::optional<pki::PrivateKey> signing_;
  std::vector<VerificationKey> keys_;
  std::vector<VerificationKey> published_;
  Retirements retirements_;
};

absl::StatusOr<ServiceAccountKeys> Load(const ServiceAccountKeyFiles& files,
                                        absl::Time now,
                                        Retirements* retirements) {
  if (files.key_files.empty() && files.signing_key_file.empty() &&
      files.jwks_files.empty()) {
    return MakeError(absl::StatusCode::kNotFound, Reason::kNotFound,
                     "service account tokens: no file of keys is given");
  }
  Loader loader(now);
  absl::Status status = loader.ReadPem(files);
  for (const ExternalKeyFile& file : files.jwks_files) {
    if (status.ok()) status = loader.ReadExternal(file);
  }
  if (!status.ok()) return status;
  *retirements = loader.retirements();
  return std::move(loader).Finish();
}

// Returns `keys` without those that have retired until `now`.
absl::StatusOr<ServiceAccountKeys> WithoutRetired(
    const ServiceAccountKeys& keys, const Retirements& retirements,
    absl::Time now) {
  const auto left = [&](const std::vector<VerificationKey>& all) {
    std::vector<VerificationKey> some;
    for (const VerificationKey& key : all) {
      const auto at = retirements.find(std::string(key.key_id().value_or("")));
      if (at == retirements.end() || at->second > now) some.push_back(key);
    }
    return some;
  };
  const std::vector<VerificationKey> published = left(keys.published);
  return ServiceAccountKeys::FromVerificationKeys(left(keys.verifying.keys()),
                                                  keys.signing, &published);
}

// Returns whether both lists are the same keys under the same names.
bool SameKeys(const std::vector<VerificationKey>& a,
              const std::vector<VerificationKey>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const VerificationKey& x, const VerificationKey& y) {
                      return x.key_id() == y.key_id() && x.SameKey(y);
                    });
}

bool Same(const ServiceAccountKeys& a, const ServiceAccountKeys& b) {
  return a.signing_key_id == b.signing_key_id &&
         SameKeys(a.verifying.keys(), b.verifying.keys()) &&
         SameKeys(a.published, b.published);
}

class KeySource : public ServiceAccountKeySource {
 public:
  explicit KeySource(KeyFilesOptions options) : options_(std::move(options)) {}

  ~KeySource() override {
    {
      const MutexLock lock(mutex_);
      stop_ = true;
      wake_.NotifyAll();
    }
    if (thread_.joinable()) thread_.join();
  }

  absl::Status Start() {
    std::vector<std::string> paths = options_.files.key_files;
    if (!options_.files.signing_key_file.empty()) {
      paths.push_back(options_.files.signing_key_file);
    }
    for (const ExternalKeyFile& file : options_.files.jwks_files) {
      paths.push_back(file.path);
    }
    // First, so that no change falls between the watching and the reading.
    auto watcher = FileWatcher::Start(
        std::move(paths), [this] { Reload().IgnoreError(); }, options_.watch);
    if (!watcher.ok()) return watcher.status();
    const absl::Status status = Reload();
    if (!status.ok()) return status;
    watcher_ = *std::move(watcher);
    thread_ = std::thread([this] {
      while (AwaitRetirement()) Reload().IgnoreError();
    });
    return absl::OkStatus();
  }

  std::shared_ptr<const ServiceAccountKeyRing> ring() const override {
    const MutexLock lock(mutex_);
    return ring_;
  }

  absl::Status Reload() override {
    // So that whoever observes sees the attempts in their order.
    const MutexLock reloading(reload_mutex_);
    KeyFilesStatus now;
    {
      const MutexLock lock(mutex_);
      status_.attempted_at = options_.clock->Now();
      status_.last_error = ReadAndApply();
      if (!status_.last_error.ok()) ++status_.failures;
      wake_.NotifyAll();
      now = Copy();
    }
    if (options_.observe != nullptr) options_.observe(now);
    return Unshared(now.last_error);
  }

  KeyFilesStatus status() const override {
    const MutexLock lock(mutex_);
    return Copy();
  }

 private:
  // Waits until a key has retired by the clock, which need not go as real time
  // does. False: to be destroyed.
  bool AwaitRetirement() {
    const auto check = absl::ToChronoNanoseconds(options_.retirement_check);
    MutexLock lock(mutex_);
    while (!stop_ && NextRetirement() > options_.clock->Now()) {
      if (retirements_.empty()) {
        wake_.Wait(mutex_);
      } else {
        wake_.WaitUntil(mutex_, std::chrono::steady_clock::now() + check);
      }
    }
    return !stop_;
  }

  KeyFilesStatus Copy() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    KeyFilesStatus copy = status_;
    copy.last_error = Unshared(status_.last_error);
    return copy;
  }

  absl::Time NextRetirement() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    absl::Time next = absl::InfiniteFuture();
    for (const auto& [id, at] : retirements_) next = std::min(next, at);
    return next;
  }

  absl::Status ReadAndApply() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    Retirements retirements;
    auto keys = Load(options_.files, status_.attempted_at, &retirements);
    if (!keys.ok()) {
      DropRetired();
      return keys.status();
    }
    retirements_ = std::move(retirements);
    Apply(*std::move(keys));
    return absl::OkStatus();
  }

  // Of the last good keys: a file that cannot be read must not prolong them.
  void DropRetired() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const absl::Time now = status_.attempted_at;
    if (ring_ == nullptr || NextRetirement() > now) return;
    absl::StatusOr<ServiceAccountKeys> left;
    {
      const EpochGuard guard;
      left = WithoutRetired(*ring_->Load(), retirements_, now);
    }
    for (auto it = retirements_.begin(); it != retirements_.end();) {
      it = it->second <= now ? retirements_.erase(it) : std::next(it);
    }
    Apply(left.ok() ? *std::move(left) : ServiceAccountKeys());
  }

  void Apply(ServiceAccountKeys keys) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (ring_ == nullptr) {
      ring_ = std::make_shared<ServiceAccountKeyRing>(std::move(keys));
    } else {
      {
        const EpochGuard guard;
        if (Same(keys, *ring_->Load())) return;
      }
      ring_->Update(std::move(keys));
    }
    status_.generation = ring_->generation();
    status_.loaded_at = status_.attempted_at;
  }

  const KeyFilesOptions options_;
  Mutex reload_mutex_;  // Before mutex_.
  mutable Mutex mutex_;
  CondVar wake_;
  bool stop_ ABSL_GUARDED_BY(mutex_) = false;
  Retirements retirements_ ABSL_GUARDED_BY(mutex_);  // Of the keys in effect.
  KeyFilesStatus status_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<ServiceAccountKeyRing> ring_ ABSL_GUARDED_BY(mutex_);

  std::thread thread_;
  // Last, so that it is gone before what its thread uses.
  std::unique_ptr<FileWatcher> watcher_;
};

}  // namespace

absl::StatusOr<ServiceAccountKeys> LoadServiceAccountKeys(
    const ServiceAccountKeyFiles& files, absl::Time now) {
  Retirements retirements;
  return Load(files, now, &retirements);
}

absl::StatusOr<std::unique_ptr<ServiceAccountKeySource>>
ServiceAccountKeySource::Start(KeyFilesOptions options) {
  auto source = std::make_unique<KeySource>(std::move(options));
  absl::Status status = source->Start();
  if (!status.ok()) return status;
  return std::unique_ptr<ServiceAccountKeySource>(std::move(source));
}

}  // namespace gatehouse::authn

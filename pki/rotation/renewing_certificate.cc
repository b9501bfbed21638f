#include "pki/rotation/renewing_certificate.h"

#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/secret.h"

namespace gatehouse::pki {
namespace {

constexpr size_t kMaxFileBytes = size_t{1} << 20;
constexpr int kSecretMode = 0600;

absl::Status Invalid(absl::string_view text) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid, text);
}

std::string Shown(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

absl::Status CheckPair(const ClientCertificate& certificate) {
  if (certificate.chain.empty()) return Invalid("no client certificate");
  const Certificate& leaf = certificate.chain.front();
  if (leaf.public_key() == certificate.key.public_key()) {
    return absl::OkStatus();
  }
  return Invalid(absl::StrCat("the private key is not that of the client ",
                              "certificate ", leaf.subject().ToString()));
}

absl::Status CheckValid(const ClientCertificate& certificate, absl::Time now) {
  absl::Status status = CheckPair(certificate);
  if (!status.ok()) return status;
  const Certificate& leaf = certificate.chain.front();
  const std::string which =
      absl::StrCat("the client certificate ", leaf.subject().ToString());
  if (now > leaf.not_after()) {
    return MakeError(
        absl::StatusCode::kFailedPrecondition, Reason::kExpired,
        absl::StrCat(which, " expired at ", Shown(leaf.not_after())));
  }
  if (now < leaf.not_before()) {
    return MakeError(
        absl::StatusCode::kFailedPrecondition, Reason::kNotYetValid,
        absl::StrCat(which, " is not valid before ", Shown(leaf.not_before())));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ClientCertificate> LoadClientCertificate(
    const std::string& certificate_path, const std::string& key_path) {
  absl::StatusOr<std::string> text = ReadFile(key_path, kMaxFileBytes);
  if (!text.ok()) return text.status();
  absl::StatusOr<PrivateKey> key = PrivateKey::FromPem(*text, key_path);
  WipeString(&*text);
  if (!key.ok()) return key.status();
  text = ReadFile(certificate_path, kMaxFileBytes);
  if (!text.ok()) return text.status();
  absl::StatusOr<std::vector<Certificate>> chain =
      Certificate::FromPem(*text, certificate_path);
  WipeString(&*text);
  if (!chain.ok()) return chain.status();
  ClientCertificate loaded = {*std::move(chain), *std::move(key)};
  const absl::Status status = CheckPair(loaded);
  if (status.ok()) return loaded;
  return Invalid(absl::StrCat(certificate_path, " and ", key_path, ": ",
                              status.message()));
}

absl::Status SaveClientCertificate(const std::string& path,
                                   const ClientCertificate& certificate) {
  const absl::Status status = CheckPair(certificate);
  if (!status.ok()) return status;
  const Secret key = certificate.key.ToPem();
  std::string text;
  for (const Certificate& each : certificate.chain) {
    absl::StrAppend(&text, each.ToPem());
  }
  // Before the key comes in, so that no copy of it is left behind.
  text.reserve(text.size() + key.size());
  absl::StrAppend(&text, key.Reveal(SecretAccess::Get()));
  WriteOptions options;
  options.mode = kSecretMode;
  absl::Status written = WriteFile(path, text, options);
  WipeString(&text);
  return written;
}

RenewingCertificate::RenewingCertificate(Options options,
                                         ClientCertificate first)
    : options_(std::move(options)), current_(std::make_unique<const Held>()) {
  MutexLock lock(renew_mutex_);
  Take(std::move(first));
}

absl::StatusOr<std::unique_ptr<RenewingCertificate>>
RenewingCertificate::Create(Options options,
                            absl::optional<ClientCertificate> initial) {
  if (!options.obtain) return Invalid("no way to obtain a client certificate");
  if (!options.random || options.clock == nullptr) {
    return Invalid("a renewing certificate wants a clock and a random source");
  }
  if (!initial || !CheckValid(*initial, options.clock->Now()).ok()) {
    absl::StatusOr<ClientCertificate> first = options.obtain();
    if (!first.ok()) return first.status();
    absl::Status status = CheckValid(*first, options.clock->Now());
    if (status.ok() && options.check) status = options.check(*first);
    if (!status.ok()) return status;
    initial = *std::move(first);
  }
  // The constructor is private.
  return std::unique_ptr<RenewingCertificate>(
      new RenewingCertificate(std::move(options), *std::move(initial)));
}

std::shared_ptr<const ClientCertificate> RenewingCertificate::Current() const {
  const EpochGuard guard;
  return *current_.Load();
}

RenewalStatus RenewingCertificate::status() const {
  MutexLock lock(status_mutex_);
  return status_;
}

absl::Status RenewingCertificate::RenewIfDue() {
  if (options_.clock->Now() < status().next_attempt) return absl::OkStatus();
  MutexLock lock(renew_mutex_);
  // Another thread may have been first.
  if (options_.clock->Now() < status().next_attempt) return absl::OkStatus();
  return Try();
}

absl::Status RenewingCertificate::Renew() {
  MutexLock lock(renew_mutex_);
  return Try();
}

absl::StatusOr<ClientCertificate> RenewingCertificate::Obtain() const {
  absl::StatusOr<ClientCertificate> next = options_.obtain();
  if (!next.ok()) return next.status();
  absl::Status status = CheckValid(*next, options_.clock->Now());
  if (!status.ok()) return status;
  // The one in use has been checked.
  if (next->chain.front() == Current()->chain.front()) return next;
  if (options_.check) status = options_.check(*next);
  if (!status.ok()) return status;
  return next;
}

absl::Status RenewingCertificate::Try() {
  absl::StatusOr<ClientCertificate> next = Obtain();
  if (!next.ok()) return Fail(next.status());
  if (next->chain.front() == Current()->chain.front()) return Keep();
  Take(*std::move(next));
  return absl::OkStatus();
}

absl::Status RenewingCertificate::Keep() {
  {
    MutexLock lock(status_mutex_);
    if (options_.clock->Now() < status_.renewal_time) {
      status_.next_attempt = status_.renewal_time;
      status_.failures = 0;
      status_.last_error = absl::OkStatus();
      return absl::OkStatus();
    }
  }
  return Fail(MakeError(
      absl::StatusCode::kUnavailable, Reason::kStale,
      absl::StrCat("the client certificate obtained is the one in use, which ",
                   "ends at ", Shown(status().not_after))));
}

void RenewingCertificate::Take(ClientCertificate next) {
  const Certificate leaf = next.chain.front();
  const absl::Time renewal_time =
      RenewalTime(leaf.not_before(), leaf.not_after(), options_.random());
  current_.Publish(std::make_unique<const Held>(
      std::make_shared<const ClientCertificate>(std::move(next))));
  MutexLock lock(status_mutex_);
  ++status_.generation;
  status_.not_after = leaf.not_after();
  status_.renewal_time = renewal_time;
  status_.next_attempt = renewal_time;
  status_.failures = 0;
  status_.last_error = absl::OkStatus();
}

absl::Status RenewingCertificate::Fail(const absl::Status& error) {
  const absl::Time now = options_.clock->Now();
  const double random = options_.random();
  MutexLock lock(status_mutex_);
  ++status_.failures;
  status_.last_error = error;
  status_.next_attempt = now + RenewalBackoff(status_.failures, random);
  return error;
}

}  // namespace gatehouse::pki

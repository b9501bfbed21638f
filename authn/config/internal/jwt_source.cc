#include "authn/config/internal/jwt_source.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "authn/config/authentication_configuration.h"
#include "authn/oidc/jwt_authenticator.h"
#include "base/errors.h"
#include "base/file.h"
#include "objects/node.h"

namespace gatehouse::authn::internal {
namespace {

// How often it is asked whether new issuers are healthy, and whether old ones
// are still in use.
constexpr std::chrono::milliseconds kHealthInterval{20};
constexpr absl::Duration kRetiredInterval = absl::Seconds(1);

}  // namespace

absl::StatusOr<std::shared_ptr<JwtSource>> JwtSource::Start(
    JwtSourceOptions options) {
  std::shared_ptr<JwtSource> source(new JwtSource(std::move(options)));
  FileSourceOptions files;
  files.name = source->options_.oidc.has_value() ? "oidc-ca-file"
                                                 : "authentication-config";
  files.files = source->Files();
  files.load = [raw = source.get()] { return raw->Load(); };
  files.observe = source->options_.observe;
  files.watch = source->options_.watch;
  files.clock = source->options_.clock;
  auto started = FileSource::Start(std::move(files));
  if (!started.ok()) return started.status();
  source->files_ = *std::move(started);
  return source;
}

JwtSource::JwtSource(JwtSourceOptions options) : options_(std::move(options)) {}

JwtSource::~JwtSource() {
  {
    MutexLock lock(mutex_);
    stop_ = true;
    stopping_.NotifyAll();
  }
  files_.reset();
}

Result JwtSource::AuthenticateToken(absl::string_view token,
                                    const TokenContext& context) const {
  return Current()->AuthenticateToken(token, context);
}

JwtSource::Issuers JwtSource::Current() const {
  MutexLock lock(mutex_);
  return current_;
}

std::string JwtSource::From() const {
  const std::vector<std::string> files = Files();
  return files.empty() ? "oidc-* flags" : files.front();
}

std::vector<std::string> JwtSource::Files() const {
  const std::string& file =
      options_.oidc.has_value() ? options_.oidc->ca_file() : options_.file;
  return file.empty() ? std::vector<std::string>()
                      : std::vector<std::string>{file};
}

absl::StatusOr<Loaded> JwtSource::Load() {
  DropRetired();
  std::string text;
  for (const std::string& file : Files()) {
    auto contents = ReadFile(file, kMaxAuthenticationConfigurationBytes);
    if (!contents.ok()) return contents.status();
    text = *std::move(contents);
  }
  if (text == rejected_text_) return Unshared(rejected_error_);
  Loaded loaded;
  loaded.files = Files();
  loaded.changed = text != loaded_text_;
  if (loaded.changed) {
    const absl::Status status = LoadText(text);
    if (!status.ok()) return status;
  }
  if (!retired_.empty()) loaded.again = kRetiredInterval;
  return loaded;
}

absl::Status JwtSource::LoadText(const std::string& text) {
  absl::StatusOr<k8s::AuthenticationConfiguration> configuration = Read(text);
  absl::StatusOr<Issuers> issuers =
      configuration.ok() ? Make(*configuration) : configuration.status();
  if (!issuers.ok()) {
    rejected_text_ = text;
    rejected_error_ = Unshared(issuers.status());
    return issuers.status();
  }
  if (initial_.has_value()) {
    const absl::Status status = AwaitHealth(**issuers);
    if (!status.ok()) return status;
  } else {
    initial_ = *std::move(configuration);
  }
  loaded_text_ = text;
  rejected_text_.reset();
  Publish(*std::move(issuers));
  return absl::OkStatus();
}

absl::StatusOr<k8s::AuthenticationConfiguration> JwtSource::Read(
    const std::string& text) const {
  const std::string from = From();
  objects::Document document;
  k8s::AuthenticationConfiguration configuration;
  AuthenticationConfigurationOptions options;
  if (options_.oidc.has_value()) {
    *configuration.add_jwt() = JwtAuthenticatorOfFlags(*options_.oidc, text);
  } else {
    auto decoded = DecodeAuthenticationConfiguration(text, from, &document);
    if (!decoded.ok()) return decoded.status();
    configuration = *std::move(decoded);
    options.document = &document;
    options.file = from;
  }
  options.disallowed_issuers = options_.disallowed_issuers;
  options.initial = initial_.has_value() ? &*initial_ : nullptr;
  const absl::Status status =
      CheckAuthenticationConfiguration(configuration, options);
  if (status.ok()) return configuration;
  // Of a file, each text says where.
  return InContext(
      absl::StrCat(options.document == nullptr ? absl::StrCat(from, ": ") : "",
                   "invalid authentication configuration"),
      status);
}

absl::StatusOr<JwtSource::Issuers> JwtSource::Make(
    const k8s::AuthenticationConfiguration& configuration) const {
  JwtAuthenticatorOptions options;
  options.http_client_factory = options_.http_clients;
  options.disallowed_issuers = options_.disallowed_issuers;
  options.clock = options_.clock;
  options.refresh.changed = [generation = generation_] {
    generation->fetch_add(1, std::memory_order_acq_rel);
  };
  if (options_.oidc.has_value()) {
    const auto algorithms =
        ParseJwtAlgorithms({options_.oidc->signing_algs().begin(),
                            options_.oidc->signing_algs().end()});
    if (!algorithms.ok()) return algorithms.status();
    options.algorithms = *algorithms;
  }
  std::vector<std::unique_ptr<JwtAuthenticator>> authenticators;
  for (int i = 0; i < configuration.jwt_size(); ++i) {
    auto made = JwtAuthenticator::Create(configuration.jwt(i), options);
    if (!made.ok()) {
      return InContext(absl::StrCat(From(), ": jwt[", i, "]"), made.status());
    }
    authenticators.push_back(*std::move(made));
  }
  auto issuers = JwtAuthenticators::Create(std::move(authenticators),
                                           JwtAuthenticators::Options());
  if (!issuers.ok()) return issuers.status();
  return Issuers(*std::move(issuers));
}

absl::Status JwtSource::AwaitHealth(const JwtAuthenticators& issuers) {
  const auto deadline = std::chrono::steady_clock::now() +
                        absl::ToChronoNanoseconds(options_.health_timeout);
  absl::Status health = issuers.Health();
  while (!health.ok() && std::chrono::steady_clock::now() < deadline) {
    MutexLock lock(mutex_);
    if (stop_) return health;
    stopping_.WaitUntil(mutex_,
                        std::chrono::steady_clock::now() + kHealthInterval);
    health = issuers.Health();
  }
  return health;
}

void JwtSource::Publish(Issuers next) {
  {
    MutexLock lock(mutex_);
    current_.swap(next);
  }
  generation_->fetch_add(1, std::memory_order_acq_rel);
  if (next != nullptr) retired_.push_back(std::move(next));
  DropRetired();
}

void JwtSource::DropRetired() {
  const auto last = std::remove_if(
      retired_.begin(), retired_.end(),
      [](const Issuers& issuers) { return issuers.use_count() == 1; });
  retired_.erase(last, retired_.end());
}

}  // namespace gatehouse::authn::internal

#include "authn/config/chain.h"

#include <utility>

#include "authn/config/flags.h"
#include "authn/config/internal/chain_builder.h"

namespace gatehouse::authn {
namespace {

using internal::ChainParts;
using internal::Source;

class ChainImpl : public AuthenticatorChain {
 public:
  ChainImpl(ChainParts parts, const ChainDependencies& dependencies)
      : objects_(dependencies.objects),
        secrets_writer_(dependencies.secrets_writer),
        parts_(std::move(parts)) {}

  Result Authenticate(const Request& request) const override {
    return parts_.authenticator->Authenticate(request);
  }
  const TokenAuthenticator& token_authenticator() const override {
    return *parts_.tokens;
  }
  const std::vector<std::string>& api_audiences() const override {
    return parts_.api_audiences;
  }
  const RequestHeaderConfig* request_headers() const override {
    return parts_.request_headers.has_value() ? &*parts_.request_headers
                                              : nullptr;
  }
  std::vector<std::string> authenticators() const override {
    return parts_.names;
  }
  absl::Status Health() const override {
    return parts_.jwt == nullptr ? absl::OkStatus() : parts_.jwt->Health();
  }

  absl::Status Reload() override {
    absl::Status first;
    for (const Source& source : parts_.sources) {
      const absl::Status status = source.reload();
      if (first.ok()) first = status;
    }
    return first;
  }

  std::vector<SourceStatus> status() const override {
    std::vector<SourceStatus> all;
    all.reserve(parts_.sources.size());
    for (const Source& source : parts_.sources) all.push_back(source.status());
    return all;
  }

  uint64_t generation() const override {
    uint64_t sum = 0;
    for (const SourceStatus& source : status()) sum += source.generation;
    return sum;
  }

 private:
  // What the parts look things up in outlives them.
  const std::shared_ptr<const objects::ObjectStore> objects_;
  const std::shared_ptr<objects::ObjectStore> secrets_writer_;
  const ChainParts parts_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<AuthenticatorChain>> AuthenticatorChain::Create(
    const Config& config, const ChainDependencies& dependencies) {
  absl::Status status = ValidateConfig(config);
  if (!status.ok()) return status;
  absl::StatusOr<ChainParts> parts =
      internal::ChainBuilder(config, dependencies).Build();
  if (!parts.ok()) return parts.status();
  return std::unique_ptr<AuthenticatorChain>(
      std::make_unique<ChainImpl>(*std::move(parts), dependencies));
}

}  // namespace gatehouse::authn

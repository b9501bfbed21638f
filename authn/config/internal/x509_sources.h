// The files of --client-ca-file and --requestheader-client-ca-file.
#ifndef GATEHOUSE_AUTHN_CONFIG_INTERNAL_X509_SOURCES_H_
#define GATEHOUSE_AUTHN_CONFIG_INTERNAL_X509_SOURCES_H_

#include <functional>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "authn/client_ca.h"
#include "authn/x509_files.h"
#include "base/mutex.h"
#include "proto/authn_config.pb.h"

namespace gatehouse::authn::internal {

// Return what is read for client certificates, and for those of proxies;
// `apply`, `observe` and the like are left to the caller. Users get
// "system:authenticated" here already, before they are remembered. Errors: a
// SPIFFE trust domain that is none.
absl::StatusOr<X509FilesOptions> ClientX509Files(const Config& config);
X509FilesOptions ProxyX509Files(const Config& config);

// ProxyGuard sees to it that no user's certificate can pass for a proxy's: if
// the two have a CA in common, the proxies must be listed by name, or every
// user could name himself in headers (Kubernetes checks the same, once at the
// start). Any thread may call it.
class ProxyGuard {
 public:
  // `named`: --requestheader-allowed-names is not empty.
  explicit ProxyGuard(bool named) : named_(named) {}

  // Puts a configuration in effect; must not call back.
  using Apply = std::function<absl::Status(X509Config)>;

  // Checks the CAs that are to be put in effect against those that are, applies
  // them, and remembers them if that went well; all that under one lock, so
  // that the two cannot pass each other. Errors: `apply`'s, and kInvalid, in
  // Kubernetes' words.
  absl::Status SetClients(X509Config config, const Apply& apply);
  absl::Status SetProxies(X509Config config, const Apply& apply);

 private:
  using Bundles = std::vector<std::shared_ptr<const pki::TrustBundle>>;

  absl::Status Set(X509Config config, const Bundles& others, Bundles* mine,
                   const Apply& apply) const;

  const bool named_;
  Mutex mutex_;
  Bundles clients_ ABSL_GUARDED_BY(mutex_);
  Bundles proxies_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace gatehouse::authn::internal

#endif  // GATEHOUSE_AUTHN_CONFIG_INTERNAL_X509_SOURCES_H_

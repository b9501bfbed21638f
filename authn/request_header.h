// Users whom an authenticating proxy names in headers.
#ifndef GATEHOUSE_AUTHN_REQUEST_HEADER_H_
#define GATEHOUSE_AUTHN_REQUEST_HEADER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "authn/authenticator.h"
#include "authn/x509.h"
#include "authn/x509_verifier.h"
#include "base/headers.h"

namespace gatehouse::authn {

// RequestHeaderConfig names the headers in which a proxy says who its client
// is: kube-apiserver's --requestheader-{username,uid,group}-headers and
// --requestheader-extra-headers-prefix. The order counts; case does not. A
// plain value.
struct RequestHeaderConfig {
  std::vector<std::string> username_headers;
  std::vector<std::string> uid_headers;
  std::vector<std::string> group_headers;
  std::vector<std::string> extra_header_prefixes;
};

// Trims white space around each name. An error, `empty header "  "`, for one of
// which nothing is left (Reason::kInvalid): an empty prefix would take every
// header for an extra value.
absl::StatusOr<RequestHeaderConfig> ValidateRequestHeaders(
    RequestHeaderConfig config);

// RequestHeaderAuthenticator believes the headers, whoever sent them. It is
// safe only behind a guard that knows the proxy: see NewFrontProxy.
//
// The name is the first value of the first configured header whose first value
// is not empty; without one, there is no credential and nothing is taken out.
// The uid is found likewise. The groups are all values that are not empty. Of
// each header that begins with a prefix, the rest is a key of extra, first
// lower-cased and then percent-decoded (kept as it is if that is not possible),
// and its values are that key's. No value is split at commas, no group is
// filtered and no audience is set: the proxy is trusted wholly (Kubernetes
// behaviour). All configured headers are taken out of the request.
//
// The credential id is the SHA-256 of the proxy's certificate, where there is
// one: in Authentication::credential_id, not in extra. Immutable; any thread
// may call anything.
class RequestHeaderAuthenticator : public Authenticator {
 public:
  // Errors: ValidateRequestHeaders'.
  static absl::StatusOr<std::shared_ptr<const RequestHeaderAuthenticator>>
  Create(RequestHeaderConfig config);

  Result Authenticate(const Request& request) const override;

 private:
  explicit RequestHeaderAuthenticator(RequestHeaderConfig config);

  const RequestHeaderConfig config_;
};

// Returns the headers behind their guard: a client certificate of the proxies'
// own CA (kube-apiserver's --requestheader-client-ca-file) with an allowed name
// (--requestheader-allowed-names: ClientCa::allowed). Until its first Update
// there is no credential. The certificate says nothing of the user; an
// X509Authenticator behind this one must know other CAs. Errors:
// ValidateRequestHeaders'.
absl::StatusOr<std::shared_ptr<X509Verifier>> NewFrontProxy(
    RequestHeaderConfig config, X509Options options = X509Options());

// Takes all configured headers out of `headers`.
void RemoveRequestHeaders(const RequestHeaderConfig& config, Headers* headers);

// Takes out what no handler may see or forward after authentication, whether or
// not it was used and whether or not there is a front proxy: Authorization,
// X-Remote-User, X-Remote-Uid, X-Remote-Group, X-Remote-Extra-*, bearer tokens
// among the websocket protocols, and the headers of `config` unless that is
// null. Otherwise a client could name itself to the servers behind this one
// (Kubernetes behaviour; the websocket protocols are Gatehouse's own).
void StripCredentialHeaders(const RequestHeaderConfig* config,
                            Headers* headers);

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_REQUEST_HEADER_H_

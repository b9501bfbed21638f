// Authentication: from a request to a user.
#ifndef GATEHOUSE_AUTHN_AUTHENTICATOR_H_
#define GATEHOUSE_AUTHN_AUTHENTICATOR_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "base/user_info.h"

namespace gatehouse::authn {

// The key of UserInfo::extra under which the credential id stands.
inline constexpr char kCredentialIdKey[] =
    "authentication.kubernetes.io/credential-id";

// Request is what an authenticator may look at. It owns nothing; what it
// points to must outlive the call. A value; authenticators keep no part of it.
struct Request {
  // Whether the request came over TLS.
  bool tls = false;
  // DER of the client's certificates as TLS presented them, leaf first; not
  // verified by TLS (Kubernetes asks for certificates and verifies none).
  absl::Span<const absl::string_view> peer_certificates;
  // An OCSP response that the client stapled (RFC 8446 4.4.2.1), or "".
  absl::string_view stapled_ocsp;
  // The moment of the request.
  absl::Time now;
};

// Authentication is who was authenticated, and by what. A plain value.
struct Authentication {
  UserInfo user;
  // The audiences that the credential is good for. Absent and empty differ
  // (Kubernetes behaviour).
  absl::optional<std::vector<std::string>> audiences;
  // The name of the authenticator that spoke, such as "x509".
  std::string authenticator;
  // Which credential it was, such as "X509SHA256=...": tells two credentials
  // of one user apart. Also in user.extra where Kubernetes puts it.
  std::string credential_id;
  // The last moment at which the credential is good, if nothing is revoked.
  absl::Time not_after = absl::InfiniteFuture();
};

// Result is one of three: authenticated, no credential of mine here, rejected.
// Absence of a credential is never success, and a rejection is never absence:
// with anonymous users let in, the one may go on as such and the other may not
// (Kubernetes behaviour). A value.
class Result {
 public:
  enum class Outcome : uint8_t { kNoCredential, kAuthenticated, kRejected };

  // No credential that this authenticator knows: the next one is asked.
  Result() = default;
  // Authenticated.
  Result(Authentication authentication)  // NOLINT(google-explicit-constructor)
      : outcome_(Outcome::kAuthenticated),
        authentication_(std::move(authentication)) {}
  // Rejected. `error` must not be OK; ReasonOf says why in a stable way.
  Result(absl::Status error)  // NOLINT(google-explicit-constructor)
      : outcome_(Outcome::kRejected), error_(std::move(error)) {}

  Outcome outcome() const { return outcome_; }
  bool authenticated() const { return outcome_ == Outcome::kAuthenticated; }
  bool rejected() const { return outcome_ == Outcome::kRejected; }

  // Returns who it is; meaningful only if authenticated.
  const Authentication& authentication() const { return authentication_; }
  // Returns why it was rejected; OK if it was not.
  const absl::Status& error() const { return error_; }

 private:
  Outcome outcome_ = Outcome::kNoCredential;
  Authentication authentication_;
  absl::Status error_;
};

// Authenticator looks for one kind of credential. Implementations may be
// called from any thread.
class Authenticator {
 public:
  virtual ~Authenticator() = default;

  // Says who sent `request`. Clients must never be shown the error: to them
  // every failure is 401 Unauthorized (Kubernetes behaviour).
  virtual Result Authenticate(const Request& request) const = 0;
};

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_AUTHENTICATOR_H_

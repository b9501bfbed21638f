// Authentication: from a request to a user.
#ifndef GATEHOUSE_AUTHN_AUTHENTICATOR_H_
#define GATEHOUSE_AUTHN_AUTHENTICATOR_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "base/headers.h"
#include "base/user_info.h"

namespace gatehouse::authn {

// The key of UserInfo::extra under which the credential id stands.
inline constexpr char kCredentialIdKey[] =
    "authentication.kubernetes.io/credential-id";

// Notes are what an authenticator has to say beside its answer: warnings for
// the client (the text of a "Warning: 299" header) and annotations of the audit
// event. A plain value.
struct Notes {
  std::vector<std::string> warnings;
  std::vector<std::pair<std::string, std::string>> audit_annotations;
};

// Audiences is who a credential is, or should be, good for. Absent means that
// nobody limited them; an empty list is limited to nothing. The two differ
// (Kubernetes behaviour).
using Audiences = absl::optional<std::vector<std::string>>;

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
  // The headers of the request; null: there are none. An authenticator that
  // accepts a credential takes it out, so that no handler sees or forwards it.
  // This request's alone: one thread at a time.
  Headers* headers = nullptr;
  // The path of the URL, percent-decoded, without the query.
  absl::string_view path;
  // Whom the credential must be good for; null: not limited.
  const std::vector<std::string>* audiences = nullptr;
  // Where authenticators leave notes; null: nobody reads them. One thread at a
  // time, like the headers.
  Notes* notes = nullptr;
};

// Authentication is who was authenticated, and by what. A plain value.
struct Authentication {
  UserInfo user;
  // The audiences that the credential is good for.
  Audiences audiences;
  // The name of the authenticator that spoke, such as "x509".
  std::string authenticator;
  // Which credential it was, such as "X509SHA256=...": tells two credentials
  // of one user apart. Also in user.extra where Kubernetes puts it.
  std::string credential_id;
  // The last moment at which the credential is good, if nothing is revoked.
  absl::Time not_after = absl::InfiniteFuture();
  // SHA-256 of the certificate whose holder alone may use this token ("cnf"
  // with "x5t#S256", RFC 8705 section 3.1). Who takes the token from a request
  // compares it with the connection's certificate, every time.
  absl::optional<std::array<uint8_t, 32>> certificate_thumbprint;
};

// Result is one of three: authenticated, no credential of mine here, rejected.
// Absence of a credential is never success, and a rejection is never absence:
// with anonymous users let in, the one may go on as such and the other may not
// (Kubernetes behaviour). A value; copies share what they hold and allocate
// nothing.
class Result {
 public:
  enum class Outcome : uint8_t { kNoCredential, kAuthenticated, kRejected };

  // No credential that this authenticator knows: the next one is asked.
  Result() = default;
  // Authenticated.
  Result(Authentication authentication)  // NOLINT(google-explicit-constructor)
      : outcome_(Outcome::kAuthenticated),
        authentication_(
            std::make_shared<const Authentication>(std::move(authentication))) {
  }
  // Authenticated, by what is shared with a cache. Must not be null.
  explicit Result(std::shared_ptr<const Authentication> authentication)
      : outcome_(Outcome::kAuthenticated),
        authentication_(std::move(authentication)) {}
  // Rejected. `error` must not be OK; ReasonOf says why in a stable way.
  Result(absl::Status error)  // NOLINT(google-explicit-constructor)
      : outcome_(Outcome::kRejected), error_(std::move(error)) {}

  Outcome outcome() const { return outcome_; }
  bool authenticated() const { return outcome_ == Outcome::kAuthenticated; }
  bool rejected() const { return outcome_ == Outcome::kRejected; }

  // Returns who it is; empty unless authenticated.
  const Authentication& authentication() const {
    return authentication_ != nullptr ? *authentication_ : Nobody();
  }
  // Returns the same to share; null unless authenticated.
  const std::shared_ptr<const Authentication>& shared_authentication() const {
    return authentication_;
  }
  // Returns why it was rejected; OK if it was not.
  const absl::Status& error() const { return error_; }

 private:
  static const Authentication& Nobody();

  Outcome outcome_ = Outcome::kNoCredential;
  std::shared_ptr<const Authentication> authentication_;
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

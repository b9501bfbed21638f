// Static tokens: kube-apiserver's --token-auth-file.
#ifndef GATEHOUSE_AUTHN_TOKEN_TOKEN_FILE_H_
#define GATEHOUSE_AUTHN_TOKEN_TOKEN_FILE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "authn/authenticator.h"
#include "authn/token/token_authenticator.h"
#include "base/mutex.h"
#include "base/snapshot.h"

namespace gatehouse::authn {

// TokenFile is what a file of tokens says: CSV by RFC 4180 with the columns
// token, user name, uid and, optionally, groups, which stand in one column with
// commas between them; further columns are not looked at. Line ends are LF or
// CRLF, empty lines are passed over, nothing is trimmed, and there are no
// comments (Kubernetes behaviour).
//
// Tokens are kept as HMAC-SHA256 under a random key, never in the clear, so
// that neither memory nor the time that a look-up takes tells of them.
// Immutable; any thread may read it.
class TokenFile {
 public:
  // Parses `contents`; `source` names the file in errors and warnings, which
  // begin with "source:line:column" and never show a token. Errors: a quote
  // where none may be, or one that is not closed (Reason::kMalformed); a row of
  // fewer than three columns (kInvalid). Nothing of `contents` is left in
  // memory but by the caller: see WipeString.
  static absl::StatusOr<TokenFile> Parse(absl::string_view contents,
                                         absl::string_view source);

  // Returns whose token it is, null if nobody's. Takes one HMAC; the rest does
  // not depend on the tokens of the file.
  std::shared_ptr<const Authentication> Find(absl::string_view token) const;

  // Returns how many tokens there are.
  size_t size() const;

  // What Kubernetes passes over in silence, or nearly: rows with an empty
  // token, which are skipped, and tokens that stand there again, of which the
  // last counts.
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  class Table;

  TokenFile() = default;

  std::shared_ptr<const Table> table_;
  std::vector<std::string> warnings_;
};

// TokenFileAuthenticator knows the tokens of a file that may be replaced at any
// time. A token that is not in it is no credential of this one. There are no
// audiences: see audience_agnostic.h.
//
// The credential id is "STATIC=USER#N": the Nth row of that user in the file,
// from 1. It tells two tokens of one user apart, says nothing of the token, and
// stays the same when the file is reloaded or another user's rows change. It is
// not in extra (Kubernetes behaviour). Any thread may call anything; readers
// take no lock and allocate nothing.
class TokenFileAuthenticator : public TokenAuthenticator {
 public:
  // Knows no token until Update.
  TokenFileAuthenticator();
  explicit TokenFileAuthenticator(TokenFile file);

  // Puts `file` in the place of the present one.
  void Update(TokenFile file);

  // Returns how many files were put in effect, that of the constructor
  // included.
  uint64_t generation() const;

  Result AuthenticateToken(absl::string_view token,
                           const TokenContext& context) const override;

 private:
  struct State {
    uint64_t generation = 0;
    absl::optional<TokenFile> file;
  };

  Mutex update_mutex_;
  SnapshotCell<State> state_;  // Published under update_mutex_.
};

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_TOKEN_TOKEN_FILE_H_

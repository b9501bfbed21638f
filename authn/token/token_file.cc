#include "authn/token/token_file.h"

#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "authn/token/token_digest.h"
#include "base/csv_reader.h"
#include "base/errors.h"

namespace gatehouse::authn {
namespace {

constexpr size_t kColumns = 3;

// Warnings of a file are for people.
constexpr size_t kMaxWarnings = 100;

// A digest is random to who does not know its key: no need to hash it again.
struct DigestHash {
  size_t operator()(const TokenDigest& digest) const {
    return static_cast<size_t>(digest.low);
  }
};

// Compares in constant time.
struct DigestEqual {
  bool operator()(const TokenDigest& a, const TokenDigest& b) const {
    return ((a.high ^ b.high) | (a.low ^ b.low)) == 0;
  }
};

using Row = std::vector<absl::string_view>;

// `nth` is which row of this user it is.
std::shared_ptr<const Authentication> AuthenticationOf(const Row& row,
                                                       int nth) {
  Authentication found;
  found.user.name = std::string(row[1]);
  found.user.uid = std::string(row[2]);
  if (row.size() > kColumns) {
    found.user.groups = absl::StrSplit(row[kColumns], ',');
  }
  found.authenticator = "token-file";
  found.credential_id = absl::StrCat("STATIC=", found.user.name, "#", nth);
  return std::make_shared<const Authentication>(std::move(found));
}

absl::Status TooFewColumns(absl::string_view place, absl::string_view source,
                           size_t found) {
  return MakeError(
      absl::StatusCode::kInvalidArgument, Reason::kInvalid,
      absl::StrCat(place, ":1: token file '", source, "' must have at least ",
                   kColumns, " columns (token, user name, user uid), found ",
                   found));
}

}  // namespace

class TokenFile::Table {
 public:
  // Adds the `nth` row of its user, in the place of an earlier one of the same
  // token. Returns whether there was one.
  bool Add(const Row& row, int nth) {
    auto& entry = rows_[digester_.Digest(row[0], nullptr)];
    const bool again = entry != nullptr;
    entry = AuthenticationOf(row, nth);
    return again;
  }

  std::shared_ptr<const Authentication> Find(absl::string_view token) const {
    const auto it = rows_.find(digester_.Digest(token, nullptr));
    return it != rows_.end() ? it->second : nullptr;
  }

  size_t size() const { return rows_.size(); }

 private:
  const TokenDigester digester_;
  absl::flat_hash_map<TokenDigest, std::shared_ptr<const Authentication>,
                      DigestHash, DigestEqual>
      rows_;
};

absl::StatusOr<TokenFile> TokenFile::Parse(absl::string_view contents,
                                           absl::string_view source) {
  TokenFile file;
  const auto table = std::make_shared<Table>();
  file.table_ = table;
  CsvReader reader(contents, source);
  const auto warn = [&](absl::string_view what) {
    if (file.warnings_.size() >= kMaxWarnings) return;
    file.warnings_.push_back(absl::StrCat(reader.Place(), ":1: ", what));
  };
  absl::flat_hash_map<std::string, int> rows_of_user;
  Row row;
  for (;;) {
    const absl::StatusOr<bool> more = reader.Next(&row);
    if (!more.ok()) return more.status();
    if (!*more) return file;
    if (row.size() < kColumns) {
      return TooFewColumns(reader.Place(), source, row.size());
    }
    const int nth = ++rows_of_user[row[1]];
    if (row[0].empty()) {
      warn("the token is empty; the row is skipped");
    } else if (table->Add(row, nth)) {
      warn("this token stands in the file before; only this row counts");
    }
  }
}

std::shared_ptr<const Authentication> TokenFile::Find(
    absl::string_view token) const {
  return table_->Find(token);
}

size_t TokenFile::size() const { return table_->size(); }

TokenFileAuthenticator::TokenFileAuthenticator()
    : state_(std::make_unique<const State>()) {}

TokenFileAuthenticator::TokenFileAuthenticator(TokenFile file)
    : state_(std::make_unique<const State>(State{1, std::move(file)})) {}

void TokenFileAuthenticator::Update(TokenFile file) {
  MutexLock lock(update_mutex_);
  state_.Publish(
      std::make_unique<const State>(State{generation() + 1, std::move(file)}));
}

uint64_t TokenFileAuthenticator::generation() const {
  const EpochGuard guard;
  return state_.Load()->generation;
}

Result TokenFileAuthenticator::AuthenticateToken(absl::string_view token,
                                                 const TokenContext&) const {
  const EpochGuard guard;
  const State& state = *state_.Load();
  if (!state.file.has_value()) return Result();
  std::shared_ptr<const Authentication> found = state.file->Find(token);
  return found != nullptr ? Result(std::move(found)) : Result();
}

}  // namespace gatehouse::authn

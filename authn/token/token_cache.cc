#include "authn/token/token_cache.h"

#include <algorithm>
#include <atomic>
#include <limits>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "authn/token/internal/packed_authentication.h"
#include "authn/token/internal/single_flight.h"
#include "authn/token/internal/striped_map.h"
#include "authn/token/internal/striped_table.h"
#include "authn/token/token_digest.h"
#include "base/errors.h"

namespace gatehouse::authn {
namespace {

using internal::Answer;

// Who it is, with the notes about it, as objects.
struct Hot {
  std::shared_ptr<const Authentication> who;
  std::shared_ptr<const Notes> notes;
};

// The end of an answer of "authenticated": not_after is its last moment.
absl::Time EndOf(const Authentication& who, absl::Time now,
                 absl::Duration ttl) {
  return std::min(now + ttl, who.not_after + absl::Nanoseconds(1));
}

// Whether an answer is about the token, and not about the moment: that a server
// could not be asked does not make a token bad for the next ten seconds.
bool IsAboutTheToken(const absl::Status& error) {
  switch (error.code()) {
    case absl::StatusCode::kCancelled:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kUnavailable:
      return false;
    default:
      return true;
  }
}

// Answers at hand, in parts: a thread looks into one part and writes to no line
// of memory that a thread of another part reads, not even to the count of who
// shares an answer, since each part has answers of its own.
class HotAnswers {
 public:
  explicit HotAnswers(size_t entries) : parts_(PartsFor(entries)) {
    for (auto& part : parts_) {
      part = std::make_unique<Part>(entries / parts_.size(), kStripes);
    }
  }

  template <typename Visit>
  bool Find(const TokenDigest& digest, absl::Time now, Visit visit) {
    return Mine().Find(digest, now, visit);
  }

  void Insert(const TokenDigest& digest, Hot hot, absl::Time end,
              absl::Time now) {
    Mine().Insert(digest, std::move(hot), end, now);
  }

  // Where it would put out another, it does so one time in eight: what is asked
  // for often gets in, and what is asked for once puts nothing out.
  void Promote(const TokenDigest& digest, Hot hot, absl::Time end,
               absl::Time now) {
    static thread_local uint32_t count = 0;
    Mine().Insert(digest, std::move(hot), end, now, ++count % 8 == 0);
  }

  void Clear() {
    for (auto& part : parts_) part->Clear();
  }

 private:
  using Part = internal::StripedTable<Hot>;
  static constexpr size_t kStripes = 4;
  static constexpr size_t kMostParts = 64;

  // One for each core, if each has room for something then.
  static size_t PartsFor(size_t entries) {
    const size_t cores = std::max(1U, std::thread::hardware_concurrency());
    return std::max<size_t>(1, std::min({cores, entries / 64, kMostParts}));
  }

  Part& Mine() {
    static std::atomic<size_t> next{0};
    static thread_local const size_t number = next.fetch_add(1);
    return *parts_[number % parts_.size()];
  }

  std::vector<std::unique_ptr<Part>> parts_;
};

void Replay(const Notes* notes, const TokenContext& context) {
  if (notes == nullptr || context.notes == nullptr) return;
  Notes& to = *context.notes;
  to.warnings.insert(to.warnings.end(), notes->warnings.begin(),
                     notes->warnings.end());
  to.audit_annotations.insert(to.audit_annotations.end(),
                              notes->audit_annotations.begin(),
                              notes->audit_annotations.end());
}

}  // namespace

struct TokenCache::State {
  State(std::shared_ptr<const TokenAuthenticator> d, TokenCacheOptions o)
      : delegate(std::move(d)),
        options(std::move(o)),
        hot(std::min(options.hot_entries, options.entries)),
        packed(options.entries),
        failed(options.failure_entries),
        flights(options.max_wait) {}

  absl::Time MomentOf(absl::Time now);
  bool Find(const TokenDigest& digest, absl::Time now, Answer* answer);
  bool FindPacked(const TokenDigest& digest, absl::Time now, Answer* answer);
  Answer LookUp(const TokenDigest& digest, absl::string_view token,
                const TokenContext& context);
  void Remember(const TokenDigest& digest, const Answer& answer,
                absl::Time now);
  void NoteGeneration(uint64_t now);
  void Clear();

  const std::shared_ptr<const TokenAuthenticator> delegate;
  const TokenCacheOptions options;
  const TokenDigester digester;
  HotAnswers hot;
  internal::StripedTable<internal::PackedBytes> packed;
  // OK: no credential.
  internal::StripedMap<absl::Status> failed;
  internal::SingleFlight flights;
  // Of the last look-up.
  std::atomic<uint64_t> generation{0};
  // The latest moment that anybody came from, nearly; nanoseconds.
  std::atomic<int64_t> latest{std::numeric_limits<int64_t>::min() / 2 + 1};
};

// Returns the moment by which answers are judged: the tables see to it that
// time that goes back revives nothing, but each by what it was asked itself.
absl::Time TokenCache::State::MomentOf(absl::Time now) {
  // As long as this, so that the line is read by all and hardly ever written.
  constexpr int64_t kNearly = 100'000'000;
  constexpr int64_t kSetBack = int64_t{120} * 1'000'000'000;
  // So that what is added and taken away stays within what a number holds.
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max() / 2;
  const int64_t nanos =
      std::min(std::max(absl::ToUnixNanos(now), -kMost), kMost);
  const int64_t seen = latest.load(std::memory_order_relaxed);
  if (nanos >= seen && nanos - kNearly <= seen) return now;
  if (nanos > seen) {
    latest.store(nanos, std::memory_order_relaxed);
    return now;
  }
  if (nanos >= seen - kSetBack) return absl::FromUnixNanos(seen);
  latest.store(nanos, std::memory_order_relaxed);
  Clear();
  return now;
}

bool TokenCache::State::Find(const TokenDigest& digest, absl::Time now,
                             Answer* answer) {
  const auto take = [answer](const Hot& found, absl::Time) {
    answer->result = Result(found.who);
    answer->notes = found.notes;
  };
  if (hot.Find(digest, now, take) || FindPacked(digest, now, answer)) {
    return true;
  }
  const auto failure = failed.Find(digest, now);
  if (failure == nullptr) return false;
  *answer = {failure->ok() ? Result() : Result(*failure), nullptr};
  return true;
}

bool TokenCache::State::FindPacked(const TokenDigest& digest, absl::Time now,
                                   Answer* answer) {
  std::string bytes;
  absl::Time end;
  const bool found = packed.Find(
      digest, now, [&](const internal::PackedBytes& value, absl::Time expires) {
        const absl::string_view view = value.view();
        bytes.assign(view.data(), view.size());
        end = expires;
      });
  if (!found) return false;
  internal::Unpacked unpacked = internal::Unpack(bytes);
  hot.Promote(digest, {unpacked.authentication, unpacked.notes}, end, now);
  *answer = {Result(std::move(unpacked.authentication)),
             std::move(unpacked.notes)};
  return true;
}

// What the one thread does that asks.
Answer TokenCache::State::LookUp(const TokenDigest& digest,
                                 absl::string_view token,
                                 const TokenContext& context) {
  Answer answer;
  // Another may have brought it in since this one looked.
  if (Find(digest, MomentOf(context.now), &answer)) return answer;
  Notes notes;
  TokenContext inner = context;
  inner.notes = &notes;
  answer.result = delegate->AuthenticateToken(token, inner);
  if (answer.result.authenticated() &&
      (!notes.warnings.empty() || !notes.audit_annotations.empty())) {
    answer.notes = std::make_shared<const Notes>(std::move(notes));
  }
  Remember(digest, answer, context.now);
  return answer;
}

void TokenCache::State::Remember(const TokenDigest& digest,
                                 const Answer& answer, absl::Time now) {
  if (answer.result.authenticated()) {
    const Authentication& who = answer.result.authentication();
    const absl::Time end = EndOf(who, now, options.success_ttl);
    if (end <= now) return;
    const Notes none;
    packed.Insert(digest,
                  internal::PackedBytes(internal::Pack(
                      who, answer.notes != nullptr ? *answer.notes : none)),
                  end, now);
    hot.Insert(digest, {answer.result.shared_authentication(), answer.notes},
               end, now);
    return;
  }
  if (options.failure_ttl <= absl::ZeroDuration() ||
      (answer.result.rejected() && !options.cache_errors) ||
      !IsAboutTheToken(answer.result.error())) {
    return;
  }
  failed.Insert(digest,
                std::make_shared<const absl::Status>(answer.result.error()),
                now + options.failure_ttl, now);
}

// Answers of earlier generations are not found any more; gives their memory
// back.
void TokenCache::State::NoteGeneration(uint64_t now) {
  if (generation.exchange(now) != now) Clear();
}

void TokenCache::State::Clear() {
  hot.Clear();
  packed.Clear();
  failed.Clear();
}

TokenCache::TokenCache(std::shared_ptr<const TokenAuthenticator> delegate,
                       TokenCacheOptions options)
    : state_(std::make_unique<State>(std::move(delegate), std::move(options))) {
}

TokenCache::~TokenCache() = default;

Result TokenCache::AuthenticateToken(absl::string_view token,
                                     const TokenContext& context) const {
  // As who asks would be answered without us; and hashing is work too.
  if (token.size() > kMaxTokenBytes) {
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::kTooLarge,
                     "the token is too long");
  }
  State& state = *state_;
  const uint64_t generation =
      state.options.generation != nullptr ? state.options.generation() : 0;
  const TokenDigest digest =
      state.digester.Digest(token, context.audiences, generation);
  Answer answer;
  if (!state.Find(digest, state.MomentOf(context.now), &answer)) {
    state.NoteGeneration(generation);
    answer = state.flights.Do(
        digest, [&] { return state.LookUp(digest, token, context); });
  }
  Replay(answer.notes.get(), context);
  return std::move(answer.result);
}

void TokenCache::Clear() { state_->Clear(); }

size_t TokenCache::successes() const { return state_->packed.size(); }
size_t TokenCache::failures() const { return state_->failed.size(); }

}  // namespace gatehouse::authn

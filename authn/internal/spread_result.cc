#include "authn/internal/spread_result.h"

#include <atomic>
#include <memory>

namespace gatehouse::authn::internal {
namespace {

// Keeps what is shared alive. Its alignment is that of the count before it in
// the block that std::make_shared allocates.
struct alignas(64) Keeper {
  std::shared_ptr<const Authentication> shared;
};

}  // namespace

SpreadResult::SpreadResult(const Result& result) {
  shares_.fill(result);
  if (!result.authenticated()) return;
  const auto& shared = result.shared_authentication();
  for (Result& share : shares_) {
    const auto keeper = std::make_shared<const Keeper>(Keeper{shared});
    share = Result(std::shared_ptr<const Authentication>(keeper, shared.get()));
  }
}

size_t SpreadResult::Share() {
  static std::atomic<size_t> threads{0};
  // In turn, so that threads that start together do not share.
  static thread_local const size_t share =
      threads.fetch_add(1, std::memory_order_relaxed) % kShares;
  return share;
}

}  // namespace gatehouse::authn::internal

#include "base/mutex.h"

#include <deque>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "gtest/gtest.h"

namespace gatehouse {
namespace {

// A queue as users of Mutex and CondVar write one.
class Queue {
 public:
  void Push(int value) {
    MutexLock lock(mutex_);
    values_.push_back(value);
    changed_.NotifyAll();
  }

  int Pop() {
    MutexLock lock(mutex_);
    while (values_.empty()) changed_.Wait(mutex_);
    const int value = values_.front();
    values_.pop_front();
    return value;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  std::deque<int> values_ ABSL_GUARDED_BY(mutex_);
};

TEST(MutexTest, ExcludesOthers) {
  constexpr int kThreads = 4;
  constexpr int kSteps = 10000;
  struct {
    Mutex mutex;
    int value ABSL_GUARDED_BY(mutex) = 0;
  } counter;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&counter] {
      for (int step = 0; step < kSteps; ++step) {
        MutexLock lock(counter.mutex);
        ++counter.value;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  MutexLock lock(counter.mutex);
  EXPECT_EQ(counter.value, kThreads * kSteps);
}

TEST(MutexTest, LockIsReleasedAtTheEndOfTheScope) {
  Mutex mutex;
  for (int i = 0; i < 2; ++i) {
    MutexLock lock(mutex);
  }
  mutex.Lock();
  mutex.Unlock();
}

TEST(CondVarTest, WakesAndHoldsTheLockAgain) {
  constexpr int kValues = 1000;
  Queue queue;
  std::thread producer([&queue] {
    for (int i = 0; i < kValues; ++i) queue.Push(i);
  });
  for (int i = 0; i < kValues; ++i) EXPECT_EQ(queue.Pop(), i);
  producer.join();
}

TEST(CondVarTest, NotifyAllReachesEveryWaiter) {
  constexpr int kWaiters = 4;
  Mutex mutex;
  CondVar changed;
  int waiting = 0;
  bool open = false;
  std::vector<std::thread> threads;
  for (int i = 0; i < kWaiters; ++i) {
    threads.emplace_back([&] {
      MutexLock lock(mutex);
      ++waiting;
      changed.NotifyAll();
      while (!open) changed.Wait(mutex);
    });
  }
  {
    MutexLock lock(mutex);
    while (waiting < kWaiters) changed.Wait(mutex);
    open = true;
    changed.NotifyAll();
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(waiting, kWaiters);
}

}  // namespace
}  // namespace gatehouse

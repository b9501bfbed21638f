// A server that has no memory for a connection goes on with the next.
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "gtest/gtest.h"
#include "net/testing/tcp_peer.h"
#include "net/testing/test_server.h"
#include "net/testing/tls_peer.h"

namespace {

std::atomic<bool> has_memory{true};
// The size goes before the memory, in a piece that keeps it aligned.
constexpr size_t kSizeBytes = alignof(std::max_align_t);

}  // namespace

// BoringSSL takes these in place of malloc if a program has them.
extern "C" {
void* OPENSSL_memory_alloc(size_t size) {
  // Asio wants to hear of the failure by BoringSSL's error queue, a small
  // piece.
  if (!has_memory && size > 600) return nullptr;
  auto* const memory = static_cast<char*>(std::malloc(size + kSizeBytes));
  if (memory == nullptr) return nullptr;
  *reinterpret_cast<size_t*>(memory) = size;
  return memory + kSizeBytes;
}

size_t OPENSSL_memory_get_size(void* memory) {
  return *reinterpret_cast<size_t*>(static_cast<char*>(memory) - kSizeBytes);
}

void OPENSSL_memory_free(void* memory) {
  if (memory != nullptr) std::free(static_cast<char*>(memory) - kSizeBytes);
}
}

namespace gatehouse::net {
namespace {

TEST(HttpsServerMemoryTest, AFailureToAdmitDoesNotEndAccepting) {
  const auto server = testing::StartServer(testing::Echo);
  has_memory = false;
  for (int i = 0; i < 3; ++i) {
    testing::TcpPeer refused(server->port());
    EXPECT_EQ(refused.ReadAll(), "");
  }
  has_memory = true;
  const auto peer = testing::TlsPeer::Connect(server->port());
  ASSERT_NE(peer, nullptr);
  ASSERT_TRUE(peer->Write(testing::Get()));
  EXPECT_EQ(testing::StatusOf(peer->ReadResponse()), "200");
}

}  // namespace
}  // namespace gatehouse::net

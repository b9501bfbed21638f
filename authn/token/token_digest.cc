#include "authn/token/token_digest.h"

#include <openssl/mem.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <array>
#include <cstddef>
#include <cstring>

namespace gatehouse::authn {
namespace {

constexpr size_t kBlock = SHA256_CBLOCK;

// Begins a SHA-256 with `key`, filled up to a block and xored with `pad`.
void Begin(const std::array<uint8_t, kBlock>& key, uint8_t pad,
           SHA256_CTX* state) {
  std::array<uint8_t, kBlock> block;
  for (size_t i = 0; i < kBlock; ++i) block[i] = key[i] ^ pad;
  SHA256_Init(state);
  SHA256_Update(state, block.data(), block.size());
  OPENSSL_cleanse(block.data(), block.size());
}

void AddNumber(uint64_t number, SHA256_CTX* state) {
  SHA256_Update(state, &number, sizeof(number));
}

void AddText(absl::string_view text, SHA256_CTX* state) {
  AddNumber(text.size(), state);
  SHA256_Update(state, text.data(), text.size());
}

}  // namespace

struct TokenDigester::States {
  SHA256_CTX inner;
  SHA256_CTX outer;
};

TokenDigester::TokenDigester() : states_(std::make_unique<States>()) {
  std::array<uint8_t, kBlock> key = {};
  RAND_bytes(key.data(), SHA256_DIGEST_LENGTH);
  Begin(key, 0x36, &states_->inner);
  Begin(key, 0x5c, &states_->outer);
  OPENSSL_cleanse(key.data(), key.size());
}

TokenDigester::~TokenDigester() {
  OPENSSL_cleanse(states_.get(), sizeof(States));
}

TokenDigest TokenDigester::Digest(absl::string_view token,
                                  const std::vector<std::string>* audiences,
                                  uint64_t generation) const {
  SHA256_CTX state = states_->inner;
  // One block holds these numbers and the token's length; the numbers that
  // begin the message have one place and one size.
  const std::array<uint64_t, 2> head = {
      generation, audiences == nullptr ? 0 : audiences->size() + 1};
  SHA256_Update(&state, head.data(), sizeof(head));
  AddText(token, &state);
  if (audiences != nullptr) {
    for (const std::string& audience : *audiences) AddText(audience, &state);
  }
  std::array<uint8_t, SHA256_DIGEST_LENGTH> hash;
  SHA256_Final(hash.data(), &state);
  state = states_->outer;
  SHA256_Update(&state, hash.data(), hash.size());
  SHA256_Final(hash.data(), &state);
  TokenDigest digest;
  std::memcpy(&digest.high, hash.data(), sizeof(digest.high));
  std::memcpy(&digest.low, hash.data() + sizeof(digest.high),
              sizeof(digest.low));
  return digest;
}

}  // namespace gatehouse::authn

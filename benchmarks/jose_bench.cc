#include "benchmarks/jose_bench.h"

#include <openssl/bn.h>
#include <openssl/curve25519.h>
#include <openssl/ec_key.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/nid.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>

#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "authn/jose/jws.h"
#include "authn/jose/key_set.h"
#include "authn/jose/testing/test_signer.h"
#include "authn/jose/verify.h"
#include "benchmark/benchmark.h"
#include "benchmarks/measure.h"
#include "pki/private_key.h"

namespace gatehouse::bench {
namespace {

using authn::JwsAlgorithm;
using authn::KeySet;

constexpr size_t kTokenBytes = 900;

// The claims of a bound token; `filler` is part of the audience.
std::string Claims(size_t filler) {
  return absl::StrCat(
      R"({"aud":["https://kubernetes.default.svc.cluster.local)",
      std::string(filler, 'x'),
      R"("],"exp":1893456000,"iat":1893452393,"iss":"https://issuer.example",)",
      R"("jti":"0d4b7b0e-6a0f-4a44-9b5e-3b8d2f0f7a11","kubernetes.io":)",
      R"({"namespace":"dev","node":{"name":"n1","uid":"u1"},"pod":)",
      R"({"name":"web-0","uid":"u2"},"serviceaccount":{"name":"web",)",
      R"("uid":"u3"},"warnafter":1893456000},"nbf":1893452393,)",
      R"("sub":"system:serviceaccount:dev:web"})");
}

std::string Token(JwsAlgorithm algorithm) {
  const size_t bare = authn::TestToken(algorithm, Claims(0)).size();
  return authn::TestToken(
      algorithm, Claims(bare < kTokenBytes ? (kTokenBytes - bare) * 3 / 4 : 0));
}

const uint8_t* Bytes(absl::string_view bytes) {
  return reinterpret_cast<const uint8_t*>(bytes.data());
}

// The signature check that nobody can do without, with all ready made for it:
// the digest, and BoringSSL's function for the key.
bool BareCheck(JwsAlgorithm algorithm, absl::string_view message,
               absl::string_view signature) {
  EVP_PKEY* key = authn::TestPrivateKey(algorithm).public_key().handle();
  if (algorithm == JwsAlgorithm::kEdDsa) {
    uint8_t point[ED25519_PUBLIC_KEY_LEN];
    size_t size = sizeof(point);
    return EVP_PKEY_get_raw_public_key(key, point, &size) &&
           ED25519_verify(Bytes(message), message.size(), Bytes(signature),
                          point);
  }
  uint8_t digest[SHA256_DIGEST_LENGTH];
  SHA256(Bytes(message), message.size(), digest);
  if (algorithm == JwsAlgorithm::kRs256) {
    return RSA_verify(NID_sha256, digest, sizeof(digest), Bytes(signature),
                      signature.size(), EVP_PKEY_get0_RSA(key));
  }
  const size_t half = signature.size() / 2;
  const bssl::UniquePtr<ECDSA_SIG> numbers(ECDSA_SIG_new());
  return ECDSA_SIG_set0(numbers.get(),
                        BN_bin2bn(Bytes(signature), half, nullptr),
                        BN_bin2bn(Bytes(signature) + half, half, nullptr)) &&
         ECDSA_do_verify(digest, sizeof(digest), numbers.get(),
                         EVP_PKEY_get0_EC_KEY(key)) == 1;
}

template <typename One>
Contestant Repeat(int times, One one) {
  return {"repeat",
          [times, one] {
            for (int i = 0; i < times; ++i) benchmark::DoNotOptimize(one());
          },
          times};
}

absl::Status AddToken(JwsAlgorithm algorithm, std::vector<Row>& rows) {
  const std::string token = Token(algorithm);
  const KeySet keys = *KeySet::FromKeys({authn::TestKey(algorithm, "k")});
  const auto parsed = authn::Jws::Parse(token);
  const std::string what = absl::StrCat(authn::JwsAlgorithmName(algorithm),
                                        ", ", token.size(), " bytes");
  if (!parsed.ok() ||
      !BareCheck(algorithm, parsed->signing_input(), parsed->signature()) ||
      !authn::VerifyCompact(token, keys).ok()) {
    return absl::InternalError(absl::StrCat(what, ": it does not verify"));
  }
  const std::vector<double> nanos = NanosPerItemOfShortRounds({
      Repeat(1,
             [&] {
               const auto jws = authn::VerifyCompact(token, keys);
               return jws.ok() && jws->Claims().ok();
             }),
      Repeat(1, [&] { return authn::VerifyCompact(token, keys).ok(); }),
      Repeat(1,
             [&] {
               return BareCheck(algorithm, parsed->signing_input(),
                                parsed->signature());
             }),
      Repeat(100, [&] { return authn::Jws::Parse(token).ok(); }),
      Repeat(100, [&] { return parsed->UnverifiedClaims().ok(); }),
  });
  rows.push_back(MakeRow(absl::StrCat("verify with claims, ", what),
                         nanos[0] / 1000, "us"));
  rows.back().floor = nanos[2] / 1000;
  rows.push_back(AtMost(
      MakeRow(absl::StrCat("verify with claims, beyond the bare signature ",
                           "check, ", what),
              nanos[0] - nanos[2], "ns"),
      1500));
  rows.push_back(
      MakeRow(absl::StrCat("verify without claims, beyond the bare signature ",
                           "check, ", what),
              nanos[1] - nanos[2], "ns"));
  rows.push_back(MakeRow(absl::StrCat("read base64url and header, ", what),
                         nanos[3], "ns"));
  rows.push_back(
      MakeRow(absl::StrCat("read the claims, ", what), nanos[4], "ns"));
  return absl::OkStatus();
}

// As long as those that Kubernetes makes.
std::string KeyId(size_t i) {
  std::string id = absl::StrCat("key-", i, "-");
  id.resize(43, 'x');
  return id;
}

// A set of `count` keys, all on P-256.
KeySet SetOf(size_t count) {
  std::vector<authn::VerificationKey> keys;
  for (size_t i = 0; i < count; ++i) {
    keys.push_back(authn::TestKey(JwsAlgorithm::kEs256, KeyId(i)));
  }
  authn::KeySetOptions options;
  options.max_keys = count;
  return *KeySet::FromKeys(std::move(keys), options);
}

// Key sets of issuers with a key each.
using Issuers = absl::flat_hash_map<std::string, KeySet>;

std::string Issuer(size_t i) {
  return absl::StrCat("https://issuer-", i, ".example");
}

Issuers IssuersOf(size_t count) {
  Issuers issuers;
  for (size_t i = 0; i < count; ++i) issuers.emplace(Issuer(i), SetOf(1));
  return issuers;
}

// Numbers below `count` in an order that no processor foresees.
std::vector<size_t> Places(size_t count) {
  std::mt19937 random(7);
  std::vector<size_t> places(10'000);
  for (size_t& place : places) place = random() % count;
  return places;
}

Contestant FindKeys(const KeySet& keys) {
  std::vector<std::string> ids;
  for (const size_t place : Places(keys.keys().size())) {
    ids.push_back(KeyId(place));
  }
  return {"keys",
          [&keys, ids] {
            for (const std::string& id : ids) {
              benchmark::DoNotOptimize(keys.Find(id, JwsAlgorithm::kEs256));
            }
          },
          static_cast<int64_t>(ids.size())};
}

Contestant FindIssuers(const Issuers& issuers) {
  std::vector<std::string> names;
  for (const size_t place : Places(issuers.size())) {
    names.push_back(Issuer(place));
  }
  const std::string id = KeyId(0);
  return {"issuers",
          [&issuers, names, id] {
            for (const std::string& name : names) {
              benchmark::DoNotOptimize(
                  issuers.find(name)->second.Find(id, JwsAlgorithm::kEs256));
            }
          },
          static_cast<int64_t>(names.size())};
}

// Ten thousand look-ups in no order, against as many of the only one.
void AddLookUp(std::vector<Row>& rows) {
  const KeySet one = SetOf(1);
  const KeySet many = SetOf(1000);
  const KeySet most = SetOf(10'000);
  const Issuers one_issuer = IssuersOf(1);
  const Issuers issuers = IssuersOf(10'000);
  const std::vector<double> nanos = NanosPerItemOfShortRounds(
      {FindKeys(one), FindKeys(many), FindKeys(most), FindIssuers(one_issuer),
       FindIssuers(issuers)});
  rows.push_back(AtMostTimesFloor(
      MakeRow("find a key, any of 1,000 in a set, against a set of one",
              nanos[1], "ns"),
      nanos[0], 2));
  rows.push_back(AtMostTimesFloor(
      MakeRow("find a key, any of 10,000 in a set, against a set of one",
              nanos[2], "ns"),
      nanos[0], 2));
  // Two look-ups in tables that are no longer in the first cache.
  rows.push_back(
      MakeRow("find an issuer's set and its key, any of 10,000, against one",
              nanos[4] / nanos[3], "times"));
}

}  // namespace

bool BareSignatureCheck(JwsAlgorithm algorithm, absl::string_view message,
                        absl::string_view signature) {
  return BareCheck(algorithm, message, signature);
}

absl::StatusOr<std::vector<Row>> MeasureJose() {
  std::vector<Row> rows;
  for (const JwsAlgorithm algorithm :
       {JwsAlgorithm::kRs256, JwsAlgorithm::kEs256, JwsAlgorithm::kEdDsa}) {
    absl::Status status = AddToken(algorithm, rows);
    if (!status.ok()) return status;
  }
  AddLookUp(rows);
  for (Row& row : rows) row.area = "jose";
  return rows;
}

}  // namespace gatehouse::bench

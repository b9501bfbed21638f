// A law: no change to a byte of a certificate below the anchor leaves the chain
// valid, unless it leaves what is signed as it was.
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "pki/certificate.h"
#include "pki/extensions.h"
#include "pki/internal/certificate_data.h"
#include "pki/testing/certificate_builder.h"
#include "pki/verify/trust_bundle.h"
#include "pki/verify/verifier.h"

namespace gatehouse::pki {
namespace {

using testing::TestCa;
using testing::TestCertificate;
using testing::TestKey;

constexpr int kChains = 40;
constexpr int kMutations = 400;

// Random numbers, the same in each run.
class Random {
 public:
  explicit Random(uint32_t seed) : generator_(seed) {}
  // Returns one of 0 to `limit` - 1.
  size_t Below(size_t limit) {
    return std::uniform_int_distribution<size_t>(0, limit - 1)(generator_);
  }
  bool Coin() { return Below(2) == 1; }

 private:
  std::mt19937 generator_;
};

TestKey RandomKey(Random& random, absl::string_view name) {
  switch (random.Below(4)) {
    case 0:
      return TestKey::Rsa();
    case 1:
      return TestKey::P384(name);
    case 2:
      return TestKey::Ed25519(name);
    default:
      return TestKey::P256(name);
  }
}

// A valid chain of DER: leaf first, then intermediates, then the anchor.
std::vector<std::string> RandomChain(Random& random) {
  TestCertificate issuer = TestCa("ca 0");
  issuer.key = RandomKey(random, "ca 0");
  issuer.signer = issuer.key;
  std::vector<std::string> chain = {issuer.Der()};
  const size_t intermediates = random.Below(4);
  for (size_t i = 1; i <= intermediates; ++i) {
    TestCertificate ca = TestCa(absl::StrCat("ca ", i), issuer);
    ca.key = RandomKey(random, absl::StrCat("ca ", i));
    if (random.Coin()) ca.Remove("2.5.29.14");
    if (random.Coin()) {
      ca.Set(
          testing::NameConstraintsExtension({testing::Dns("example.com")}, {}));
    }
    chain.push_back(ca.Der());
    issuer = ca;
  }
  TestCertificate leaf = testing::Leaf("john", issuer);
  leaf.serial = absl::StrCat("\x01", random.Below(1000));
  if (random.Coin()) {
    leaf.Set(testing::SubjectAltNames({testing::Dns("a.example.com")}));
  }
  if (random.Coin()) leaf.Remove("2.5.29.37");
  chain.push_back(leaf.Der());
  return {chain.rbegin(), chain.rend()};
}

bool Accepted(const std::vector<std::string>& ders) {
  std::vector<Certificate> certificates;
  for (const std::string& der : ders) {
    absl::StatusOr<Certificate> certificate = Certificate::FromDer(der);
    if (!certificate.ok()) return false;
    certificates.push_back(*std::move(certificate));
  }
  const auto trust = TrustBundle::Create({certificates.back()});
  const Certificate leaf = certificates.front();
  certificates.pop_back();
  certificates.erase(certificates.begin());
  VerifyOptions options;
  options.now = absl::FromUnixSeconds(1767225600);
  options.key_usages = {kClientAuth};
  return Verifier::VerifyOne(leaf, certificates, **trust, options).ok();
}

// Changes one byte of `der`.
void Mutate(Random& random, std::string* der) {
  char& byte = (*der)[random.Below(der->size())];
  byte = static_cast<char>(byte ^ static_cast<char>(1 + random.Below(255)));
}

std::string Tbs(absl::string_view der) {
  return std::string(Certificate::FromDer(der)->data().tbs);
}

TEST(MutationTest, NoChangedByteIsAccepted) {
  for (uint32_t seed = 0; seed < kChains; ++seed) {
    Random random(seed);
    const std::vector<std::string> chain = RandomChain(random);
    ASSERT_TRUE(Accepted(chain)) << "seed " << seed;
    for (int i = 0; i < kMutations; ++i) {
      std::vector<std::string> changed = chain;
      const size_t which = random.Below(chain.size() - 1);
      Mutate(random, &changed[which]);
      if (!Accepted(changed)) continue;
      EXPECT_EQ(Tbs(changed[which]), Tbs(chain[which]))
          << "seed " << seed << ", certificate " << which << ":\n"
          << absl::BytesToHexString(changed[which]);
    }
  }
}

TEST(MutationTest, NoCutOrExtendedCertificateIsAccepted) {
  for (uint32_t seed = 0; seed < kChains; ++seed) {
    Random random(seed);
    const std::vector<std::string> chain = RandomChain(random);
    for (size_t which = 0; which + 1 < chain.size(); ++which) {
      std::vector<std::string> changed = chain;
      changed[which].push_back(static_cast<char>(random.Below(256)));
      EXPECT_FALSE(Accepted(changed)) << "seed " << seed;
      changed[which] =
          chain[which].substr(0, random.Below(chain[which].size()));
      EXPECT_FALSE(Accepted(changed)) << "seed " << seed;
    }
  }
}

TEST(MutationTest, NoMissingIntermediateIsOverlooked) {
  for (uint32_t seed = 0; seed < kChains; ++seed) {
    Random random(seed);
    const std::vector<std::string> chain = RandomChain(random);
    for (size_t which = 1; which + 1 < chain.size(); ++which) {
      std::vector<std::string> changed = chain;
      changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(which));
      EXPECT_FALSE(Accepted(changed)) << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace gatehouse::pki

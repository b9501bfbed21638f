#include "authn/token/proof_of_possession.h"

#include <algorithm>
#include <functional>

#include "authn/testing/test_client.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "pki/testing/certificate_builder.h"

namespace gatehouse::authn {
namespace {

using authn::testing::TestClient;
using authn::testing::TestNow;
using pki::testing::Leaf;
using pki::testing::TestCa;

Authentication BoundTo(const TestClient& client) {
  Authentication bound;
  bound.certificate_thumbprint.emplace();
  const auto digest = client.leaf().sha256();
  std::copy(digest.begin(), digest.end(),
            bound.certificate_thumbprint->begin());
  return bound;
}

struct HolderCase {
  const char* name;
  std::function<void(Authentication&, Request&)> change;
  Reason want;
};

TEST(ProofOfPossessionTest, TheHolderAlone) {
  const TestClient jane({Leaf("jane", TestCa("root")), TestCa("root")});
  const TestClient joe({Leaf("joe", TestCa("root"))});
  const HolderCase cases[] = {
      {"the holder", [](Authentication&, Request&) {}, Reason::kNone},
      {"bound to nothing",
       [](Authentication& a, Request&) { a.certificate_thumbprint.reset(); },
       Reason::kNone},
      {"bound to nothing, without TLS",
       [](Authentication& a, Request& r) {
         a.certificate_thumbprint.reset();
         r = Request();
       },
       Reason::kNone},
      {"no TLS", [](Authentication&, Request& r) { r.tls = false; },
       Reason::kWrongHolder},
      {"no certificate",
       [](Authentication&, Request& r) { r.peer_certificates = {}; },
       Reason::kWrongHolder},
      {"another client",
       [&joe](Authentication&, Request& r) { r = joe.At(TestNow()); },
       Reason::kWrongHolder},
      // The leaf is what the client proved to hold; anybody has the rest.
      {"only further up",
       [](Authentication&, Request& r) {
         r.peer_certificates.remove_prefix(1);
       },
       Reason::kWrongHolder},
      {"first bit",
       [](Authentication& a, Request&) {
         a.certificate_thumbprint->front() ^= 0x80;
       },
       Reason::kWrongHolder},
      {"last bit",
       [](Authentication& a, Request&) {
         a.certificate_thumbprint->back() ^= 0x01;
       },
       Reason::kWrongHolder},
      {"zeros",
       [](Authentication& a, Request&) { a.certificate_thumbprint->fill(0); },
       Reason::kWrongHolder},
      // Its CA and its time are not asked (RFC 8705 section 2.2).
      {"expired long ago",
       [](Authentication&, Request& r) { r.now += absl::Hours(1000000); },
       Reason::kNone},
  };
  for (const HolderCase& c : cases) {
    Authentication bound = BoundTo(jane);
    Request request = jane.At(TestNow());
    c.change(bound, request);
    EXPECT_EQ(ReasonOf(CheckProofOfPossession(bound, request)), c.want)
        << c.name;
  }
}

}  // namespace
}  // namespace gatehouse::authn

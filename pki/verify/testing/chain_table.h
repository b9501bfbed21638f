// Chains, right and hostile, and what is to be said of them. A case is a row.
#ifndef GATEHOUSE_PKI_VERIFY_TESTING_CHAIN_TABLE_H_
#define GATEHOUSE_PKI_VERIFY_TESTING_CHAIN_TABLE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/errors.h"
#include "pki/certificate.h"
#include "pki/extensions.h"
#include "pki/testing/certificate_builder.h"
#include "pki/verify/trust_bundle.h"
#include "pki/verify/verification_policy.h"
#include "pki/verify/verified_chain.h"

namespace gatehouse::pki::testing {

// ChainSpec begins as a good chain: "root", which is trusted, signs "sub",
// which is sent, signs "john", a client. A row changes it.
struct ChainSpec {
  TestCertificate root = TestCa("root");
  TestCertificate sub = TestCa("sub", root);
  TestCertificate leaf = Leaf("john", sub);

  bool root_trusted = true;
  bool sub_sent = true;
  std::vector<TestCertificate> more_anchors;
  std::vector<TestCertificate> more_intermediates;

  absl::Time now = absl::FromUnixSeconds(1767225600);  // 2026-01-01
  std::vector<std::string> usages = {kClientAuth};
  VerificationPolicy policy;

  // Has "sub" signed by "root" and "john" by "sub" again, as their names, keys
  // and ids are now.
  void Relink();
  // Has "john" signed by "root", and sends no intermediate.
  void Direct();

  std::vector<TestCertificate> Anchors() const;
  std::vector<TestCertificate> Intermediates() const;
};

// ChainRow is one case.
struct ChainRow {
  const char* name;
  void (*change)(ChainSpec& chain);
  // What is expected: kNone for a good chain. kMalformed: a certificate that
  // does not parse. `text` is part of the error, `index` its ErrorIndex.
  Reason reason = Reason::kNone;
  const char* text = "";
  int index = -1;
  // Why openssl and GnuTLS say otherwise than we do; "" if they agree.
  const char* openssl = "";
  const char* gnutls = "";
};

// Chains that must be accepted.
const std::vector<ChainRow>& GoodChains();
// Chains that must be refused.
const std::vector<ChainRow>& HostileChains();
// Both kinds, about name constraints.
const std::vector<ChainRow>& NameConstraintChains();
// All of them.
std::vector<ChainRow> AllChains();

// ParsedChain is what Verifier::Verify takes.
struct ParsedChain {
  Certificate leaf;
  std::vector<Certificate> intermediates;
  std::shared_ptr<const TrustBundle> trust;
};

// Builds and parses; an error if one of the certificates does not parse.
absl::StatusOr<ParsedChain> Parse(const ChainSpec& spec);

// Parses and verifies: the first valid chain, or the error.
absl::StatusOr<VerifiedChain> Verify(const ChainSpec& spec);

}  // namespace gatehouse::pki::testing

#endif  // GATEHOUSE_PKI_VERIFY_TESTING_CHAIN_TABLE_H_

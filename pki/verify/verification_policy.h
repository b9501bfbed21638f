// What the verifier takes for strong enough, and how much work it does.
#ifndef GATEHOUSE_PKI_VERIFY_VERIFICATION_POLICY_H_
#define GATEHOUSE_PKI_VERIFY_VERIFICATION_POLICY_H_

#include <cstddef>

namespace gatehouse::pki {

// VerificationPolicy is a set of named choices. Take one of the named policies;
// the members are for those who must loosen or tighten one knowingly.
struct VerificationPolicy {
  // RSA from 2048 bits, P-256, P-384, P-521 and Ed25519; SHA-256 and better.
  static const VerificationPolicy& Default();
  // What Kubernetes takes: RSA from 1024 bits. SHA-1 and MD5 are refused there
  // too, except on the trust anchor, whose own signature nobody needs.
  static const VerificationPolicy& Kubernetes();

  int min_rsa_bits = 2048;
  int max_rsa_bits = 8192;  // Bounds the cost of one signature check.

  // The budget of one Verify. Over it: kTooLarge, unless a valid chain was
  // found before. What is not positive allows nothing.
  int max_depth = 10;  // Certificates in a chain, anchor included.
  // Candidates for an issuer that are tried, as Go counts them; at most twice
  // as many signatures are checked.
  int max_signatures = 100;
  // Names that are held against name constraints, and comparisons of a name
  // with a constraint; over all chains that are tried.
  int max_name_comparisons = 250'000;
  size_t max_intermediates = 100;  // That are given; more are an error.
};

}  // namespace gatehouse::pki

#endif  // GATEHOUSE_PKI_VERIFY_VERIFICATION_POLICY_H_

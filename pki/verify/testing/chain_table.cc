#include "pki/verify/testing/chain_table.h"

#include <utility>

#include "pki/verify/verifier.h"

namespace gatehouse::pki::testing {
namespace {

absl::StatusOr<std::vector<Certificate>> ParseAll(
    const std::vector<TestCertificate>& specs) {
  std::vector<Certificate> certificates;
  for (const TestCertificate& spec : specs) {
    absl::StatusOr<Certificate> certificate = Certificate::FromDer(spec.Der());
    if (!certificate.ok()) return certificate.status();
    certificates.push_back(*std::move(certificate));
  }
  return certificates;
}

}  // namespace

void ChainSpec::Relink() {
  root.issuer = root.subject;
  root.signer = root.key;
  sub.SignedBy(root);
  leaf.SignedBy(sub);
}

void ChainSpec::Direct() {
  leaf.SignedBy(root);
  sub_sent = false;
}

std::vector<TestCertificate> ChainSpec::Anchors() const {
  std::vector<TestCertificate> anchors;
  if (root_trusted) anchors.push_back(root);
  anchors.insert(anchors.end(), more_anchors.begin(), more_anchors.end());
  return anchors;
}

std::vector<TestCertificate> ChainSpec::Intermediates() const {
  std::vector<TestCertificate> intermediates;
  if (sub_sent) intermediates.push_back(sub);
  intermediates.insert(intermediates.end(), more_intermediates.begin(),
                       more_intermediates.end());
  return intermediates;
}

std::vector<ChainRow> AllChains() {
  std::vector<ChainRow> rows = GoodChains();
  for (const auto* more : {&HostileChains(), &NameConstraintChains()}) {
    rows.insert(rows.end(), more->begin(), more->end());
  }
  return rows;
}

absl::StatusOr<ParsedChain> Parse(const ChainSpec& spec) {
  absl::StatusOr<std::vector<Certificate>> anchors = ParseAll(spec.Anchors());
  if (!anchors.ok()) return anchors.status();
  absl::StatusOr<std::vector<Certificate>> intermediates =
      ParseAll(spec.Intermediates());
  if (!intermediates.ok()) return intermediates.status();
  absl::StatusOr<Certificate> leaf = Certificate::FromDer(spec.leaf.Der());
  if (!leaf.ok()) return leaf.status();
  absl::StatusOr<std::shared_ptr<const TrustBundle>> trust =
      TrustBundle::Create(*std::move(anchors));
  if (!trust.ok()) return trust.status();
  return ParsedChain{*std::move(leaf), *std::move(intermediates),
                     *std::move(trust)};
}

absl::StatusOr<VerifiedChain> Verify(const ChainSpec& spec) {
  absl::StatusOr<ParsedChain> chain = Parse(spec);
  if (!chain.ok()) return chain.status();
  VerifyOptions options;
  options.now = spec.now;
  options.key_usages = spec.usages;
  options.policy = &spec.policy;
  return Verifier::VerifyOne(chain->leaf, chain->intermediates, *chain->trust,
                             options);
}

}  // namespace gatehouse::pki::testing

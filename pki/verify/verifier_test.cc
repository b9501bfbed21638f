#include "pki/verify/verifier.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pki/testing/certificate_builder.h"
#include "pki/verify/testing/chain_table.h"

namespace gatehouse::pki {
namespace {

using ::testing::AllOf;
using testing::ChainRow;
using testing::ChainSpec;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::ParsedChain;
using ::testing::StartsWith;
using testing::TestCa;
using testing::TestCertificate;
using testing::TestKey;

// What a row says of a chain, and what the verifier said.
std::string Outcome(Reason reason, int index, absl::string_view text) {
  return absl::StrCat(reason == Reason::kNone ? "accepted" : ReasonName(reason),
                      ", index ", index, ", ", text);
}

std::string Expected(const ChainRow& row) {
  return Outcome(row.reason, row.index, row.text);
}

std::string Actual(const ChainRow& row) {
  ChainSpec spec;
  row.change(spec);
  const absl::StatusOr<VerifiedChain> chain = Verify(spec);
  if (chain.ok()) return Outcome(Reason::kNone, -1, "");
  const std::string message(chain.status().message());
  return Outcome(
      ReasonOf(chain.status()), ErrorIndex(chain.status()),
      message.find(row.text) == std::string::npos ? message : row.text);
}

void ExpectRows(const std::vector<ChainRow>& rows) {
  for (const ChainRow& row : rows) {
    EXPECT_EQ(Actual(row), Expected(row)) << row.name;
  }
}

TEST(VerifierTest, AcceptsGoodChains) { ExpectRows(testing::GoodChains()); }

TEST(VerifierTest, RefusesHostileChains) {
  ExpectRows(testing::HostileChains());
}

TEST(VerifierTest, HeedsNameConstraints) {
  ExpectRows(testing::NameConstraintChains());
}

// Verifies `spec` and returns the paths as lists of serial numbers, leaf first.
class Paths {
 public:
  explicit Paths(const ChainSpec& spec, size_t wanted = 1000)
      : chain_(Parse(spec).value()) {
    VerifyOptions options;
    options.now = spec.now;
    options.key_usages = spec.usages;
    options.policy = &spec.policy;
    status = Verifier::Verify(
        chain_.leaf, chain_.intermediates, *chain_.trust, options,
        [&](const VerifiedChain& path) {
          std::string serials;
          for (const Certificate& certificate : path.certificates()) {
            absl::StrAppend(&serials, serials.empty() ? "" : " ",
                            certificate.SerialDecimal());
          }
          found.push_back(serials);
          return found.size() >= wanted;
        });
  }

  absl::Status status;
  std::vector<std::string> found;

 private:
  ParsedChain chain_;
};

// A chain of which every certificate has a serial number: 1 the leaf, 2 the
// intermediate, 3 the root, then 4 and 5 another root and its intermediate.
ChainSpec CrossSigned() {
  ChainSpec spec;
  spec.leaf.serial = "\x01";
  spec.sub.serial = "\x02";
  spec.root.serial = "\x03";
  TestCertificate other = TestCa("other root");
  other.serial = "\x04";
  TestCertificate cross = spec.sub;
  cross.SignedBy(other);
  cross.serial = "\x05";
  spec.more_anchors = {other};
  spec.more_intermediates = {cross};
  return spec;
}

TEST(VerifierTest, VisitsEveryValidChain) {
  const Paths paths(CrossSigned());
  EXPECT_TRUE(paths.status.ok()) << paths.status;
  EXPECT_THAT(paths.found, ElementsAre("1 2 3", "1 5 4"));
}

TEST(VerifierTest, StopsWhenAccepted) {
  EXPECT_THAT(Paths(CrossSigned(), 1).found, ElementsAre("1 2 3"));
}

TEST(VerifierTest, IsOkWhateverAcceptSays) {
  EXPECT_TRUE(Paths(ChainSpec(), 1000).status.ok());
}

TEST(VerifierTest, AnchorsComeBeforeIntermediates) {
  ChainSpec spec = CrossSigned();
  spec.more_anchors.push_back(spec.more_intermediates[0]);
  EXPECT_THAT(Paths(spec).found, ElementsAre("1 5", "1 2 3", "1 5 4"));
}

TEST(VerifierTest, TheRightKeyIdComesFirst) {
  ChainSpec spec = CrossSigned();
  spec.sub.Set(testing::SubjectKeyIdExtension("another"));
  EXPECT_THAT(Paths(spec).found, ElementsAre("1 5 4", "1 2 3"));
  spec.more_intermediates[0].Remove("2.5.29.14");
  EXPECT_THAT(Paths(spec).found, ElementsAre("1 5 4", "1 2 3"));
}

TEST(VerifierTest, PassesOverBrokenPaths) {
  ChainSpec spec = CrossSigned();
  spec.root.not_after = spec.now - absl::Hours(1);
  EXPECT_THAT(Paths(spec).found, ElementsAre("1 5 4"));
  spec.more_anchors[0].Set(testing::ExtendedKeyUsageExtension({kServerAuth}));
  const Paths none(spec);
  EXPECT_THAT(none.found, ElementsAre());
  EXPECT_EQ(ReasonOf(none.status), Reason::kIncompatibleUsage)
      << "the path that came furthest is the one to tell about";
}

TEST(VerifierTest, DuplicatesGiveNoMorePaths) {
  ChainSpec spec = CrossSigned();
  spec.more_anchors.push_back(spec.root);
  spec.more_intermediates.push_back(spec.sub);
  EXPECT_THAT(Paths(spec).found, ElementsAre("1 2 3", "1 5 4"));
}

TEST(VerifierTest, LeafThatIsAnAnchorStandsAlone) {
  ChainSpec spec = CrossSigned();
  spec.more_anchors.push_back(spec.leaf);
  EXPECT_THAT(Paths(spec).found, ElementsAre("1"));
}

TEST(VerifierTest, ChainTellsItsParts) {
  ChainSpec spec;
  spec.sub.not_after = absl::FromUnixSeconds(1800000000);
  const VerifiedChain chain = Verify(spec).value();
  EXPECT_EQ(chain.certificates().size(), 3U);
  EXPECT_EQ(chain.leaf().subject().common_name(), "john");
  EXPECT_EQ(chain.issuer().subject().common_name(), "sub");
  EXPECT_EQ(chain.anchor().subject().common_name(), "root");
  EXPECT_EQ(chain.not_after(), absl::FromUnixSeconds(1800000000));
}

TEST(VerifierTest, NoPolicyIsAnError) {
  const ParsedChain chain = Parse(ChainSpec()).value();
  VerifyOptions options;
  options.policy = nullptr;
  const absl::Status status =
      Verifier::VerifyOne(chain.leaf, chain.intermediates, *chain.trust,
                          options)
          .status();
  EXPECT_EQ(ReasonOf(status), Reason::kInvalid);
}

TEST(VerifierTest, ErrorsNameTheCertificate) {
  ChainSpec spec;
  spec.sub.not_after = spec.now - absl::Hours(1);
  const absl::Status status = Verify(spec).status();
  EXPECT_EQ(ErrorIndex(status), 1);
  EXPECT_EQ(ErrorSubject(status), "CN=sub");
}

TEST(VerifierTest, ErrorsAboutNoCertificateNameNone) {
  EXPECT_EQ(ErrorIndex(absl::OkStatus()), -1);
  EXPECT_EQ(ErrorSubject(absl::InternalError("another")), "");
}

TEST(VerifierTest, HintQuotesTheCandidate) {
  ChainSpec spec;
  spec.sub.subject = testing::NameDer("a\"\n");
  spec.Relink();
  spec.leaf.damage = testing::Damage::kFlipBit;
  EXPECT_THAT(std::string(Verify(spec).status().message()),
              HasSubstr("candidate authority certificate \"a\\\"\\n\")"));
}

TEST(VerifierTest, HintNamesACandidateWithoutCommonName) {
  ChainSpec spec;
  spec.sub.subject = testing::NameDer({{"2.5.4.10", "dev"}});
  spec.Relink();
  spec.leaf.damage = testing::Damage::kFlipBit;
  EXPECT_THAT(std::string(Verify(spec).status().message()),
              HasSubstr("candidate authority certificate \"dev\")"));
  spec.sub.subject = testing::NameDer({{"2.5.4.11", "unit"}});
  spec.sub.serial = "\x2a";
  spec.Relink();
  EXPECT_THAT(std::string(Verify(spec).status().message()),
              HasSubstr("candidate authority certificate \"serial:42\")"));
}

TEST(VerifierTest, BudgetThatIsSpentAfterAValidChainIsNoError) {
  ChainSpec spec = CrossSigned();
  spec.policy.max_signatures = 3;
  const Paths paths(spec);
  EXPECT_TRUE(paths.status.ok()) << paths.status;
  EXPECT_THAT(paths.found, ElementsAre("1 2 3"));
}

}  // namespace
}  // namespace gatehouse::pki

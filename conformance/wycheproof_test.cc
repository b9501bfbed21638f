// The area of Wycheproof's format, with cases of the runner's own: they show
// that it compares, not what is right.
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "authn/jose/jwk.h"
#include "authn/jose/testing/test_signer.h"
#include "conformance/areas.h"
#include "conformance/report.h"
#include "conformance/test_directory.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace gatehouse::conformance {
namespace {

using authn::JwsAlgorithm;
using authn::TestToken;

constexpr char kPath[] = "wycheproof/json_web_signature_test.json";

std::string Key(JwsAlgorithm algorithm) {
  return authn::PublicJwk(authn::TestPrivateKey(algorithm).public_key(), "k");
}

std::string Case(absl::string_view token, absl::string_view result,
                 absl::string_view more = "") {
  return absl::StrCat(R"({"tcId":1,"comment":"c","jws":")", token,
                      R"(","result":")", result, "\"", more, "}");
}

// A file of one group.
std::string File(absl::string_view keys, absl::string_view cases, int count = 1,
                 absl::string_view type = "JsonWebSignature",
                 absl::string_view which = "public") {
  return absl::StrCat(R"({"numberOfTests":)", count,
                      R"(,"testGroups":[{"comment":"g","type":")", type,
                      R"(",")", which, "\":", keys, R"(,"tests":[)", cases,
                      "]}]}");
}

// Returns how many failures there are, and what is printed.
size_t Failures(const std::string& text, std::string* printed) {
  const TestDirectory directory;
  directory.Write("file.json", text);
  FileReport report(kPath);
  FindArea(kPath)->run_path(directory.path() + "/file.json", &report);
  std::ostringstream out;
  report.Print(out, 20);
  *printed = out.str();
  return report.failed();
}

void Expect(size_t failures, const std::string& text,
            absl::string_view in_print = "") {
  std::string printed;
  EXPECT_EQ(Failures(text, &printed), failures) << text << "\n" << printed;
  EXPECT_THAT(printed, testing::HasSubstr(std::string(in_print)));
}

TEST(WycheproofTest, TellsRightFromWrong) {
  const std::string key = Key(JwsAlgorithm::kEs256);
  const std::string good = TestToken(JwsAlgorithm::kEs256, "foo");
  const std::string bad = good.substr(0, good.size() - 3) + "AAA";
  Expect(0, File(key, Case(good, "valid")));
  Expect(0, File(key, Case(bad, "invalid")));
  Expect(0, File(key, Case(bad, "acceptable")));
  Expect(1, File(key, Case(good, "invalid")), "expected: invalid");
  Expect(1, File(key, Case(bad, "valid")), "invalid: ");
  Expect(0, File(absl::StrCat("{\"keys\":[", key, "]}"), Case(good, "valid")));
}

TEST(WycheproofTest, NothingIsPassedOver) {
  const std::string key = Key(JwsAlgorithm::kEs256);
  const std::string good = TestToken(JwsAlgorithm::kEs256, "foo");
  Expect(1, "x");
  Expect(1, "{}", "no cases");
  Expect(1, File(key, Case(good, "valid"), 2), "numberOfTests is 2");
  Expect(1, File(key, Case(good, "maybe")), "want tcId");
  Expect(1, File(key, Case(good, "valid", R"(,"more":1)")), "not known");
  Expect(1, File(key, Case(good, "valid"), 1, "EcdsaVerify"), "not known");
  Expect(1, File(key, Case(good, "valid"), 1, "JsonWebKey", "secret"),
         "not known");
}

// One bad key does not spoil a set, save in the cases that are about that.
TEST(WycheproofTest, SetsThatNobodyShouldTake) {
  const std::string keys = absl::StrCat(
      "{\"keys\":[", Key(JwsAlgorithm::kEs256), R"(,{"kty":"oct","k":"AA"}]})");
  const std::string good = TestToken(JwsAlgorithm::kEs256, "foo");
  Expect(0, File(keys, Case(good, "valid")));
  Expect(1, File(keys, Case(good, "invalid")));
  Expect(0, File(keys, Case(good, "invalid", R"(,"flags":["MixedKeySet"])")));
  Expect(1, File(keys, Case(good, "valid", R"(,"flags":["DuplicateKid"])")));
}

TEST(WycheproofTest, DeviationsAreSaid) {
  const std::string key = Key(JwsAlgorithm::kEs256);
  const std::string good = TestToken(JwsAlgorithm::kEs256, "foo");
  Expect(0, File(key, Case(good + "?", "valid")), "on purpose: g 1 c (valid)");
  Expect(0,
         File(key,
              absl::StrCat(Case(good, "valid"), ",", Case(good, "invalid")), 2),
         "another case calls the same bytes valid");
  Expect(0,
         File(Key(JwsAlgorithm::kRs256),
              Case(TestToken(JwsAlgorithm::kPs256, "foo"), "valid")),
         "the algorithm is the key's property");
}

}  // namespace
}  // namespace gatehouse::conformance

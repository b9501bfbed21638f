// Runs the scenarios given as arguments, each as a test of GoogleTest.
#include <iostream>
#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "testing/scenario.h"

namespace {

class ScenarioTest : public ::testing::Test {
 public:
  explicit ScenarioTest(std::string path) : path_(std::move(path)) {}

  void TestBody() override {
    const auto report = gatehouse::testing::RunScenario(path_);
    ASSERT_TRUE(report.ok()) << report.status().message();
    for (const auto& failure : report->failures) {
      ADD_FAILURE_AT(path_.c_str(), failure.line) << failure.text;
    }
  }

 private:
  const std::string path_;
};

}  // namespace

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  if (argc < 2) {
    std::cerr << "usage: " << argv[0] << " SCENARIO...\n";
    return 2;
  }
  for (int i = 1; i < argc; ++i) {
    const std::string path = argv[i];
    ::testing::RegisterTest("Scenario", path.c_str(), nullptr, nullptr,
                            __FILE__, __LINE__,
                            [path] { return new ScenarioTest(path); });
  }
  return RUN_ALL_TESTS();
}

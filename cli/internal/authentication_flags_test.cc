#include "cli/internal/authentication_flags.h"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "authn/config/flags.h"
#include "base/errors.h"
#include "cli/internal/arguments.h"
#include "gtest/gtest.h"

namespace gatehouse::cli {
namespace {

// Parses as the command does.
absl::StatusOr<authn::Config> Parse(std::vector<std::string> args) {
  CLI::App root;
  CLI::App& app = *root.add_subcommand("c");
  AuthenticationFlags flags;
  flags.AddTo(app);
  LastWins(root);
  args.insert(args.begin(), "c");
  args = PrepareArguments(root, std::move(args));
  std::vector<std::string> reversed(args.rbegin(), args.rend());
  try {
    root.parse(reversed);
  } catch (const CLI::ParseError& error) {
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::kMalformed,
                     error.what());
  }
  return flags.ToConfig();
}

TEST(AuthenticationFlagsTest, NoneIsKubernetesDefault) {
  const auto config = Parse({});
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->ShortDebugString(), authn::Config().ShortDebugString());
}

TEST(AuthenticationFlagsTest, AllAreKnown) {
  CLI::App app;
  AuthenticationFlags flags;
  flags.AddTo(app);
  for (const authn::Flag& flag : authn::AuthenticationFlags()) {
    const CLI::Option* option =
        app.get_option_no_throw(absl::StrCat("--", flag.name));
    ASSERT_NE(option, nullptr) << flag.name;
    EXPECT_EQ(option->get_items_expected_max() == 0,
              flag.form == authn::FlagForm::kBool)
        << flag.name;
  }
}

TEST(AuthenticationFlagsTest, HelpOfTokenFlagsNamesNoOthers) {
  CLI::App app;
  AuthenticationFlags flags;
  flags.AddTokenFlagsTo(app);
  const std::string help = app.help();
  const std::vector<absl::string_view> words =
      absl::StrSplit(help, absl::ByAnyChar(" \n"));
  size_t others = 0;
  for (const authn::Flag& flag : authn::AuthenticationFlags()) {
    EXPECT_EQ(absl::c_linear_search(words, absl::StrCat("--", flag.name)),
              flag.for_tokens)
        << flag.name;
    if (!flag.for_tokens) ++others;
  }
  EXPECT_EQ(others, 14u);
}

TEST(AuthenticationFlagsTest, TokenFlagsRefuseTheOthers) {
  for (const authn::Flag& flag : authn::AuthenticationFlags()) {
    CLI::App app;
    AuthenticationFlags flags;
    flags.AddTokenFlagsTo(app);
    app.parse(absl::StrCat("--", flag.name, "=true"));
    const absl::Status status = flags.ToConfig().status();
    EXPECT_EQ(absl::StrContains(status.message(), "no TokenReview carries"),
              !flag.for_tokens)
        << flag.name << ": " << status;
  }
}

struct FormCase {
  std::vector<std::string> args;
  const char* want;  // Of Config, as text.
};

TEST(AuthenticationFlagsTest, FormsOfValues) {
  const FormCase cases[] = {
      {{"--anonymous-auth"}, "anonymous: true"},
      {{"--anonymous-auth=true"}, "anonymous: true"},
      {{"--anonymous-auth=false"}, "anonymous: false"},
      {{"--anonymous-auth=0"}, "anonymous: false"},
      {{"--token-auth-file", "f"}, "token_auth_file: \"f\""},
      {{"--token-auth-file=a=b"}, "token_auth_file: \"a=b\""},
      {{"--token-auth-file", "[f]"}, "token_auth_file: \"[f]\""},
      {{"--token-auth-file", "--x"}, "token_auth_file: \"--x\""},
      {{"--api-audiences", "a,b", "--api-audiences=c"},
       "api_audiences: \"a\" api_audiences: \"b\" api_audiences: \"c\""},
      {{"--enable-bootstrap-token-auth", "--anonymous-auth=false"},
       "enable_bootstrap_token_auth: true anonymous: false"},
  };
  for (const FormCase& c : cases) {
    const auto config = Parse(c.args);
    ASSERT_TRUE(config.ok()) << c.want << config.status();
    EXPECT_EQ(config->ShortDebugString(), c.want);
  }
}

struct BadCase {
  std::vector<std::string> args;
  Reason reason;
};

TEST(AuthenticationFlagsTest, Refused) {
  const BadCase cases[] = {
      {{"--anonymous-auth=perhaps"}, Reason::kMalformed},
      {{"--anonymous-auth", "--anonymous-auth=false"}, Reason::kDuplicate},
      {{"--anonymous-auth", "--anonymous-auth"}, Reason::kDuplicate},
      {{"--anonymous-auth", "false"}, Reason::kMalformed},
      {{"--token-auth-file="}, Reason::kInvalid},
      {{"--token-auth-file"}, Reason::kMalformed},
      {{"--token-auth-file", "a", "--token-auth-file", "b"},
       Reason::kDuplicate},
      {{"--token-auth-file", "a", "b"}, Reason::kMalformed},
      {{"--token-auth-fil", "a"}, Reason::kMalformed},
      {{"--oidc-client-id", "a"}, Reason::kInvalid},
  };
  for (const BadCase& c : cases) {
    EXPECT_EQ(ReasonOf(Parse(c.args).status()), c.reason) << c.args[0];
  }
}

}  // namespace
}  // namespace gatehouse::cli

#include "cli/internal/authentication_flags.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "cli/internal/arguments.h"

namespace gatehouse::cli {

namespace {

constexpr char kGroup[] = "Authentication (kube-apiserver's flags)";

bool MayRepeat(authn::FlagForm form) {
  return form == authn::FlagForm::kList || form == authn::FlagForm::kRepeated;
}

}  // namespace

void AuthenticationFlags::AddTo(CLI::App& app) {
  for (const authn::Flag& flag : authn::AuthenticationFlags()) Add(app, flag);
}

void AuthenticationFlags::AddTokenFlagsTo(CLI::App& app) {
  for (const authn::Flag& flag : authn::AuthenticationFlags()) {
    CLI::Option* const option = Add(app, flag);
    if (flag.for_tokens) continue;
    option->group("");  // Not in the help.
    flags_.back()->refused = true;
  }
}

void AuthenticationFlags::AddTo(CLI::App& app,
                                absl::Span<const absl::string_view> names) {
  for (const absl::string_view name : names) {
    const authn::Flag* const flag = authn::FindAuthenticationFlag(name);
    if (flag != nullptr) Add(app, *flag);
  }
}

CLI::Option* AuthenticationFlags::Add(CLI::App& app, const authn::Flag& flag) {
  auto given = std::make_unique<Given>();
  given->name = std::string(flag.name);
  const std::string option = absl::StrCat("--", flag.name);
  const std::string help =
      absl::StrCat(flag.help, MayRepeat(flag.form) ? "; may be repeated" : "");
  CLI::Option* added = nullptr;
  if (flag.form == authn::FlagForm::kBool) {
    // All that was said, so that contradictions show.
    added = app.add_flag(option, given->values, help)->take_all();
  } else {
    added = AddStrings(app, option, &given->values, help)
                ->type_name(std::string(flag.value))
                ->allow_extra_args(false);
  }
  flags_.push_back(std::move(given));
  return added->group(kGroup);
}

absl::StatusOr<authn::Config> AuthenticationFlags::ToConfig() const {
  std::vector<authn::FlagValue> values;
  for (const auto& given : flags_) {
    if (given->refused && !given->values.empty()) {
      return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                       absl::StrCat("--", given->name,
                                    ": it is about credentials that no "
                                    "TokenReview carries"));
    }
    for (const std::string& value : given->values) {
      values.push_back({given->name, value});
    }
  }
  authn::Config config;
  const absl::Status status = authn::ApplyFlags(values, &config);
  if (!status.ok()) return status;
  return config;
}

}  // namespace gatehouse::cli

#include "cli/internal/authentication_flags.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
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

void AuthenticationFlags::AddTo(CLI::App& app,
                                absl::Span<const absl::string_view> names) {
  for (const absl::string_view name : names) {
    const authn::Flag* const flag = authn::FindAuthenticationFlag(name);
    if (flag != nullptr) Add(app, *flag);
  }
}

void AuthenticationFlags::Add(CLI::App& app, const authn::Flag& flag) {
  auto given = std::make_unique<Given>();
  given->name = std::string(flag.name);
  const std::string option = absl::StrCat("--", flag.name);
  const std::string help =
      absl::StrCat(flag.help, MayRepeat(flag.form) ? "; may be repeated" : "");
  if (flag.form == authn::FlagForm::kBool) {
    // All that was said, so that contradictions show.
    app.add_flag(option, given->values, help)->take_all()->group(kGroup);
  } else {
    AddStrings(app, option, &given->values, help)
        ->type_name(std::string(flag.value))
        ->allow_extra_args(false)
        ->group(kGroup);
  }
  flags_.push_back(std::move(given));
}

absl::StatusOr<authn::Config> AuthenticationFlags::ToConfig() const {
  std::vector<authn::FlagValue> values;
  for (const auto& given : flags_) {
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

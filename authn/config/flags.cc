#include "authn/config/flags.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "authn/config/internal/flag_table.h"
#include "authn/config/internal/flag_values.h"
#include "base/errors.h"
#include "base/go_quote.h"

namespace gatehouse::authn {
namespace {

using internal::FlagEntry;

absl::Status Refuse(Reason reason, absl::string_view text) {
  return MakeError(absl::StatusCode::kInvalidArgument, reason, text);
}

// Longer arguments are not shown: they may be tokens that were pasted into the
// wrong place.
constexpr size_t kMaxShown = 64;

std::string Shown(absl::string_view argument) {
  return argument.size() <= kMaxShown
             ? GoQuote(argument)
             : absl::StrCat("of ", argument.size(), " bytes");
}

absl::Status BadValue(const FlagValue& given, Reason reason,
                      absl::string_view cause) {
  const absl::string_view value = given.value;
  if (value.size() > kMaxShown && absl::StrContains(cause, value)) {
    cause = "invalid syntax";
  }
  return Refuse(reason,
                absl::StrCat("invalid argument ", Shown(value), " for \"--",
                             given.name, "\" flag: ", cause));
}

absl::Status SetText(const FlagEntry& entry, const FlagValue& given,
                     const std::string& value, Config* config) {
  if (value.empty() && !entry.may_be_empty) {
    return Refuse(Reason::kInvalid,
                  absl::StrCat("empty value in \"--", given.name, "\""));
  }
  const absl::Status status = entry.set_text(value, config);
  return status.ok() ? status
                     : BadValue(given, ReasonOf(status), status.message());
}

absl::Status SetList(const FlagEntry& entry, const FlagValue& given,
                     Config* config) {
  const auto values = internal::ParseGoList(given.value);
  if (!values.ok()) {
    return BadValue(given, Reason::kMalformed, values.status().message());
  }
  // pflag takes this for a list of nothing, and that for the default, which
  // mostly means everything.
  if (values->empty()) return SetText(entry, given, "", config);
  for (const std::string& value : *values) {
    absl::Status status = SetText(entry, given, value, config);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Set(const FlagEntry& entry, const FlagValue& given,
                 Config* config) {
  switch (entry.flag.form) {
    case FlagForm::kBool: {
      const auto value = internal::ParseGoBool(given.value);
      if (!value.ok()) {
        return BadValue(given, Reason::kMalformed, value.status().message());
      }
      entry.set_bool(*value, config);
      return absl::OkStatus();
    }
    case FlagForm::kDuration: {
      const auto value = internal::ParseGoDuration(given.value);
      if (!value.ok()) {
        return BadValue(given, Reason::kMalformed, value.status().message());
      }
      entry.set_duration(absl::ToInt64Nanoseconds(*value), config);
      return absl::OkStatus();
    }
    case FlagForm::kList:
      return SetList(entry, given, config);
    case FlagForm::kText:
    case FlagForm::kRepeated:
      break;
  }
  return SetText(entry, given, std::string(given.value), config);
}

bool MayRepeat(FlagForm form) {
  return form == FlagForm::kList || form == FlagForm::kRepeated;
}

absl::Status ApplyAll(absl::Span<const FlagValue> flags, Config* config) {
  absl::flat_hash_set<absl::string_view> seen;
  for (const FlagValue& given : flags) {
    const FlagEntry* entry = internal::FindFlagEntry(given.name);
    if (entry == nullptr) {
      return Refuse(Reason::kUnknownField,
                    absl::StrCat("unknown flag: --", given.name));
    }
    if (!seen.insert(given.name).second && !MayRepeat(entry->flag.form)) {
      return Refuse(Reason::kDuplicate,
                    absl::StrCat("--", given.name, " is given twice"));
    }
    absl::Status status = Set(*entry, given, config);
    if (!status.ok()) return status;
  }
  return ValidateConfig(*config);
}

// Splitter takes arguments apart, one after another.
class Splitter {
 public:
  Splitter(absl::Span<const absl::string_view> args,
           std::vector<absl::string_view>* rest)
      : args_(args), rest_(rest) {}

  absl::StatusOr<std::vector<FlagValue>> Split() {
    while (!args_.empty()) {
      const absl::string_view arg = Take();
      if (arg == "--") {
        while (!args_.empty()) {
          absl::Status status = TakePositional(Take());
          if (!status.ok()) return status;
        }
        break;
      }
      absl::Status status =
          arg.size() > 1 && arg[0] == '-' ? TakeFlag(arg) : TakePositional(arg);
      if (!status.ok()) return status;
    }
    return std::move(flags_);
  }

 private:
  absl::string_view Take() {
    const absl::string_view arg = args_.front();
    args_.remove_prefix(1);
    return arg;
  }

  absl::Status TakePositional(absl::string_view arg) {
    if (rest_ == nullptr) {
      return Refuse(Reason::kMalformed,
                    absl::StrCat("unexpected argument ", Shown(arg)));
    }
    rest_->push_back(arg);
    return absl::OkStatus();
  }

  absl::Status TakeFlag(absl::string_view arg) {
    absl::string_view name = arg;
    if (!absl::ConsumePrefix(&name, "--")) {
      return Refuse(Reason::kUnknownField,
                    absl::StrCat("unknown shorthand flag: ",
                                 GoQuote(arg.substr(1, 1)), " in ", arg));
    }
    if (name[0] == '-' || name[0] == '=') {
      return Refuse(Reason::kMalformed, absl::StrCat("bad flag syntax: ", arg));
    }
    const size_t equals = name.find('=');
    const bool has_value = equals != absl::string_view::npos;
    const absl::string_view value = has_value ? name.substr(equals + 1) : "";
    name = name.substr(0, equals);
    const Flag* flag = FindAuthenticationFlag(name);
    if (flag == nullptr) {
      return Refuse(Reason::kUnknownField,
                    absl::StrCat("unknown flag: --", name));
    }
    if (has_value) {
      flags_.push_back({name, value});
    } else if (flag->form == FlagForm::kBool) {
      flags_.push_back({name, "true"});
    } else if (!args_.empty()) {
      flags_.push_back({name, Take()});
    } else {
      return Refuse(Reason::kMalformed,
                    absl::StrCat("flag needs an argument: --", name));
    }
    return absl::OkStatus();
  }

  absl::Span<const absl::string_view> args_;
  std::vector<absl::string_view>* const rest_;
  std::vector<FlagValue> flags_;
};

}  // namespace

absl::Span<const Flag> AuthenticationFlags() {
  static const auto* const flags = [] {
    auto* all = new std::vector<Flag>;
    for (const FlagEntry& entry : internal::FlagEntries()) {
      all->push_back(entry.flag);
    }
    return all;
  }();
  return *flags;
}

const Flag* FindAuthenticationFlag(absl::string_view name) {
  const FlagEntry* entry = internal::FindFlagEntry(name);
  return entry == nullptr ? nullptr : &entry->flag;
}

absl::Status ApplyFlags(absl::Span<const FlagValue> flags, Config* config) {
  config->Clear();
  absl::Status status = ApplyAll(flags, config);
  if (!status.ok()) config->Clear();
  return status;
}

absl::Status ParseFlags(absl::Span<const absl::string_view> args,
                        Config* config, std::vector<absl::string_view>* rest) {
  config->Clear();
  absl::StatusOr<std::vector<FlagValue>> flags = Splitter(args, rest).Split();
  if (!flags.ok()) return flags.status();
  return ApplyFlags(*flags, config);
}

}  // namespace gatehouse::authn

#include "cli/internal/arguments.h"

#include <cstddef>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"

namespace gatehouse::cli {

namespace {

// Stands after a value in brackets, which the parser would take apart.
constexpr absl::string_view kMark = "\x1f";

// What ends with the mark already gets another, which is taken off again.
std::string Marked(std::string value) {
  if (absl::StartsWith(value, "[") &&
      (absl::EndsWith(value, "]") || absl::EndsWith(value, kMark))) {
    absl::StrAppend(&value, kMark);
  }
  return value;
}

std::string Unmarked(absl::string_view value) {
  if (absl::StartsWith(value, "[")) absl::ConsumeSuffix(&value, kMark);
  return std::string(value);
}

bool TakesValue(const CLI::Option* option) {
  return option != nullptr && option->get_items_expected_max() > 0;
}

// Preparer walks the arguments as the parser will.
class Preparer {
 public:
  explicit Preparer(const CLI::App& root) : app_(&root) {}

  std::vector<std::string> Prepare(const std::vector<std::string>& args) {
    for (const std::string& arg : args) {
      if (value_of_ != nullptr) {
        AddValue(*std::exchange(value_of_, nullptr), arg);
      } else if (only_arguments_ || arg.size() < 2 || arg[0] != '-') {
        AddArgument(arg);
      } else if (arg == "--") {
        only_arguments_ = true;
        result_.push_back(arg);
      } else if (arg[1] == '-') {
        AddLong(arg);
      } else {
        AddShort(arg);
      }
    }
    return std::move(result_);
  }

 private:
  void AddValue(const CLI::Option& option, const std::string& value) {
    result_.push_back(option.get_allow_extra_args() ? Marked(value) : value);
  }

  void AddArgument(const std::string& arg) {
    result_.push_back(Marked(arg));
    if (only_arguments_) return;
    for (const CLI::App* command : app_->get_subcommands(nullptr)) {
      if (command->check_name(arg)) {
        app_ = command;
        return;
      }
    }
  }

  void AddLong(const std::string& arg) {
    const size_t equals = arg.find('=');
    const std::string name = arg.substr(0, equals);
    const CLI::Option* option = app_->get_option_no_throw(name);
    if (!TakesValue(option)) {
      // The parser would take "--flag=" for "--flag": a variable that is not
      // set must not switch something on.
      const bool empty = option != nullptr && equals + 1 == arg.size();
      result_.push_back(empty ? absl::StrCat(arg, "\"\"") : arg);
      return;
    }
    result_.push_back(name);
    if (equals == std::string::npos) {
      value_of_ = option;
    } else {
      AddValue(*option, arg.substr(equals + 1));
    }
  }

  // Several letters may stand together; the first that takes a value has the
  // rest for it.
  void AddShort(const std::string& arg) {
    for (size_t i = 1; i < arg.size(); ++i) {
      const CLI::Option* option =
          app_->get_option_no_throw(absl::StrCat("-", arg.substr(i, 1)));
      if (option == nullptr) break;
      if (!TakesValue(option)) continue;
      result_.push_back(arg.substr(0, i + 1));
      absl::string_view rest = absl::string_view(arg).substr(i + 1);
      if (rest.empty()) {
        value_of_ = option;
        return;
      }
      if (rest.size() > 1) absl::ConsumePrefix(&rest, "=");
      AddValue(*option, std::string(rest));
      return;
    }
    result_.push_back(arg);
  }

  const CLI::App* app_;
  const CLI::Option* value_of_ = nullptr;  // The next argument is its value.
  bool only_arguments_ = false;            // After "--".
  std::vector<std::string> result_;
};

}  // namespace

std::vector<std::string> PrepareArguments(const CLI::App& root,
                                          std::vector<std::string> args) {
  if (!args.empty() && args[0] == "help") {
    args.erase(args.begin());
    args.emplace_back("--help");
  } else if (args.size() == 1 && args[0] == "--version") {
    args[0] = "version";
  }
  return Preparer(root).Prepare(args);
}

CLI::Option* AddStrings(CLI::App& app, const std::string& name,
                        std::vector<std::string>* values,
                        const std::string& description) {
  const auto assign = [values](const CLI::results_t& results) {
    values->clear();
    for (const std::string& result : results) {
      values->push_back(Unmarked(result));
    }
    return true;
  };
  CLI::Option* option = app.add_option(name, assign, description);
  return option->expected(CLI::detail::expected_max_vector_size);
}

void LastWins(CLI::App& app) {
  for (CLI::Option* option : app.get_options({})) {
    if (option->get_items_expected_max() == 1) option->take_last();
  }
  for (CLI::App* child : app.get_subcommands({})) LastWins(*child);
}

std::string AsTyped(absl::string_view text) {
  return absl::StrReplaceAll(text, {{kMark, ""}});
}

}  // namespace gatehouse::cli

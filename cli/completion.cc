#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "cli/commands.h"
#include "cli/internal/api_resources.h"

namespace gatehouse::cli {

namespace {

constexpr char kExamples[] =
    R"(Examples:
  # In bash, for this session
  source <(gatehouse completion bash)

  # In zsh, for this session
  source <(gatehouse completion zsh)

  # In fish, for good
  gatehouse completion fish > ~/.config/fish/completions/gatehouse.fish)";

// Flag is one flag of a command.
struct Flag {
  std::string long_name;   // Without the dashes; "" if there is none.
  std::string short_name;  // One letter, without the dash; often "".
  std::string description;
  bool takes_value = false;
};

// Node is one command with all that may follow it.
struct Node {
  std::string path;  // Such as "gatehouse auth can-i".
  std::string name;
  std::string description;
  std::vector<Flag> flags;
  std::vector<std::string> words;  // Arguments that can be foreseen.
  std::vector<Node> children;
};

// The flags whose value is one of a few words, or a file.
struct Values {
  absl::string_view flags;  // As a pattern of the shells' `case`.
  absl::string_view words;  // "" for files.
};
constexpr Values kValues[] = {
    {"-f|--filename|--existing|--requests|--dir|--out|--key|--key-out|"
     "--client-ca-file|--client-crl-file|--client-ocsp-file|--revocation-file|"
     "--ca-cert|--ca-key|--serials|--base|--certificate-authority|"
     "--client-certificate|--client-key",
     ""},
    {"-o|--output", "table text json yaml name"},
    {"--validate", "strict warn ignore"},
    {"--authorization-mode", "RBAC AlwaysAllow AlwaysDeny"},
    {"--signer",
     "kubernetes.io/kube-apiserver-client "
     "kubernetes.io/kube-apiserver-client-kubelet "
     "kubernetes.io/kubelet-serving kubernetes.io/legacy-unknown"},
    {"--key-algorithm",
     "RSA-2048 RSA-3072 RSA-4096 ECDSA-P256 ECDSA-P384 Ed25519"},
    {"--step", "trust-both drop-old"},
    {"--ca", "ca etcd-ca front-proxy-ca"},
    {"--stale-revocation", "refuse trust"},
    {"--verification-policy", "default kubernetes"},
};

std::vector<std::string> Questions() {
  std::vector<std::string> words = {
      "get",    "list",     "watch",      "create",
      "update", "patch",    "delete",     "deletecollection",
      "bind",   "escalate", "impersonate"};
  for (const ApiResource& type : BuiltinResources()) {
    words.push_back(type.group.empty()
                        ? std::string(type.name)
                        : absl::StrCat(type.name, ".", type.group));
  }
  return words;
}

Node Describe(const CLI::App& app, const std::string& parent) {
  Node node;
  node.name = app.get_name();
  node.path = parent.empty() ? node.name : absl::StrCat(parent, " ", node.name);
  node.description = app.get_description();
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional()) {
      if (option->get_name() == "QUESTION") node.words = Questions();
      if (option->get_name() == "SHELL") node.words = {"bash", "zsh", "fish"};
      continue;
    }
    Flag flag;
    if (!option->get_lnames().empty()) flag.long_name = option->get_lnames()[0];
    if (!option->get_snames().empty()) {
      flag.short_name = option->get_snames()[0];
    }
    flag.description =
        absl::StrReplaceAll(option->get_description(), {{"\n", " "}});
    flag.takes_value = option->get_items_expected_max() > 0;
    node.flags.push_back(std::move(flag));
  }
  for (const CLI::App* child : app.get_subcommands({})) {
    node.children.push_back(Describe(*child, node.path));
  }
  return node;
}

void Flatten(const Node& node, std::vector<const Node*>& nodes) {
  nodes.push_back(&node);
  for (const Node& child : node.children) Flatten(child, nodes);
}

// Returns all words that may follow the command.
std::string WordsOf(const Node& node) {
  std::vector<std::string> words;
  for (const Node& child : node.children) words.push_back(child.name);
  words.insert(words.end(), node.words.begin(), node.words.end());
  for (const Flag& flag : node.flags) {
    if (!flag.long_name.empty()) {
      words.push_back(absl::StrCat("--", flag.long_name));
    }
    if (!flag.short_name.empty()) {
      words.push_back(absl::StrCat("-", flag.short_name));
    }
  }
  return absl::StrJoin(words, " ");
}

// Returns the patterns of all commands below the root.
std::string Patterns(const std::vector<const Node*>& nodes) {
  std::vector<std::string> patterns;
  for (size_t i = 1; i < nodes.size(); ++i) {
    patterns.push_back(absl::StrCat("'", nodes[i]->path, "'"));
  }
  return absl::StrJoin(patterns, "|");
}

std::string Bash(const std::vector<const Node*>& nodes) {
  std::string text = absl::StrCat(
      "# bash completion of gatehouse\n"
      "_gatehouse() {\n"
      "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
      "  local command=gatehouse words= word\n"
      "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
      "    case \"$command $word\" in\n      ",
      Patterns(nodes),
      ") command=\"$command $word\" ;;\n"
      "    esac\n"
      "  done\n"
      "  case \"$prev\" in\n");
  for (const Values& values : kValues) {
    absl::StrAppend(&text, "    ", values.flags, ") COMPREPLY=($(compgen ",
                    values.words.empty()
                        ? std::string("-f")
                        : absl::StrCat("-W '", values.words, "'"),
                    " -- \"$cur\")); return ;;\n");
  }
  absl::StrAppend(&text, "  esac\n  case \"$command\" in\n");
  for (const Node* node : nodes) {
    absl::StrAppend(&text, "    '", node->path, "') words='", WordsOf(*node),
                    "' ;;\n");
  }
  absl::StrAppend(&text,
                  "  esac\n"
                  "  COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
                  "}\n"
                  "complete -o default -F _gatehouse gatehouse\n");
  return text;
}

std::string Zsh(const std::vector<const Node*>& nodes) {
  std::string text = absl::StrCat(
      "#compdef gatehouse\n"
      "compdef _gatehouse gatehouse\n"
      "_gatehouse() {\n"
      "  local command=gatehouse word\n"
      "  for word in ${words[2,CURRENT-1]}; do\n"
      "    case \"$command $word\" in\n      ",
      Patterns(nodes),
      ") command=\"$command $word\" ;;\n"
      "    esac\n"
      "  done\n"
      "  case \"${words[CURRENT-1]}\" in\n");
  for (const Values& values : kValues) {
    absl::StrAppend(&text, "    ", values.flags, ") ",
                    values.words.empty()
                        ? std::string("_files")
                        : absl::StrCat("compadd -- ", values.words),
                    "; return ;;\n");
  }
  absl::StrAppend(&text, "  esac\n  case \"$command\" in\n");
  for (const Node* node : nodes) {
    absl::StrAppend(&text, "    '", node->path, "') compadd -- ",
                    WordsOf(*node), " ;;\n");
  }
  absl::StrAppend(&text,
                  "  esac\n"
                  "}\n"
                  "if [ \"$funcstack[1]\" = _gatehouse ]; then\n"
                  "  _gatehouse \"$@\"\n"
                  "fi\n");
  return text;
}

// Quotes a text for fish.
std::string FishQuote(absl::string_view text) {
  return absl::StrCat(
      "'", absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"'", "\\'"}}), "'");
}

void AppendFish(const Node& node, const std::string& condition,
                std::string& text) {
  const std::string line =
      absl::StrCat("complete -c gatehouse -n ", FishQuote(condition));
  for (const Node& child : node.children) {
    absl::StrAppend(&text, line, " -f -a ", child.name, " -d ",
                    FishQuote(child.description), "\n");
  }
  if (!node.words.empty()) {
    absl::StrAppend(&text, line, " -f -a ",
                    FishQuote(absl::StrJoin(node.words, " ")), "\n");
  }
  for (const Flag& flag : node.flags) {
    absl::StrAppend(&text, line);
    if (!flag.long_name.empty()) absl::StrAppend(&text, " -l ", flag.long_name);
    if (!flag.short_name.empty()) {
      absl::StrAppend(&text, " -s ", flag.short_name);
    }
    absl::StrAppend(&text, flag.takes_value ? " -r" : "", " -d ",
                    FishQuote(flag.description), "\n");
  }
}

std::string Fish(const std::vector<const Node*>& nodes) {
  std::string text = "# fish completion of gatehouse\n";
  for (const Node* node : nodes) {
    // Two groups may have commands of one name: all words must be there.
    const std::vector<std::string> words = absl::StrSplit(node->path, ' ');
    std::string condition =
        words.size() == 1
            ? "__fish_use_subcommand"
            : absl::StrCat("__fish_seen_subcommand_from ",
                           absl::StrJoin(words.begin() + 1, words.end(),
                                         "; and "
                                         "__fish_seen_subcommand_from "));
    if (node->path != "gatehouse" && !node->children.empty()) {
      absl::StrAppend(&condition, "; and not __fish_seen_subcommand_from");
      for (const Node& child : node->children) {
        absl::StrAppend(&condition, " ", child.name);
      }
    }
    AppendFish(*node, condition, text);
  }
  return text;
}

class Completion : public Command {
 public:
  explicit Completion(const CLI::App& root) : root_(root) {}

  std::string shell;

  absl::StatusOr<int> Run(const Streams& streams) override {
    const Node root = Describe(root_, "");
    std::vector<const Node*> nodes;
    Flatten(root, nodes);
    if (shell == "bash") {
      streams.out << Bash(nodes);
    } else if (shell == "zsh") {
      streams.out << Zsh(nodes);
    } else {
      streams.out << Fish(nodes);
    }
    return kExitYes;
  }

 private:
  const CLI::App& root_;
};

}  // namespace

Registered AddCompletion(CLI::App& parent) {
  auto command = std::make_unique<Completion>(parent);
  CLI::App& app = *parent.add_subcommand(
      "completion", "Print a script that completes commands and flags");
  app.footer(kExamples);
  app.add_option("SHELL", command->shell, "bash, zsh or fish")
      ->type_name("")
      ->check(CLI::IsMember({"bash", "zsh", "fish"}).description(""))
      ->required();
  return Registered{&app, std::move(command)};
}

}  // namespace gatehouse::cli

#include "testing/internal/scenario_parser.h"

#include <map>
#include <memory>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "base/errors.h"
#include "objects/node.h"

namespace gatehouse::testing::internal {

namespace {

using objects::MapEntry;
using objects::Node;
using objects::NodeKind;

// A declared user, and whether somebody asked about it.
struct Declared {
  Node key;
  std::vector<std::string> groups;
  bool asked = false;
};

// The values of one entry of allow or deny, before they make a request.
struct Row {
  std::string user;
  std::vector<std::string> verbs;
  std::string resource;
  std::string path;
  std::string object_namespace;
  std::string name;
};

// Parser reads one document. The first error ends it.
class Parser {
 public:
  explicit Parser(absl::string_view file) : file_(file) {}

  absl::StatusOr<Scenario> Parse(const Node& root) {
    absl::Status status =
        CheckMap(root, "a scenario",
                 {"policy", "default_policy", "users", "allow", "deny"});
    // Users before who asks about them, wherever they stand.
    if (status.ok()) status = ReadUsers(root.Find("users"));
    if (status.ok()) status = ReadPolicy(root);
    for (const MapEntry& entry : root.entries()) {
      const bool allow = entry.key.text() == "allow";
      if (status.ok() && (allow || entry.key.text() == "deny")) {
        status = ReadExpectations(entry.value, allow);
      }
    }
    if (status.ok()) status = CheckWhole(root);
    if (!status.ok()) return status;
    return std::move(scenario_);
  }

 private:
  absl::Status Error(const Node& node, Reason reason,
                     absl::string_view text) const {
    return MakeError(absl::StatusCode::kInvalidArgument, reason,
                     absl::StrCat(objects::Place(file_, node), ": ", text));
  }

  absl::Status Invalid(const Node& node, absl::string_view text) const {
    return Error(node, Reason::kInvalid, text);
  }

  absl::Status CheckMap(const Node& node, absl::string_view what,
                        absl::Span<const absl::string_view> keys) const {
    if (!node.is(NodeKind::kMap)) {
      return Invalid(node, absl::StrCat("want ", what, ", a map with the keys ",
                                        absl::StrJoin(keys, ", ")));
    }
    for (const MapEntry& entry : node.entries()) {
      if (absl::c_linear_search(keys, entry.key.text())) continue;
      return Error(entry.key, Reason::kUnknownField,
                   absl::StrCat("unknown key \"", entry.key.text(), "\" in ",
                                what, ": want ", absl::StrJoin(keys, ", ")));
    }
    return absl::OkStatus();
  }

  absl::Status ReadString(const Node* node, absl::string_view key,
                          std::string* value) const {
    if (node == nullptr) return absl::OkStatus();
    if (!node->is(NodeKind::kString) || node->text().empty()) {
      return Invalid(*node,
                     absl::StrCat(key, ": want a string that is not empty"));
    }
    *value = std::string(node->text());
    return absl::OkStatus();
  }

  // Reads a list of strings.
  absl::Status ReadStrings(const Node* node, absl::string_view key,
                           std::vector<std::string>* values) const {
    if (node == nullptr) return absl::OkStatus();
    if (!node->is(NodeKind::kList) || node->items().empty()) {
      return Invalid(
          *node,
          absl::StrCat(key, ": want a list of strings that is not empty"));
    }
    for (const Node& item : node->items()) {
      absl::Status status = ReadString(&item, key, &values->emplace_back());
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status ReadPolicy(const Node& root) {
    if (const Node* node = root.Find("default_policy")) {
      if (!node->is(NodeKind::kBool)) {
        return Invalid(*node, "default_policy: want true or false");
      }
      scenario_.default_policy = node->text() == "true";
    }
    return ReadStrings(root.Find("policy"), "policy", &scenario_.policy);
  }

  absl::Status ReadUsers(const Node* users) {
    if (users == nullptr) return absl::OkStatus();
    if (!users->is(NodeKind::kMap)) {
      return Invalid(*users, "users: want a map from names to {groups: [...]}");
    }
    for (const MapEntry& entry : users->entries()) {
      Declared& user = users_[std::string(entry.key.text())];
      user.key = entry.key;
      absl::Status status = CheckMap(entry.value, "a user", {"groups"});
      if (status.ok()) {
        status =
            ReadStrings(entry.value.Find("groups"), "groups", &user.groups);
      }
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status ReadExpectations(const Node& list, bool allow) {
    if (!list.is(NodeKind::kList)) {
      return Invalid(list, "want a list of requests");
    }
    for (const Node& node : list.items()) {
      Row row;
      absl::Status status = ReadRow(node, &row);
      if (status.ok()) status = CheckRow(node, row);
      if (!status.ok()) return status;
      for (const std::string& verb : row.verbs) {
        scenario_.expectations.push_back(
            {RequestOf(row, verb), allow, node.line(), node.column()});
      }
    }
    return absl::OkStatus();
  }

  absl::Status ReadRow(const Node& node, Row* row) const {
    absl::Status status =
        CheckMap(node, "a request",
                 {"user", "verb", "resource", "namespace", "name", "path"});
    const std::pair<absl::string_view, std::string*> strings[] = {
        {"user", &row->user},
        {"resource", &row->resource},
        {"namespace", &row->object_namespace},
        {"name", &row->name},
        {"path", &row->path},
    };
    for (const auto& [key, value] : strings) {
      if (status.ok()) status = ReadString(node.Find(key), key, value);
    }
    const Node* verb = node.Find("verb");
    if (!status.ok() || verb == nullptr) return status;
    if (verb->is(NodeKind::kList)) {
      return ReadStrings(verb, "verb", &row->verbs);
    }
    return ReadString(verb, "verb", &row->verbs.emplace_back());
  }

  // Refuses what no client could ask: its answer would be no, for the wrong
  // reason.
  absl::Status CheckRow(const Node& node, const Row& row) const {
    absl::string_view fault;
    if (row.user.empty()) {
      fault = "user is missing";
    } else if (row.verbs.empty()) {
      fault = "verb is missing";
    } else if (row.resource.empty() == row.path.empty()) {
      fault = "want one of resource and path";
    } else if (absl::StartsWith(row.resource, "/")) {
      fault = "resource starts with a slash: paths go into path";
    } else if (!row.path.empty() && row.path[0] != '/') {
      fault = "path does not start with a slash";
    } else if (!row.path.empty() &&
               !(row.object_namespace.empty() && row.name.empty())) {
      fault = "a path has no namespace and no name";
    }
    return fault.empty() ? absl::OkStatus() : Invalid(node, fault);
  }

  Request RequestOf(const Row& row, absl::string_view verb) {
    std::vector<std::string> groups;
    const auto declared = users_.find(row.user);
    if (declared != users_.end()) {
      declared->second.asked = true;
      groups = declared->second.groups;
    }
    return MakeRequest(row.user, verb,
                       row.path.empty() ? row.resource : row.path,
                       {InNamespace(row.object_namespace), Named(row.name),
                        WithGroups(std::move(groups))});
  }

  absl::Status CheckWhole(const Node& root) const {
    for (const auto& [name, user] : users_) {
      if (user.asked) continue;
      return Invalid(user.key, absl::StrCat("nothing is asked about user \"",
                                            name, "\": misspelled?"));
    }
    if (scenario_.policy.empty() && !scenario_.default_policy) {
      return Invalid(root, "no policy: want policy, or default_policy: true");
    }
    if (scenario_.expectations.empty()) {
      return Invalid(root, "nothing is expected: want allow or deny");
    }
    return absl::OkStatus();
  }

  const absl::string_view file_;
  std::map<std::string, Declared> users_;
  Scenario scenario_;
};

}  // namespace

absl::StatusOr<Scenario> ParseScenario(absl::string_view text,
                                       absl::string_view file) {
  objects::Limits limits;
  limits.max_bytes = size_t{16} << 20;
  const auto reader = objects::NewYamlReader(text, file, limits);
  objects::Document document;
  absl::StatusOr<bool> more = reader->Next(&document);
  if (!more.ok()) return more.status();
  absl::StatusOr<Scenario> scenario = Parser(file).Parse(document.root());
  if (!scenario.ok()) return scenario;
  objects::Document second;
  more = reader->Next(&second);
  if (!more.ok()) return more.status();
  if (*more) {
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                     absl::StrCat(objects::Place(file, second.root()),
                                  ": a second document: want one scenario in "
                                  "a file"));
  }
  return scenario;
}

}  // namespace gatehouse::testing::internal

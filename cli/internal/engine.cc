#include "cli/internal/engine.h"

#include <cstddef>
#include <set>
#include <tuple>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "authz/builtin.h"
#include "authz/path_authorizer.h"
#include "base/errors.h"
#include "base/go_quote.h"
#include "cli/internal/table.h"
#include "objects/codec.h"
#include "objects/manifest.h"
#include "proto/rbac.pb.h"
#include "rbac/aggregation.h"
#include "rbac/default_policy.h"
#include "rbac/field_error.h"
#include "rbac/subjects.h"
#include "rbac/validation.h"

namespace gatehouse::cli {

namespace {

using objects::Object;

// Below this, loading takes no time that anybody would want to see pass.
constexpr size_t kProgressFrom = size_t{4} << 20;

objects::FieldValidation FieldValidationOf(absl::string_view validate) {
  if (validate == "strict") return objects::FieldValidation::kStrict;
  if (validate == "ignore") return objects::FieldValidation::kIgnore;
  return objects::FieldValidation::kWarn;
}

// Shows the loading of large input on a terminal, in one line that is gone at
// the end.
class Progress {
 public:
  explicit Progress(std::ostream& err) : err_(err) {}
  ~Progress() {
    if (shown_) err_ << "\r\x1b[K" << std::flush;
  }

  void Show(size_t done, size_t total) {
    if (total < kProgressFrom) return;
    shown_ = true;
    err_ << "\rloading: " << (done >> 20) << " of " << (total >> 20) << " MB"
         << std::flush;
  }

 private:
  std::ostream& err_;
  bool shown_ = false;
};

using Key = std::tuple<absl::string_view, absl::string_view, absl::string_view>;

Key KeyOf(const Object& object) {
  // An API server drops the namespace of what has none.
  const absl::string_view namespace_ = object.kind->namespaced
                                           ? object.metadata().namespace_()
                                           : absl::string_view();
  return Key(object.kind->resource, namespace_, object.metadata().name());
}

// Adds the bootstrapped objects, save those that the files have too: what was
// taken from a cluster is what holds there.
void AddDefaultPolicy(std::vector<Object>& objects) {
  std::set<Key> present;
  for (const Object& object : objects) present.insert(KeyOf(object));
  for (const Object& object : rbac::DefaultPolicy()) {
    if (present.count(KeyOf(object)) == 0) objects.push_back(object);
  }
}

// Gives aggregated ClusterRoles the rules that the controller in a cluster
// would give them. Returns the complaints.
std::vector<std::string> Aggregate(std::vector<Object>& objects) {
  std::vector<k8s::ClusterRole> roles;
  absl::flat_hash_map<std::string, size_t> index;
  bool any = false;
  for (size_t i = 0; i < objects.size(); ++i) {
    const auto* role = objects[i].As<k8s::ClusterRole>();
    if (role == nullptr) continue;
    any = any || rbac::HasAggregationRule(*role);
    roles.push_back(*role);
    index[role->metadata().name()] = i;
  }
  if (!any) return {};
  const rbac::AggregationReport report = rbac::AggregateAll(roles);
  std::vector<std::string> complaints;
  // The report names the role, as `clusterrole "a": what is wrong`.
  const auto place_of = [&](absl::string_view error) -> std::string {
    for (const k8s::ClusterRole& role : roles) {
      const std::string& name = role.metadata().name();
      if (!absl::StartsWith(error,
                            absl::StrCat("clusterrole ", GoQuote(name), ":"))) {
        continue;
      }
      const std::string& source = objects[index[name]].source;
      return source.empty() ? "" : absl::StrCat(source, ": ");
    }
    return "";
  };
  for (const std::string& error : report.errors) {
    complaints.push_back(absl::StrCat(place_of(error), error));
  }
  const absl::flat_hash_set<std::string> changed(report.changed.begin(),
                                                 report.changed.end());
  for (k8s::ClusterRole& role : roles) {
    const std::string name = role.metadata().name();
    if (!changed.contains(name)) continue;
    Object& object = objects[index[name]];
    if (object.As<k8s::ClusterRole>()->rules_size() > 0) {
      complaints.push_back(absl::StrCat(
          object.source, object.source.empty() ? "" : ": ", "clusterrole \"",
          name, "\": its rules are replaced by those of the roles that its ",
          "aggregationRule selects"));
    }
    object = objects::MakeObject(std::move(role), object.source);
  }
  return complaints;
}

bool ValidModes(const std::vector<std::string>& modes, std::string* error) {
  absl::flat_hash_set<std::string> seen;
  for (const std::string& mode : modes) {
    if (mode == "Node" || mode == "ABAC" || mode == "Webhook") {
      *error = absl::StrCat("authorization-mode \"", mode,
                            "\" is not available here: want RBAC, AlwaysAllow "
                            "or AlwaysDeny");
      return false;
    }
    if (mode != "RBAC" && mode != "AlwaysAllow" && mode != "AlwaysDeny") {
      *error = absl::StrCat("authorization-mode \"", mode,
                            "\" is not a valid mode: want RBAC, AlwaysAllow or "
                            "AlwaysDeny");
      return false;
    }
    if (!seen.insert(mode).second) {
      *error = absl::StrCat("authorization-mode \"", mode,
                            "\" has mode specified more than once");
      return false;
    }
  }
  return true;
}

absl::Status Invalid(absl::string_view message) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                   message);
}

absl::Status InvalidLines(const std::vector<std::string>& lines) {
  std::vector<std::string> printable;
  for (const std::string& line : lines) printable.push_back(Printable(line));
  absl::Status status = Invalid(absl::StrJoin(printable, "\n"));
  status.SetPayload(kLinesPayload, absl::Cord());
  return status;
}

absl::Status CheckFlags(const PolicyFlags& flags) {
  std::string error;
  if (!ValidModes(flags.authorization_modes, &error)) return Invalid(error);
  absl::Status status = CheckFilenames(flags.filenames);
  if (!status.ok()) return status;
  if (flags.authorization_modes.empty()) {
    return Invalid("--authorization-mode: at least one mode is needed");
  }
  if (flags.filenames.empty() && !flags.default_policy &&
      absl::c_linear_search(flags.authorization_modes, "RBAC")) {
    return Invalid("no policy: give -f PATH, or --default-policy, or both");
  }
  return absl::OkStatus();
}

void Warn(const std::vector<std::string>& lines, const Streams& streams) {
  for (const std::string& line : lines) {
    streams.err << Printable(line) << '\n';
  }
}

}  // namespace

absl::StatusOr<std::vector<Object>> LoadObjects(
    const std::vector<std::string>& paths, absl::string_view validate,
    const Streams& streams) {
  objects::LoadOptions options;
  options.field_validation = FieldValidationOf(validate);
  options.stdin_stream = &streams.in;
  Progress progress(streams.err);
  if (streams.err_is_terminal) {
    options.progress = [&progress](size_t done, size_t total) {
      progress.Show(done, total);
    };
  }
  absl::StatusOr<objects::LoadResult> loaded =
      objects::LoadManifests(paths, options);
  if (!loaded.ok()) return loaded.status();
  if (validate != "ignore") Warn(loaded->warnings, streams);
  return std::move(loaded->objects);
}

absl::Status CheckNotEmpty(const std::vector<Object>& objects,
                           const std::vector<std::string>& paths,
                           absl::string_view validate, const Streams& streams) {
  const bool found = absl::c_any_of(objects, [](const Object& object) {
    return object.kind->group() == rbac::kRbacGroup;
  });
  if (found) return absl::OkStatus();
  std::string line = absl::StrCat(
      "no roles or bindings in ",
      absl::StrJoin(paths, ", ", [](std::string* out, const std::string& path) {
        absl::StrAppend(out, path == "-" ? "stdin" : path);
      }));
  if (validate == "strict") return Invalid(line);
  Warn({std::move(line)}, streams);
  return absl::OkStatus();
}

absl::Status ValidateObjects(const std::vector<Object>& objects,
                             absl::string_view validate,
                             const Streams& streams) {
  if (validate == "ignore") return absl::OkStatus();
  std::vector<std::string> lines;
  for (const Object& object : objects) {
    for (const rbac::FieldError& error : rbac::Validate(object)) {
      lines.push_back(absl::StrCat(object.source, ": ", rbac::ToString(error)));
    }
  }
  if (validate == "strict" && !lines.empty()) {
    return InvalidLines(lines);
  }
  Warn(lines, streams);
  return absl::OkStatus();
}

absl::StatusOr<Engine> Engine::Load(const PolicyFlags& flags,
                                    const Streams& streams) {
  if (absl::Status status = CheckFlags(flags); !status.ok()) return status;
  Engine engine;
  if (!flags.filenames.empty()) {
    auto loaded = LoadObjects(flags.filenames, flags.validate, streams);
    if (!loaded.ok()) return loaded.status();
    engine.objects_ = *std::move(loaded);
    const bool asks_rbac =
        absl::c_linear_search(flags.authorization_modes, "RBAC");
    if (asks_rbac && !flags.default_policy) {
      absl::Status status = CheckNotEmpty(engine.objects_, flags.filenames,
                                          flags.validate, streams);
      if (!status.ok()) return status;
    }
    absl::Status valid =
        ValidateObjects(engine.objects_, flags.validate, streams);
    if (!valid.ok()) return valid;
  }
  if (flags.default_policy) AddDefaultPolicy(engine.objects_);
  const std::vector<std::string> complaints = Aggregate(engine.objects_);
  if (flags.validate == "strict" && !complaints.empty()) {
    return InvalidLines(complaints);
  }
  if (flags.validate == "warn") Warn(complaints, streams);
  auto policy = rbac::Policy::Create(engine.objects_);
  if (!policy.ok()) return policy.status();
  engine.policy_ = *std::move(policy);
  if (absl::Status status = engine.BuildChain(flags); !status.ok()) {
    return status;
  }
  return engine;
}

absl::Status Engine::BuildChain(const PolicyFlags& flags) {
  members_.push_back(
      {kPrivilegedGroupName, std::make_shared<authz::PrivilegedGroups>(
                                 std::vector<std::string>{kMastersGroup})});
  if (!flags.always_allow_paths.empty()) {
    auto paths = authz::PathAuthorizer::Create(flags.always_allow_paths);
    if (!paths.ok()) return paths.status();
    members_.push_back({kAlwaysAllowPathsName, *std::move(paths)});
  }
  for (const std::string& mode : flags.authorization_modes) {
    const std::string name = absl::AsciiStrToLower(mode);
    if (mode == "RBAC") {
      members_.push_back({name, policy_});
      resolvers_.push_back(policy_);
    } else if (mode == "AlwaysAllow") {
      auto allow = std::make_shared<authz::AlwaysAllow>();
      members_.push_back({name, allow});
      resolvers_.push_back(allow);
    } else {
      auto deny = std::make_shared<authz::AlwaysDeny>();
      members_.push_back({name, deny});
      resolvers_.push_back(deny);
    }
  }
  auto chain = authz::Union::Create(members_);
  if (!chain.ok()) return chain.status();
  chain_ = *std::move(chain);
  return absl::OkStatus();
}

Verdict Engine::Judge(const authz::Attributes& attributes) const {
  Verdict verdict{chain_->Authorize(attributes), ""};
  if (verdict.decision.outcome == authz::Outcome::kNoOpinion) return verdict;
  for (const authz::NamedAuthorizer& member : members_) {
    if (member.authorizer->Decide(attributes) != authz::Outcome::kNoOpinion) {
      verdict.decided_by = member.name;
      break;
    }
  }
  return verdict;
}

authz::Rules Engine::RulesFor(const UserInfo& user,
                              absl::string_view namespace_) const {
  return authz::UnionResolver(resolvers_).RulesFor(user, namespace_);
}

bool Engine::HasMember(absl::string_view name) const {
  return absl::c_any_of(members_, [&](const authz::NamedAuthorizer& member) {
    return member.name == name;
  });
}

}  // namespace gatehouse::cli

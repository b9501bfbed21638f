#include "cli/internal/engine.h"

#include <sstream>
#include <string>
#include <vector>

#include "base/errors.h"
#include "base/user_info.h"
#include "gtest/gtest.h"

namespace gatehouse::cli {
namespace {

// A role, a binding of it, and a ServiceAccount, which is no policy.
constexpr char kPolicy[] = R"(
apiVersion: v1
kind: ServiceAccount
metadata: {name: bot, namespace: dev}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader, namespace: dev}
rules: [{verbs: [get], apiGroups: [""], resources: [pods]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: read, namespace: dev}
subjects: [{kind: User, name: jane}]
roleRef: {kind: Role, name: reader}
)";

struct Loaded {
  absl::StatusOr<Engine> engine;
  std::string err;
};

Loaded Load(const PolicyFlags& flags, const std::string& text = kPolicy) {
  std::istringstream in(text);
  std::ostringstream out;
  std::ostringstream err;
  absl::StatusOr<Engine> engine =
      Engine::Load(flags, Streams{in, out, err, false});
  EXPECT_EQ(out.str(), "");
  return Loaded{std::move(engine), err.str()};
}

PolicyFlags Flags(std::vector<std::string> modes,
                  std::vector<std::string> paths = {}) {
  PolicyFlags flags;
  flags.filenames = {"-"};
  flags.authorization_modes = std::move(modes);
  flags.always_allow_paths = std::move(paths);
  return flags;
}

struct JudgeRow {
  std::vector<std::string> modes;
  std::vector<std::string> paths;
  std::vector<std::string> groups;
  bool resource;  // get pods in dev, or else get /healthz.
  authz::Outcome outcome;
  std::string decided_by;
  std::string reason;
};

TEST(EngineTest, Judge) {
  constexpr char kGranted[] =
      "RBAC: allowed by RoleBinding \"read/dev\" of Role \"reader\" to User "
      "\"jane\"";
  constexpr authz::Outcome kAllow = authz::Outcome::kAllow;
  constexpr authz::Outcome kNoOpinion = authz::Outcome::kNoOpinion;
  const JudgeRow rows[] = {
      {{"RBAC"}, {}, {}, true, kAllow, "rbac", kGranted},
      {{"RBAC"}, {}, {}, false, kNoOpinion, "", ""},
      {{"RBAC"},
       {"/healthz"},
       {},
       false,
       kAllow,
       "kubernetes.io/always-allow-paths",
       ""},
      {{"RBAC"}, {"/*"}, {}, true, kAllow, "rbac", kGranted},
      {{"RBAC"},
       {},
       {"system:masters"},
       true,
       kAllow,
       kPrivilegedGroupName,
       ""},
      {{"AlwaysDeny"},
       {"/*"},
       {"system:masters"},
       false,
       kAllow,
       kPrivilegedGroupName,
       ""},
      {{"AlwaysDeny", "RBAC"}, {}, {}, true, kAllow, "rbac", kGranted},
      {{"AlwaysDeny"},
       {},
       {},
       true,
       kNoOpinion,
       "",
       "alwaysdeny: Everything is forbidden."},
      {{"AlwaysAllow", "RBAC"}, {}, {}, true, kAllow, "alwaysallow", ""},
      {{"RBAC", "AlwaysAllow"}, {}, {}, false, kAllow, "alwaysallow", ""},
  };
  for (const JudgeRow& row : rows) {
    const Loaded loaded = Load(Flags(row.modes, row.paths));
    ASSERT_TRUE(loaded.engine.ok()) << loaded.engine.status();
    const UserInfo user{"jane", "", row.groups, {}};
    authz::Attributes attributes;
    attributes.user = &user;
    attributes.verb = "get";
    attributes.resource_request = row.resource;
    if (row.resource) {
      attributes.resource = "pods";
      attributes.namespace_ = "dev";
    } else {
      attributes.path = "/healthz";
    }
    const Verdict verdict = loaded.engine->Judge(attributes);
    EXPECT_EQ(verdict.decision.outcome, row.outcome);
    EXPECT_EQ(verdict.decided_by, row.decided_by);
    EXPECT_EQ(verdict.decision.reason, row.reason);
    EXPECT_EQ(loaded.engine->authorizer().Decide(attributes), row.outcome);
  }
}

struct RulesRow {
  std::vector<std::string> modes;
  int resource_rules;
  int non_resource_rules;
};

TEST(EngineTest, RulesFor) {
  const RulesRow rows[] = {
      {{"RBAC"}, 1, 0},
      {{"AlwaysAllow"}, 1, 1},
      {{"AlwaysDeny"}, 0, 0},
      {{"RBAC", "AlwaysAllow"}, 2, 1},
  };
  for (const RulesRow& row : rows) {
    const Loaded loaded = Load(Flags(row.modes));
    ASSERT_TRUE(loaded.engine.ok());
    const authz::Rules rules =
        loaded.engine->RulesFor(UserInfo{"jane", "", {}, {}}, "dev");
    EXPECT_EQ(rules.resource_rules.size(), row.resource_rules);
    EXPECT_EQ(rules.non_resource_rules.size(), row.non_resource_rules);
  }
}

TEST(EngineTest, Members) {
  const Loaded loaded = Load(Flags({"AlwaysDeny", "RBAC"}));
  ASSERT_TRUE(loaded.engine.ok());
  EXPECT_TRUE(loaded.engine->HasMember(kRbacName));
  EXPECT_TRUE(loaded.engine->HasMember("alwaysdeny"));
  EXPECT_TRUE(loaded.engine->HasMember(kPrivilegedGroupName));
  EXPECT_FALSE(loaded.engine->HasMember(kAlwaysAllowName));
  EXPECT_FALSE(loaded.engine->HasMember(kAlwaysAllowPathsName));
  EXPECT_EQ(loaded.engine->objects().size(), 3u);
  EXPECT_EQ(loaded.err, "");
}

struct RefusedRow {
  PolicyFlags flags;
  std::string text;
  const char* message;
};

TEST(EngineTest, Refused) {
  PolicyFlags none;
  PolicyFlags strict = Flags({"RBAC"});
  strict.validate = "strict";
  const RefusedRow rows[] = {
      {none, "", "no policy: give -f PATH, or --default-policy, or both"},
      {Flags({}), "", "--authorization-mode: at least one mode is needed"},
      {Flags({""}), "",
       "authorization-mode \"\" is not a valid mode: want RBAC, AlwaysAllow or "
       "AlwaysDeny"},
      {Flags({"ABAC"}), "",
       "authorization-mode \"ABAC\" is not available here: want RBAC, "
       "AlwaysAllow or AlwaysDeny"},
      {Flags({"AlwaysDeny", "AlwaysDeny"}), "",
       "authorization-mode \"AlwaysDeny\" has mode specified more than once"},
      {Flags({"RBAC"}, {"/a**"}),
       R"({"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole",
           "metadata":{"name":"a"}})",
       "only trailing * allowed in \"a**\""},
      // Both faults, a line each.
      {strict,
       R"({"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole",
           "metadata":{"name":"a"},"rules":[{"nonResourceURLs":["/"]}]}
          {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole",
           "metadata":{"name":"b"},"rules":[{"nonResourceURLs":["/"]}]})",
       "<stdin>:1:1: rules[0].verbs: Required value: verbs must contain at "
       "least one value\n<stdin>:3:11: rules[0].verbs: Required value: verbs "
       "must contain at least one value"},
  };
  for (const RefusedRow& row : rows) {
    const Loaded loaded = Load(row.flags, row.text);
    EXPECT_EQ(loaded.engine.status().message(), row.message);
    EXPECT_EQ(ReasonOf(loaded.engine.status()), Reason::kInvalid);
    EXPECT_EQ(loaded.err, "");
  }
}

TEST(EngineTest, ModesWithoutRbacNeedNoPolicy) {
  PolicyFlags flags;
  flags.authorization_modes = {"AlwaysDeny"};
  EXPECT_TRUE(Load(flags).engine.ok());
}

// An object of the files wins over one of the default policy.
TEST(EngineTest, FilesWinOverTheDefaultPolicy) {
  PolicyFlags flags = Flags({"RBAC"});
  const size_t own = Load(flags).engine->objects().size();
  flags.default_policy = true;
  const size_t both = Load(flags).engine->objects().size();
  PolicyFlags only;
  only.default_policy = true;
  const size_t all = Load(only).engine->objects().size();
  EXPECT_EQ(both, own + all);
  const Loaded replaced =
      Load(flags, R"({"apiVersion":"rbac.authorization.k8s.io/v1",
      "kind":"ClusterRole","metadata":{"name":"cluster-admin"},"rules":[]})");
  EXPECT_EQ(replaced.engine->objects().size(), all);
}

}  // namespace
}  // namespace gatehouse::cli

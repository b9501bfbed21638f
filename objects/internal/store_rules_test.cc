#include "objects/internal/store_rules.h"

#include <string>

#include "gtest/gtest.h"
#include "proto/rbac.pb.h"

namespace gatehouse::objects::internal {
namespace {

Object RoleNamed(const std::string& name) {
  k8s::ClusterRole role;
  role.mutable_metadata()->set_name(name);
  return MakeObject(role);
}

TEST(CheckUpdate, ComparesIdentity) {
  const struct {
    std::string uid;
    std::string version;
    std::string want;  // "" where the update may go ahead.
  } rows[] = {
      {"", "", ""},
      {"u", "5", ""},
      {"", "0", ""},
      {"u", "4",
       "Operation cannot be fulfilled on "
       "clusterroles.rbac.authorization.k8s.io \"a\\nb\": the object has been "
       "modified; please apply your changes to the latest version and try "
       "again"},
      {"v\n\x1b", "5",
       "Operation cannot be fulfilled on "
       "clusterroles.rbac.authorization.k8s.io \"a\\nb\": Precondition failed: "
       "UID in precondition: \"v\\n\\x1b\", UID in object meta: u"},
  };
  k8s::ObjectMeta stored;
  stored.set_name("a\nb");
  stored.set_uid("u");
  stored.set_resourceversion("5");
  for (const auto& row : rows) {
    auto draft = MakeDraft(RoleNamed("a\nb"));
    ASSERT_TRUE(draft.ok()) << draft.status();
    draft->metadata->set_uid(row.uid);
    draft->metadata->set_resourceversion(row.version);
    EXPECT_EQ(std::string(CheckUpdate(stored, *draft).message()), row.want);
  }
}

TEST(Errors, NamesForgeNoLines) {
  const Object role = RoleNamed("a\n\x1b[2J");
  EXPECT_EQ(std::string(AlreadyExists(role).message()),
            "clusterroles.rbac.authorization.k8s.io \"a\\n\\x1b[2J\" already "
            "exists");
  EXPECT_EQ(std::string(NotFound("f:1:1", *role.kind, "a\n").message()),
            "f:1:1: clusterroles.rbac.authorization.k8s.io \"a\\n\" not found");
}

}  // namespace
}  // namespace gatehouse::objects::internal

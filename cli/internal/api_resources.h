// The API resources that a Kubernetes API server serves, known offline.
#ifndef GATEHOUSE_CLI_INTERNAL_API_RESOURCES_H_
#define GATEHOUSE_CLI_INTERNAL_API_RESOURCES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "objects/object.h"

namespace gatehouse::cli {

// ApiResource is one built-in resource type. All text lives as long as the
// process. Its singular is the kind in lower case.
struct ApiResource {
  absl::string_view group;        // "" is the core group.
  absl::string_view name;         // Plural, such as "deployments".
  absl::string_view short_names;  // With commas between; often "".
  absl::string_view kind;
  bool namespaced;
};

// Returns the types that Kubernetes 1.37 serves, the core group first, in the
// order in which kubectl prefers groups.
absl::Span<const ApiResource> BuiltinResources();

// Returns true if `name` is a subresource that Kubernetes has for this
// resource, such as "log" of "pods".
bool IsSubresource(absl::string_view resource, absl::string_view name);

// ResourceType is what the word that a user typed stands for.
struct ResourceType {
  std::string group;
  std::string resource;
  // Nothing where it is not known: types that only the policy mentions.
  absl::optional<bool> namespaced;
};

// ResourceMapper resolves what users type ("po", "deploy.apps", "Pod") as
// kubectl does. In the place of a server's discovery it has the built-in types
// and those that the rules of a policy name. Immutable.
class ResourceMapper {
 public:
  // Knows the built-in types and those named in the roles among `objects`.
  explicit ResourceMapper(absl::Span<const objects::Object> objects);

  // Returns the type that `argument` names: plural, singular or short name,
  // any case, optionally followed by ".group" or ".version.group", where the
  // start of a group's name will do. Nothing if there is none. "*" is not for
  // this function: it is literal.
  absl::optional<ResourceType> Find(absl::string_view argument) const;

  // The types that the policy names beyond the built-in ones, subresources
  // among them ("pods/log"); no wildcards. Sorted, each once.
  const std::vector<ResourceType>& policy_types() const {
    return policy_types_;
  }

 private:
  absl::optional<ResourceType> FindBuiltin(absl::string_view name,
                                           absl::string_view group,
                                           bool has_group) const;
  absl::optional<ResourceType> FindInPolicy(absl::string_view name,
                                            absl::string_view group,
                                            bool has_group) const;

  std::vector<ResourceType> policy_types_;
  // The groups of which a rule names all resources ("*").
  std::vector<std::string> open_groups_;
};

// Splits "name.group" at the first dot, in lower case; the group is "" if
// there is no dot.
struct GroupResource {
  std::string resource;
  std::string group;
};
GroupResource ParseGroupResource(absl::string_view argument);

}  // namespace gatehouse::cli

#endif  // GATEHOUSE_CLI_INTERNAL_API_RESOURCES_H_

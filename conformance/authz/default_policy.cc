// authz/default_policy.yaml: the policy that an API server bootstraps.
#include "rbac/default_policy.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "conformance/areas.h"
#include "conformance/check.h"
#include "objects/manifest.h"
#include "objects/object.h"

namespace gatehouse::conformance {
namespace {

using objects::Object;

// Shown of an object on both sides of the first difference.
constexpr size_t kContext = 160;

std::string NameOf(const Object& object) {
  return absl::StrCat(object.kind->kind, " ", object.metadata().namespace_(),
                      object.metadata().namespace_().empty() ? "" : "/",
                      object.metadata().name());
}

std::string Around(const std::string& text, size_t place) {
  const size_t begin = place > kContext ? place - kContext : 0;
  return absl::StrCat(begin > 0 ? "..." : "", text.substr(begin, 2 * kContext),
                      begin + 2 * kContext < text.size() ? "..." : "");
}

// Compares two objects, every field of them, in their canonical text.
std::vector<Mismatch> Compare(const Object& expected, const Object& got) {
  const std::string expected_text = TextOf(*expected.message);
  const std::string got_text = TextOf(*got.message);
  if (expected_text == got_text) return {};
  const auto place = std::mismatch(expected_text.begin(), expected_text.end(),
                                   got_text.begin(), got_text.end());
  const size_t offset = place.first - expected_text.begin();
  return {{"object", Around(expected_text, offset), Around(got_text, offset)}};
}

}  // namespace

void RunDefaultPolicy(const std::string& path, FileReport* report) {
  objects::LoadOptions options;
  options.field_validation = objects::FieldValidation::kStrict;
  const absl::StatusOr<objects::LoadResult> loaded =
      objects::LoadManifests({path}, options);
  if (!loaded.ok()) {
    return report->AddProblem(std::string(loaded.status().message()));
  }
  for (const std::string& warning : loaded->warnings) {
    report->AddProblem(warning);
  }
  if (loaded->objects.empty()) {
    return report->AddProblem("there are no objects in it");
  }
  std::map<std::string, const Object*> got;
  for (const Object& object : rbac::DefaultPolicy()) {
    if (!got.emplace(NameOf(object), &object).second) {
      report->AddProblem(
          absl::StrCat(NameOf(object), ": twice in the default policy"));
    }
  }
  for (const Object& expected : loaded->objects) {
    const std::string name = NameOf(expected);
    const auto found = got.find(name);
    if (found == got.end()) {
      report->AddCase(name, {{"object", "an object", "there is none"}});
      continue;
    }
    report->AddCase(name, Compare(expected, *found->second));
    got.erase(found);
  }
  for (const auto& surplus : got) {
    report->AddCase(surplus.first, {{"object", "none", "there is one"}});
  }
}

}  // namespace gatehouse::conformance

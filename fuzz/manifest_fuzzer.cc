// The law: whatever loads is printed, as YAML and as JSON, in a form that
// loads strictly to an equal object.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/util/message_differencer.h"
#include "objects/codec.h"
#include "objects/manifest.h"

namespace {

using gatehouse::objects::FieldValidation;
using gatehouse::objects::JsonStyle;
using gatehouse::objects::LoadManifestText;
using gatehouse::objects::LoadOptions;
using gatehouse::objects::Object;

void CheckLoadsTo(const Object& object, const std::string& text,
                  const char* file) {
  LoadOptions options;
  options.field_validation = FieldValidation::kStrict;
  const auto loaded = LoadManifestText(text, file, options);
  if (loaded.ok() && loaded->objects.size() == 1 && loaded->warnings.empty() &&
      google::protobuf::util::MessageDifferencer::Equals(
          *object.message, *loaded->objects[0].message)) {
    return;
  }
  std::fprintf(stderr, "does not load to the same object: %s\n%s\n",
               loaded.status().ToString().c_str(), text.c_str());
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  LoadOptions options;
  // Inputs stay small; so should what aliases make of them.
  options.limits.max_nodes = 20000;
  for (const char* file : {"f.yaml", "f.json"}) {
    const auto loaded = LoadManifestText(text, file, options);
    if (!loaded.ok()) continue;
    for (const Object& object : loaded->objects) {
      CheckLoadsTo(object, ToYaml(object), "f.yaml");
      CheckLoadsTo(object, ToJson(object, JsonStyle::kCompact), "f.json");
      CheckLoadsTo(object, ToJson(object, JsonStyle::kIndented), "f.json");
    }
  }
  return 0;
}

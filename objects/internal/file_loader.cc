#include "objects/internal/file_loader.h"

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/errors.h"
#include "base/go_quote.h"
#include "objects/object.h"

namespace gatehouse::objects::internal {
namespace {

constexpr absl::string_view kList = "List";
constexpr absl::string_view kRbacGroup = "rbac.authorization.k8s.io";

bool IsJsonName(absl::string_view file) {
  return absl::EndsWith(file, ".json") || absl::EndsWith(file, ".jsonl");
}

bool LooksLikeJson(absl::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  return first != absl::string_view::npos &&
         (text[first] == '{' || text[first] == '[');
}

absl::Status InvalidAt(absl::string_view file, const Node& node,
                       absl::string_view text) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                   absl::StrCat(Place(file, node), ": ", text));
}

// Whether lists of that kind stand for their items even if they have none.
bool IsKnownList(absl::string_view api_version, absl::string_view kind) {
  return kind == kList || (absl::ConsumeSuffix(&kind, kList) &&
                           FindKind(api_version, kind) != nullptr);
}

// A group without a version counts: what else could it be.
bool IsRbac(absl::string_view api_version) {
  return absl::ConsumePrefix(&api_version, kRbacGroup) &&
         (api_version.empty() || api_version[0] == '/');
}

// Returns the known spelling of an RBAC kind or version of which only the case
// is wrong, quoted; "" if more is wrong.
std::string RightCase(absl::string_view api_version, absl::string_view kind) {
  for (const absl::string_view version : {"v1", "v1beta1", "v1alpha1"}) {
    const std::string known_version = absl::StrCat(kRbacGroup, "/", version);
    if (!absl::EqualsIgnoreCase(api_version, known_version)) continue;
    for (const absl::string_view name :
         {"Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"}) {
      for (const absl::string_view suffix : {absl::string_view(), kList}) {
        const std::string known = absl::StrCat(name, suffix);
        if (!absl::EqualsIgnoreCase(kind, known)) continue;
        return GoQuote(kind == known ? known_version : known);
      }
    }
  }
  return "";
}

std::string NotKnown(absl::string_view api_version, absl::string_view kind) {
  return absl::StrCat("kind ", GoQuote(kind), " of ", GoQuote(api_version),
                      " is not known here");
}

}  // namespace

bool IsManifestName(absl::string_view file) {
  return IsJsonName(file) || absl::EndsWith(file, ".yaml") ||
         absl::EndsWith(file, ".yml");
}

FileLoader::FileLoader(absl::string_view file, const LoadOptions& options,
                       ReadProgress progress)
    : file_(file), progress_(std::move(progress)), limits_(options.limits) {
  decode_.field_validation = options.field_validation;
  decode_.limits = options.limits;
}

absl::Status FileLoader::Load(absl::string_view text) {
  if (!IsJsonName(file_) && !LooksLikeJson(text)) {
    return Read(NewYamlReader(text, file_, limits_, progress_).get());
  }
  const absl::Status as_json =
      Read(NewJsonReader(text, file_, limits_, progress_).get());
  if (ReasonOf(as_json) != Reason::kMalformed || IsJsonName(file_)) {
    return as_json;
  }
  // YAML may start with { too.
  result_ = LoadResult();
  passed_over_.clear();
  const absl::Status as_yaml =
      Read(NewYamlReader(text, file_, limits_, progress_).get());
  // Where it is neither, the name says which it was meant to be.
  const bool neither = ReasonOf(as_yaml) == Reason::kMalformed;
  return neither && !IsManifestName(file_) ? as_json : as_yaml;
}

LoadResult FileLoader::Take() {
  for (const auto& [kind, passed] : passed_over_) {
    result_.warnings.push_back(absl::StrCat(
        passed.place, ": ", NotKnown(kind.first, kind.second), ", ",
        passed.count, passed.count == 1 ? " object" : " objects",
        " passed over"));
  }
  return std::move(result_);
}

absl::Status FileLoader::Read(DocumentReader* reader) {
  while (true) {
    Document document;
    const absl::StatusOr<bool> more = reader->Next(&document);
    if (!more.ok()) return more.status();
    if (!*more) return absl::OkStatus();
    if (document.root().is(NodeKind::kNull)) continue;
    absl::Status status = Add(document.root(), Names());
    if (!status.ok()) return status;
  }
}

absl::Status FileLoader::Add(const Node& node, const Names& inherited) {
  Names names = inherited;
  absl::Status status = ReadNames(node, &names);
  if (!status.ok()) return status;
  const Node* items = node.Find("items");
  if (absl::EndsWith(names.kind, kList) && items != nullptr) {
    return AddItems(*items, names);
  }
  if (IsKnownList(names.api_version, names.kind)) return absl::OkStatus();
  const KindInfo* kind = FindKind(names.api_version, names.kind);
  if (kind == nullptr) return AddUnknown(node, names);
  absl::StatusOr<Object> object =
      DecodeObjectAs(*kind, node, file_, decode_, &result_.warnings);
  if (!object.ok()) return object.status();
  result_.objects.push_back(*std::move(object));
  return absl::OkStatus();
}

// Passing over a role or a binding changes who may do what, so that under
// strict validation it is refused; objects of other groups do not matter here.
absl::Status FileLoader::AddUnknown(const Node& node, const Names& names) {
  const bool strict = decode_.field_validation == FieldValidation::kStrict;
  if (!strict || !IsRbac(names.api_version)) {
    PassedOver& passed = passed_over_[{names.api_version, names.kind}];
    if (passed.count++ == 0) passed.place = Place(file_, node);
    return absl::OkStatus();
  }
  std::string text = absl::StrCat(Place(file_, node), ": ",
                                  NotKnown(names.api_version, names.kind));
  const std::string right = RightCase(names.api_version, names.kind);
  if (!right.empty()) absl::StrAppend(&text, ", did you mean ", right, "?");
  return MakeError(absl::StatusCode::kUnimplemented, Reason::kUnsupported,
                   text);
}

absl::Status FileLoader::AddItems(const Node& items, Names names) {
  if (items.is(NodeKind::kNull)) return absl::OkStatus();
  if (!items.is(NodeKind::kList)) {
    return InvalidAt(file_, items, "items: want a list of objects");
  }
  if (names.kind == kList) {
    names = Names();
  } else {
    names.kind = std::string(absl::StripSuffix(names.kind, kList));
  }
  for (const Node& item : items.items()) {
    absl::Status status = Add(item, names);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status FileLoader::ReadNames(const Node& node, Names* names) const {
  if (!node.is(NodeKind::kMap)) {
    return InvalidAt(file_, node, "want an object with apiVersion and kind");
  }
  const std::pair<absl::string_view, std::string*> fields[] = {
      {"apiVersion", &names->api_version}, {"kind", &names->kind}};
  for (const auto& [name, value] : fields) {
    const Node* found = node.Find(name);
    if (found != nullptr && found->is(NodeKind::kString)) {
      *value = std::string(found->text());
    } else if (found != nullptr && !found->is(NodeKind::kNull)) {
      return InvalidAt(file_, *found, absl::StrCat(name, ": want a string"));
    }
    if (value->empty()) {
      return InvalidAt(file_, node, absl::StrCat("an object without ", name));
    }
  }
  return absl::OkStatus();
}

}  // namespace gatehouse::objects::internal

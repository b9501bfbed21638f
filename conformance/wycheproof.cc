// Wycheproof's JWS and JWK cases: each says of one token whether it is valid
// under the keys of its group.
#include <cstddef>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "authn/jose/algorithm.h"
#include "authn/jose/jose_error.h"
#include "authn/jose/jwk.h"
#include "authn/jose/jws.h"
#include "authn/jose/key_set.h"
#include "authn/jose/verify.h"
#include "conformance/areas.h"
#include "conformance/files.h"
#include "conformance/report.h"
#include "objects/node.h"

namespace gatehouse::conformance {
namespace {

using authn::JoseError;
using objects::Node;
using objects::NodeKind;

constexpr absl::string_view kFileKeys[] = {
    "algorithm", "generatorVersion", "header",    "notes",
    "schema",    "numberOfTests",    "testGroups"};
constexpr absl::string_view kGroupKeys[] = {"type",    "source", "comment",
                                            "private", "public", "tests"};
constexpr absl::string_view kCaseKeys[] = {"tcId", "comment", "jws", "result",
                                           "flags"};
constexpr absl::string_view kTypes[] = {"JsonWebKey", "JsonWebSignature"};

// Flags of sets of which a user should take no key at all: cases that only an
// all-or-nothing reading of the set refuses.
constexpr absl::string_view kSetFlags[] = {"MixedKeySet", "DuplicateKid"};

// Group is the keys under which its tokens are verified.
struct Group {
  std::vector<const Node*> jwks;
  authn::KeySet keys;
  JoseError refused = JoseError::kNone;  // The set as a whole.
};

// Outcome is what the library answers.
struct Outcome {
  JoseError error = JoseError::kNone;
  // A set from a file is refused for one bad key, one that was fetched is not.
  JoseError problem = JoseError::kNone;

  bool accepted() const { return error == JoseError::kNone; }
};

absl::string_view TextOf(const Node& node, absl::string_view key) {
  const Node* value = node.Find(key);
  return value == nullptr ? "" : value->text();
}

void RefuseUnknownKeys(const Node& node,
                       absl::Span<const absl::string_view> known,
                       absl::string_view where, FileReport* report) {
  for (const objects::MapEntry& entry : node.entries()) {
    if (absl::c_linear_search(known, entry.key.text())) continue;
    report->AddProblem(
        absl::StrCat(where, ".", entry.key.text(), ": this key is not known"));
  }
}

// Writes a JWK or a set of them; their strings are ASCII.
std::string ToJson(const Node& node) {
  std::vector<std::string> parts;
  switch (node.kind()) {
    case NodeKind::kString:
      return absl::StrCat("\"", node.text(), "\"");
    case NodeKind::kList:
      for (const Node& item : node.items()) parts.push_back(ToJson(item));
      return absl::StrCat("[", absl::StrJoin(parts, ","), "]");
    case NodeKind::kMap:
      for (const objects::MapEntry& entry : node.entries()) {
        parts.push_back(
            absl::StrCat(ToJson(entry.key), ":", ToJson(entry.value)));
      }
      return absl::StrCat("{", absl::StrJoin(parts, ","), "}");
    case NodeKind::kNull:
      return "null";
    case NodeKind::kBool:
    case NodeKind::kNumber:
      break;
  }
  return std::string(node.text());
}

// Reads the keys that a verifier has: the public ones, or the secrets.
Group ReadGroup(const Node& node) {
  Group group;
  const Node* keys = node.Find("public");
  if (keys == nullptr) keys = node.Find("private");
  if (keys == nullptr) {
    group.refused = JoseError::kMissingMember;
    return group;
  }
  const Node* list = keys->Find("keys");
  std::string json = ToJson(*keys);
  if (list == nullptr) {
    group.jwks.push_back(keys);
    json = absl::StrCat("{\"keys\":[", json, "]}");
  } else {
    for (const Node& jwk : list->items()) group.jwks.push_back(&jwk);
  }
  const bool symmetric = absl::c_all_of(
      group.jwks, [](const Node* jwk) { return TextOf(*jwk, "kty") == "oct"; });
  authn::KeySetOptions options;
  if (symmetric) options.kind = authn::KeyKind::kSymmetric;
  absl::StatusOr<authn::KeySet> set =
      authn::KeySet::FromJwks(json, "keys", options);
  group.refused = authn::JoseErrorOf(set.status());
  if (set.ok()) group.keys = *std::move(set);
  return group;
}

Outcome Ask(const Group& group, absl::string_view token) {
  Outcome outcome;
  outcome.error = group.refused;
  if (group.refused != JoseError::kNone) return outcome;
  outcome.error =
      authn::JoseErrorOf(authn::VerifyCompact(token, group.keys).status());
  if (!group.keys.problems().empty()) {
    outcome.problem = authn::JoseErrorOf(group.keys.problems().front().status);
  }
  return outcome;
}

// Deviation is an answer that differs from Wycheproof's on purpose. `applies`
// looks at the case itself and not at what was answered.
struct Deviation {
  bool accepted;  // What is answered.
  bool (*applies)(const Node& group_node, const Group& group,
                  absl::string_view token);
  absl::string_view reason;
};

// InvalidCharacterInsertedInPayload, where it is called valid.
bool HasStrangeCharacter(const Node&, const Group&, absl::string_view token) {
  return absl::c_any_of(token, [](char c) {
    return !absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '-' &&
           c != '_' && c != '.';
  });
}

// rfc7520 Figure27: RFC 7520 itself says ES512.
bool KeySaysEs521(const Node&, const Group& group, absl::string_view) {
  return absl::c_any_of(group.jwks, [](const Node* jwk) {
    return TextOf(*jwk, "alg") == "ES521";
  });
}

// rfc7520 Figure20: the token says PS384, the key PS256.
bool KeySaysOtherAlgorithm(const Node&, const Group& group,
                           absl::string_view token) {
  const auto jws = authn::Jws::Parse(token);
  if (!jws.ok()) return false;
  return absl::c_all_of(group.jwks, [&jws](const Node* jwk) {
    const absl::string_view says = TextOf(*jwk, "alg");
    return !says.empty() && says != authn::JwsAlgorithmName(jws->algorithm());
  });
}

// invalidBase64PaddingInPayload, which came to be the bytes of ValidMac.
bool SameTokenIsValidToo(const Node& group_node, const Group&,
                         absl::string_view token) {
  return absl::c_any_of(group_node.Find("tests")->items(),
                        [token](const Node& other) {
                          return TextOf(other, "jws") == token &&
                                 TextOf(other, "result") == "valid";
                        });
}

constexpr Deviation kDeviations[] = {
    {false, HasStrangeCharacter,
     "refused: RFC 7515 section 2 has no such character in base64url"},
    {false, KeySaysEs521,
     "refused: the key's \"alg\" is ES521, which no RFC has; P-521 is ES512's"},
    {false, KeySaysOtherAlgorithm,
     "refused: the algorithm is the key's property, and it says another one"},
    {true, SameTokenIsValidToo,
     "accepted: another case calls the same bytes valid under the same key"},
};

// Runs one case, which has the keys that it must have.
void RunCase(const Node& node, const Node& group_node, const Group& group,
             FileReport* report) {
  const std::string name =
      absl::StrCat(TextOf(group_node, "comment"), " ", TextOf(node, "tcId"),
                   " ", TextOf(node, "comment"));
  const absl::string_view result = TextOf(node, "result");
  const absl::string_view token = TextOf(node, "jws");
  const Outcome outcome = Ask(group, token);
  const bool about_set =
      node.Find("flags") != nullptr &&
      absl::c_any_of(node.Find("flags")->items(), [](const Node& flag) {
        return absl::c_linear_search(kSetFlags, flag.text());
      });
  const bool accepted =
      outcome.accepted() && (!about_set || outcome.problem == JoseError::kNone);
  if (result == "acceptable" || accepted == (result == "valid")) {
    return report->AddCase(name, {});
  }
  for (const Deviation& deviation : kDeviations) {
    if (deviation.accepted == accepted &&
        deviation.applies(group_node, group, token)) {
      report->AddNote(
          absl::StrCat(name, " (", result, "): ", deviation.reason));
      return report->AddCase(name, {});
    }
  }
  report->AddCase(
      name,
      {{"result", std::string(result),
        accepted ? "valid"
                 : absl::StrCat("invalid: ", JoseErrorName(outcome.error))}});
}

bool IsCase(const Node& node) {
  constexpr absl::string_view kResults[] = {"valid", "invalid", "acceptable"};
  return node.Find("jws") != nullptr && node.Find("tcId") != nullptr &&
         absl::c_linear_search(kResults, TextOf(node, "result"));
}

// Returns how many cases it has run.
size_t RunGroup(const Node& node, FileReport* report) {
  const std::string where(TextOf(node, "comment"));
  RefuseUnknownKeys(node, kGroupKeys, where, report);
  if (!absl::c_linear_search(kTypes, TextOf(node, "type"))) {
    report->AddProblem(absl::StrCat(where, ": this type is not known"));
  }
  const Node* cases = node.Find("tests");
  if (cases == nullptr) {
    report->AddProblem(absl::StrCat(where, ": no tests"));
    return 0;
  }
  const Group group = ReadGroup(node);
  for (const Node& each : cases->items()) {
    RefuseUnknownKeys(each, kCaseKeys, where, report);
    if (IsCase(each)) {
      RunCase(each, node, group, report);
    } else {
      report->AddCase(where, {{"", "", "want tcId, jws and result"}});
    }
  }
  return cases->items().size();
}

}  // namespace

void RunWycheproof(const std::string& path, FileReport* report) {
  const absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok())
    return report->AddProblem(std::string(text.status().message()));
  const absl::StatusOr<objects::Document> document =
      objects::ParseJson(*text, path);
  if (!document.ok()) {
    return report->AddProblem(std::string(document.status().message()));
  }
  const Node& root = document->root();
  RefuseUnknownKeys(root, kFileKeys, "file", report);
  const Node* groups = root.Find("testGroups");
  if (groups == nullptr || groups->items().empty()) {
    return report->AddProblem("there are no cases in it");
  }
  size_t cases = 0;
  for (const Node& group : groups->items()) cases += RunGroup(group, report);
  if (TextOf(root, "numberOfTests") != absl::StrCat(cases)) {
    report->AddProblem(absl::StrCat("numberOfTests is ",
                                    TextOf(root, "numberOfTests"), ", and ",
                                    cases, " are there"));
  }
}

}  // namespace gatehouse::conformance

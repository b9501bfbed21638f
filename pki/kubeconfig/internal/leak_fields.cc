// The fields of a kubeconfig in which credentials stand.
#include <cstddef>
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/go_quote.h"
#include "base/secret.h"
#include "objects/node.h"
#include "pki/kubeconfig/internal/leak_scanner.h"

namespace gatehouse::pki::internal {
namespace {

using objects::MapEntry;
using objects::Node;
using objects::NodeKind;

const Node* StringField(const Node& map, absl::string_view name) {
  const Node* node = map.Find(name);
  if (node == nullptr || !node->is(NodeKind::kString)) return nullptr;
  return node->text().empty() ? nullptr : node;
}

Origin At(const Node& node, const std::string& entry) {
  Origin origin;
  origin.line = node.line();
  origin.decoded = true;
  origin.entry = entry;
  return origin;
}

}  // namespace

void LeakScanner::ScanKubeconfig(const Node& document) {
  const Node* users = document.Find("users");
  if (users == nullptr) return;
  for (const Node& item : users->items()) {
    const Node* user = item.Find("user");
    if (user == nullptr) continue;
    const Node* name = StringField(item, "name");
    ScanUser(*user, absl::StrCat("user ",
                                 GoQuote(name == nullptr ? "" : name->text())));
  }
}

void LeakScanner::ScanUser(const Node& user, const std::string& entry) {
  ScanData(user, "client-certificate-data", entry);
  ScanData(user, "client-key-data", entry);
  const Node* token = StringField(user, "token");
  if (token != nullptr) AddToken(token->text(), At(*token, entry), "token");
  const Node* password = StringField(user, "password");
  if (password != nullptr && IsNew(password->text())) {
    const Node* name = StringField(user, "username");
    LeakFinding finding =
        NewFinding(CredentialKind::kBasicPassword, At(*password, entry));
    if (name != nullptr) finding.user = std::string(name->text());
    report_.findings.push_back(std::move(finding));
  }
  ScanAuthProvider(user, entry);
  for (const absl::string_view field : {"client-key", "tokenFile"}) {
    const Node* path = StringField(user, field);
    if (path != nullptr) report_.referenced_files.emplace_back(path->text());
  }
}

void LeakScanner::ScanData(const Node& user, absl::string_view field,
                           const std::string& entry) {
  const Node* data = StringField(user, field);
  if (data == nullptr) return;
  const size_t before = keys_.size() + certificates_.size() + seen_.size();
  const Origin origin = At(*data, entry);
  std::string decoded;
  if (absl::Base64Unescape(data->text(), &decoded)) ScanPem(decoded, origin);
  WipeString(&decoded);
  if (keys_.size() + certificates_.size() + seen_.size() != before) return;
  // There is something, and nobody knows what; a copy of a known one is fine.
  if (field != "client-key-data" || !IsNew(data->text())) return;
  LeakFinding finding = NewFinding(CredentialKind::kPrivateKey, origin);
  finding.note = "cannot be read";
  report_.findings.push_back(std::move(finding));
}

void LeakScanner::ScanAuthProvider(const Node& user, const std::string& entry) {
  const Node* provider = user.Find("auth-provider");
  const Node* config = provider == nullptr ? nullptr : provider->Find("config");
  if (config == nullptr) return;
  for (const MapEntry& item : config->entries()) {
    const absl::string_view key = item.key.text();
    if (!absl::EndsWith(key, "-token") && key != "client-secret") continue;
    if (!item.value.is(NodeKind::kString) || item.value.text().empty()) {
      continue;
    }
    AddToken(item.value.text(), At(item.value, entry), key);
  }
}

}  // namespace gatehouse::pki::internal

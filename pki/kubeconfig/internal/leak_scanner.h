// Finds credentials in text.
#ifndef GATEHOUSE_PKI_KUBECONFIG_INTERNAL_LEAK_SCANNER_H_
#define GATEHOUSE_PKI_KUBECONFIG_INTERNAL_LEAK_SCANNER_H_

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "objects/node.h"
#include "pki/certificate.h"
#include "pki/kubeconfig/leak_check.h"
#include "pki/public_key.h"

namespace gatehouse::pki::internal {

// Origin is where a text that is scanned comes from.
struct Origin {
  int line = 1;          // The line that the text starts on.
  bool decoded = false;  // It was base64: all of it is on that line.
  int depth = 0;         // Of base64 in base64.
  std::string entry;     // As LeakFinding's.
};

// LeakScanner gathers what is found, pairs keys with certificates at the end.
// Scan as often as wanted, then Finish once. For one thread.
class LeakScanner {
 public:
  LeakScanner(absl::string_view file, absl::Time now)
      : file_(file), now_(now) {}

  // Looks at the fields of a kubeconfig, if `document` is one.
  void ScanKubeconfig(const objects::Node& document);

  // Looks for PEM, tokens and base64 of them anywhere in `text`.
  void ScanText(absl::string_view text, const Origin& origin);

  // kTooLarge if more was found than a report takes.
  absl::StatusOr<LeakReport> Finish();

 private:
  struct FoundKey {
    absl::optional<PublicKey> public_key;  // Absent: it could not be parsed.
    LeakFinding finding;
  };

  void ScanUser(const objects::Node& user, const std::string& entry);
  void ScanData(const objects::Node& user, absl::string_view field,
                const std::string& entry);
  void ScanAuthProvider(const objects::Node& user, const std::string& entry);

  void ScanPem(absl::string_view text, const Origin& origin);
  void ScanRuns(absl::string_view text, const Origin& origin);
  void ScanRun(absl::string_view run, const Origin& origin);
  void ScanBase64(absl::string_view run, const Origin& origin);
  void ScanJwts(absl::string_view run, const Origin& origin);
  void ScanBootstrapTokens(absl::string_view run, const Origin& origin);

  void AddPem(absl::string_view block, const Origin& origin);
  void AddKey(absl::string_view pem, const Origin& origin);
  // A token of whatever form; `field` is what it stands in.
  void AddToken(absl::string_view token, const Origin& origin,
                absl::string_view field);
  bool AddJwt(absl::string_view token, const Origin& origin);
  void AddBootstrapToken(absl::string_view token, const Origin& origin);

  // Adds the pairs of a key, or the key alone.
  void Pair(const FoundKey& key);
  LeakFinding NewFinding(CredentialKind kind, const Origin& origin) const;
  CredentialVerdict VerdictOf(absl::optional<absl::Time> not_before,
                              absl::optional<absl::Time> not_after) const;
  // Whether there is room for more, and `secret` has not been seen before.
  bool IsNew(absl::string_view secret);

  const std::string file_;
  const absl::Time now_;
  LeakReport report_;
  std::vector<Certificate> certificates_;
  std::vector<FoundKey> keys_;
  std::set<std::string> seen_;  // SHA-256 of what was found.
};

}  // namespace gatehouse::pki::internal

#endif  // GATEHOUSE_PKI_KUBECONFIG_INTERNAL_LEAK_SCANNER_H_

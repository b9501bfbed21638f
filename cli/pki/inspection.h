// What is in a file of certificates, requests, revocation lists and keys.
#ifndef GATEHOUSE_CLI_PKI_INSPECTION_H_
#define GATEHOUSE_CLI_PKI_INSPECTION_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "cli/internal/trust_flags.h"
#include "cli/pki/answers.pb.h"
#include "cli/pki/judgement.h"
#include "pki/certificate.h"

namespace gatehouse::cli {

// NamedCa is a CA of a cluster's directory.
struct NamedCa {
  std::string path;
  pki::Certificate certificate;
};

// Inspector describes inputs, one after the other. For one thread.
class Inspector {
 public:
  // `trust`, if there is any, is what certificates and lists are held against;
  // `has_lists` whether it includes revocation lists. `cluster_cas` are those
  // of --dir.
  Inspector(absl::optional<Trust> trust, bool has_lists,
            std::vector<NamedCa> cluster_cas, JudgeOptions options);

  // Adds all that `bytes` hold, PEM or DER, to `*answer`. `source` names them.
  // A block that does not parse is an error, and so is nothing at all.
  absl::Status Add(absl::string_view bytes, const std::string& source,
                   InspectAnswer* answer) const;

 private:
  absl::Status AddPem(absl::string_view text, const std::string& source,
                      InspectAnswer* answer) const;
  absl::Status AddDer(absl::string_view der, const std::string& source,
                      InspectAnswer* answer) const;
  void AddCertificate(const pki::Certificate& certificate,
                      const std::vector<pki::Certificate>& others,
                      const std::string& source, InspectAnswer* answer) const;
  absl::Status AddRequest(absl::string_view der, const std::string& source,
                          InspectAnswer* answer) const;
  absl::Status AddList(absl::string_view der, const std::string& source,
                       InspectAnswer* answer) const;
  VerdictAnswer Verdict(const pki::Certificate& certificate,
                        const std::vector<pki::Certificate>& others) const;

  const absl::optional<Trust> trust_;
  const bool has_lists_;
  const std::vector<NamedCa> cluster_cas_;
  const JudgeOptions options_;
};

}  // namespace gatehouse::cli

#endif  // GATEHOUSE_CLI_PKI_INSPECTION_H_

// BoringSSL's own verification of a chain: what ours is held against.
#ifndef GATEHOUSE_BENCHMARKS_BARE_VERIFY_H_
#define GATEHOUSE_BENCHMARKS_BARE_VERIFY_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace gatehouse::bench {

// BareVerify verifies one chain by X509_verify_cert: signatures, times, CA
// constraints and the purpose of a TLS client, and nothing of identity,
// revocation or budgets. For one thread.
class BareVerify {
 public:
  // `ders` are the leaf and the intermediates.
  BareVerify(const std::vector<std::string>& ders, const std::string& root_der,
             absl::Time now);
  ~BareVerify();

  // Parses leaf and intermediates, as they come from a client, and verifies.
  bool ParseAndVerify() const;
  // Verifies certificates that were parsed before. Once used, a certificate
  // keeps what BoringSSL found out about its extensions.
  bool VerifyParsed() const;

 private:
  struct Certificates;
  const std::vector<std::string> ders_;
  std::unique_ptr<const Certificates> parsed_;
};

}  // namespace gatehouse::bench

#endif  // GATEHOUSE_BENCHMARKS_BARE_VERIFY_H_

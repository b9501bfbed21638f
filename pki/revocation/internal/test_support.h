// What the tests of pki/revocation share.
#ifndef GATEHOUSE_PKI_REVOCATION_INTERNAL_TEST_SUPPORT_H_
#define GATEHOUSE_PKI_REVOCATION_INTERNAL_TEST_SUPPORT_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "pki/certificate.h"
#include "pki/private_key.h"
#include "pki/revocation/crl.h"
#include "pki/revocation/crl_writer.h"
#include "pki/testing/certificate_builder.h"
#include "pki/verify/verified_chain.h"

namespace gatehouse::pki::internal {

// Parses "2026-07-23T10:00:00Z".
absl::Time At(absl::string_view text);

// Returns octets from hexadecimal digits, spaces between them as you like.
std::string FromHex(absl::string_view hex);

// Returns one element of DER.
std::string Tlv(uint8_t tag, absl::string_view content);

// RawCrl is a certificate list of any shape, each part as it is encoded.
struct RawCrl {
  std::string version = FromHex("020101");
  absl::optional<std::string> algorithm;  // Inside; absent: the fitting one.
  absl::optional<std::string> issuer;     // Absent: the CA's name.
  std::string this_update = Tlv(0x17, "260701000000Z");
  std::string next_update = Tlv(0x17, "260801000000Z");
  std::string entries;     // With the SEQUENCE around them.
  std::string extensions;  // With the [0] around them.
  std::string tail;        // After everything.
  bool flip_signature = false;

  // Returns the list signed by `ca`'s key.
  std::string Der(const testing::TestCertificate& ca) const;
};

// Returns one extension, and a [0] around several.
std::string RawExtensionDer(absl::string_view oid_hex, bool critical,
                            absl::string_view value);
std::string ListExtensions(const std::vector<std::string>& extensions);

// Returns one entry: a serial's content in hexadecimal, revoked on the 2nd of
// July 2026, and its extensions.
std::string RawEntry(absl::string_view serial_hex,
                     const std::vector<std::string>& extensions = {});
std::string RawEntries(const std::vector<std::string>& entries);

// Returns a key as the library holds it.
PrivateKey KeyOf(const testing::TestKey& key);

// Makes a list signed by `ca`; ends the program if it cannot.
Crl MakeCrl(const CrlTemplate& request, const testing::TestCertificate& ca);

// Returns a template from 2026-07-01 to 2026-08-01 with these serials (content
// octets), revoked on the 2nd of July for keyCompromise.
CrlTemplate JulyCrl(const std::vector<std::string>& serials);

// Verifies; ends the program if there is no path.
VerifiedChain ChainOf(const Certificate& leaf,
                      absl::Span<const Certificate> intermediates,
                      const Certificate& anchor);

// A directory that goes with the test. Files in it by name.
class Directory {
 public:
  Directory();
  ~Directory();
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;

  std::string Path(absl::string_view name) const;
  void Write(absl::string_view name, absl::string_view contents) const;
  std::string Read(absl::string_view name) const;
  // Runs a shell command in the directory. Returns what it prints, on either
  // stream; the test fails if it does not end with `status`.
  std::string Run(const std::string& command, int status = 0) const;

 private:
  std::string path_;
};

}  // namespace gatehouse::pki::internal

#endif  // GATEHOUSE_PKI_REVOCATION_INTERNAL_TEST_SUPPORT_H_

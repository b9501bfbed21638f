// Certificate revocation lists as they were parsed (RFC 5280 section 5):
// nothing in this header has been verified. crl_set.h does that.
#ifndef GATEHOUSE_PKI_REVOCATION_CRL_H_
#define GATEHOUSE_PKI_REVOCATION_CRL_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "pki/distinguished_name.h"
#include "pki/public_key.h"

namespace gatehouse::pki {

// CrlReason is why a certificate was revoked (RFC 5280 5.3.1).
enum class CrlReason : uint8_t {
  kUnspecified = 0,
  kKeyCompromise = 1,
  kCaCompromise = 2,
  kAffiliationChanged = 3,
  kSuperseded = 4,
  kCessationOfOperation = 5,
  kCertificateHold = 6,
  kRemoveFromCrl = 8,  // Of delta lists: it is not revoked any more.
  kPrivilegeWithdrawn = 9,
  kAaCompromise = 10,
};

// Returns the RFC's name, such as "keyCompromise".
absl::string_view CrlReasonName(CrlReason reason);

// Parses such a name, in any case. kInvalid, with the names there are.
absl::StatusOr<CrlReason> ParseCrlReason(absl::string_view name);

// IssuingDistributionPoint is the scope of a list (RFC 5280 5.2.5).
struct IssuingDistributionPoint {
  // Each name of the distribution point as the DER of one GeneralName; a name
  // relative to the issuer is made whole, and stands as a directoryName.
  std::vector<std::string> names;
  bool only_user_certificates = false;
  bool only_ca_certificates = false;
  bool only_attribute_certificates = false;
  bool indirect = false;
  // Bit n is bit n of ReasonFlags (1: keyCompromise ... 8: aACompromise).
  absl::optional<uint16_t> only_some_reasons;
};

// CrlInfo is what a list says of itself. A plain value.
struct CrlInfo {
  std::string source;  // Where it came from, for errors; may be "".
  int version = 1;     // 1 or 2.
  DistinguishedName issuer;
  absl::Time this_update;
  absl::Time next_update;
  // The serial number of the list and, for a delta list, of the oldest list
  // that it may be applied to: big-endian without leading zeros, "" for 0.
  absl::optional<std::string> number;
  absl::optional<std::string> delta_base;
  absl::optional<IssuingDistributionPoint> distribution_point;
  std::string scope;  // That extension's DER, to compare; "" without one.
  absl::optional<std::string> authority_key_id;
  bool has_freshest_crl = false;  // It says where delta lists are.
  size_t entry_count = 0;

  bool is_delta() const { return delta_base.has_value(); }
};

// Compares two numbers of CrlInfo: below, equal to or above zero.
int CompareCrlNumbers(absl::string_view a, absl::string_view b);

// CrlEntry is one revoked certificate. It points into its list.
struct CrlEntry {
  // As Certificate::serial(): shortest form of big-endian two's complement.
  absl::string_view serial;
  absl::Time revoked_at;
  CrlReason reason = CrlReason::kUnspecified;
  absl::optional<absl::Time> invalid_since;  // invalidityDate.
  // DER of the name that issued the certificate: in an indirect list what the
  // entry or one before it says, else the list's own issuer.
  absl::string_view certificate_issuer;
};

// Crl is one certificate list, version 1 or 2, in strict DER. A handle to
// immutable shared data; any thread may read it. It keeps the encoding and no
// object for an entry.
class Crl {
 public:
  static constexpr size_t kMaxBytes = size_t{256} << 20;
  // The most octets of a serial number. The RFC allows 20.
  static constexpr size_t kMaxSerial = 64;

  // Parses exactly one list, to its last entry. `source` names the input in
  // errors: kMalformed (not DER, bytes left over, an extension twice),
  // kUnhandledCritical (RFC 5280 5.2 and 5.3: such a list must not be used),
  // kInvalid (a contradiction, such as a list without nextUpdate, which would
  // never turn stale), kTooLarge.
  static absl::StatusOr<Crl> FromDer(absl::string_view der,
                                     absl::string_view source = "");

  // Parses every "X509 CRL" block of a PEM text, in order; other blocks are
  // passed over. kNotFound if there is none.
  static absl::StatusOr<std::vector<Crl>> FromPem(
      absl::string_view pem, absl::string_view source = "");

  const CrlInfo& info() const;
  absl::string_view der() const;
  std::string ToPem() const;

  // Calls `each` with every entry in the order of the list.
  void ForEachEntry(absl::FunctionRef<void(const CrlEntry&)> each) const;

  // Checks the signature with `key`: bytes only, no rule of X.509. OK;
  // kBadSignature; kWeakCryptography for a digest that is not good enough.
  absl::Status CheckSignature(const PublicKey& key) const;

 private:
  struct Data;
  explicit Crl(std::shared_ptr<const Data> data);
  std::shared_ptr<const Data> data_;
};

}  // namespace gatehouse::pki

#endif  // GATEHOUSE_PKI_REVOCATION_CRL_H_

// The conditions of a CertificateSigningRequest: what has been decided on it.
#ifndef GATEHOUSE_PKI_SIGNERS_CSR_CONDITIONS_H_
#define GATEHOUSE_PKI_SIGNERS_CSR_CONDITIONS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "proto/certificates.pb.h"
#include "proto/meta.pb.h"

namespace gatehouse::pki {

// The types that mean something, and the only status that these may have.
inline constexpr char kApproved[] = "Approved";
inline constexpr char kDenied[] = "Denied";
inline constexpr char kFailed[] = "Failed";
inline constexpr char kConditionTrue[] = "True";

// Returns whether there is a condition of that type, whatever its status: how
// Kubernetes reads Approved and Denied.
bool HasCondition(const k8s::CertificateSigningRequest& csr,
                  absl::string_view type);

// Returns whether a condition of that type has status True, or none at all, as
// objects of the older API have.
bool HasTrueCondition(const k8s::CertificateSigningRequest& csr,
                      absl::string_view type);

// Returns whether the request may be signed as far as approval goes: Approved,
// and not Denied.
bool IsApproved(const k8s::CertificateSigningRequest& csr);

// Appends a condition with status True, both its times being `now`.
void AddCondition(absl::string_view type, absl::string_view reason,
                  absl::string_view message, absl::Time now,
                  k8s::CertificateSigningRequest* csr);

// Returns what `kubectl get csr` shows: "Pending", "Approved", "Denied",
// "Approved,Issued", "Approved,Failed", and so on.
std::string ConditionText(const k8s::CertificateSigningRequest& csr);

// Convert a moment, to whole seconds. An unset time is absl::InfinitePast().
k8s::Time ToTime(absl::Time time);
absl::Time FromTime(const k8s::Time& time);

}  // namespace gatehouse::pki

#endif  // GATEHOUSE_PKI_SIGNERS_CSR_CONDITIONS_H_

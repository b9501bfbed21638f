#include "pki/signers/csr_conditions.h"

#include <string>

#include "absl/algorithm/container.h"

namespace gatehouse::pki {

using Condition = k8s::CertificateSigningRequestCondition;

bool HasCondition(const k8s::CertificateSigningRequest& csr,
                  absl::string_view type) {
  return absl::c_any_of(csr.status().conditions(),
                        [&](const Condition& c) { return c.type() == type; });
}

bool HasTrueCondition(const k8s::CertificateSigningRequest& csr,
                      absl::string_view type) {
  return absl::c_any_of(csr.status().conditions(), [&](const Condition& c) {
    return c.type() == type &&
           (c.status().empty() || c.status() == kConditionTrue);
  });
}

bool IsApproved(const k8s::CertificateSigningRequest& csr) {
  return HasCondition(csr, kApproved) && !HasCondition(csr, kDenied);
}

void AddCondition(absl::string_view type, absl::string_view reason,
                  absl::string_view message, absl::Time now,
                  k8s::CertificateSigningRequest* csr) {
  Condition* condition = csr->mutable_status()->add_conditions();
  condition->set_type(std::string(type));
  condition->set_status(kConditionTrue);
  condition->set_reason(std::string(reason));
  condition->set_message(std::string(message));
  *condition->mutable_lastupdatetime() = ToTime(now);
  *condition->mutable_lasttransitiontime() = ToTime(now);
}

std::string ConditionText(const k8s::CertificateSigningRequest& csr) {
  std::string text = HasCondition(csr, kDenied)     ? "Denied"
                     : HasCondition(csr, kApproved) ? "Approved"
                                                    : "Pending";
  if (HasCondition(csr, kFailed)) text += ",Failed";
  if (!csr.status().certificate().empty()) text += ",Issued";
  return text;
}

k8s::Time ToTime(absl::Time time) {
  k8s::Time out;
  out.set_seconds(absl::ToUnixSeconds(time));
  return out;
}

absl::Time FromTime(const k8s::Time& time) {
  return time.has_seconds() ? absl::FromUnixSeconds(time.seconds())
                            : absl::InfinitePast();
}

}  // namespace gatehouse::pki

#include "pki/signers/csr_lifecycle.h"

#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "pki/certificate.h"
#include "pki/signers/csr_conditions.h"

namespace gatehouse::pki {
namespace {

using Csr = k8s::CertificateSigningRequest;
using Condition = k8s::CertificateSigningRequestCondition;

// Puts the conditions of a type as they were in the place of those that were
// sent. Where one came or went, nothing: validation will say so.
void RestoreConditions(const Csr& old, absl::string_view type, Csr* csr) {
  std::vector<const Condition*> before;
  for (const Condition& condition : old.status().conditions()) {
    if (condition.type() == type) before.push_back(&condition);
  }
  std::vector<Condition*> after;
  for (Condition& condition : *csr->mutable_status()->mutable_conditions()) {
    if (condition.type() == type) after.push_back(&condition);
  }
  if (before.size() != after.size()) return;
  for (size_t i = 0; i < before.size(); ++i) *after[i] = *before[i];
}

k8s::Time TransitionTime(const Condition& condition, const Csr& old,
                         absl::Time now) {
  for (const Condition& before : old.status().conditions()) {
    if (before.type() == condition.type() &&
        before.status() == condition.status() &&
        before.lasttransitiontime().has_seconds()) {
      return before.lasttransitiontime();
    }
  }
  return ToTime(now);
}

void FillConditionTimes(const Csr& old, absl::Time now, Csr* csr) {
  for (Condition& condition : *csr->mutable_status()->mutable_conditions()) {
    if (!condition.lastupdatetime().has_seconds()) {
      *condition.mutable_lastupdatetime() = ToTime(now);
    }
    if (!condition.lasttransitiontime().has_seconds()) {
      *condition.mutable_lasttransitiontime() =
          TransitionTime(condition, old, now);
    }
  }
}

bool IsOlderThan(const k8s::Time& time, absl::Duration age, absl::Time now) {
  return time.has_seconds() && now - FromTime(time) > age;
}

bool IsCertificateExpired(const std::string& pem, absl::Time now) {
  const absl::StatusOr<std::vector<Certificate>> chain =
      Certificate::FromPem(pem);
  return chain.ok() && !chain->empty() && now > chain->front().not_after();
}

}  // namespace

void PrepareCsrCreate(const UserInfo& requestor, Csr* csr) {
  k8s::CertificateSigningRequestSpec* spec = csr->mutable_spec();
  spec->set_username(requestor.name);
  spec->set_uid(requestor.uid);
  *spec->mutable_groups() = {requestor.groups.begin(), requestor.groups.end()};
  spec->clear_extra();
  for (const auto& [key, values] : requestor.extra) {
    *(*spec->mutable_extra())[key].mutable_items() = {values.begin(),
                                                      values.end()};
  }
  csr->clear_status();
}

void PrepareCsrUpdate(const Csr& old, CsrEndpoint endpoint, absl::Time now,
                      Csr* csr) {
  *csr->mutable_spec() = old.spec();
  if (endpoint == CsrEndpoint::kObject) {
    *csr->mutable_status() = old.status();
    return;
  }
  if (endpoint == CsrEndpoint::kStatus) {
    RestoreConditions(old, kApproved, csr);
    RestoreConditions(old, kDenied, csr);
    FillConditionTimes(old, now, csr);
    return;
  }
  FillConditionTimes(old, now, csr);
  const auto conditions = csr->status().conditions();
  *csr->mutable_status() = old.status();
  *csr->mutable_status()->mutable_conditions() = conditions;
}

bool IsCsrGarbage(const Csr& csr, absl::Time now) {
  const k8s::CertificateSigningRequestStatus& status = csr.status();
  if (status.conditions().empty()) {
    return IsOlderThan(csr.metadata().creationtimestamp(), kPendingCsrLifetime,
                       now);
  }
  const bool issued = !status.certificate().empty();
  return absl::c_any_of(status.conditions(), [&](const Condition& condition) {
    const k8s::Time& time = condition.lastupdatetime();
    if (condition.type() == kApproved) {
      return issued && (IsOlderThan(time, kIssuedCsrLifetime, now) ||
                        IsCertificateExpired(status.certificate(), now));
    }
    if (condition.type() == kDenied) {
      return IsOlderThan(time, kDeniedCsrLifetime, now);
    }
    return condition.type() == kFailed &&
           IsOlderThan(time, kFailedCsrLifetime, now);
  });
}

}  // namespace gatehouse::pki

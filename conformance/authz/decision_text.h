// Conditional decisions as the cases write them.
#ifndef GATEHOUSE_CONFORMANCE_AUTHZ_DECISION_TEXT_H_
#define GATEHOUSE_CONFORMANCE_AUTHZ_DECISION_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"
#include "authz/conditions.h"
#include "conformance/fields.h"

namespace gatehouse::conformance {

// Reads a decision: {leaf, reason, error}, {zeroValue}, {fromParts: [decision
// or number, reason, error]}, {conditionsMap} or {union: [{name, decision}]}.
authz::ConditionalDecision DecodeDecision(Fields decision);

// Reads {deny, noOpinion, allow}, each a list of conditions, or a number of
// them made from a pattern: {allowGenerated: {count, idPattern}}.
authz::ConditionsMap DecodeConditionsMap(Fields map);

// Reads "true", "false" or "error:<message>"; "" cannot be evaluated. Anything
// else is a problem of `key`.
authz::ConditionResult DecodeResult(absl::string_view text,
                                    absl::string_view key, Fields& fields);

// Returns "Deny", "Allow", "NoOpinion", "ConditionsMap" or "Union".
absl::string_view KindName(authz::ConditionalDecision::Kind kind);

}  // namespace gatehouse::conformance

#endif  // GATEHOUSE_CONFORMANCE_AUTHZ_DECISION_TEXT_H_

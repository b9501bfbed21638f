#include "testing/request.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "rbac/subjects.h"

namespace gatehouse::testing {

namespace {

std::string GroupOfServiceAccounts(absl::string_view account_namespace) {
  return absl::StrCat(kServiceAccountsGroup, ":", account_namespace);
}

void AddImpliedGroups(UserInfo& user) {
  const bool unauthenticated =
      absl::c_linear_search(user.groups, kUnauthenticatedGroup);
  if (user.groups.empty()) {
    if (const auto account = rbac::ParseServiceAccountUsername(user.name)) {
      user.groups = {kServiceAccountsGroup,
                     GroupOfServiceAccounts(account->namespace_)};
    }
  }
  const absl::string_view implied =
      user.name == kAnonymousUser ? kUnauthenticatedGroup : kAuthenticatedGroup;
  if (!unauthenticated && !absl::c_linear_search(user.groups, implied)) {
    user.groups.emplace_back(implied);
  }
}

bool IsImplied(const UserInfo& user, absl::string_view group) {
  if (group == kAuthenticatedGroup || group == kUnauthenticatedGroup) {
    return true;
  }
  const auto account = rbac::ParseServiceAccountUsername(user.name);
  return account.has_value() &&
         (group == kServiceAccountsGroup ||
          group == GroupOfServiceAccounts(account->namespace_));
}

void SetResource(absl::string_view what, Request& request) {
  const std::pair<absl::string_view, absl::string_view> levels =
      absl::StrSplit(what, absl::MaxSplits('/', 1));
  const std::pair<absl::string_view, absl::string_view> names =
      absl::StrSplit(levels.first, absl::MaxSplits('.', 1));
  request.resource = std::string(names.first);
  request.api_group = std::string(names.second);
  request.subresource = std::string(levels.second);
}

}  // namespace

RequestOption InNamespace(std::string object_namespace) {
  return [object_namespace = std::move(object_namespace)](Request& request) {
    request.object_namespace = object_namespace;
  };
}

RequestOption Named(std::string name) {
  return [name = std::move(name)](Request& request) { request.name = name; };
}

RequestOption WithGroups(std::vector<std::string> groups) {
  return [groups = std::move(groups)](Request& request) {
    request.user.groups = groups;
  };
}

Request MakeRequest(absl::string_view user, absl::string_view verb,
                    absl::string_view what,
                    std::initializer_list<RequestOption> options) {
  Request request;
  request.user.name = std::string(user);
  request.verb = std::string(verb);
  request.resource_request = !absl::StartsWith(what, "/");
  if (request.resource_request) {
    SetResource(what, request);
  } else {
    request.path = std::string(what);
  }
  for (const RequestOption& option : options) option(request);
  AddImpliedGroups(request.user);
  return request;
}

authz::Attributes AttributesOf(const Request& request) {
  authz::Attributes attributes;
  attributes.user = &request.user;
  attributes.verb = request.verb;
  attributes.resource_request = request.resource_request;
  attributes.namespace_ = request.object_namespace;
  attributes.api_group = request.api_group;
  attributes.api_version = request.resource_request ? "v1" : "";
  attributes.resource = request.resource;
  attributes.subresource = request.subresource;
  attributes.name = request.name;
  attributes.path = request.path;
  return attributes;
}

std::string Describe(const Request& request) {
  std::vector<absl::string_view> groups;
  for (const std::string& group : request.user.groups) {
    if (!IsImplied(request.user, group)) groups.push_back(group);
  }
  std::string text = absl::StrCat("user \"", request.user.name, "\"");
  if (!groups.empty()) {
    absl::StrAppend(&text, " (groups ", absl::StrJoin(groups, ", "), ")");
  }
  absl::StrAppend(&text, " to ", request.verb, " ");
  if (!request.resource_request) return text + request.path;
  absl::StrAppend(&text, request.resource, request.api_group.empty() ? "" : ".",
                  request.api_group, request.subresource.empty() ? "" : "/",
                  request.subresource);
  if (!request.name.empty()) absl::StrAppend(&text, " \"", request.name, "\"");
  if (!request.object_namespace.empty()) {
    return absl::StrCat(text, " in namespace \"", request.object_namespace,
                        "\"");
  }
  return text + " at the cluster scope";
}

}  // namespace gatehouse::testing

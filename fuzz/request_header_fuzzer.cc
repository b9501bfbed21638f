// The law: whoever is authenticated was named, nothing that names anybody is
// left afterwards, what has nothing to do with it stays, and without a user the
// request is as it was.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "authn/authenticator.h"
#include "authn/request_header.h"
#include "base/headers.h"
#include "base/user_info.h"

namespace {

namespace authn = gatehouse::authn;
using gatehouse::Headers;

void Check(bool holds, const char* law) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", law);
  std::abort();
}

const authn::RequestHeaderConfig& Config() {
  static const auto* const config =
      new authn::RequestHeaderConfig{{"X-Remote-User", "U"},
                                     {"X-Remote-Uid"},
                                     {"X-Remote-Group", "G"},
                                     {"X-Remote-Extra-", "E-", "E-1-"}};
  return *config;
}

bool Names(absl::string_view header) {
  const authn::RequestHeaderConfig& config = Config();
  for (const auto* names :
       {&config.username_headers, &config.uid_headers, &config.group_headers}) {
    for (const std::string& name : *names) {
      if (absl::EqualsIgnoreCase(header, name)) return true;
    }
  }
  for (const std::string& prefix : config.extra_header_prefixes) {
    if (absl::StartsWithIgnoreCase(header, prefix)) return true;
  }
  return false;
}

// Returns the fields that name nobody.
std::vector<Headers::Field> Others(const Headers& headers) {
  std::vector<Headers::Field> others;
  for (const Headers::Field& field : headers.fields()) {
    if (!Names(field.first)) others.push_back(field);
  }
  return others;
}

void CheckUser(const gatehouse::UserInfo& user, const Headers& before) {
  const auto sent = [&before](absl::string_view value) {
    for (const Headers::Field& field : before.fields()) {
      if (field.second == value && Names(field.first)) return true;
    }
    return false;
  };
  Check(!user.name.empty() && sent(user.name), "a user that nobody named");
  Check(user.uid.empty() || sent(user.uid), "a uid that nobody named");
  for (const std::string& group : user.groups) {
    Check(!group.empty() && sent(group), "a group that nobody named");
  }
  for (const auto& [key, values] : user.extra) {
    Check(!values.empty(), "a key without a value");
    for (const std::string& value : values) {
      Check(sent(value), "a value that nobody named");
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  Headers before;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    const size_t colon = line.find(':');
    if (colon == absl::string_view::npos) continue;
    before.Add(line.substr(0, colon), line.substr(colon + 1));
  }
  static const auto* const authenticator =
      new auto(*authn::RequestHeaderAuthenticator::Create(Config()));
  Headers headers = before;
  authn::Request request;
  request.headers = &headers;
  const authn::Result result = (*authenticator)->Authenticate(request);
  Check(!result.rejected(), "rejected");
  if (result.authenticated()) {
    CheckUser(result.authentication().user, before);
    Check(headers.fields() == Others(before), "not what should be left");
  } else {
    Check(headers.fields() == before.fields(), "changed without a user");
  }
  Headers stripped = before;
  authn::StripCredentialHeaders(&Config(), &stripped);
  Check(!stripped.Has("Authorization") &&
            Others(stripped).size() == stripped.fields().size(),
        "not stripped");
  const auto once = stripped.fields();
  authn::StripCredentialHeaders(&Config(), &stripped);
  Check(stripped.fields() == once, "stripping twice takes more");
  return 0;
}

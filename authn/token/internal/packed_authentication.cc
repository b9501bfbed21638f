#include "authn/token/internal/packed_authentication.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/user_info.h"

namespace gatehouse::authn::internal {
namespace {

// What many texts are, or begin with. One byte names the entry and the kind of
// the rest.
constexpr absl::string_view kCommon[] = {
    "",
    "JTI=",
    "https://kubernetes.default.svc",
    "https://kubernetes.default.svc.cluster.local",
    "bootstrap",
    "service-account",
    "legacy-service-account",
    "oidc",
    "webhook",
    "authentication.kubernetes.io/credential-id",
    "authentication.kubernetes.io/node-name",
    "authentication.kubernetes.io/node-uid",
    "authentication.kubernetes.io/pod-name",
    "authentication.kubernetes.io/pod-uid",
    "system:authenticated",
    "system:bootstrap:",
    "system:bootstrappers",
    "system:node:",
    "system:nodes",
    "system:serviceaccount:",
    "system:serviceaccounts",
    "system:serviceaccounts:",
};

enum Kind : uint8_t {
  kNothing = 0,  // The text is the common one.
  kLiteral = 1,  // A number and as many bytes follow.
  kUuid = 2,     // 16 bytes follow, which are 36 characters.
  kEarlier = 3,  // A number follows: the place of an equal text.
};

constexpr size_t kUuidBytes = 16;
constexpr size_t kUuidChars = 36;

bool IsDash(size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

bool IsUuid(absl::string_view text) {
  if (text.size() != kUuidChars) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (IsDash(i) ? c != '-'
                  : !absl::ascii_isdigit(c) && (c < 'a' || c > 'f')) {
      return false;
    }
  }
  return true;
}

void AppendHex(absl::string_view bytes, std::string* text) {
  constexpr char kHex[] = "0123456789abcdef";
  for (const char c : bytes) {
    const auto byte = static_cast<uint8_t>(c);
    text->push_back(kHex[byte >> 4]);
    text->push_back(kHex[byte & 15]);
  }
}

std::string UuidText(absl::string_view common, absl::string_view bytes) {
  constexpr size_t kGroups[] = {4, 2, 2, 2, 6};
  std::string text;
  text.reserve(common.size() + kUuidChars);
  text.append(common.data(), common.size());
  for (const size_t group : kGroups) {
    if (group != 4) text.push_back('-');
    AppendHex(bytes.substr(0, group), &text);
    bytes.remove_prefix(group);
  }
  return text;
}

class Writer {
 public:
  void Byte(uint8_t byte) { out_.push_back(static_cast<char>(byte)); }

  void Number(uint64_t number) {
    for (; number >= 0x80; number >>= 7) {
      Byte(static_cast<uint8_t>(number | 0x80));
    }
    Byte(static_cast<uint8_t>(number));
  }

  void Raw(const void* bytes, size_t size) {
    out_.append(static_cast<const char*>(bytes), size);
  }

  void Text(absl::string_view text) {
    const auto earlier =
        std::find_if(earlier_.begin(), earlier_.end(),
                     [text](const auto& e) { return e.first == text; });
    if (earlier != earlier_.end()) {
      Byte(kEarlier);
      return Number(earlier->second);
    }
    const size_t common = CommonPrefix(text);
    const absl::string_view rest = text.substr(kCommon[common].size());
    const size_t place = out_.size();
    const auto head = static_cast<uint8_t>(common << 2);
    if (rest.empty()) {
      Byte(head | kNothing);
    } else if (IsUuid(rest)) {
      Byte(head | kUuid);
      const std::string hex =
          absl::StrCat(rest.substr(0, 8), rest.substr(9, 4), rest.substr(14, 4),
                       rest.substr(19, 4), rest.substr(24));
      out_ += absl::HexStringToBytes(hex);
    } else {
      Byte(head | kLiteral);
      Number(rest.size());
      Raw(rest.data(), rest.size());
    }
    // A short text takes no more than the place of an earlier one.
    if (out_.size() - place > 3 && earlier_.size() < kMaxEarlier) {
      earlier_.emplace_back(text, place);
    }
  }

  void Texts(const std::vector<std::string>& texts) {
    Number(texts.size());
    for (const std::string& text : texts) Text(text);
  }

  std::string Take() { return std::move(out_); }

 private:
  // So that many texts take linear time.
  static constexpr size_t kMaxEarlier = 32;

  static size_t CommonPrefix(absl::string_view text) {
    size_t best = 0;
    for (size_t i = 1; i < std::size(kCommon); ++i) {
      if (kCommon[i].size() > kCommon[best].size() &&
          absl::StartsWith(text, kCommon[i])) {
        best = i;
      }
    }
    return best;
  }

  std::string out_;
  std::vector<std::pair<absl::string_view, size_t>> earlier_;
};

// Reads what a Writer wrote, and nothing else.
class Reader {
 public:
  explicit Reader(absl::string_view bytes) : bytes_(bytes) {}

  uint8_t Byte() { return static_cast<uint8_t>(bytes_[at_++]); }

  uint64_t Number() {
    uint64_t number = 0;
    for (int shift = 0;; shift += 7) {
      const uint8_t byte = Byte();
      number |= uint64_t{byte & 0x7fU} << shift;
      if (byte < 0x80) return number;
    }
  }

  absl::string_view Raw(size_t size) {
    at_ += size;
    return bytes_.substr(at_ - size, size);
  }

  std::string Text() {
    const uint8_t head = Byte();
    const absl::string_view common = kCommon[head >> 2];
    switch (head & 3) {
      case kLiteral:
        return absl::StrCat(common, Raw(Number()));
      case kUuid:
        return UuidText(common, Raw(kUuidBytes));
      case kEarlier: {
        Reader earlier(bytes_);
        earlier.at_ = Number();
        return earlier.Text();
      }
      default:
        return std::string(common);
    }
  }

  std::vector<std::string> Texts() {
    std::vector<std::string> texts(Number());
    for (std::string& text : texts) text = Text();
    return texts;
  }

 private:
  const absl::string_view bytes_;
  size_t at_ = 0;
};

void PackUser(const UserInfo& user, Writer& out) {
  out.Text(user.name);
  out.Text(user.uid);
  out.Texts(user.groups);
  out.Number(user.extra.size());
  for (const auto& [key, values] : user.extra) {
    out.Text(key);
    out.Texts(values);
  }
}

UserInfo UnpackUser(Reader& in) {
  UserInfo user;
  user.name = in.Text();
  user.uid = in.Text();
  user.groups = in.Texts();
  uint64_t left = in.Number();
  user.extra.reserve(left);
  for (; left > 0; --left) {
    std::string key = in.Text();
    user.extra.emplace(std::move(key), in.Texts());
  }
  return user;
}

}  // namespace

std::string Pack(const Authentication& authentication, const Notes& notes) {
  Writer out;
  PackUser(authentication.user, out);
  out.Byte(authentication.audiences.has_value() ? 1 : 0);
  if (authentication.audiences.has_value()) {
    out.Texts(*authentication.audiences);
  }
  out.Text(authentication.authenticator);
  out.Text(authentication.credential_id);
  const int64_t not_after = absl::ToUnixNanos(authentication.not_after);
  out.Raw(&not_after, sizeof(not_after));
  const auto& thumbprint = authentication.certificate_thumbprint;
  out.Byte(thumbprint.has_value() ? 1 : 0);
  if (thumbprint.has_value()) out.Raw(thumbprint->data(), thumbprint->size());
  out.Texts(notes.warnings);
  out.Number(notes.audit_annotations.size());
  for (const auto& [key, value] : notes.audit_annotations) {
    out.Text(key);
    out.Text(value);
  }
  return out.Take();
}

Unpacked Unpack(absl::string_view packed) {
  Reader in(packed);
  const auto who = std::make_shared<Authentication>();
  who->user = UnpackUser(in);
  if (in.Byte() != 0) who->audiences = in.Texts();
  who->authenticator = in.Text();
  who->credential_id = in.Text();
  int64_t not_after = 0;
  std::memcpy(&not_after, in.Raw(sizeof(not_after)).data(), sizeof(not_after));
  // A moment out of range was cut to the ends of it.
  if (not_after == std::numeric_limits<int64_t>::min()) {
    who->not_after = absl::InfinitePast();
  } else if (not_after != std::numeric_limits<int64_t>::max()) {
    who->not_after = absl::FromUnixNanos(not_after);
  }
  if (in.Byte() != 0) {
    who->certificate_thumbprint.emplace();
    auto& thumbprint = *who->certificate_thumbprint;
    std::memcpy(thumbprint.data(), in.Raw(thumbprint.size()).data(),
                thumbprint.size());
  }
  Notes notes;
  notes.warnings = in.Texts();
  notes.audit_annotations.resize(in.Number());
  for (auto& [key, value] : notes.audit_annotations) {
    key = in.Text();
    value = in.Text();
  }
  Unpacked unpacked{who, nullptr};
  if (!notes.warnings.empty() || !notes.audit_annotations.empty()) {
    unpacked.notes = std::make_shared<const Notes>(std::move(notes));
  }
  return unpacked;
}

PackedBytes::PackedBytes(absl::string_view bytes) {
  Writer head;
  head.Number(bytes.size());
  const std::string size = head.Take();
  bytes_.reset(new char[size.size() + bytes.size()]);
  std::memcpy(bytes_.get(), size.data(), size.size());
  std::memcpy(bytes_.get() + size.size(), bytes.data(), bytes.size());
}

absl::string_view PackedBytes::view() const {
  if (bytes_ == nullptr) return {};
  const char* at = bytes_.get();
  size_t size = 0;
  for (int shift = 0;; shift += 7) {
    const auto byte = static_cast<uint8_t>(*at++);
    size |= size_t{byte & 0x7fU} << shift;
    if (byte < 0x80) return {at, size};
  }
}

}  // namespace gatehouse::authn::internal

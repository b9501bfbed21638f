#include "pki/rotation/signing_keys.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/secret.h"
#include "pki/pem.h"

namespace gatehouse::pki {
namespace {

constexpr size_t kMaxFileBytes = size_t{1} << 20;
constexpr int kMinRsaBits = 2048;
constexpr int kSecretMode = 0600;
constexpr absl::string_view kRetirePrefix = "# Retire-At: ";

absl::Status CheckKey(const PublicKey& key) {
  if (key.type() == KeyType::kUnknown) {
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::kUnsupported,
                     absl::StrCat("service account tokens are not signed with ",
                                  key.ToString(), " keys"));
  }
  if (key.type() == KeyType::kRsa && key.bits() < kMinRsaBits) {
    return MakeError(
        absl::StatusCode::kInvalidArgument, Reason::kWeakCryptography,
        absl::StrCat(key.ToString(), ": want at least ", kMinRsaBits, " bits"));
  }
  return absl::OkStatus();
}

VerifyingKey Verifying(const PublicKey& key, absl::Time retire_at) {
  return {ServiceAccountKeyId(key), key, retire_at};
}

// Adds a key, or lets one that is there retire at the later of the two times.
absl::Status Add(const VerifyingKey& key, std::vector<VerifyingKey>* keys) {
  for (VerifyingKey& present : *keys) {
    if (present.id != key.id) continue;
    present.retire_at = std::max(present.retire_at, key.retire_at);
    return absl::OkStatus();
  }
  if (keys->size() >= SigningKeys::kMaxKeys) {
    return MakeError(absl::StatusCode::kResourceExhausted, Reason::kTooLarge,
                     absl::StrCat("more than ", SigningKeys::kMaxKeys,
                                  " service account keys"));
  }
  keys->push_back(key);
  return absl::OkStatus();
}

std::string Place(const std::string& file, int line) {
  return absl::StrCat(file, ":", line);
}

bool IsKeyLabel(absl::string_view label) {
  return absl::EndsWith(label, "PRIVATE KEY") || label == "PUBLIC KEY" ||
         label == "RSA PUBLIC KEY" || label == "CERTIFICATE";
}

absl::StatusOr<PublicKey> ParseBlock(const PemBlock& block,
                                     const std::string& place) {
  std::string pem = EncodePem(block.label, block.der);
  if (!absl::EndsWith(block.label, "PRIVATE KEY")) {
    return PublicKey::FromPem(pem, place);
  }
  const absl::StatusOr<PrivateKey> key = PrivateKey::FromPem(pem, place);
  WipeString(&pem);
  if (!key.ok()) return key.status();
  return key->public_key();
}

// Reads the time in the line before a block, if it is one of Save's.
absl::StatusOr<absl::Time> ReadRetireAt(absl::string_view line,
                                        const std::string& place) {
  line = absl::StripSuffix(line, "\r");
  if (!absl::ConsumePrefix(&line, kRetirePrefix)) return absl::InfiniteFuture();
  absl::Time time;
  std::string error;
  if (absl::ParseTime(absl::RFC3339_sec, line, &time, &error)) return time;
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kMalformed,
                   absl::StrCat(place, ": want a time of RFC 3339 after \"",
                                kRetirePrefix, "\""));
}

absl::Status ReadBlock(const PemBlock& block, absl::string_view line_before,
                       const std::string& file,
                       std::vector<VerifyingKey>* keys) {
  const std::string place = Place(file, block.line);
  const absl::StatusOr<PublicKey> key = ParseBlock(block, place);
  if (!key.ok()) return key.status();
  absl::Status status = CheckKey(*key);
  if (!status.ok()) return InContext(place, status);
  const absl::StatusOr<absl::Time> retire_at =
      ReadRetireAt(line_before, Place(file, block.line - 1));
  if (!retire_at.ok()) return retire_at.status();
  status = Add(Verifying(*key, *retire_at), keys);
  return status.ok() ? status : InContext(place, status);
}

// Reads every key of one text.
absl::Status ReadKeys(absl::string_view text, const std::string& file,
                      std::vector<VerifyingKey>* keys) {
  absl::StatusOr<std::vector<PemBlock>> blocks = DecodePem(text, file);
  if (!blocks.ok()) return blocks.status();
  const std::vector<absl::string_view> lines = absl::StrSplit(text, '\n');
  absl::Status status;
  bool found = false;
  for (PemBlock& block : *blocks) {
    if (status.ok() && IsKeyLabel(block.label)) {
      found = true;
      // Lines count from 1, so this is the one before.
      const absl::string_view before =
          block.line >= 2 ? lines[static_cast<size_t>(block.line) - 2] : "";
      status = ReadBlock(block, before, file, keys);
    }
    WipeString(&block.der);
  }
  if (!status.ok() || found) return status;
  return MakeError(absl::StatusCode::kNotFound, Reason::kNotFound,
                   absl::StrCat(file, ": no key in it"));
}

absl::Status ReadKeyFile(const std::string& file,
                         std::vector<VerifyingKey>* keys) {
  absl::StatusOr<std::string> text = ReadFile(file, kMaxFileBytes);
  if (!text.ok()) return text.status();
  absl::Status status = ReadKeys(*text, file, keys);
  WipeString(&*text);
  return status;
}

}  // namespace

std::string ServiceAccountKeyId(const PublicKey& key) {
  const auto& digest = key.sha256();
  return absl::WebSafeBase64Escape(absl::string_view(
      reinterpret_cast<const char*>(digest.data()), digest.size()));
}

absl::StatusOr<std::vector<VerifyingKey>> LoadVerifyingKeys(
    const std::vector<std::string>& key_files) {
  std::vector<VerifyingKey> keys;
  for (const std::string& file : key_files) {
    absl::Status status = ReadKeyFile(file, &keys);
    if (!status.ok()) return status;
  }
  return keys;
}

SigningKeys::SigningKeys(PrivateKey signing_key, std::vector<VerifyingKey> keys)
    : signing_key_(std::move(signing_key)), keys_(std::move(keys)) {}

absl::StatusOr<SigningKeys> SigningKeys::Create(PrivateKey signing_key) {
  const PublicKey& key = signing_key.public_key();
  absl::Status status = CheckKey(key);
  if (!status.ok()) return status;
  std::vector<VerifyingKey> keys = {Verifying(key, absl::InfiniteFuture())};
  return SigningKeys(std::move(signing_key), std::move(keys));
}

absl::StatusOr<SigningKeys> SigningKeys::Load(
    const std::string& signing_key_file,
    const std::vector<std::string>& key_files) {
  absl::StatusOr<std::string> text = ReadFile(signing_key_file, kMaxFileBytes);
  if (!text.ok()) return text.status();
  absl::StatusOr<PrivateKey> key = PrivateKey::FromPem(*text, signing_key_file);
  WipeString(&*text);
  if (!key.ok()) return key.status();
  absl::StatusOr<SigningKeys> keys = Create(*std::move(key));
  if (!keys.ok()) return InContext(signing_key_file, keys.status());
  for (const std::string& file : key_files) {
    absl::Status status = ReadKeyFile(file, &keys->keys_);
    if (!status.ok()) return status;
  }
  return keys;
}

const VerifyingKey* SigningKeys::Find(absl::string_view id,
                                      absl::Time now) const {
  for (const VerifyingKey& key : keys_) {
    if (key.id == id) return now < key.retire_at ? &key : nullptr;
  }
  return nullptr;
}

absl::StatusOr<SigningKeys> SigningKeys::Announce(const PublicKey& next) const {
  absl::Status status = CheckKey(next);
  if (!status.ok()) return status;
  SigningKeys keys = *this;
  status = Add(Verifying(next, absl::InfiniteFuture()), &keys.keys_);
  if (!status.ok()) return status;
  return keys;
}

absl::StatusOr<SigningKeys> SigningKeys::Rotate(
    PrivateKey next, absl::Time now, absl::Duration max_token_lifetime) const {
  absl::StatusOr<SigningKeys> rotated = Create(std::move(next));
  if (!rotated.ok()) return rotated.status();
  if (rotated->signing_key_id() == signing_key_id()) {
    return MakeError(absl::StatusCode::kAlreadyExists, Reason::kConflict,
                     "the new service account key is the one that signs now");
  }
  if (max_token_lifetime < absl::ZeroDuration()) {
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                     "the longest life of a token is negative");
  }
  std::vector<VerifyingKey> old = keys_;
  old.front().retire_at = now + max_token_lifetime + kLeeway;
  for (const VerifyingKey& key : old) {
    absl::Status status = Add(key, &rotated->keys_);
    if (!status.ok()) return status;
  }
  return rotated;
}

SigningKeys SigningKeys::Prune(absl::Time now) const {
  SigningKeys keys = *this;
  const auto retired = [now](const VerifyingKey& key) {
    return now >= key.retire_at;
  };
  // Never the first: it signs, and has no end.
  keys.keys_.erase(
      std::remove_if(keys.keys_.begin() + 1, keys.keys_.end(), retired),
      keys.keys_.end());
  return keys;
}

absl::Status SigningKeys::Save(const std::string& signing_key_file,
                               const std::string& key_file) const {
  std::string text;
  for (const VerifyingKey& key : keys_) {
    if (key.retire_at != absl::InfiniteFuture()) {
      absl::StrAppend(&text, kRetirePrefix,
                      absl::FormatTime("%Y-%m-%dT%H:%M:%SZ",
                                       // Rounded up: not a moment too early.
                                       key.retire_at + absl::Seconds(1) -
                                           absl::Nanoseconds(1),
                                       absl::UTCTimeZone()),
                      "\n");
    }
    absl::StrAppend(&text, key.key.ToPem());
  }
  absl::Status status = WriteFile(key_file, text);
  if (!status.ok()) return status;
  WriteOptions options;
  options.mode = kSecretMode;
  const Secret pem = signing_key_.ToPem();
  return WriteFile(signing_key_file, pem.Reveal(SecretAccess::Get()), options);
}

}  // namespace gatehouse::pki

#include "pki/revocation/deny_list.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/file.h"
#include "pki/public_key.h"
#include "pki/revocation/internal/deny_list_codec.h"

namespace gatehouse::pki {
namespace {

absl::string_view ViewOf(const Sha256Digest& digest) {
  return absl::string_view(reinterpret_cast<const char*>(digest.data()),
                           digest.size());
}

// Returns whether `serial` is the shortest form of a number above or equal 0.
bool IsPositive(absl::string_view serial) {
  const auto high = [](char c) {
    return (static_cast<uint8_t>(c) & 0x80) != 0;
  };
  if (serial.size() > Crl::kMaxSerial || high(serial[0])) return false;
  return serial.size() == 1 || serial[0] != 0 || high(serial[1]);
}

// Returns a name as `openssl x509 -nameopt RFC2253` prints it, which knows more
// attributes by name than DistinguishedName::ToString and escapes more; "" for
// one that cannot be printed.
std::string OpensslText(const DistinguishedName& name) {
  const auto* der = reinterpret_cast<const uint8_t*>(name.der().data());
  const bssl::UniquePtr<X509_NAME> parsed(
      d2i_X509_NAME(nullptr, &der, static_cast<long>(name.der().size())));
  const bssl::UniquePtr<BIO> out(BIO_new(BIO_s_mem()));
  const uint8_t* text = nullptr;
  size_t size = 0;
  if (parsed == nullptr || out == nullptr ||
      X509_NAME_print_ex(out.get(), parsed.get(), 0, XN_FLAG_RFC2253) < 0 ||
      BIO_mem_contents(out.get(), &text, &size) == 0) {
    ERR_clear_error();
    return "";
  }
  return std::string(reinterpret_cast<const char*>(text), size);
}

absl::Status Invalid(absl::string_view what) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid, what);
}

}  // namespace

absl::Status CheckDenyEntry(const DenyEntry& entry) {
  if (entry.issuer.empty() != entry.serial.empty()) {
    return Invalid("issuer and serial go together");
  }
  if (entry.certificate.has_value() + entry.public_key.has_value() +
          !entry.serial.empty() + !entry.user.empty() !=
      1) {
    return Invalid(
        "an entry names one of certificate, issuer and serial, publicKey, "
        "user");
  }
  if (!entry.serial.empty() && !IsPositive(entry.serial)) {
    return Invalid(
        "the serial number is negative or not in its shortest form; name the "
        "certificate by its SHA-256");
  }
  if (entry.issued_before.has_value() && entry.user.empty()) {
    return Invalid("issuedBefore goes with user");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const DenyList>> DenyList::Create(
    std::vector<DenyEntry> entries) {
  auto list = absl::WrapUnique(new DenyList());
  list->entries_ = std::move(entries);
  for (size_t i = 0; i < list->entries_.size(); ++i) {
    const absl::Status status = CheckDenyEntry(list->entries_[i]);
    if (!status.ok()) {
      return InContext(absl::StrCat("entry ", i + 1, " of the deny list"),
                       status);
    }
    list->Index(i);
  }
  return std::shared_ptr<const DenyList>(std::move(list));
}

void DenyList::Index(size_t place) {
  const DenyEntry& entry = entries_[place];
  if (entry.certificate.has_value()) {
    certificates_.try_emplace(ViewOf(*entry.certificate), place);
  } else if (entry.public_key.has_value()) {
    public_keys_.try_emplace(ViewOf(*entry.public_key), place);
  } else if (!entry.serial.empty()) {
    serials_[entry.serial].push_back(place);
  } else {
    const auto [found, added] = users_.try_emplace(entry.user, place);
    // The entry that refuses most: all, or those up to the latest moment.
    const auto& other = entries_[found->second].issued_before;
    if (!added && other.has_value() &&
        (!entry.issued_before.has_value() || *entry.issued_before > *other)) {
      found->second = place;
    }
  }
}

const DenyEntry* DenyList::FindCertificate(
    const Certificate& certificate) const {
  const auto by_digest = certificates_.find(ViewOf(certificate.sha256()));
  if (by_digest != certificates_.end()) return &entries_[by_digest->second];
  const auto by_key =
      public_keys_.find(ViewOf(certificate.public_key().sha256()));
  if (by_key != public_keys_.end()) return &entries_[by_key->second];
  const auto by_serial = serials_.find(certificate.serial());
  if (by_serial == serials_.end()) return nullptr;
  const std::string issuer = certificate.issuer().ToString();
  const std::string openssl = OpensslText(certificate.issuer());
  for (const size_t place : by_serial->second) {
    const std::string& named = entries_[place].issuer;
    if (named == issuer || named == openssl) return &entries_[place];
  }
  return nullptr;
}

const DenyEntry* DenyList::FindUser(absl::string_view user,
                                    absl::Time not_before) const {
  const auto found = users_.find(user);
  if (found == users_.end()) return nullptr;
  const DenyEntry& entry = entries_[found->second];
  const bool refused =
      !entry.issued_before.has_value() || not_before < *entry.issued_before;
  return refused ? &entry : nullptr;
}

std::string DescribeDenyEntry(const DenyEntry& entry) {
  if (entry.certificate.has_value()) {
    return absl::StrCat("certificate SHA-256 ",
                        absl::BytesToHexString(ViewOf(*entry.certificate)));
  }
  if (entry.public_key.has_value()) {
    return absl::StrCat("public key SHA-256 ",
                        absl::BytesToHexString(ViewOf(*entry.public_key)));
  }
  if (!entry.serial.empty()) {
    return absl::StrCat("serial ", absl::BytesToHexString(entry.serial), " of ",
                        entry.issuer);
  }
  std::string text =
      absl::StrCat("user \"", absl::CHexEscape(entry.user), "\"");
  if (entry.issued_before.has_value()) {
    absl::StrAppend(&text, " issued before ",
                    absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", *entry.issued_before,
                                     absl::UTCTimeZone()));
  }
  return text;
}

absl::Status AddToDenyListFile(const std::string& path,
                               const std::vector<DenyEntry>& entries) {
  std::vector<DenyEntry> all;
  const auto text = ReadFile(path);
  if (text.ok()) {
    const auto list = DenyList::Parse(*text, path);
    if (!list.ok()) return list.status();
    all = (*list)->entries();
  } else if (ReasonOf(text.status()) != Reason::kNotFound) {
    return text.status();
  }
  all.insert(all.end(), entries.begin(), entries.end());
  const auto list = DenyList::Create(std::move(all));
  if (!list.ok()) return list.status();
  // What is written must be read again: a name that is not UTF-8 is not.
  const std::string yaml = (*list)->ToYaml();
  const auto again = DenyList::Parse(yaml, path);
  return again.ok() ? WriteFile(path, yaml) : again.status();
}

}  // namespace gatehouse::pki

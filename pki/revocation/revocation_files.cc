#include "pki/revocation/revocation_files.h"

#include <openssl/sha.h>

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/file.h"
#include "pki/revocation/crl.h"
#include "pki/revocation/verified_crl.h"

namespace gatehouse::pki {
namespace {

// PEM is half as long again as DER, with room to spare.
constexpr size_t kMaxCrlFile = Crl::kMaxBytes / 2 * 3;

std::string Digest(absl::string_view bytes) {
  uint8_t digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size(), digest);
  return std::string(reinterpret_cast<char*>(digest), sizeof(digest));
}

// Stands for the issuers in the key of what was verified with them.
std::string DigestOf(absl::Span<const Certificate> issuers) {
  std::string all;
  for (const Certificate& issuer : issuers) {
    all.append(issuer.sha256().begin(), issuer.sha256().end());
  }
  return Digest(all);
}

// Parses the lists of one file.
absl::StatusOr<std::vector<Crl>> ParseCrls(absl::string_view contents,
                                           const std::string& path) {
  // A SEQUENCE with a long length; text has no such octet.
  const bool der = contents.size() > 1 && contents[0] == 0x30 &&
                   (static_cast<uint8_t>(contents[1]) & 0x80) != 0;
  if (!der) {
    return Crl::FromPem(contents, path);
  }
  auto list = Crl::FromDer(contents, path);
  if (!list.ok()) return list.status();
  return std::vector<Crl>{*std::move(list)};
}

}  // namespace

std::vector<std::string> RevocationFiles::All() const {
  std::vector<std::string> all = crl_files;
  all.insert(all.end(), ocsp_files.begin(), ocsp_files.end());
  if (!deny_list_file.empty()) all.push_back(deny_list_file);
  return all;
}

RevocationLoader::RevocationLoader(RevocationFiles files,
                                   RevocationOptions options)
    : files_(std::move(files)), options_(options) {}

absl::StatusOr<std::shared_ptr<const RevocationLists>> RevocationLoader::Load(
    absl::Span<const Certificate> issuers) {
  parsed_ = 0;
  Parts next;
  CrlPart lists;
  std::vector<OcspResponse> responses;
  std::shared_ptr<const CrlSet> crls;
  std::shared_ptr<const OcspSet> ocsp;
  std::shared_ptr<const DenyList> deny_list;
  absl::Status status = LoadCrls(issuers, &next, &lists);
  if (status.ok()) status = LoadOcsp(&next, &responses);
  if (status.ok()) status = LoadDenyList(&next, &deny_list);
  if (!status.ok()) return status;
  if (!files_.crl_files.empty()) {
    auto set = CrlSet::Create(std::move(lists));
    if (!set.ok()) return set.status();
    crls = *std::move(set);
  }
  if (!files_.ocsp_files.empty()) {
    auto set = OcspSet::Create(responses, issuers);
    if (!set.ok()) return set.status();
    ocsp = *std::move(set);
  }
  // What was not parsed was there before, so that the numbers tell.
  changed_ = parsed_ > 0 || next.crls.size() != parts_.crls.size() ||
             next.ocsp.size() != parts_.ocsp.size() ||
             next.deny.size() != parts_.deny.size();
  parts_ = std::move(next);
  return std::make_shared<const RevocationLists>(
      std::move(crls), std::move(ocsp), std::move(deny_list), options_);
}

absl::Status RevocationLoader::LoadCrls(absl::Span<const Certificate> issuers,
                                        Parts* next, CrlPart* lists) {
  const std::string trusted = DigestOf(issuers);
  for (const std::string& path : files_.crl_files) {
    const auto contents = ReadFile(path, kMaxCrlFile);
    if (!contents.ok()) return contents.status();
    const std::string key = absl::StrCat(trusted, Digest(*contents));
    CrlPart& part = next->crls[key];
    const auto known = parts_.crls.find(key);
    if (part.empty() && known != parts_.crls.end()) part = known->second;
    if (part.empty()) {
      ++parsed_;
      auto crls = ParseCrls(*contents, path);
      if (!crls.ok()) return crls.status();
      for (const Crl& crl : *crls) {
        auto list = VerifiedCrl::Create(crl, issuers);
        if (!list.ok()) return list.status();
        part.push_back(*std::move(list));
      }
    }
    lists->insert(lists->end(), part.begin(), part.end());
  }
  return absl::OkStatus();
}

absl::Status RevocationLoader::LoadOcsp(Parts* next,
                                        std::vector<OcspResponse>* responses) {
  for (const std::string& path : files_.ocsp_files) {
    const auto contents = ReadFile(path, OcspResponse::kMaxBytes);
    if (!contents.ok()) return contents.status();
    const std::string key = Digest(*contents);
    const auto known = parts_.ocsp.find(key);
    if (known != parts_.ocsp.end()) {
      responses->push_back(known->second);
    } else {
      ++parsed_;
      auto response = OcspResponse::FromDer(*contents, path);
      if (!response.ok()) return response.status();
      responses->push_back(*std::move(response));
    }
    next->ocsp.emplace(key, responses->back());
  }
  return absl::OkStatus();
}

absl::Status RevocationLoader::LoadDenyList(
    Parts* next, std::shared_ptr<const DenyList>* list) {
  if (files_.deny_list_file.empty()) return absl::OkStatus();
  const auto contents = ReadFile(files_.deny_list_file);
  if (!contents.ok()) return contents.status();
  const std::string key = Digest(*contents);
  const auto known = parts_.deny.find(key);
  if (known != parts_.deny.end()) {
    *list = known->second;
  } else {
    ++parsed_;
    auto parsed = DenyList::Parse(*contents, files_.deny_list_file);
    if (!parsed.ok()) return parsed.status();
    *list = *std::move(parsed);
  }
  next->deny.emplace(key, *list);
  return absl::OkStatus();
}

}  // namespace gatehouse::pki

#include "pki/revocation/internal/test_support.h"

#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "base/file.h"
#include "gtest/gtest.h"
#include "pki/extensions.h"
#include "pki/internal/signature.h"
#include "pki/verify/trust_bundle.h"
#include "pki/verify/verifier.h"

namespace gatehouse::pki::internal {
namespace {

template <typename T>
T OrEnd(absl::StatusOr<T> value) {
  if (!value.ok()) {
    std::cerr << value.status() << "\n";
    std::abort();
  }
  return *std::move(value);
}

}  // namespace

absl::Time At(absl::string_view text) {
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, text, &time, &error)) std::abort();
  return time;
}

std::string FromHex(absl::string_view hex) {
  return absl::HexStringToBytes(absl::StrReplaceAll(hex, {{" ", ""}}));
}

std::string Tlv(uint8_t tag, absl::string_view content) {
  std::string length;
  const size_t size = content.size();
  if (size < 0x80) {
    length.push_back(static_cast<char>(size));
  } else {
    for (size_t rest = size; rest > 0; rest >>= 8) {
      length.insert(length.begin(), static_cast<char>(rest & 0xff));
    }
    length.insert(length.begin(), static_cast<char>(0x80 | length.size()));
  }
  return absl::StrCat(std::string(1, static_cast<char>(tag)), length, content);
}

std::string RawCrl::Der(const testing::TestCertificate& ca) const {
  const PrivateKey key = KeyOf(ca.key);
  const std::string fitting = OrEnd(SignatureAlgorithmFor(key.public_key()));
  const std::string tbs =
      Tlv(0x30, absl::StrCat(version, algorithm.value_or(fitting),
                             issuer.value_or(ca.subject), this_update,
                             next_update, entries, extensions, tail));
  std::string list = OrEnd(SignedSequence(tbs, key));
  if (flip_signature) list.back() = static_cast<char>(list.back() ^ 1);
  return list;
}

std::string RawExtensionDer(absl::string_view oid_hex, bool critical,
                            absl::string_view value) {
  return Tlv(0x30,
             absl::StrCat(Tlv(0x06, FromHex(oid_hex)),
                          critical ? FromHex("0101ff") : "", Tlv(0x04, value)));
}

std::string ListExtensions(const std::vector<std::string>& extensions) {
  return Tlv(0xa0, Tlv(0x30, absl::StrJoin(extensions, "")));
}

std::string RawEntry(absl::string_view serial_hex,
                     const std::vector<std::string>& extensions) {
  return Tlv(
      0x30,
      absl::StrCat(
          Tlv(0x02, FromHex(serial_hex)), Tlv(0x17, "260702000000Z"),
          extensions.empty() ? "" : Tlv(0x30, absl::StrJoin(extensions, ""))));
}

std::string RawEntries(const std::vector<std::string>& entries) {
  return Tlv(0x30, absl::StrJoin(entries, ""));
}

PrivateKey KeyOf(const testing::TestKey& key) {
  return OrEnd(PrivateKey::FromPem(key.PrivatePem()));
}

Crl MakeCrl(const CrlTemplate& request, const testing::TestCertificate& ca) {
  return OrEnd(WriteCrl(request, ca.Build(), KeyOf(ca.key)));
}

CrlTemplate JulyCrl(const std::vector<std::string>& serials) {
  CrlTemplate request;
  request.this_update = At("2026-07-01T00:00:00Z");
  request.next_update = At("2026-08-01T00:00:00Z");
  for (const std::string& serial : serials) {
    request.entries.push_back({serial, At("2026-07-02T00:00:00Z"),
                               CrlReason::kKeyCompromise, absl::nullopt});
  }
  return request;
}

VerifiedChain ChainOf(const Certificate& leaf,
                      absl::Span<const Certificate> intermediates,
                      const Certificate& anchor) {
  VerifyOptions options;
  options.now = At("2026-07-15T00:00:00Z");
  options.key_usages = {kAnyExtendedKeyUsage};
  return OrEnd(Verifier::VerifyOne(
      leaf, intermediates, *OrEnd(TrustBundle::Create({anchor})), options));
}

Directory::Directory() {
  std::string path = absl::StrCat(::testing::TempDir(), "/revocationXXXXXX");
  if (mkdtemp(path.data()) == nullptr) std::abort();
  path_ = path;
}

Directory::~Directory() {
  std::error_code error;
  std::filesystem::remove_all(path_, error);
}

std::string Directory::Path(absl::string_view name) const {
  return absl::StrCat(path_, "/", name);
}

void Directory::Write(absl::string_view name,
                      absl::string_view contents) const {
  const absl::Status status = WriteFile(Path(name), contents);
  EXPECT_TRUE(status.ok()) << status;
}

std::string Directory::Read(absl::string_view name) const {
  return OrEnd(ReadFile(Path(name)));
}

std::string Directory::Run(const std::string& command, int status) const {
  const std::string line =
      absl::StrCat("cd '", path_, "' && ( ", command, " ) 2>&1 </dev/null");
  FILE* pipe = popen(line.c_str(), "r");
  if (pipe == nullptr) {
    ADD_FAILURE() << "cannot run " << command;
    return "";
  }
  std::string output;
  char buffer[4096];
  size_t count;
  while ((count = std::fread(buffer, 1, sizeof(buffer), pipe)) > 0) {
    output.append(buffer, count);
  }
  const int result = pclose(pipe);
  EXPECT_TRUE(WIFEXITED(result) && WEXITSTATUS(result) == status)
      << command << "\n"
      << output;
  return output;
}

}  // namespace gatehouse::pki::internal

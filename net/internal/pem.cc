#include "net/internal/pem.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/mem.h>
#include <openssl/pem.h>
#include <openssl/pool.h>
#include <openssl/x509.h>

#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errors.h"

namespace gatehouse::net::internal {
namespace {

absl::Status Malformed(absl::string_view text) {
  ERR_clear_error();
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kMalformed,
                   text);
}

// One block of PEM.
struct Block {
  std::string label;
  std::string der;
};

// Reads the next block. False: there is none, or `*error` says why not.
bool NextBlock(BIO* in, Block* block, absl::Status* error) {
  char* name = nullptr;
  char* header = nullptr;
  uint8_t* data = nullptr;
  long size = 0;  // NOLINT(google-runtime-int): BoringSSL's type.
  if (PEM_read_bio(in, &name, &header, &data, &size) != 1) {
    const uint32_t code = ERR_peek_last_error();
    if (ERR_GET_LIB(code) != ERR_LIB_PEM ||
        ERR_GET_REASON(code) != PEM_R_NO_START_LINE) {
      *error = Malformed("it does not parse as PEM");
    }
    ERR_clear_error();
    return false;
  }
  block->label = name;
  block->der.assign(reinterpret_cast<const char*>(data), size);
  OPENSSL_free(name);
  OPENSSL_free(header);
  OPENSSL_free(data);
  return true;
}

// Parses DER of which nothing may be left over.
bssl::UniquePtr<X509> ParseDer(const std::string& der) {
  const auto* data = reinterpret_cast<const uint8_t*>(der.data());
  const uint8_t* const end = data + der.size();
  bssl::UniquePtr<X509> certificate(
      d2i_X509(nullptr, &data, static_cast<int>(der.size())));
  if (data != end) certificate.reset();
  return certificate;
}

// Never asks anybody for a password.
int NoPassword(char*, int, int, void*) { return -1; }

bssl::UniquePtr<BIO> Reader(absl::string_view text) {
  return bssl::UniquePtr<BIO>(
      BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

bssl::UniquePtr<CRYPTO_BUFFER> DerOf(const X509* certificate) {
  uint8_t* der = nullptr;
  const int size = i2d_X509(const_cast<X509*>(certificate), &der);
  if (size < 0) return nullptr;
  bssl::UniquePtr<CRYPTO_BUFFER> buffer(
      CRYPTO_BUFFER_new(der, static_cast<size_t>(size), nullptr));
  OPENSSL_free(der);
  return buffer;
}

}  // namespace

absl::StatusOr<std::vector<bssl::UniquePtr<X509>>> ParseCertificates(
    absl::string_view pem, absl::string_view source) {
  std::vector<bssl::UniquePtr<X509>> certificates;
  const bssl::UniquePtr<BIO> in = Reader(pem);
  absl::Status error;
  Block block;
  for (int number = 1; NextBlock(in.get(), &block, &error); ++number) {
    if (block.label != PEM_STRING_X509) continue;
    certificates.push_back(ParseDer(block.der));
    if (certificates.back() == nullptr) {
      return Malformed(
          absl::StrCat(source, ": block ", number, " is no certificate"));
    }
  }
  if (!error.ok()) {
    return Malformed(absl::StrCat(source, ": ", error.message()));
  }
  if (certificates.empty()) {
    return Malformed(absl::StrCat(source, ": there is no certificate in it"));
  }
  return certificates;
}

absl::StatusOr<bssl::UniquePtr<EVP_PKEY>> ParseKey(const Secret& pem) {
  const bssl::UniquePtr<BIO> in = Reader(pem.Reveal(SecretAccess::Get()));
  bssl::UniquePtr<EVP_PKEY> key(
      PEM_read_bio_PrivateKey(in.get(), nullptr, NoPassword, nullptr));
  if (key != nullptr) return key;
  return Malformed(
      "private key: it does not parse as PEM of an unencrypted private key");
}

absl::Status SetCertificate(absl::string_view certificate_pem,
                            const Secret& key_pem, SSL_CTX* context) {
  auto certificates = ParseCertificates(certificate_pem, "certificate");
  if (!certificates.ok()) return certificates.status();
  auto key = ParseKey(key_pem);
  if (!key.ok()) return key.status();
  std::vector<bssl::UniquePtr<CRYPTO_BUFFER>> owned;
  std::vector<CRYPTO_BUFFER*> chain;
  for (const bssl::UniquePtr<X509>& certificate : *certificates) {
    owned.push_back(DerOf(certificate.get()));
    chain.push_back(owned.back().get());
  }
  if (SSL_CTX_set_chain_and_key(context, chain.data(), chain.size(), key->get(),
                                nullptr) == 1) {
    return absl::OkStatus();
  }
  ERR_clear_error();
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                   "the private key is not the certificate's, or of a kind "
                   "that TLS does not know");
}

}  // namespace gatehouse::net::internal

#include "benchmarks/bare_verify.h"

#include <openssl/bytestring.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdint>

namespace gatehouse::bench {
namespace {

bssl::UniquePtr<X509> Parse(const std::string& der) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(der.data());
  return bssl::UniquePtr<X509>(
      d2i_X509(nullptr, &bytes, static_cast<long>(der.size())));
}

bssl::UniquePtr<STACK_OF(X509)> ParseRest(const std::vector<std::string>& all) {
  bssl::UniquePtr<STACK_OF(X509)> rest(sk_X509_new_null());
  for (size_t i = 1; i < all.size(); ++i) {
    bssl::PushToStack(rest.get(), Parse(all[i]));
  }
  return rest;
}

}  // namespace

struct BareVerify::Certificates {
  bssl::UniquePtr<X509_STORE> store{X509_STORE_new()};
  bssl::UniquePtr<X509> leaf;
  bssl::UniquePtr<STACK_OF(X509)> rest;

  bool Verify(X509* chain_leaf, STACK_OF(X509) * untrusted) const {
    const bssl::UniquePtr<X509_STORE_CTX> context(X509_STORE_CTX_new());
    const bool good = X509_STORE_CTX_init(context.get(), store.get(),
                                          chain_leaf, untrusted) == 1 &&
                      X509_verify_cert(context.get()) == 1;
    if (!good) ERR_clear_error();
    return good;
  }
};

BareVerify::BareVerify(const std::vector<std::string>& ders,
                       const std::string& root_der, absl::Time now)
    : ders_(ders) {
  auto parsed = std::make_unique<Certificates>();
  const bssl::UniquePtr<X509> root = Parse(root_der);
  X509_STORE_add_cert(parsed->store.get(), root.get());
  const bssl::UniquePtr<X509_VERIFY_PARAM> parameters(X509_VERIFY_PARAM_new());
  X509_VERIFY_PARAM_set_purpose(parameters.get(), X509_PURPOSE_SSL_CLIENT);
  X509_VERIFY_PARAM_set_time(parameters.get(), absl::ToTimeT(now));
  X509_STORE_set1_param(parsed->store.get(), parameters.get());
  parsed->leaf = Parse(ders_[0]);
  parsed->rest = ParseRest(ders_);
  parsed_ = std::move(parsed);
}

BareVerify::~BareVerify() = default;

bool BareVerify::ParseAndVerify() const {
  const bssl::UniquePtr<X509> leaf = Parse(ders_[0]);
  const bssl::UniquePtr<STACK_OF(X509)> rest = ParseRest(ders_);
  return leaf != nullptr && parsed_->Verify(leaf.get(), rest.get());
}

bool BareVerify::VerifyParsed() const {
  return parsed_->Verify(parsed_->leaf.get(), parsed_->rest.get());
}

}  // namespace gatehouse::bench

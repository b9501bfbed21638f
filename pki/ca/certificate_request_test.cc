#include "pki/ca/certificate_request.h"

#include <openssl/bytestring.h>

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "pki/internal/der.h"
#include "pki/internal/extension_block.h"
#include "pki/internal/signature.h"
#include "pki/pem.h"
#include "pki/private_key.h"

namespace gatehouse::pki {
namespace {

constexpr char kExtensionRequest[] = "1.2.840.113549.1.9.14";
constexpr char kChallengePassword[] = "1.2.840.113549.1.9.7";
constexpr char kSubjectAltName[] = "2.5.29.17";
constexpr char kKeyUsage[] = "2.5.29.15";

const PrivateKey& Key() {
  static const auto* const key =
      new PrivateKey(*PrivateKey::Generate(KeyAlgorithm::kEcdsaP256));
  return *key;
}

DistinguishedName John() {
  return DistinguishedName::ForUser("john", {"examplegroup", "other"});
}

CertificateRequest Request() {
  GeneralNames names;
  names.dns = {"john.example"};
  return *CertificateRequest::Create(Key(), John(), names);
}

TEST(Create, EveryKindOfKeyComesBack) {
  GeneralNames names;
  names.dns = {"a.example", "b.example"};
  names.ips = {std::string("\x7f\0\0\1", 4)};
  names.emails = {"john@example.com"};
  names.uris = {"spiffe://example/john"};
  for (const KeyAlgorithm algorithm :
       {KeyAlgorithm::kRsa2048, KeyAlgorithm::kEcdsaP256,
        KeyAlgorithm::kEcdsaP384, KeyAlgorithm::kEd25519}) {
    SCOPED_TRACE(KeyAlgorithmName(algorithm));
    const PrivateKey key = *PrivateKey::Generate(algorithm);
    const absl::StatusOr<CertificateRequest> made =
        CertificateRequest::Create(key, John(), names);
    ASSERT_TRUE(made.ok()) << made.status();
    const absl::StatusOr<CertificateRequest> read =
        CertificateRequest::FromPem(made->ToPem(), "john.csr");
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(read->der(), made->der());
    EXPECT_EQ(read->subject(), John());
    EXPECT_EQ(read->public_key(), key.public_key());
    EXPECT_EQ(read->subject_alt_names().dns, names.dns);
    EXPECT_EQ(read->subject_alt_names().ips, names.ips);
    EXPECT_EQ(read->subject_alt_names().emails, names.emails);
    EXPECT_EQ(read->subject_alt_names().uris, names.uris);
    ASSERT_EQ(read->extensions().size(), 1U);
    EXPECT_EQ(read->extensions()[0].oid, kSubjectAltName);
    EXPECT_FALSE(read->extensions()[0].critical);
  }
}

TEST(Create, WithoutNamesAsksForNoExtension) {
  const absl::StatusOr<CertificateRequest> made =
      CertificateRequest::Create(Key(), John());
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_TRUE(made->extensions().empty());
  EXPECT_TRUE(made->subject_alt_names().empty());
}

TEST(Create, WithoutASubjectTheNamesAreCritical) {
  GeneralNames names;
  names.dns = {"a.example"};
  const absl::StatusOr<CertificateRequest> made =
      CertificateRequest::Create(Key(), DistinguishedName(), names);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_TRUE(made->subject().empty());
  EXPECT_TRUE(made->extensions().at(0).critical);
}

TEST(Create, RefusesNamesWithoutEncoding) {
  const struct {
    const char* name;
    std::function<void(GeneralNames*)> change;
  } kCases[] = {
      {"not ASCII", [](GeneralNames* n) { n->dns = {"\xff"}; }},
      {"address of 3 bytes", [](GeneralNames* n) { n->ips = {"abc"}; }},
      {"other type", [](GeneralNames* n) { n->other_types = {"x400Address"}; }},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.name);
    GeneralNames names;
    c.change(&names);
    EXPECT_EQ(
        ReasonOf(CertificateRequest::Create(Key(), John(), names).status()),
        Reason::kInvalid);
  }
}

TEST(FromPem, TakesTheFirstBlockOnly) {
  const std::string request = Request().ToPem();
  const std::string other = EncodePem("CERTIFICATE", "not looked at");
  const struct {
    const char* name;
    std::string pem;
    bool ok;
  } kCases[] = {
      {"the request", request, true},
      {"text before it", absl::StrCat("hello\n", request), true},
      {"text after it", absl::StrCat(request, "hello\n"), true},
      {"another block after it", absl::StrCat(request, other), true},
      {"another request after it", absl::StrCat(request, request), true},
      {"another block before it", absl::StrCat(other, request), false},
      {"a certificate", other, false},
      {"Netscape's label", EncodePem("NEW CERTIFICATE REQUEST", "x"), false},
      {"nothing", "", false},
      {"DER", std::string(Request().der()), false},
      {"half a block", request.substr(0, request.size() / 2), false},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.name);
    const absl::StatusOr<CertificateRequest> read =
        CertificateRequest::FromPem(c.pem, "john.csr");
    EXPECT_EQ(read.ok(), c.ok) << read.status();
    if (c.ok) continue;
    EXPECT_EQ(ReasonOf(read.status()), Reason::kMalformed);
    EXPECT_EQ(read.status().message(),
              "john.csr: PEM block type must be CERTIFICATE REQUEST");
  }
}

TEST(FromDer, HasACeiling) {
  const std::string big(CertificateRequest::kMaxBytes + 1, '\x30');
  EXPECT_EQ(ReasonOf(CertificateRequest::FromDer(big).status()),
            Reason::kTooLarge);
  const std::string pem(CertificateRequest::kMaxPemBytes + 1, '-');
  EXPECT_EQ(ReasonOf(CertificateRequest::FromPem(pem).status()),
            Reason::kTooLarge);
}

TEST(FromDer, NoBitMayChange) {
  const std::string der(Request().der());
  for (size_t bit = 0; bit < der.size() * 8; ++bit) {
    std::string changed = der;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(CertificateRequest::FromDer(changed).ok()) << "bit " << bit;
  }
}

TEST(FromDer, NoLengthButItsOwn) {
  const std::string der(Request().der());
  for (size_t length = 0; length < der.size(); ++length) {
    EXPECT_EQ(
        ReasonOf(CertificateRequest::FromDer(der.substr(0, length)).status()),
        Reason::kMalformed);
  }
  for (const char* more : {"\1", "\x30", "more"}) {
    EXPECT_EQ(
        ReasonOf(CertificateRequest::FromDer(absl::StrCat(der, more)).status()),
        Reason::kMalformed);
  }
}

// ---- Requests that Create does not make.

using Write = std::function<bool(CBB*)>;

bool WriteExtensions(CBB* out, const std::vector<const char*>& oids) {
  return internal::WriteConstructed(out, CBS_ASN1_SEQUENCE, [&](CBB* list) {
    for (const char* oid : oids) {
      const auto value = [](CBB* v) {
        return internal::WriteNamedBits(v, kDigitalSignature);
      };
      if (!internal::WriteExtension(list, oid, false, value)) return false;
    }
    return true;
  });
}

bool WriteAttribute(CBB* out, const char* oid, const Write& values) {
  return internal::WriteConstructed(out, CBS_ASN1_SEQUENCE, [&](CBB* a) {
    return internal::WriteOid(a, oid) &&
           internal::WriteConstructed(a, CBS_ASN1_SET, values);
  });
}

bool WritePassword(CBB* out) {
  return WriteAttribute(out, kChallengePassword, [](CBB* values) {
    return internal::WriteElement(values, CBS_ASN1_UTF8STRING, "secret");
  });
}

Write ExtensionRequest(std::vector<const char*> oids) {
  return [oids](CBB* out) {
    return WriteAttribute(out, kExtensionRequest, [&](CBB* values) {
      return WriteExtensions(values, oids);
    });
  };
}

// Signs a request of `version` with what `attributes` writes after the key.
std::string Sign(int version, const Write& attributes) {
  const std::string info = internal::BuildDer([&](CBB* out) {
    return internal::WriteConstructed(out, CBS_ASN1_SEQUENCE, [&](CBB* body) {
      return CBB_add_asn1_uint64(body, static_cast<uint64_t>(version)) == 1 &&
             internal::WriteBytes(body, John().der()) &&
             internal::WriteBytes(body, Key().public_key().der()) &&
             attributes(body);
    });
  });
  EXPECT_FALSE(info.empty());
  return *internal::SignedSequence(info, Key());
}

Write Attributes(const Write& contents) {
  return [contents](CBB* out) {
    return internal::WriteConstructed(out, internal::ContextTag(0), contents);
  };
}

TEST(FromDer, Attributes) {
  const Write nothing = [](CBB*) { return true; };
  const struct {
    const char* name;
    std::string der;
    Reason reason;
    size_t extensions;
  } kCases[] = {
      {"no attributes", Sign(0, nothing), Reason::kNone, 0},
      {"an empty set", Sign(0, Attributes(nothing)), Reason::kNone, 0},
      {"another attribute", Sign(0, Attributes(WritePassword)), Reason::kNone,
       0},
      {"another attribute before",
       Sign(0, Attributes([](CBB* out) {
              return WritePassword(out) && ExtensionRequest({kKeyUsage})(out);
            })),
       Reason::kNone, 1},
      {"an extension not read here",
       Sign(0, Attributes(ExtensionRequest({kKeyUsage, "1.2.3.4"}))),
       Reason::kNone, 2},
      {"an extension twice",
       Sign(0, Attributes(ExtensionRequest({kKeyUsage, kKeyUsage}))),
       Reason::kDuplicate, 0},
      {"two extension requests",
       Sign(0, Attributes([](CBB* out) {
              return ExtensionRequest({kKeyUsage})(out) &&
                     ExtensionRequest({"1.2.3.4"})(out);
            })),
       Reason::kDuplicate, 0},
      {"an extension request of two values",
       Sign(0, Attributes([](CBB* out) {
              return WriteAttribute(out, kExtensionRequest, [](CBB* values) {
                return WriteExtensions(values, {kKeyUsage}) &&
                       WriteExtensions(values, {"1.2.3.4"});
              });
            })),
       Reason::kMalformed, 0},
      {"an extension request of none",
       Sign(0, Attributes([&](CBB* out) {
              return WriteAttribute(out, kExtensionRequest, nothing);
            })),
       Reason::kMalformed, 0},
      {"a subjectAltName that is none",
       Sign(0, Attributes(ExtensionRequest({kSubjectAltName}))),
       Reason::kMalformed, 0},
      {"not an attribute", Sign(0, Attributes([](CBB* out) {
                                  return CBB_add_asn1_uint64(out, 1) == 1;
                                })),
       Reason::kMalformed, 0},
      {"65 attributes", Sign(0, Attributes([](CBB* out) {
                               bool ok = true;
                               for (int i = 0; i < 65; ++i) {
                                 ok = ok && WritePassword(out);
                               }
                               return ok;
                             })),
       Reason::kTooLarge, 0},
      {"bytes after the attributes",
       Sign(0,
            [&](CBB* out) {
              return Attributes(nothing)(out) &&
                     CBB_add_asn1_uint64(out, 1) == 1;
            }),
       Reason::kMalformed, 0},
      {"version 2", Sign(1, Attributes(nothing)), Reason::kMalformed, 0},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.name);
    const absl::StatusOr<CertificateRequest> read =
        CertificateRequest::FromDer(c.der, "x.csr");
    EXPECT_EQ(ReasonOf(read.status()), c.reason) << read.status();
    if (read.ok()) {
      EXPECT_EQ(read->extensions().size(), c.extensions);
    } else {
      EXPECT_TRUE(absl::StartsWith(read.status().message(), "x.csr: "))
          << read.status();
    }
  }
}

TEST(FromDer, AnothersSignatureIsRefused) {
  const PrivateKey other = *PrivateKey::Generate(KeyAlgorithm::kEcdsaP256);
  CBS in = internal::CbsOf(Request().der());
  CBS request;
  absl::string_view info;
  const CertificateRequest mine = Request();
  in = internal::CbsOf(mine.der());
  ASSERT_EQ(CBS_get_asn1(&in, &request, CBS_ASN1_SEQUENCE), 1);
  ASSERT_TRUE(internal::ReadElement(&request, CBS_ASN1_SEQUENCE, &info));
  const std::string der = *internal::SignedSequence(info, other);
  EXPECT_EQ(ReasonOf(CertificateRequest::FromDer(der).status()),
            Reason::kBadSignature);
}

}  // namespace
}  // namespace gatehouse::pki

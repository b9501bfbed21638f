#include "pki/revocation/ocsp.h"

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pki/extensions.h"
#include "pki/revocation/internal/test_support.h"
#include "pki/revocation/ocsp_writer.h"
#include "pki/testing/certificate_builder.h"

namespace gatehouse::pki {
namespace {

using internal::At;
using internal::Directory;
using internal::FromHex;
using internal::KeyOf;
using internal::Tlv;
using ::testing::HasSubstr;
using testing::TestCertificate;
using testing::TestKey;

const TestCertificate& Ca() {
  static const auto* ca = new TestCertificate(testing::TestCa("ca"));
  return *ca;
}

TestCertificate John() {
  TestCertificate leaf = testing::Leaf("john", Ca());
  leaf.serial = FromHex("00f00d");
  return leaf;
}

// A certificate that Ca() made for a responder.
TestCertificate Responder() {
  TestCertificate responder = testing::Leaf("responder", Ca());
  responder.key = TestKey::P256("responder");
  responder.Set(testing::ExtendedKeyUsageExtension({kOcspSigning}));
  return responder;
}

OcspTemplate Answer(OcspStatus status) {
  OcspTemplate request;
  request.status = status;
  request.revoked_at = At("2020-02-03T04:05:06Z");
  request.reason = CrlReason::kSuperseded;
  request.this_update = At("2020-01-01T00:00:00Z");
  request.next_update = At("2039-01-01T00:00:00Z");
  return request;
}

// Returns a response about john, by `responder` or, without one, by Ca().
std::string Respond(const OcspTemplate& request,
                    const TestCertificate* responder = nullptr) {
  const TestCertificate& signer = responder == nullptr ? Ca() : *responder;
  absl::optional<Certificate> delegate;
  if (responder != nullptr) delegate = responder->Build();
  const auto response = WriteOcspResponse(request, John().serial, Ca().Build(),
                                          KeyOf(signer.key), delegate);
  EXPECT_TRUE(response.ok()) << response.status();
  return response.value_or("");
}

struct RoundTrip {
  const char* what;
  OcspStatus status;
  bool sha256, by_key, delegated;
  const char* printed;  // By openssl.
};

constexpr RoundTrip kRoundTrips[] = {
    {"good", OcspStatus::kGood, false, false, false, "john.crt: good"},
    {"revoked", OcspStatus::kRevoked, false, false, false, "john.crt: revoked"},
    {"unknown", OcspStatus::kUnknown, false, false, false, "john.crt: unknown"},
    {"by key", OcspStatus::kGood, false, true, false, "john.crt: good"},
    {"SHA-256", OcspStatus::kGood, true, false, false, "john.crt: good"},
    {"delegated", OcspStatus::kGood, false, false, true, "john.crt: good"},
    {"delegated, by key, SHA-256", OcspStatus::kRevoked, true, true, true,
     "john.crt: revoked"},
};

TEST(Ocsp, ReadsWhatItWrites) {
  const TestCertificate responder = Responder();
  for (const RoundTrip& c : kRoundTrips) {
    OcspTemplate request = Answer(c.status);
    request.sha256_id = c.sha256;
    request.responder_by_key = c.by_key;
    const auto response = OcspResponse::FromDer(
        Respond(request, c.delegated ? &responder : nullptr));
    ASSERT_TRUE(response.ok()) << c.what << response.status();
    EXPECT_EQ(response->responder_name().has_value(), !c.by_key) << c.what;
    EXPECT_EQ(response->responder_key_hash().has_value(), c.by_key) << c.what;
    EXPECT_EQ(response->certificates().size(), c.delegated ? 1u : 0u);
    EXPECT_EQ(response->produced_at(), request.this_update);
    const auto answer = AnswerOf(*response, John().Build(), Ca().Build());
    ASSERT_TRUE(answer.ok()) << c.what << answer.status();
    ASSERT_TRUE(answer->has_value()) << c.what;
    EXPECT_EQ((*answer)->status, c.status) << c.what;
    EXPECT_EQ((*answer)->this_update, request.this_update) << c.what;
    EXPECT_EQ((*answer)->next_update, *request.next_update) << c.what;
    EXPECT_EQ((*answer)->delegate.has_value(), c.delegated) << c.what;
    if (c.status != OcspStatus::kRevoked) continue;
    EXPECT_EQ((*answer)->revoked_at, request.revoked_at) << c.what;
    EXPECT_EQ((*answer)->reason, CrlReason::kSuperseded) << c.what;
  }
}

TEST(Ocsp, IsReadByOpenssl) {
  const Directory directory;
  directory.Write("ca.crt", Ca().Build().ToPem());
  directory.Write("john.crt", John().Build().ToPem());
  const TestCertificate responder = Responder();
  for (const RoundTrip& c : kRoundTrips) {
    OcspTemplate request = Answer(c.status);
    request.sha256_id = c.sha256;
    request.responder_by_key = c.by_key;
    directory.Write("response",
                    Respond(request, c.delegated ? &responder : nullptr));
    const std::string text = directory.Run(absl::StrCat(
        "openssl ocsp -respin response -issuer ca.crt -CAfile ca.crt ",
        c.sha256 ? "-sha256 " : "", "-cert john.crt"));
    EXPECT_THAT(text, HasSubstr("Response verify OK")) << c.what;
    EXPECT_THAT(text, HasSubstr(c.printed)) << c.what;
  }
}

TEST(Ocsp, ReadsWhatOpensslWrites) {
  const Directory directory;
  directory.Write("ca.crt", Ca().Build().ToPem());
  directory.Write("ca.key", Ca().key.PrivatePem());
  directory.Write("responder.crt", Responder().Build().ToPem());
  directory.Write("responder.key", Responder().key.PrivatePem());
  directory.Write("john.crt", John().Build().ToPem());
  const std::string valid = "V\t400101000000Z\t\tF00D\tunknown\t/CN=john\n";
  const std::string revoked =
      "R\t400101000000Z\t200702000000Z,keyCompromise\tF00D\tunknown\t/"
      "CN=john\n";
  const struct {
    const char* what;
    std::string index;
    const char* request;  // Options of the one who asks.
    const char* options;  // Of the responder.
    OcspStatus status;
    bool next_update, delegated;
  } kCases[] = {
      {"good", valid, "", "-ndays 7", OcspStatus::kGood, true, false},
      {"revoked", revoked, "", "-ndays 7", OcspStatus::kRevoked, true, false},
      {"unknown", "", "", "-ndays 7", OcspStatus::kUnknown, true, false},
      {"without nextUpdate", valid, "", "", OcspStatus::kGood, false, false},
      {"by key", valid, "", "-ndays 7 -resp_key_id", OcspStatus::kGood, true,
       false},
      {"SHA-256", valid, "-sha256", "-ndays 7", OcspStatus::kGood, true, false},
      {"without a nonce", valid, "-no_nonce", "-ndays 7", OcspStatus::kGood,
       true, false},
      {"SHA-384 signature", valid, "", "-ndays 7 -rmd sha384",
       OcspStatus::kGood, true, false},
      {"delegated", revoked, "", "-ndays 7", OcspStatus::kRevoked, true, true},
  };
  for (const auto& c : kCases) {
    directory.Write("index.txt", c.index);
    const char* signer = c.delegated ? "responder" : "ca";
    directory.Run(absl::StrCat("openssl ocsp ", c.request,
                               " -issuer ca.crt -cert john.crt -reqout req"));
    directory.Run(absl::StrCat(
        "openssl ocsp -index index.txt -CA ca.crt -rsigner ", signer,
        ".crt -rkey ", signer, ".key -reqin req -respout resp ", c.options));
    const auto response = OcspResponse::FromDer(directory.Read("resp"), "resp");
    ASSERT_TRUE(response.ok()) << c.what << response.status();
    const auto answer = AnswerOf(*response, John().Build(), Ca().Build());
    ASSERT_TRUE(answer.ok() && answer->has_value())
        << c.what << answer.status();
    EXPECT_EQ((*answer)->status, c.status) << c.what;
    EXPECT_EQ((*answer)->next_update > (*answer)->this_update, c.next_update)
        << c.what;
    EXPECT_EQ((*answer)->delegate.has_value(), c.delegated) << c.what;
    if (c.status != OcspStatus::kRevoked) continue;
    EXPECT_EQ((*answer)->revoked_at, At("2020-07-02T00:00:00Z")) << c.what;
    EXPECT_EQ((*answer)->reason, CrlReason::kKeyCompromise) << c.what;
  }
}

TEST(Ocsp, ReadsThatTheResponderDidNotAnswer) {
  const struct {
    const char* der;
    Reason reason;
    const char* text;
  } kCases[] = {
      {"30030a0101", Reason::kInvalid, "malformedRequest"},
      {"30030a0102", Reason::kInvalid, "internalError"},
      {"30030a0103", Reason::kInvalid, "tryLater"},
      {"30030a0104", Reason::kMalformed, "responseStatus"},
      {"30030a0105", Reason::kInvalid, "sigRequired"},
      {"30030a0106", Reason::kInvalid, "unauthorized"},
      {"30030a0107", Reason::kMalformed, "responseStatus"},
      {"30030a0100", Reason::kMalformed, "responseBytes"},
      {"30040a020000", Reason::kMalformed, "the response"},
      {"3000", Reason::kMalformed, "the response"},
      {"", Reason::kMalformed, "the response"},
      {"30030a010300", Reason::kMalformed, "the response"},
      // Another type of response: id-pkix-ocsp-nonce.
      {"30140a0100a00f300d06092b060105050730010204 00", Reason::kUnsupported,
       "1.3.6.1.5.5.7.48.1.2"},
  };
  for (const auto& c : kCases) {
    const auto response = OcspResponse::FromDer(FromHex(c.der), "f");
    EXPECT_EQ(ReasonOf(response.status()), c.reason) << c.der;
    EXPECT_THAT(std::string(response.status().message()),
                HasSubstr("f: OCSP response: "));
    EXPECT_THAT(std::string(response.status().message()), HasSubstr(c.text))
        << c.der;
  }
  const auto large =
      OcspResponse::FromDer(std::string(OcspResponse::kMaxBytes + 1, '0'));
  EXPECT_EQ(ReasonOf(large.status()), Reason::kTooLarge);
}

TEST(Ocsp, RefusesWhatIsCut) {
  const TestCertificate responder = Responder();
  const std::string good = Respond(Answer(OcspStatus::kRevoked), &responder);
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(OcspResponse::FromDer(good.substr(0, size)).ok()) << size;
  }
  EXPECT_FALSE(OcspResponse::FromDer(good + '\0').ok());
}

// A response whose parts are spelled out. Its signature is nonsense.
struct RawResponse {
  std::string version;
  std::string responder = Tlv(0xa1, testing::NameDer("ca"));
  std::string produced = Tlv(0x18, "20260701000000Z");
  std::string hash = FromHex("300906052b0e03021a0500");
  std::string serial = FromHex("02020505");
  std::string status = FromHex("8000");
  std::string this_update = Tlv(0x18, "20260701000000Z");
  std::string next_update;
  std::string single_extensions;
  std::string extensions;
  std::string certificates;
  int copies = 1;

  std::string Der() const {
    const std::string id = Tlv(
        0x30, absl::StrCat(hash, Tlv(0x04, "name"), Tlv(0x04, "key"), serial));
    const std::string single = Tlv(
        0x30,
        absl::StrCat(id, status, this_update, next_update, single_extensions));
    std::string singles;
    for (int i = 0; i < copies; ++i) singles += single;
    const std::string data =
        Tlv(0x30, absl::StrCat(version, responder, produced, Tlv(0x30, singles),
                               extensions));
    const std::string basic =
        Tlv(0x30, absl::StrCat(data, FromHex("300a06082a8648ce3d040302"),
                               FromHex("03020055"), certificates));
    return Tlv(
        0x30,
        absl::StrCat(
            FromHex("0a0100"),
            Tlv(0xa0, Tlv(0x30, absl::StrCat(FromHex("06092b0601050507300101"),
                                             Tlv(0x04, basic))))));
  }
};

std::string Extensions(absl::string_view critical_hex) {
  return Tlv(0xa1, Tlv(0x30, Tlv(0x30, absl::StrCat(FromHex("06032a0304"),
                                                    FromHex(critical_hex),
                                                    FromHex("040100")))));
}

struct RawCase {
  const char* what;
  std::function<void(RawResponse*)> change;
  Reason reason;  // kNone: it is fine.
  const char* text;
};

TEST(Ocsp, RefusesPartsThatAreWrong) {
  const std::vector<RawCase> kCases = {
      {"nothing changed", [](RawResponse*) {}, Reason::kNone, ""},
      {"version 2", [](RawResponse* r) { r->version = FromHex("a003020101"); },
       Reason::kUnsupported, "version"},
      {"version 1 written out",
       [](RawResponse* r) { r->version = FromHex("a003020100"); },
       Reason::kUnsupported, "version"},
      {"no responder", [](RawResponse* r) { r->responder = ""; },
       Reason::kMalformed, "responderID"},
      {"a responder of a third kind",
       [](RawResponse* r) { r->responder = FromHex("a3020500"); },
       Reason::kMalformed, "responderID"},
      {"a key hash of 19 octets",
       [](RawResponse* r) {
         r->responder = Tlv(0xa2, Tlv(0x04, std::string(19, 'k')));
       },
       Reason::kMalformed, "responderID"},
      {"a key hash of 20 octets",
       [](RawResponse* r) {
         r->responder = Tlv(0xa2, Tlv(0x04, std::string(20, 'k')));
       },
       Reason::kNone, ""},
      {"producedAt in UTCTime",
       [](RawResponse* r) { r->produced = Tlv(0x17, "260701000000Z"); },
       Reason::kMalformed, "producedAt"},
      {"a hash that is none", [](RawResponse* r) { r->hash = FromHex("3000"); },
       Reason::kMalformed, "certID"},
      {"a hash with parameters",
       [](RawResponse* r) { r->hash = FromHex("300a06052b0e03021a020101"); },
       Reason::kMalformed, "certID"},
      {"a hash that is not known",
       [](RawResponse* r) { r->hash = FromHex("300506032a0304"); },
       Reason::kNone, ""},
      {"a padded serial",
       [](RawResponse* r) { r->serial = FromHex("02020005"); },
       Reason::kMalformed, "certID"},
      {"a status of a fourth kind",
       [](RawResponse* r) { r->status = FromHex("8300"); }, Reason::kMalformed,
       "certStatus"},
      {"good with content",
       [](RawResponse* r) { r->status = FromHex("800100"); },
       Reason::kMalformed, "certStatus"},
      {"revoked without a date",
       [](RawResponse* r) { r->status = FromHex("a100"); }, Reason::kMalformed,
       "certStatus"},
      {"revoked for reason 7",
       [](RawResponse* r) {
         r->status = Tlv(0xa1, absl::StrCat(Tlv(0x18, "20260701000000Z"),
                                            FromHex("a0030a0107")));
       },
       Reason::kMalformed, "certStatus"},
      {"revoked for a reason",
       [](RawResponse* r) {
         r->status = Tlv(0xa1, absl::StrCat(Tlv(0x18, "20260701000000Z"),
                                            FromHex("a0030a0101")));
       },
       Reason::kNone, ""},
      {"no thisUpdate", [](RawResponse* r) { r->this_update = ""; },
       Reason::kMalformed, "thisUpdate"},
      {"a fraction of a second",
       [](RawResponse* r) { r->this_update = Tlv(0x18, "20260701000000.1Z"); },
       Reason::kMalformed, "thisUpdate"},
      {"nextUpdate first",
       [](RawResponse* r) {
         r->next_update = Tlv(0xa0, Tlv(0x18, "20260630000000Z"));
       },
       Reason::kInvalid, "nextUpdate is before"},
      {"nextUpdate that is none",
       [](RawResponse* r) { r->next_update = FromHex("a0020500"); },
       Reason::kMalformed, "nextUpdate"},
      {"an extension of the answer",
       [](RawResponse* r) { r->single_extensions = Extensions(""); },
       Reason::kNone, ""},
      {"a critical one",
       [](RawResponse* r) { r->single_extensions = Extensions("0101ff"); },
       Reason::kUnhandledCritical, "1.2.3.4"},
      {"a critical one of the response",
       [](RawResponse* r) { r->extensions = Extensions("0101ff"); },
       Reason::kUnhandledCritical, "1.2.3.4"},
      {"a list of extensions that is empty",
       [](RawResponse* r) { r->extensions = FromHex("a1023000"); },
       Reason::kMalformed, "extensions"},
      {"a certificate that is none",
       [](RawResponse* r) { r->certificates = FromHex("a00430023000"); },
       Reason::kMalformed, "certificate of the response"},
      {"certificates that are none",
       [](RawResponse* r) { r->certificates = FromHex("a0020500"); },
       Reason::kMalformed, "certs"},
      {"many answers",
       [](RawResponse* r) {
         r->copies = static_cast<int>(OcspResponse::kMaxSingles);
       },
       Reason::kNone, ""},
      {"too many answers",
       [](RawResponse* r) {
         r->copies = static_cast<int>(OcspResponse::kMaxSingles) + 1;
       },
       Reason::kTooLarge, "more than 1000 answers"},
      {"too many certificates",
       [](RawResponse* r) {
         std::string all;
         for (int i = 0; i < 11; ++i) all += Ca().Der();
         r->certificates = Tlv(0xa0, Tlv(0x30, all));
       },
       Reason::kTooLarge, "more than 10 certificates"},
      {"no answers", [](RawResponse* r) { r->copies = 0; }, Reason::kNone, ""},
  };
  for (const RawCase& c : kCases) {
    RawResponse raw;
    c.change(&raw);
    const auto response = OcspResponse::FromDer(raw.Der());
    EXPECT_EQ(ReasonOf(response.status()), c.reason)
        << c.what << response.status();
    EXPECT_EQ(response.ok(), c.reason == Reason::kNone) << c.what;
    EXPECT_THAT(std::string(response.status().message()), HasSubstr(c.text))
        << c.what;
  }
}

struct SignerCase {
  const char* what;
  std::function<void(TestCertificate*)> change;
  Reason reason;  // kNone: it may answer.
  const char* text;
};

TEST(Ocsp, HeedsWhoMayAnswer) {
  const std::vector<SignerCase> kCases = {
      {"one that is authorized", [](TestCertificate*) {}, Reason::kNone, ""},
      {"without key usage", [](TestCertificate* r) { r->Remove("2.5.29.15"); },
       Reason::kNone, ""},
      {"contentCommitment only",
       [](TestCertificate* r) {
         r->Set(testing::KeyUsageExtension(kContentCommitment));
       },
       Reason::kNone, ""},
      {"any extended key usage is not enough",
       [](TestCertificate* r) {
         r->Set(testing::ExtendedKeyUsageExtension({kAnyExtendedKeyUsage}));
       },
       Reason::kIncompatibleUsage, "not one for OCSPSigning"},
      {"a client certificate",
       [](TestCertificate* r) {
         r->Set(testing::ExtendedKeyUsageExtension({kClientAuth}));
       },
       Reason::kIncompatibleUsage, "CN=responder is not one"},
      {"no extended key usage",
       [](TestCertificate* r) { r->Remove("2.5.29.37"); },
       Reason::kIncompatibleUsage, "not one for OCSPSigning"},
      {"a key for encipherment",
       [](TestCertificate* r) {
         r->Set(testing::KeyUsageExtension(kKeyEncipherment));
       },
       Reason::kIncompatibleUsage, "not one for OCSPSigning"},
      {"another CA's",
       [](TestCertificate* r) { r->SignedBy(testing::TestCa("other")); },
       Reason::kUnknownAuthority, "was not authorized by CN=ca"},
      {"one that says it is the CA's",
       [](TestCertificate* r) { r->signer = TestKey::P256("forger"); },
       Reason::kUnknownAuthority, "was not authorized by CN=ca"},
      {"a critical extension",
       [](TestCertificate* r) { r->Set(testing::UnknownExtension(true)); },
       Reason::kUnhandledCritical, "critical extension"},
      {"a weak key", [](TestCertificate* r) { r->key = TestKey::Rsa(1024); },
       Reason::kWeakCryptography, "1024 bits"},
  };
  for (const SignerCase& c : kCases) {
    TestCertificate responder = Responder();
    c.change(&responder);
    const auto response =
        OcspResponse::FromDer(Respond(Answer(OcspStatus::kGood), &responder));
    ASSERT_TRUE(response.ok()) << c.what << response.status();
    const auto answer = AnswerOf(*response, John().Build(), Ca().Build());
    EXPECT_EQ(ReasonOf(answer.status()), c.reason) << c.what << answer.status();
    EXPECT_THAT(std::string(answer.status().message()), HasSubstr(c.text))
        << c.what;
  }
}

TEST(Ocsp, RefusesABadSignature) {
  std::string der = Respond(Answer(OcspStatus::kGood));
  der.back() = static_cast<char>(der.back() ^ 1);
  const auto response = OcspResponse::FromDer(der, "f");
  ASSERT_TRUE(response.ok()) << response.status();
  const auto answer = AnswerOf(*response, John().Build(), Ca().Build());
  EXPECT_EQ(ReasonOf(answer.status()), Reason::kBadSignature);
  EXPECT_THAT(std::string(answer.status().message()), HasSubstr("f: OCSP"));
  // The same with a responder who is not even in it.
  const TestCertificate other = testing::TestCa("other");
  const auto forged =
      WriteOcspResponse(Answer(OcspStatus::kGood), John().serial, Ca().Build(),
                        KeyOf(other.key), other.Build());
  const auto parsed = OcspResponse::FromDer(*forged);
  EXPECT_EQ(ReasonOf(AnswerOf(*parsed, John().Build(), Ca().Build()).status()),
            Reason::kUnknownAuthority);
}

TEST(Ocsp, SaysNothingOfOthers) {
  const auto response =
      OcspResponse::FromDer(Respond(Answer(OcspStatus::kGood)));
  TestCertificate mary = John();
  mary.serial = FromHex("00f00e");
  const TestCertificate other = testing::TestCa("other");
  TestCertificate same_serial = testing::Leaf("john", other);
  same_serial.serial = John().serial;
  const auto of_mary = AnswerOf(*response, mary.Build(), Ca().Build());
  ASSERT_TRUE(of_mary.ok());
  EXPECT_FALSE(of_mary->has_value());
  const auto of_other = AnswerOf(*response, same_serial.Build(), other.Build());
  ASSERT_TRUE(of_other.ok());
  EXPECT_FALSE(of_other->has_value());
}

TEST(Ocsp, HoldsNoLongerThanTheResponder) {
  TestCertificate responder = Responder();
  responder.not_before = At("2026-01-01T00:00:00Z");
  responder.not_after = At("2027-01-01T00:00:00Z");
  for (const bool no_check : {false, true}) {
    if (no_check) {
      responder.Set({"1.3.6.1.5.5.7.48.1.5", false, FromHex("0500")});
    }
    const auto response =
        OcspResponse::FromDer(Respond(Answer(OcspStatus::kGood), &responder));
    const auto answer = AnswerOf(*response, John().Build(), Ca().Build());
    ASSERT_TRUE(answer.ok() && answer->has_value()) << answer.status();
    EXPECT_EQ((*answer)->this_update, responder.not_before);
    EXPECT_EQ((*answer)->next_update, responder.not_after);
    EXPECT_EQ((*answer)->delegate_no_check, no_check);
  }
}

OcspResponse Parsed(const OcspTemplate& request) {
  const auto response = OcspResponse::FromDer(Respond(request), "f");
  EXPECT_TRUE(response.ok()) << response.status();
  return *response;
}

TEST(OcspSet, FindsTheLatestAnswer) {
  OcspTemplate early = Answer(OcspStatus::kGood);
  OcspTemplate late = Answer(OcspStatus::kUnknown);
  late.this_update += absl::Hours(1);
  OcspTemplate as_early = Answer(OcspStatus::kRevoked);
  const struct {
    const char* what;
    std::vector<OcspResponse> responses;
    OcspStatus status;
  } kCases[] = {
      {"one", {Parsed(early)}, OcspStatus::kGood},
      {"two", {Parsed(early), Parsed(late)}, OcspStatus::kUnknown},
      {"the other way", {Parsed(late), Parsed(early)}, OcspStatus::kUnknown},
      {"two at a time",
       {Parsed(early), Parsed(as_early)},
       OcspStatus::kRevoked},
      {"two at a time, the other way",
       {Parsed(as_early), Parsed(early)},
       OcspStatus::kRevoked},
  };
  for (const auto& c : kCases) {
    const auto set = OcspSet::Create(
        c.responses, {testing::TestCa("other").Build(), Ca().Build()});
    ASSERT_TRUE(set.ok()) << set.status();
    EXPECT_EQ((*set)->size(), 1u);
    const OcspAnswer* answer = (*set)->Find(John().Build(), Ca().Build());
    ASSERT_NE(answer, nullptr) << c.what;
    EXPECT_EQ(answer->status, c.status) << c.what;
    TestCertificate mary = John();
    mary.serial = "\5";
    EXPECT_EQ((*set)->Find(mary.Build(), Ca().Build()), nullptr);
  }
  const auto empty = OcspSet::Create({}, {Ca().Build()});
  EXPECT_EQ((*empty)->Find(John().Build(), Ca().Build()), nullptr);
}

TEST(OcspSet, RefusesAnswersOfNobody) {
  const OcspResponse good = Parsed(Answer(OcspStatus::kGood));
  std::string der = Respond(Answer(OcspStatus::kGood));
  der.back() = static_cast<char>(der.back() ^ 1);
  const OcspResponse bad = *OcspResponse::FromDer(der, "bad");
  const struct {
    std::vector<OcspResponse> responses;
    std::vector<Certificate> issuers;
    Reason reason;
    const char* text;
  } kCases[] = {
      {{good}, {}, Reason::kUnknownAuthority, "f: OCSP response: it answers"},
      {{good},
       {testing::TestCa("other").Build()},
       Reason::kUnknownAuthority,
       "none of the CAs"},
      {{good, bad}, {Ca().Build()}, Reason::kBadSignature, "bad: OCSP"},
  };
  for (const auto& c : kCases) {
    const auto set = OcspSet::Create(c.responses, c.issuers);
    EXPECT_EQ(ReasonOf(set.status()), c.reason) << set.status();
    EXPECT_THAT(std::string(set.status().message()), HasSubstr(c.text));
  }
}

TEST(OcspWriter, RefusesWhatItCannotSign) {
  const auto wrong_key = WriteOcspResponse(
      Answer(OcspStatus::kGood), "\5", Ca().Build(), KeyOf(TestKey::P384()));
  EXPECT_EQ(ReasonOf(wrong_key.status()), Reason::kInvalid);
  const auto bad_serial =
      WriteOcspResponse(Answer(OcspStatus::kGood), FromHex("0005"),
                        Ca().Build(), KeyOf(Ca().key));
  EXPECT_EQ(ReasonOf(bad_serial.status()), Reason::kMalformed);
}

}  // namespace
}  // namespace gatehouse::pki

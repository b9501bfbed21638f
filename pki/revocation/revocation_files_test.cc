#include "pki/revocation/revocation_files.h"

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pki/revocation/internal/test_support.h"
#include "pki/revocation/ocsp_writer.h"
#include "pki/testing/certificate_builder.h"

namespace gatehouse::pki {
namespace {

using internal::At;
using internal::ChainOf;
using internal::Directory;
using internal::JulyCrl;
using internal::KeyOf;
using internal::MakeCrl;
using ::testing::HasSubstr;
using testing::TestCertificate;

constexpr char kEmptyDenyList[] =
    "apiVersion: pki.gatehouse.dev/v1alpha1\nkind: RevocationList\n"
    "entries: []\n";

const TestCertificate& Ca() {
  static const auto* ca = new TestCertificate(testing::TestCa("ca"));
  return *ca;
}

Certificate John() {
  TestCertificate leaf = testing::Leaf("john", Ca());
  leaf.serial = "\x05";
  return leaf.Build();
}

absl::Status CheckJohn(const RevocationLists& lists) {
  const absl::Status status = lists.Check(ChainOf(John(), {}, Ca().Build()),
                                          At("2026-07-15T00:00:00Z"));
  return status.ok() ? lists.CheckUser("john", John()) : status;
}

// A directory with one of each file, none of which revokes anything.
class Files : public ::testing::Test {
 protected:
  Files() {
    directory_.Write("ca.crl", MakeCrl(JulyCrl({}), Ca()).ToPem());
    directory_.Write("delta.crl", Delta({}).der());
    directory_.Write("john.ocsp", Ocsp(OcspStatus::kGood));
    directory_.Write("revoked.yaml", kEmptyDenyList);
    files_.crl_files = {directory_.Path("ca.crl"),
                        directory_.Path("delta.crl")};
    files_.ocsp_files = {directory_.Path("john.ocsp")};
    files_.deny_list_file = directory_.Path("revoked.yaml");
  }

  static Crl Delta(const std::vector<std::string>& serials) {
    CrlTemplate request = JulyCrl(serials);
    request.number = "\2";
    request.delta_base = "\1";
    return MakeCrl(request, Ca());
  }

  static std::string Ocsp(OcspStatus status) {
    OcspTemplate request;
    request.status = status;
    request.revoked_at = At("2026-07-02T00:00:00Z");
    request.this_update = At("2026-07-01T00:00:00Z");
    request.next_update = At("2026-08-01T00:00:00Z");
    return *WriteOcspResponse(request, "\x05", Ca().Build(), KeyOf(Ca().key));
  }

  Directory directory_;
  RevocationFiles files_;
  const std::vector<Certificate> issuers_ = {Ca().Build()};
};

struct ChangeCase {
  const char* what;
  const char* file;
  std::string contents;
  const char* text;  // Of the refusal.
};

TEST_F(Files, ParseAgainOnlyWhatChanged) {
  DenyEntry entry;
  entry.user = "john";
  const std::vector<ChangeCase> kCases = {
      {"the list", "ca.crl", MakeCrl(JulyCrl({"\x05"}), Ca()).ToPem(), "CRL"},
      {"the list in DER", "ca.crl",
       std::string(MakeCrl(JulyCrl({"\x05"}), Ca()).der()), "CRL"},
      {"the delta", "delta.crl", std::string(Delta({"\x05"}).der()), "CRL"},
      {"the answer", "john.ocsp", Ocsp(OcspStatus::kRevoked), "OCSP"},
      {"the deny list", "revoked.yaml", (*DenyList::Create({entry}))->ToYaml(),
       "deny list: user \"john\""},
  };
  for (const ChangeCase& c : kCases) {
    RevocationLoader loader(files_);
    const auto before = loader.Load(issuers_);
    ASSERT_TRUE(before.ok()) << c.what << before.status();
    EXPECT_EQ(loader.parsed(), 4u) << c.what;
    EXPECT_TRUE(CheckJohn(**before).ok()) << c.what;

    ASSERT_TRUE(loader.Load(issuers_).ok());
    EXPECT_EQ(loader.parsed(), 0u) << c.what;

    const std::string old = directory_.Read(c.file);
    directory_.Write(c.file, c.contents);
    const auto after = loader.Load(issuers_);
    ASSERT_TRUE(after.ok()) << c.what << after.status();
    EXPECT_EQ(loader.parsed(), 1u) << c.what;
    const absl::Status status = CheckJohn(**after);
    EXPECT_EQ(ReasonOf(status), Reason::kRevoked) << c.what;
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.text)) << c.what;
    // What was loaded first says what it said.
    EXPECT_TRUE(CheckJohn(**before).ok()) << c.what;
    directory_.Write(c.file, old);
  }
}

// One list takes the place of another: there is nothing to parse, and yet what
// is revoked is not what it was.
TEST_F(Files, TellThatAListIsGone) {
  CrlTemplate request = JulyCrl({"\x05"});
  const std::string list = MakeCrl(request, Ca()).ToPem();
  directory_.Write("ca.crl", list);
  request.number = "\2";
  request.delta_base = "\1";
  request.entries[0].reason = CrlReason::kRemoveFromCrl;
  directory_.Write("delta.crl", MakeCrl(request, Ca()).ToPem());
  RevocationLoader loader(files_);
  const auto before = loader.Load(issuers_);
  ASSERT_TRUE(before.ok()) << before.status();
  EXPECT_TRUE(loader.changed());
  EXPECT_TRUE(CheckJohn(**before).ok());
  ASSERT_TRUE(loader.Load(issuers_).ok());
  EXPECT_FALSE(loader.changed());

  directory_.Write("delta.crl", list);
  const auto after = loader.Load(issuers_);
  ASSERT_TRUE(after.ok()) << after.status();
  EXPECT_EQ(ReasonOf(CheckJohn(**after)), Reason::kRevoked);
  EXPECT_EQ(loader.parsed(), 0U);
  EXPECT_TRUE(loader.changed());
}

TEST_F(Files, VerifyAgainWithOtherIssuers) {
  RevocationLoader loader(files_);
  ASSERT_TRUE(loader.Load(issuers_).ok());
  ASSERT_TRUE(loader.Load({Ca().Build(), testing::TestCa("new").Build()}).ok());
  EXPECT_EQ(loader.parsed(), 2u);  // The two lists.
  const auto without = loader.Load({testing::TestCa("new").Build()});
  EXPECT_EQ(ReasonOf(without.status()), Reason::kUnknownAuthority);
  EXPECT_TRUE(loader.Load(issuers_).ok());
}

struct BadCase {
  const char* what;
  const char* file;
  std::string contents;
  Reason reason;
};

TEST_F(Files, NameTheFileThatIsWrong) {
  CrlTemplate unknown = JulyCrl({});
  const std::vector<BadCase> kCases = {
      {"an empty list", "ca.crl", "", Reason::kNotFound},
      {"a list that is none", "ca.crl", "hello", Reason::kNotFound},
      {"a list of nobody", "ca.crl",
       MakeCrl(unknown, testing::TestCa("nobody")).ToPem(),
       Reason::kUnknownAuthority},
      {"DER that is cut", "delta.crl",
       std::string(Delta({}).der().substr(0, 100)), Reason::kMalformed},
      {"an answer that is none", "john.ocsp", "hello", Reason::kMalformed},
      {"an empty deny list", "revoked.yaml", "", Reason::kInvalid},
      {"a deny list with an unknown field", "revoked.yaml",
       absl::StrCat(kEmptyDenyList, "x: y\n"), Reason::kUnknownField},
  };
  RevocationLoader loader(files_);
  ASSERT_TRUE(loader.Load(issuers_).ok());
  for (const BadCase& c : kCases) {
    const std::string old = directory_.Read(c.file);
    directory_.Write(c.file, c.contents);
    const auto lists = loader.Load(issuers_);
    EXPECT_EQ(ReasonOf(lists.status()), c.reason) << c.what << lists.status();
    EXPECT_THAT(std::string(lists.status().message()),
                HasSubstr(directory_.Path(c.file)))
        << c.what;
    directory_.Write(c.file, old);
    EXPECT_TRUE(loader.Load(issuers_).ok()) << c.what;
    EXPECT_EQ(loader.parsed(), 0u) << c.what;
  }
}

TEST_F(Files, MustBeThere) {
  for (const char* name : {"ca.crl", "john.ocsp", "revoked.yaml"}) {
    RevocationFiles files = files_;
    const std::string missing = directory_.Path("missing");
    if (name == std::string("ca.crl")) files.crl_files[0] = missing;
    if (name == std::string("john.ocsp")) files.ocsp_files[0] = missing;
    if (name == std::string("revoked.yaml")) files.deny_list_file = missing;
    const auto lists = RevocationLoader(files).Load(issuers_);
    EXPECT_EQ(ReasonOf(lists.status()), Reason::kNotFound) << name;
    EXPECT_THAT(std::string(lists.status().message()), HasSubstr(missing));
  }
}

TEST_F(Files, MayBeNone) {
  EXPECT_EQ(files_.All().size(), 4u);
  EXPECT_FALSE(files_.empty());
  EXPECT_TRUE(RevocationFiles().empty());
  EXPECT_TRUE(RevocationFiles().All().empty());
  RevocationLoader loader((RevocationFiles()));
  const auto lists = loader.Load({});
  ASSERT_TRUE(lists.ok());
  EXPECT_TRUE(CheckJohn(**lists).ok());
}

TEST_F(Files, CarryTheOptions) {
  RevocationOptions options;
  options.require_coverage = true;
  RevocationFiles files;
  files.deny_list_file = files_.deny_list_file;
  const auto lists = RevocationLoader(files, options).Load(issuers_);
  ASSERT_TRUE(lists.ok());
  EXPECT_EQ(ReasonOf(CheckJohn(**lists)), Reason::kStale);
}

TEST_F(Files, MayHoldSeveralLists) {
  const TestCertificate other = testing::TestCa("other");
  directory_.Write("ca.crl",
                   absl::StrCat(MakeCrl(JulyCrl({}), other).ToPem(),
                                MakeCrl(JulyCrl({"\x05"}), Ca()).ToPem()));
  const auto lists =
      RevocationLoader(files_).Load({Ca().Build(), other.Build()});
  ASSERT_TRUE(lists.ok()) << lists.status();
  EXPECT_EQ(ReasonOf(CheckJohn(**lists)), Reason::kRevoked);
}

}  // namespace
}  // namespace gatehouse::pki

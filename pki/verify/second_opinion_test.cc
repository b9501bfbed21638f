// The table of chains, put to openssl and GnuTLS. Where one of them says
// otherwise than we do, the row names the reason.
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "pki/internal/test_command.h"
#include "pki/pem.h"
#include "pki/testing/certificate_builder.h"
#include "pki/verify/testing/chain_table.h"

namespace gatehouse::pki {
namespace {

using internal::CommandFolder;
using testing::ChainRow;
using testing::ChainSpec;
using testing::TestCertificate;

std::string ToPem(const std::vector<TestCertificate>& certificates) {
  std::string pem;
  for (const TestCertificate& certificate : certificates) {
    absl::StrAppend(&pem, EncodePem("CERTIFICATE", certificate.Der()));
  }
  return pem;
}

void WriteChain(const CommandFolder& folder, const ChainSpec& spec) {
  folder.Write("anchors.pem", ToPem(spec.Anchors()));
  folder.Write("leaf.pem", ToPem({spec.leaf}));
  const std::string intermediates = ToPem(spec.Intermediates());
  folder.Write("intermediates.pem", intermediates);
  folder.Write("chain.pem", ToPem({spec.leaf}) + intermediates);
}

bool AskOpenssl(const CommandFolder& folder, const ChainSpec& spec,
                std::string* output) {
  return folder.Try(
      absl::StrCat(
          "openssl verify -purpose sslclient -x509_strict "
          "-auth_level 2 -partial_chain -no-CApath -no-CAstore "
          "-attime ",
          absl::ToUnixSeconds(spec.now), " -CAfile anchors.pem ",
          spec.Intermediates().empty() ? "" : "-untrusted intermediates.pem ",
          "leaf.pem"),
      output);
}

// certtool knows no time but the clock's.
bool AskGnutls(const CommandFolder& folder, const ChainSpec&,
               std::string* output) {
  return folder.Try(
      "certtool --verify --verify-profile=medium "
      "--verify-purpose=1.3.6.1.5.5.7.3.2 "
      "--load-ca-certificate=anchors.pem --infile=chain.pem",
      output);
}

using Ask = bool (*)(const CommandFolder& folder, const ChainSpec& spec,
                     std::string* output);

void Compare(Ask ask, const char* ChainRow::*reason) {
  const CommandFolder folder;
  for (const ChainRow& row : testing::AllChains()) {
    ChainSpec spec;
    // Not long ago, so that what is valid or expired then is so now.
    spec.now = absl::FromUnixSeconds(absl::ToUnixSeconds(absl::Now()) - 10);
    row.change(spec);
    WriteChain(folder, spec);
    std::string output;
    const bool they = ask(folder, spec, &output);
    const bool we = row.reason == Reason::kNone;
    const absl::string_view why = row.*reason;
    EXPECT_EQ(they == we, why.empty())
        << row.name << ": we " << (we ? "accept" : "refuse") << ", they "
        << (they ? "accept" : "refuse") << "; reason given: \"" << why
        << "\"; they said:\n"
        << output;
  }
}

TEST(SecondOpinionTest, Openssl) { Compare(AskOpenssl, &ChainRow::openssl); }

TEST(SecondOpinionTest, Gnutls) { Compare(AskGnutls, &ChainRow::gnutls); }

// Without the commands every chain would look refused.
TEST(SecondOpinionTest, CommandsAreThere) {
  const CommandFolder folder;
  folder.Run("openssl version");
  folder.Run("certtool --version");
}

}  // namespace
}  // namespace gatehouse::pki

#include "cli/internal/trust_flags.h"

#include <unistd.h>

#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/errors.h"
#include "base/file.h"
#include "gtest/gtest.h"
#include "pki/ca/ca.h"
#include "pki/private_key.h"
#include "pki/revocation/revocation.h"
#include "pki/verify/verification_policy.h"

namespace gatehouse::cli {
namespace {

// Parses the arguments, given from the back.
TrustFlags Parse(std::vector<std::string> args) {
  CLI::App app;
  TrustFlags flags;
  AddTrustFlags(app, &flags);
  AddTrustDirFlag(app, &flags);
  app.parse(args);
  return flags;
}

std::string PathOf(absl::string_view name) {
  return absl::StrCat(::testing::TempDir(), "/", name);
}

// Returns the PEM of a new CA.
std::string NewCa() {
  const auto key = pki::PrivateKey::Generate(pki::KeyAlgorithm::kEcdsaP256);
  const auto ca = pki::CertificateAuthority::SelfSigned(
      "ca", *key, absl::FromUnixSeconds(1'800'000'000), absl::Hours(24));
  return ca->certificate().ToPem();
}

TEST(TrustFlagsTest, Defaults) {
  const TrustFlags flags = Parse({});
  EXPECT_TRUE(flags.empty());
  EXPECT_EQ(flags.options.stale, pki::StalePolicy::kFailClosed);
  EXPECT_FALSE(flags.options.require_coverage);
  EXPECT_EQ(flags.policy, &pki::VerificationPolicy::Default());
}

struct StaleRow {
  const char* text;
  bool good;
  pki::StalePolicy policy;
  absl::Duration grace;
};

TEST(TrustFlagsTest, StaleRevocation) {
  const StaleRow rows[] = {
      {"refuse", true, pki::StalePolicy::kFailClosed, absl::ZeroDuration()},
      {"trust", true, pki::StalePolicy::kFailOpen, absl::ZeroDuration()},
      {"90m", true, pki::StalePolicy::kGrace, absl::Minutes(90)},
      {"0", true, pki::StalePolicy::kGrace, absl::ZeroDuration()},
      {"-1h", false, {}, {}},
      {"inf", false, {}, {}},
      {"", false, {}, {}},
      {"open", false, {}, {}},
      {"Trust", false, {}, {}},
  };
  for (const StaleRow& row : rows) {
    SCOPED_TRACE(row.text);
    if (!row.good) {
      EXPECT_THROW(Parse({row.text, "--stale-revocation"}), CLI::ParseError);
      continue;
    }
    const TrustFlags flags = Parse({row.text, "--stale-revocation"});
    EXPECT_EQ(flags.options.stale, row.policy);
    EXPECT_EQ(flags.options.grace, row.grace);
  }
}

TEST(TrustFlagsTest, Policy) {
  EXPECT_EQ(Parse({"kubernetes", "--verification-policy"}).policy,
            &pki::VerificationPolicy::Kubernetes());
  EXPECT_EQ(Parse({"default", "--verification-policy"}).policy,
            &pki::VerificationPolicy::Default());
  EXPECT_THROW(Parse({"none", "--verification-policy"}), CLI::ParseError);
}

TEST(TrustFlagsTest, ADirectoryStandsForItsFiles) {
  const std::string dir = PathOf("cluster");
  ASSERT_TRUE(MakeDirectories(dir).ok());
  TrustFlags flags = Resolved(Parse({dir, "--dir"}));
  EXPECT_EQ(flags.client_ca_file, dir + "/ca.crt");
  EXPECT_TRUE(flags.revocation.empty());  // They are not there.
  ASSERT_TRUE(WriteFile(dir + "/ca.crl", "").ok());
  ASSERT_TRUE(WriteFile(dir + "/revoked.yaml", "").ok());
  flags = Resolved(Parse({dir, "--dir"}));
  EXPECT_EQ(flags.revocation.crl_files,
            std::vector<std::string>{dir + "/ca.crl"});
  EXPECT_EQ(flags.revocation.deny_list_file, dir + "/revoked.yaml");
  // What is given wins.
  flags = Resolved(Parse({"other.crl", "--client-crl-file", "other.yaml",
                          "--revocation-file", "other.crt", "--client-ca-file",
                          dir, "--dir"}));
  EXPECT_EQ(flags.client_ca_file, "other.crt");
  EXPECT_EQ(flags.revocation.crl_files, std::vector<std::string>{"other.crl"});
  EXPECT_EQ(flags.revocation.deny_list_file, "other.yaml");
}

// What cannot be read is not what is not there.
TEST(TrustFlagsTest, AListThatCannotBeReadIsNotLeftOut) {
  const std::string dir = PathOf("broken");
  ASSERT_TRUE(MakeDirectories(dir).ok());
  ASSERT_TRUE(WriteFile(dir + "/ca.crt", NewCa()).ok());
  ASSERT_EQ(symlink("nowhere", (dir + "/ca.crl").c_str()), 0);
  ASSERT_EQ(symlink("revoked.yaml", (dir + "/revoked.yaml").c_str()), 0);
  const TrustFlags flags = Resolved(Parse({dir, "--dir"}));
  EXPECT_EQ(flags.revocation.All().size(), 2U);
  EXPECT_FALSE(LoadTrust(flags).ok());
}

TEST(TrustFilesTest, ReadAgainOnlyWhenChanged) {
  const std::string path = PathOf("ca.crt");
  ASSERT_TRUE(WriteFile(path, NewCa()).ok());
  TrustFlags flags;
  flags.client_ca_file = path;
  TrustFiles files(flags);
  ASSERT_EQ(files.Refresh().value(), true);
  EXPECT_EQ(files.trust().anchors->anchors().size(), 1U);
  EXPECT_EQ(files.Refresh().value(), false);

  ASSERT_TRUE(WriteFile(path, NewCa() + NewCa()).ok());
  EXPECT_EQ(files.Refresh().value(), true);
  EXPECT_EQ(files.trust().anchors->anchors().size(), 2U);

  // A bad file is said once, and what was good stays.
  ASSERT_TRUE(WriteFile(path, "rubbish").ok());
  const auto bad = files.Refresh();
  ASSERT_FALSE(bad.ok());
  EXPECT_TRUE(absl::StrContains(bad.status().message(), path));
  EXPECT_EQ(files.Refresh().value(), false);
  EXPECT_EQ(files.trust().anchors->anchors().size(), 2U);

  ASSERT_TRUE(WriteFile(path, NewCa()).ok());
  EXPECT_EQ(files.Refresh().value(), true);
  EXPECT_EQ(files.trust().anchors->anchors().size(), 1U);
}

TEST(TrustFilesTest, Errors) {
  EXPECT_EQ(LoadTrust(TrustFlags()).status().message(),
            "no CA: give --client-ca-file FILE");
  TrustFlags flags;
  flags.client_ca_file = PathOf("none.crt");
  EXPECT_EQ(ReasonOf(LoadTrust(flags).status()), Reason::kNotFound);
  ASSERT_TRUE(WriteFile(PathOf("good.crt"), NewCa()).ok());
  flags.client_ca_file = PathOf("good.crt");
  EXPECT_TRUE(LoadTrust(flags).ok());
  flags.revocation.deny_list_file = PathOf("none.yaml");
  EXPECT_FALSE(LoadTrust(flags).ok());
}

}  // namespace
}  // namespace gatehouse::cli

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "cli/pki/pki_fixture.h"
#include "cli/run_fixture.h"
#include "gtest/gtest.h"

namespace gatehouse::cli {
namespace {

constexpr char kCreate[] =
    "kubeconfig create --server https://10.0.0.1:6443 "
    "--certificate-authority $D/ca.crt --client-certificate $john.crt "
    "--client-key $john.key --out $john.conf";

TEST(KubeconfigTest, Create) {
  InitCluster();
  MakeUser("john");
  EXPECT_EQ(Must(kCreate),
            "created $john.conf with the context john@kubernetes\n");
  EXPECT_EQ(ModeOf("john.conf"), "600");
  const std::string text = ReadTestFile("john.conf");
  for (const char* part :
       {"current-context: john@kubernetes\n", "server: https://10.0.0.1:6443\n",
        "client-certificate-data: ", "client-key-data: ",
        "certificate-authority-data: ", "cluster: kubernetes\n"}) {
    EXPECT_TRUE(absl::StrContains(text, part)) << part;
  }
  // What is in it is what was in the files.
  EXPECT_EQ(Shell("sed -n 's/.*client-certificate-data: //p' john.conf | "
                  "base64 -d | cmp - john.crt"),
            "");
  EXPECT_EQ(Shell("sed -n 's/.*client-key-data: //p' john.conf | base64 -d | "
                  "cmp - john.key"),
            "");
}

TEST(KubeconfigTest, NamesAndPaths) {
  InitCluster();
  MakeUser("john");
  Must(absl::StrCat(kCreate,
                    " --embed-certs=false --user j --cluster prod --context c "
                    "-n dev"));
  const std::string text = ReadTestFile("john.conf");
  for (const std::string& part :
       {std::string("current-context: c\n"), std::string("user: j\n"),
        std::string("cluster: prod\n"), std::string("namespace: dev\n"),
        absl::StrCat("client-key: ", PathOf("john.key"), "\n"),
        absl::StrCat("client-certificate: ", PathOf("john.crt"), "\n")}) {
    EXPECT_TRUE(absl::StrContains(text, part)) << part << " in " << text;
  }
  EXPECT_FALSE(absl::StrContains(text, "-data:"));
  const std::string found = Must("kubeconfig inspect $john.conf");
  EXPECT_TRUE(absl::StrContains(
      found, absl::StrCat("names a file with a credential: $john.key\n")))
      << found;
}

TEST(KubeconfigTest, NothingIsOverwritten) {
  InitCluster();
  MakeUser("john");
  Must(kCreate);
  Shell("echo precious > john.conf");
  const Result result = Gatehouse(kCreate);
  EXPECT_EQ(result.status, 2);
  EXPECT_TRUE(absl::StrContains(result.err, "$john.conf")) << result.err;
  EXPECT_TRUE(absl::EndsWith(result.err, "; --force overwrites it\n"));
  EXPECT_EQ(ReadTestFile("john.conf"), "precious\n");
  Must(absl::StrCat(kCreate, " --force"));
  EXPECT_NE(ReadTestFile("john.conf"), "precious\n");
}

struct ErrorRow {
  const char* line;
  const char* error;
};

TEST(KubeconfigTest, Errors) {
  InitCluster();
  MakeUser("john");
  MakeUser("mary");
  const ErrorRow rows[] = {
      {"kubeconfig create", "error: --"},
      {"kubeconfig create --server https://a --certificate-authority $D/ca.crt "
       "--client-certificate $john.crt --client-key $mary.key --out $x",
       "error: $mary.key: not the key of $john.crt (CN=john,O=examplegroup)\n"},
      {"kubeconfig create --server https://a --certificate-authority $D/ca.crt "
       "--client-certificate $john.crt --client-key $john.key --out -",
       "error: --out: a kubeconfig is not printed\n"},
      {"kubeconfig create --server https://a --certificate-authority $D/ca.crt "
       "--client-certificate $john.crt --client-key $john.key --force --out "
       "/dev/stdout",
       "error: --out: a kubeconfig is not printed\n"},
      {"kubeconfig create --server https://a --certificate-authority $D/ca.key "
       "--client-certificate $john.crt --client-key $john.key --out $x",
       "error: "},
      {"kubeconfig create --server https://a --certificate-authority $none "
       "--client-certificate $john.crt --client-key $john.key --out $x",
       "error: "},
      {"kubeconfig create --server https://a --certificate-authority $D/ca.crt "
       "--client-certificate $none --client-key $john.key --out $x",
       "error: $none: open: No such file"},
      {"kubeconfig inspect", "error: FILE is required"},
      {"kubeconfig inspect $none", "error: $none: open: No such file"},
      {"kubeconfig inspect --at x $john.crt", "error: --at: want a time"},
  };
  for (const ErrorRow& row : rows) {
    SCOPED_TRACE(row.line);
    const Result result = Gatehouse(row.line);
    EXPECT_EQ(result.status, 2);
    EXPECT_EQ(result.out, "");
    EXPECT_TRUE(absl::StartsWith(result.err, row.error)) << result.err;
  }
  EXPECT_EQ(ModeOf("x"), "");
}

TEST(KubeconfigTest, Inspect) {
  InitCluster();
  MakeUser("john");
  Must(kCreate);
  EXPECT_EQ(Masked(Must("kubeconfig inspect $john.conf"),
                   {{"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z", "TIME"},
                    {"conf:[0-9]+", "conf:N"},
                    {" +\n", "\n"},
                    {" {3,}", " | "}}),
            "PLACE | CREDENTIAL | ENTRY | USER | GROUPS | STATE | EXPIRES | "
            "NOTE\n"
            "$john.conf:N | client certificate and key | user \"john\" | john "
            "| [examplegroup] | live | TIME\n");
  const std::string json = Must("kubeconfig inspect -o json $john.conf");
  for (const char* part :
       {"\"kind\": \"client certificate and key\"", "\"user\": \"john\"",
        "\"verdict\": \"live\"", "\"entry\": \"user \\\"john\\\"\""}) {
    EXPECT_TRUE(absl::StrContains(json, part)) << part << " in " << json;
  }
}

struct LeakRow {
  const char* flags;
  const char* file;
  int status;
  const char* part;
};

TEST(KubeconfigTest, Leaks) {
  InitCluster();
  MakeUser("john");
  Must(kCreate);
  Shell(
      "echo 'all is well' > clean.log; "
      "(echo '+ cat ~/.kube/config'; base64 -w0 john.conf; echo) > job.log; "
      "cat john.key > key.log");
  const LeakRow rows[] = {
      {"", "clean.log", 0, "no credential found\n"},
      {"--exit-code", "clean.log", 0, "no credential found\n"},
      {"", "john.crt", 0, "no credential found\n"},
      {"", "key.log", 0, "private key"},
      {"--exit-code", "key.log", 1, "private key"},
      {"--exit-code", "john.conf", 1, "live"},
      {"--exit-code --at 2090-01-01T00:00:00Z", "john.conf", 0, "expired"},
      {"--exit-code", "D/super-admin.conf", 1, "[system:masters]"},
  };
  for (const LeakRow& row : rows) {
    SCOPED_TRACE(absl::StrCat(row.flags, " ", row.file));
    const Result result = Gatehouse(
        absl::StrCat("kubeconfig inspect ", row.flags, " $", row.file));
    EXPECT_EQ(result.status, row.status);
    EXPECT_EQ(result.err, "");
    EXPECT_TRUE(absl::StrContains(result.out, row.part)) << result.out;
    EXPECT_FALSE(absl::StrContains(result.out, "PRIVATE"));
    // Standard input is as good as a file.
    EXPECT_EQ(Gatehouse(absl::StrCat("kubeconfig inspect ", row.flags, " -"),
                        ReadTestFile(row.file))
                  .status,
              row.status);
  }
}

}  // namespace
}  // namespace gatehouse::cli

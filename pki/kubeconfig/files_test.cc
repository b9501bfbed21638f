#include "pki/kubeconfig/files.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/secret.h"
#include "gtest/gtest.h"
#include "pki/kubeconfig/kubeconfig.h"

namespace gatehouse::pki {
namespace {

class FilesTest : public ::testing::Test {
 protected:
  FilesTest() {
    std::string pattern = absl::StrCat(::testing::TempDir(), "/files.XXXXXX");
    directory_ = ::mkdtemp(&pattern[0]);
  }

  std::string In(absl::string_view name) const {
    return absl::StrCat(directory_, "/", name);
  }

  void Write(absl::string_view name, absl::string_view contents) const {
    ASSERT_TRUE(WriteFile(In(name), contents).ok());
  }

  std::string directory_;
};

std::string Text(const Secret& secret) {
  return std::string(secret.Reveal(SecretAccess::Get()));
}

constexpr char kConfig[] = R"(
clusters:
- {name: c, cluster: {server: https://x, certificate-authority: ca.crt}}
- {name: absolute, cluster: {certificate-authority: /etc/ca.crt}}
users:
- name: u
  user: {client-certificate: u.crt, client-key: ../u.key, tokenFile: token}
- {name: path, user: {exec: {command: bin/get}}}
- {name: bare, user: {exec: {command: get}}}
)";

TEST_F(FilesTest, PathsAreRelativeToTheFile) {
  ASSERT_TRUE(MakeDirectories(In("d")).ok());
  Write("d/config", kConfig);
  const absl::StatusOr<Kubeconfig> config = LoadKubeconfig(In("d/config"));
  ASSERT_TRUE(config.ok()) << config.status();
  const KubeconfigUser& user = config->users.at("u");
  EXPECT_EQ(config->clusters.at("c").certificate_authority, In("d/ca.crt"));
  EXPECT_EQ(config->clusters.at("absolute").certificate_authority,
            "/etc/ca.crt");
  EXPECT_EQ(user.client_certificate, In("d/u.crt"));
  EXPECT_EQ(user.client_key, In("d/../u.key"));
  EXPECT_EQ(user.token_file, In("d/token"));
  EXPECT_EQ(config->users.at("path").exec->command, In("d/bin/get"));
  EXPECT_EQ(config->users.at("bare").exec->command, "get");
}

TEST_F(FilesTest, InTheWorkingDirectoryPathsStay) {
  Write("config", kConfig);
  ASSERT_EQ(::chdir(directory_.c_str()), 0);
  const absl::StatusOr<Kubeconfig> config = LoadKubeconfig("config");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->clusters.at("c").certificate_authority, "ca.crt");
}

TEST_F(FilesTest, LoadingFailsAsReadingAndParsingDo) {
  Write("bad", "kind: Config\nwhat: x\n");
  const struct {
    std::string path;
    UnknownFields unknown_fields;
    Reason reason;
    std::string message;
  } kCases[] = {
      {In("none"), UnknownFields::kError, Reason::kNotFound, In("none")},
      {directory_, UnknownFields::kError, Reason::kInvalid, directory_},
      {In("bad"), UnknownFields::kError, Reason::kUnknownField,
       absl::StrCat(In("bad"), ":2:1: unknown field \"what\"")},
      {In("bad"), UnknownFields::kIgnore, Reason::kNone, ""},
  };
  for (const auto& c : kCases) {
    const absl::Status status =
        LoadKubeconfig(c.path, c.unknown_fields).status();
    EXPECT_EQ(ReasonName(ReasonOf(status)), ReasonName(c.reason)) << status;
    EXPECT_TRUE(absl::StrContains(status.message(), c.message)) << status;
  }
}

TEST_F(FilesTest, SavesForTheOwnerAlone) {
  Kubeconfig config;
  config.users["u"].token = Secret("t");
  const mode_t before = ::umask(0);
  const absl::Status status = SaveKubeconfig(In("config"), config);
  ::umask(before);
  ASSERT_TRUE(status.ok()) << status;
  struct stat info = {};
  ASSERT_EQ(::stat(In("config").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0600u);
  const absl::StatusOr<Kubeconfig> loaded = LoadKubeconfig(In("config"));
  ASSERT_TRUE(loaded.ok());
  EXPECT_TRUE(*loaded == config);
}

TEST_F(FilesTest, OverwritesUnlessToldNotTo) {
  Kubeconfig config;
  ASSERT_TRUE(SaveKubeconfig(In("config"), config, false).ok());
  config.current_context = "x";
  EXPECT_EQ(ReasonOf(SaveKubeconfig(In("config"), config, false)),
            Reason::kConflict);
  EXPECT_EQ(LoadKubeconfig(In("config"))->current_context, "");
  ASSERT_TRUE(SaveKubeconfig(In("config"), config).ok());
  EXPECT_EQ(LoadKubeconfig(In("config"))->current_context, "x");
}

TEST_F(FilesTest, EmbedsWhatTheFilesHold) {
  Write("ca", "CA");
  Write("crt", "CRT");
  Write("key", "KEY");
  Kubeconfig config;
  config.clusters["c"].certificate_authority = In("ca");
  config.clusters["none"].server = "https://x";
  config.users["files"].client_certificate = In("crt");
  config.users["files"].client_key = In("key");
  config.users["files"].token_file = In("token");
  config.users["both"].client_certificate = In("nowhere");
  config.users["both"].client_certificate_data = "data";
  config.users["both"].client_key = In("nowhere");
  config.users["both"].client_key_data = Secret("data");
  const absl::Status status = EmbedKubeconfigFiles(&config);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(config.clusters["c"].certificate_authority_data, "CA");
  EXPECT_EQ(config.clusters["c"].certificate_authority, "");
  const KubeconfigUser& files = config.users["files"];
  EXPECT_EQ(files.client_certificate_data, "CRT");
  EXPECT_EQ(files.client_certificate, "");
  EXPECT_EQ(Text(files.client_key_data), "KEY");
  EXPECT_EQ(files.client_key, "");
  EXPECT_EQ(files.token_file, In("token"));
  const KubeconfigUser& both = config.users["both"];
  EXPECT_EQ(both.client_certificate_data, "data");
  EXPECT_EQ(both.client_certificate, "");
  EXPECT_EQ(Text(both.client_key_data), "data");
  EXPECT_EQ(both.client_key, "");
}

TEST_F(FilesTest, EmbedsAllOrNothing) {
  Write("ca", "CA");
  for (const bool certificate : {false, true}) {
    Kubeconfig config;
    config.clusters["c"].certificate_authority = In("ca");
    KubeconfigUser& user = config.users["u"];
    (certificate ? user.client_certificate : user.client_key) = In("none");
    const Kubeconfig before = config;
    const absl::Status status = EmbedKubeconfigFiles(&config);
    EXPECT_EQ(ReasonOf(status), Reason::kNotFound) << status;
    EXPECT_TRUE(absl::StrContains(status.message(), In("none"))) << status;
    EXPECT_TRUE(config == before);
  }
}

TEST_F(FilesTest, DataWinsOverTheFile) {
  Write("f", "file");
  const struct {
    const char* data;
    std::string path;
    const char* want;  // Null: an error.
  } kCases[] = {
      {"", "", ""},
      {"data", "", "data"},
      {"data", In("f"), "data"},
      {"data", In("none"), "data"},
      {"", In("f"), "file"},
      {"", In("none"), nullptr},
  };
  for (const auto& c : kCases) {
    KubeconfigCluster cluster;
    cluster.certificate_authority = c.path;
    cluster.certificate_authority_data = c.data;
    KubeconfigUser user;
    user.client_certificate = c.path;
    user.client_certificate_data = c.data;
    user.client_key = c.path;
    user.client_key_data = Secret(c.data);
    const absl::StatusOr<std::string> authority =
        CertificateAuthorityOf(cluster);
    const absl::StatusOr<std::string> certificate = ClientCertificateOf(user);
    const absl::StatusOr<Secret> key = ClientKeyOf(user);
    EXPECT_EQ(authority.ok(), c.want != nullptr);
    EXPECT_EQ(certificate.ok(), c.want != nullptr);
    EXPECT_EQ(key.ok(), c.want != nullptr);
    if (c.want == nullptr) continue;
    EXPECT_EQ(*authority, c.want);
    EXPECT_EQ(*certificate, c.want);
    EXPECT_EQ(Text(*key), c.want);
  }
}

TEST_F(FilesTest, TheTokenFileWinsWhileItCanBeRead) {
  Write("good", "\n file-token\t\n");
  Write("empty", " \n");
  const struct {
    const char* token;
    std::string path;
    const char* want;  // Null: an error.
  } kCases[] = {
      {"", "", ""},
      {"t", "", "t"},
      {"", In("good"), "file-token"},
      {"t", In("good"), "file-token"},
      {"t", In("empty"), "t"},
      {"t", In("none"), "t"},
      {"", In("empty"), ""},
      {"", In("none"), nullptr},
  };
  for (const auto& c : kCases) {
    KubeconfigUser user;
    user.token = Secret(c.token);
    user.token_file = c.path;
    const absl::StatusOr<Secret> token = BearerTokenOf(user);
    EXPECT_EQ(token.ok(), c.want != nullptr) << token.status();
    if (c.want == nullptr) continue;
    EXPECT_EQ(Text(*token), c.want);
  }
}

}  // namespace
}  // namespace gatehouse::pki

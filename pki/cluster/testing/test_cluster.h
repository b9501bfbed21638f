// A cluster's directory for tests, and a disk that fails when it is told to.
#ifndef GATEHOUSE_PKI_CLUSTER_TESTING_TEST_CLUSTER_H_
#define GATEHOUSE_PKI_CLUSTER_TESTING_TEST_CLUSTER_H_

#include <limits>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/file.h"
#include "pki/ca/journal.h"
#include "pki/certificate.h"
#include "pki/cluster/init.h"
#include "pki/cluster/internal/store.h"
#include "pki/cluster/layout.h"
#include "pki/cluster/tree_writer.h"

namespace gatehouse::pki::testing {

// CrashingWriter writes to the disk `left` times; from then on nothing more
// happens, as after a crash.
class CrashingWriter : public TreeWriter {
 public:
  explicit CrashingWriter(int left) : left_(left) {}

  absl::Status Write(const std::string& path, absl::string_view contents,
                     const WriteOptions& options) override;
  absl::Status Remove(const std::string& path) override;

  bool crashed() const { return crashed_; }

 private:
  bool Spend();

  int left_;
  bool crashed_ = false;
};

// TestCluster is a directory with the tree in it, made at `kNow`, with keys
// that are quick to make.
class TestCluster {
 public:
  static const absl::Time kNow;

  // Makes the tree, or only the empty directory.
  enum class Contents { kTree, kNothing };
  explicit TestCluster(Contents contents = Contents::kTree);

  static InitOptions Options();

  ClusterDirectory directory() const;
  ClusterDirectory directory(TreeWriter* writer) const;
  std::string Path(absl::string_view name) const;

  // Every file by its path in the directory; the journal's by what it lists,
  // since its bytes are SQLite's business.
  std::map<std::string, std::string> Files() const;
  std::vector<JournalEntry> Journal() const;

  // What is there; a failure fails the test.
  internal::StoredCa Ca(absl::string_view name = "ca") const;
  internal::StoredLeaf Leaf(absl::string_view name) const;

  // Makes a certificate for a user with the cluster's CA, as a signer would.
  Certificate IssueFor(const std::string& user,
                       absl::Time now = TestCluster::kNow,
                       absl::Duration lifetime = absl::Hours(24 * 365)) const;

 private:
  std::string path_;
};

}  // namespace gatehouse::pki::testing

#endif  // GATEHOUSE_PKI_CLUSTER_TESTING_TEST_CLUSTER_H_

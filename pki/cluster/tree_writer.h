// How files of a cluster's directory come and go.
#ifndef GATEHOUSE_PKI_CLUSTER_TREE_WRITER_H_
#define GATEHOUSE_PKI_CLUSTER_TREE_WRITER_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "base/file.h"

namespace gatehouse::pki {

// TreeWriter changes the files of a cluster's directory, each change atomic
// and durable. Everything in pki/cluster/ but the journal writes through one,
// so that a test can stop between any two changes. Any thread may call it.
class TreeWriter {
 public:
  virtual ~TreeWriter() = default;

  // Writes a file; see gatehouse::WriteFile.
  virtual absl::Status Write(const std::string& path,
                             absl::string_view contents,
                             const WriteOptions& options) = 0;

  // Removes a file; one that is not there is fine.
  virtual absl::Status Remove(const std::string& path) = 0;

  // Returns the one that writes to the disk. It is owned by nobody.
  static TreeWriter& System();
};

}  // namespace gatehouse::pki

#endif  // GATEHOUSE_PKI_CLUSTER_TREE_WRITER_H_

// One case while it is run: what goes in, and what must come out.
#ifndef GATEHOUSE_CONFORMANCE_CHECK_H_
#define GATEHOUSE_CONFORMANCE_CHECK_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "conformance/fields.h"
#include "conformance/report.h"
#include "google/protobuf/message.h"
#include "objects/node.h"

namespace gatehouse::conformance {

// Canonical text of messages, for comparing and for showing: an unset field
// and an empty one are the same.
std::string TextOf(const google::protobuf::Message& message);

template <typename List>
std::vector<std::string> TextsOf(const List& messages) {
  std::vector<std::string> texts;
  for (const auto& message : messages) texts.push_back(TextOf(message));
  return texts;
}

// CaseContext is what stands around a case, for areas that need it.
struct CaseContext {
  // What the case says of itself beside its input; see Area::kind_key.
  std::string kind;
  // The root of the whole file; null where the case comes from none.
  const objects::Node* file = nullptr;
  // The directory that the file is in, to which names of other files are
  // relative; "" where the case comes from none.
  std::string directory;
  // Set by Check::NeedsCel; null: nobody asks.
  bool* needs_cel = nullptr;
};

// Check holds a case against what the library answers. The function of an area
// reads the input and names every key that `expect` may have, with what was
// got for it; a key that the case does not have is not compared. Keys that were
// never named, in input and expect alike, fail the case, as does one that
// expects nothing.
//
// Borrows the nodes. For one thread.
class Check {
 public:
  // `problems` and `mismatches` must outlive the check, and be looked at only
  // when it is gone.
  Check(const objects::Node* input, const objects::Node* expect,
        Problems* problems, std::vector<Mismatch>* mismatches,
        CaseContext context = {});
  // Fails the case if nothing was compared.
  ~Check();

  Fields& input() { return input_; }
  const CaseContext& context() const { return context_; }
  // Returns true if the case expects something of `key`.
  bool Expects(absl::string_view key) const;

  // Hold what was got against what is expected.
  void Text(absl::string_view key, absl::string_view got);
  void Bool(absl::string_view key, bool got);
  void Number(absl::string_view key, int got);
  // Of a key that may be null; null and "" are the same.
  void TextOrNull(absl::string_view key, absl::string_view got);
  void Texts(absl::string_view key, const std::vector<std::string>& got);
  void TextsInAnyOrder(absl::string_view key, std::vector<std::string> got);
  void Numbers(absl::string_view key, const std::vector<int>& got);
  // `got` contains what is expected.
  void Contains(absl::string_view key, absl::string_view got);

  // Lists of messages in order, and in any order.
  template <typename T, typename List>
  void Messages(absl::string_view key, const List& got) {
    if (!Named(key)) return;
    Same(key, TextsOf(expect_.Messages<T>(key)), TextsOf(got));
  }
  template <typename T, typename List>
  void MessagesInAnyOrder(absl::string_view key, const List& got) {
    if (!Named(key)) return;
    SameInAnyOrder(key, TextsOf(expect_.Messages<T>(key)), TextsOf(got));
  }

  // Returns the object expected under `key`, to be compared by hand. Only if
  // Expects(key).
  Fields ExpectedObject(absl::string_view key);
  const objects::Node* Expected(absl::string_view key);
  // Returns all that is expected, for an area that compares it by hand.
  Fields ExpectedAll();
  // Says that what is expected stands with each step of the input and was
  // compared by hand; the case must expect the text "per step".
  void ComparedPerStep();

  // Hold two answers of the library against each other, or parts of an
  // expectation that are compared by hand.
  void Same(absl::string_view what, absl::string_view expected,
            absl::string_view got);
  void Same(absl::string_view what, const std::vector<std::string>& expected,
            const std::vector<std::string>& got);
  void SameInAnyOrder(absl::string_view what, std::vector<std::string> expected,
                      std::vector<std::string> got);

  // Says that the case's configuration has a CEL expression in it, which the
  // library does not evaluate yet: that it is refused is all that is compared,
  // and the case is counted apart. `refused` is how the library answered;
  // Reason::kUnsupported is right.
  void NeedsCel(const absl::Status& refused);

  // Fails the case with a text.
  void Fail(std::string what);

 private:
  // Notes that the key is known; returns true if the case has it.
  bool Named(absl::string_view key);

  Problems* const problems_;
  std::vector<Mismatch>* const mismatches_;
  const objects::Node* const expect_node_;
  const CaseContext context_;
  bool compared_ = false;
  Fields input_;
  Fields expect_;
};

// Runs one case through the function of its area; returns all that is wrong
// with it.
std::vector<Mismatch> RunCheck(void (*area)(Check&), const objects::Node* input,
                               const objects::Node* expect,
                               CaseContext context = {});

}  // namespace gatehouse::conformance

#endif  // GATEHOUSE_CONFORMANCE_CHECK_H_

// Gives every file of a corpus to a fuzz target: replay DIRECTORY...
// Stands in for libFuzzer's main, so that any compiler can build the test.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <system_error>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

namespace fs = std::filesystem;

// Returns whether the file could be read. A law that it breaks ends the
// process, after its name was printed.
bool Replay(const fs::path& path) {
  std::cout << path.string() << std::endl;
  std::ifstream file(path, std::ios::binary);
  const std::string input((std::istreambuf_iterator<char>(file)),
                          std::istreambuf_iterator<char>());
  if (!file) return false;
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(input.data()),
                         input.size());
  return true;
}

// Returns how many files were replayed, -1 if one could not be read.
int ReplayAll(const fs::path& directory) {
  int count = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator it(directory, error), end;
       !error && it != end; it.increment(error)) {
    if (it->is_directory()) continue;
    if (!Replay(it->path())) return -1;
    ++count;
  }
  return error ? -1 : count;
}

}  // namespace

int main(int argc, char** argv) {
  int total = 0;
  for (int i = 1; i < argc; ++i) {
    const int count = ReplayAll(argv[i]);
    if (count < 0) {
      std::cerr << "cannot read the corpus in " << argv[i] << "\n";
      return 1;
    }
    total += count;
  }
  if (total == 0) {
    std::cerr << "no corpus: nothing was replayed\n";
    return 1;
  }
  std::cout << total << " inputs replayed\n";
  return 0;
}

// What else there is to know of a certificate.
#ifndef GATEHOUSE_CLI_PKI_NOTES_H_
#define GATEHOUSE_CLI_PKI_NOTES_H_

#include <string>
#include <vector>

#include "pki/certificate.h"

namespace gatehouse::cli {

// Returns sentences, each a paragraph, on what people should know: what version
// 1 means, groups with a power of their own, what will be refused.
std::vector<std::string> NotesOn(const pki::Certificate& certificate);

}  // namespace gatehouse::cli

#endif  // GATEHOUSE_CLI_PKI_NOTES_H_

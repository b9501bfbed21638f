// Pages about certificates for people.
#ifndef GATEHOUSE_CLI_PKI_PAGE_H_
#define GATEHOUSE_CLI_PKI_PAGE_H_

#include <ostream>

#include "cli/pki/answers.pb.h"

namespace gatehouse::cli {

// Writes a page for everything in `answer`, an empty line between two. Text
// from certificates is shown with its control characters visible.
void PrintPages(const InspectAnswer& answer, std::ostream& out);

// Writes the chain of a verdict, a line for each certificate.
void PrintChain(const VerdictAnswer& verdict, std::ostream& out);

}  // namespace gatehouse::cli

#endif  // GATEHOUSE_CLI_PKI_PAGE_H_

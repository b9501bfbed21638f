// The commands below `gatehouse pki`, one source file each.
#ifndef GATEHOUSE_CLI_PKI_COMMANDS_H_
#define GATEHOUSE_CLI_PKI_COMMANDS_H_

#include <vector>

#include "CLI/CLI.hpp"
#include "cli/internal/command.h"

namespace gatehouse::cli {

// Adds `pki` to `root`, and appends what carries out its commands. `root` must
// outlive them.
void AddPki(CLI::App& root, std::vector<Registered>* commands);

// Each adds one command to `pki` and returns what carries it out.

// init: a cluster's CAs, certificates and kubeconfigs, as kubeadm makes them.
Registered AddInit(CLI::App& pki);

// csr: a new key, and a request for a certificate.
Registered AddCsr(CLI::App& pki);

// sign: a certificate for a request, by the rules of a signer.
Registered AddSign(CLI::App& pki);

// approve and deny: the decision on a CertificateSigningRequest.
Registered AddApprove(CLI::App& pki);
Registered AddDeny(CLI::App& pki);

// inspect: what is in a file, and who that is to an API server.
Registered AddInspect(CLI::App& pki);

// verify: would an API server take this certificate?
Registered AddVerify(CLI::App& pki);

// revoke: takes certificates back.
Registered AddRevoke(CLI::App& pki);

// crl show, crl renew and crl sign: certificate revocation lists.
void AddCrl(CLI::App& pki, std::vector<Registered>* commands);

// check-expiration, renew and rotate-ca, as `kubeadm certs`.
Registered AddCheckExpiration(CLI::App& pki);
Registered AddRenew(CLI::App& pki);
Registered AddRotateCa(CLI::App& pki);

// list: who holds which certificates, until when.
Registered AddList(CLI::App& pki);

}  // namespace gatehouse::cli

#endif  // GATEHOUSE_CLI_PKI_COMMANDS_H_

// Whether a kubeconfig makes sense, by kubectl's rules.
#ifndef GATEHOUSE_PKI_KUBECONFIG_VALIDATION_H_
#define GATEHOUSE_PKI_KUBECONFIG_VALIDATION_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "pki/kubeconfig/kubeconfig.h"

namespace gatehouse::pki {

// Checks everything in `config`, as client-go's clientcmd.Validate: a current
// context, users and clusters that exist; a server for each cluster; a key
// with each client certificate; not both the data and the file of one thing,
// though the data would win; one way of authentication; a complete exec; a
// user whenever others of the as- fields are there; files that can be opened.
//
// kInvalid with all that is wrong: "invalid configuration: [..., ...]" in
// kubectl's words, in the order of the names. An empty `config` is invalid.
absl::Status ValidateKubeconfig(const Kubeconfig& config);

// Checks one context, the user and the cluster that it names, as client-go's
// clientcmd.ConfirmUsable: what else is wrong does not matter. `context` ""
// is the current context. Errors as for ValidateKubeconfig; kNotFound if there
// is no such context, or none is current.
absl::Status ConfirmKubeconfigUsable(const Kubeconfig& config,
                                     absl::string_view context = "");

}  // namespace gatehouse::pki

#endif  // GATEHOUSE_PKI_KUBECONFIG_VALIDATION_H_

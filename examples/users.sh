#!/bin/bash
# Users by certificates, from the key to the revocation, with openssl as the
# users' tool: users.sh GATEHOUSE MANIFESTS
#
# Follows a security guide's section on creating users, and then does what
# that guide and the two other articles say cannot be done. Ends with an error
# if any answer is not the expected one.
set -euo pipefail
gatehouse=$(realpath "$1")
manifests=$(realpath "$2")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

section() { printf '\n== %s ==\n\n' "$*"; }

# Shows a command as the reader would type it, and runs it.
run() {
  printf '  $ %s\n' "${*/#$gatehouse/gatehouse}"
  "$@" 2>&1 | sed 's/^/    /'
}

# Prints one JSON line: a request that presents certificate $1.
request() {
  printf '{"id":"%s","method":"GET","uri":"/api/v1/pods","peerCertificates":["%s"]}\n' \
    "$1" "$(awk '{ printf "%s\\n", $0 }' "$1")"
}

# authenticated CERTIFICATE EXPECTED: who is it to a server that knows the CA
# and its lists? EXPECTED is a piece of the answer.
authenticated() {
  local answer
  answer=$(request "$1" | "$gatehouse" authenticate --client-ca-file pki/ca.crt \
    --client-crl-file pki/ca.crl --revocation-file pki/revoked.yaml) || true
  printf '  Who is %s? %s\n' "$1" "$answer"
  [[ $answer == *"$2"* ]] || {
    printf '  WRONG: expected %s\n' "$2"
    exit 1
  }
}

# may USER GROUP EXPECTED POLICY...: may that user list pods?
may() {
  local user=$1 group=$2 expected=$3 answer
  shift 3
  answer=$("$gatehouse" auth can-i list pods --as "$user" --as-group "$group" \
    "${@/#/--filename=}") || true
  printf '  May %s of %s list pods? %s\n' "$user" "$group" "$answer"
  [[ ${answer%%$'\n'*} == "$expected" ]] || {
    printf '  WRONG: expected %s\n' "$expected"
    exit 1
  }
}

section "A cluster's certificates"
"$gatehouse" pki init --dir pki >init.log
printf '  $ gatehouse pki init --dir pki\n    %s files, private keys for their owner only\n' \
  "$(find pki -type f | wc -l)"

section "John and Mary make keys and ask; the CA signs"
for user in john mary; do
  run openssl genrsa -out $user.key 2048
  run openssl req -new -key $user.key -out $user.csr -subj "/CN=$user/O=examplegroup"
  run "$gatehouse" pki sign --dir pki --signer kubernetes.io/kube-apiserver-client \
    --expiration 24h --out $user.crt $user.csr
  run openssl verify -CAfile pki/ca.crt $user.crt
done

section "A kubeconfig for John"
run "$gatehouse" kubeconfig create --server https://127.0.0.1:6443 \
  --certificate-authority pki/ca.crt --client-certificate john.crt \
  --client-key john.key --out john.conf
run "$gatehouse" kubeconfig inspect john.conf

section "Who are they, and what may they do?"
authenticated john.crt '"username":"john"'
authenticated mary.crt '"groups":["examplegroup"'
may john examplegroup no "$manifests/cluster-admin.yaml"
may john examplegroup yes "$manifests/cluster-admin.yaml" \
  "$manifests/examplegroup-admin-binding.yaml"
may mary examplegroup yes "$manifests/cluster-admin.yaml" \
  "$manifests/examplegroup-admin-binding.yaml"

section "Who holds which certificates?"
run "$gatehouse" pki list --dir pki --user=john

section "John's key has leaked: his certificate is taken back"
run "$gatehouse" pki revoke --dir pki --reason keyCompromise john.crt
authenticated john.crt '"reason":"Revoked"'
authenticated mary.crt '"username":"mary"'

section "John gets a new certificate, under the same name"
run openssl genrsa -out john.key 2048
run openssl req -new -key john.key -out john.csr -subj "/CN=john/O=examplegroup"
run "$gatehouse" pki sign --dir pki --signer kubernetes.io/kube-apiserver-client \
  --out john2.crt john.csr
authenticated john2.crt '"username":"john"'
authenticated john.crt '"reason":"Revoked"'

#!/bin/bash
# Drives guarded_server with curl, well-behaved and hostile: guarded_server.sh
# GUARDED_SERVER
#
# Ends with an error at the first answer that is not the expected one.
set -euo pipefail
guarded_server=$(realpath "$1")
work=$(mktemp -d)
pid=
trap '[[ -z $pid ]] || kill "$pid" 2>/dev/null; rm -rf "$work"' EXIT
cd "$work"

section() { printf '\n== %s ==\n\n' "$*"; }

# ca NAME: makes NAME.crt and NAME.key, a CA.
ca() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
    -keyout "$1.key" -out "$1.crt" -subj "/CN=$1" -days 10 2>>openssl.log
}

# certificate NAME CA SUBJECT EXTENSIONS [DAYS]: makes NAME.crt and NAME.key.
certificate() {
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
    -keyout "$1.key" -out "$1.csr" -subj "$3" 2>>openssl.log
  openssl x509 -req -in "$1.csr" -CA "$2.crt" -CAkey "$2.key" -out "$1.crt" \
    -days "${5:-1}" -extfile <(printf '%s\n' "$4") 2>>openssl.log
}

# crl: writes users.crl, with whatever revoke NAME has taken back.
crl() {
  openssl ca -config ca.conf -gencrl -out users.crl.new 2>>openssl.log
  mv users.crl.new users.crl
}
revoke() {
  openssl ca -config ca.conf -revoke "$1.crt" 2>>openssl.log
  crl
}

# ask CURL-ARGUMENTS...: leaves the status in $code and the body in $body. With
# a PATH for URL it is this server's.
ask() {
  local arguments=("$@") last=$(($# - 1))
  arguments[last]=https://127.0.0.1:$port${arguments[last]}
  code=$(curl --disable --silent --noproxy '*' --path-as-is --cacert "$trusted" \
    --output body --write-out '%{http_code}' "${arguments[@]}" || true)
  body=$(cat body 2>/dev/null || true)
  rm -f body
}

# expect WHAT CODE TEXT CURL-ARGUMENTS... PATH: TEXT is a piece of the body.
expect() {
  local what=$1 expected=$2 text=$3
  shift 3
  ask "$@"
  printf '  %-58s %s\n' "$what" "$code"
  [[ $code == "$expected" && $body == *"$text"* ]] || {
    printf '  WRONG: expected %s and "%s", got: %s\n' "$expected" "$text" "$body"
    cat server.log
    exit 1
  }
}

# await WHAT CODE CURL-ARGUMENTS... PATH: asks until that is the answer, which
# is a moment after a file has changed.
await() {
  local what=$1 expected=$2 end=$((SECONDS + 30))
  shift 2
  until ask "$@" && [[ $code == "$expected" ]]; do
    ((SECONDS < end)) || {
      printf '  WRONG: %s: it never came, only %s\n' "$what" "$code"
      cat server.log
      exit 1
    }
  done
  printf '  %-58s %s\n' "$what" "$code"
}

# policy USER...: writes policy.yaml, by which those users edit team-a's notes.
policy() {
  cat >policy.yaml.new <<YAML
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: notes-editor}
rules:
- {apiGroups: [notes.example.com], resources: [notes], verbs: [get, list, update, delete]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: health}
rules:
- {nonResourceURLs: [/healthz], verbs: [get]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: as-jane}
rules:
- {apiGroups: [""], resources: [users], resourceNames: [jane], verbs: [impersonate]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: health}
subjects: [{kind: Group, name: "system:authenticated", apiGroup: rbac.authorization.k8s.io}]
roleRef: {kind: ClusterRole, name: health, apiGroup: rbac.authorization.k8s.io}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: boss}
subjects: [{kind: User, name: boss, apiGroup: rbac.authorization.k8s.io}]
roleRef: {kind: ClusterRole, name: as-jane, apiGroup: rbac.authorization.k8s.io}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: editors, namespace: team-a}
subjects:
$(printf -- '- {kind: User, name: %s, apiGroup: rbac.authorization.k8s.io}\n' "$@")
roleRef: {kind: ClusterRole, name: notes-editor, apiGroup: rbac.authorization.k8s.io}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: shopping, namespace: team-a}
rules:
- {apiGroups: [notes.example.com], resources: [notes], resourceNames: [shopping], verbs: [list, update]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: shoppers, namespace: team-a}
subjects: [{kind: User, name: bob, apiGroup: rbac.authorization.k8s.io}]
roleRef: {kind: Role, name: shopping, apiGroup: rbac.authorization.k8s.io}
YAML
  mv policy.yaml.new policy.yaml
}

section "Certificates, tokens, a policy"
for name in servers users strangers proxies; do ca "$name"; done
client='extendedKeyUsage=clientAuth'
address='subjectAltName=IP:127.0.0.1'
certificate server servers /CN=server "$address"
certificate jane users /CN=jane "$client"
certificate bob users /CN=bob "$client"
certificate boss users /CN=boss "$client"
certificate old users /CN=jane "$client" -1
certificate forged strangers /CN=jane "$client"
certificate notforclients users /CN=jane 'extendedKeyUsage=serverAuth'
certificate proxy proxies /CN=front-proxy "$client"
certificate otherproxy proxies /CN=other "$client"
# What to tell curl to be one of them.
for name in jane bob boss old forged notforclients proxy otherproxy; do
  mapfile -t "$name" < <(printf -- '--cert\n%s.crt\n--key\n%s.key\n' "$name" "$name")
done
printf 'token-of-jane,jane,1\n' >tokens.csv
printf '%s\n' '[ca]' 'default_ca=d' '[d]' 'database=index' 'default_md=sha256' \
  'default_crl_days=1' 'certificate=users.crt' 'private_key=users.key' >ca.conf
: >index
crl
policy jane

mkfifo started
"$guarded_server" --tls-cert-file=server.crt --tls-private-key-file=server.key \
  --policy=policy.yaml --client-ca-file=users.crt --client-crl-file=users.crl \
  --token-auth-file=tokens.csv --anonymous-auth=false \
  --requestheader-client-ca-file=proxies.crt \
  --requestheader-allowed-names=front-proxy \
  --requestheader-username-headers=X-Remote-User \
  --requestheader-group-headers=X-Remote-Group >started 2>server.log &
pid=$!
read -r port <started || { cat server.log; exit 1; }
trusted=servers.crt
a=/apis/notes.example.com/v1/namespaces/team-a/notes
b=/apis/notes.example.com/v1/namespaces/team-b/notes
token=(-H 'Authorization: Bearer token-of-jane')

section "Those who may"
expect "jane writes a note" 200 written "${jane[@]}" -X PUT --data 'buy milk' $a/todo
expect "jane reads it, by her token this time" 200 'buy milk' "${token[@]}" $a/todo
expect "jane lists" 200 todo "${jane[@]}" $a
expect "bob writes his one note" 200 written "${bob[@]}" -X PUT --data 'eggs' $a/shopping
expect "bob lists that one" 200 shopping "${bob[@]}" "$a?fieldSelector=metadata.name%3Dshopping"
[[ $body == shopping ]] || { echo "  WRONG: he sees $body"; exit 1; }
expect "jane is healthy" 200 ok "${jane[@]}" /healthz
expect "a certificate comes before a token" 200 todo "${jane[@]}" \
  -H 'Authorization: Bearer wrong' $a
expect "boss acts as jane" 200 'buy milk' "${boss[@]}" -H 'Impersonate-User: jane' $a/todo
expect "the proxy speaks for jane" 200 'buy milk' "${proxy[@]}" -H 'X-Remote-User: jane' $a/todo
expect "there is no such note" 404 '"reason":"NotFound"' "${jane[@]}" $a/none

section "Those who may not"
expect "jane in another namespace" 403 \
  'notes.notes.example.com is forbidden: User \"jane\" cannot list resource \"notes\" in API group \"notes.example.com\" in the namespace \"team-b\"' \
  "${jane[@]}" $b
expect "bob" 403 '"reason":"Forbidden"' "${bob[@]}" $a/todo
expect "bob, all notes" 403 '"reason":"Forbidden"' "${bob[@]}" $a
expect "bob, a list by another name" 403 '"reason":"Forbidden"' "${bob[@]}" \
  "$a?fieldSelector=metadata.name%3Dtodo"
expect "jane, a verb that nobody granted" 403 'cannot patch' "${jane[@]}" -X PATCH $a/todo
expect "boss as himself" 403 'User \"boss\"' "${boss[@]}" $a/todo
expect "bob as jane" 403 'User \"bob\" cannot impersonate' "${bob[@]}" -H 'Impersonate-User: jane' $a/todo
expect "boss as an administrator" 403 'cannot impersonate' "${boss[@]}" \
  -H 'Impersonate-User: jane' -H 'Impersonate-Group: system:masters' $a/todo

section "Those whom nobody knows"
expect "no credential" 401 '"reason":"Unauthorized"' $a
expect "no credential, a path" 401 '"kind":"Status"' /healthz
expect "a wrong token" 401 Unauthorized -H 'Authorization: Bearer wrong' $a
expect "an empty token" 401 Unauthorized -H 'Authorization: Bearer ' $a
expect "another scheme" 401 Unauthorized -u jane:token-of-jane $a
expect "a certificate of a stranger's CA" 401 Unauthorized "${forged[@]}" $a
expect "one that has expired" 401 Unauthorized "${old[@]}" $a
expect "one for servers" 401 Unauthorized "${notforclients[@]}" $a

section "Those who pretend"
expect "X-Remote-User without a proxy's certificate" 401 Unauthorized -H 'X-Remote-User: jane' $a
expect "the same with bob's own certificate" 403 'User \"bob\"' "${bob[@]}" -H 'X-Remote-User: jane' $a
expect "the same with another certificate of the proxies' CA" 401 Unauthorized \
  "${otherproxy[@]}" -H 'X-Remote-User: jane' $a
expect "a proxy that names nobody" 401 Unauthorized "${proxy[@]}" $a
expect "two Authorization headers, the wrong one first" 401 Unauthorized \
  -H 'Authorization: Bearer wrong' "${token[@]}" $a
expect "a group without a user" 400 BadRequest "${jane[@]}" -H 'Impersonate-Group: system:masters' $a
expect "another spelling of the resource" 403 'resource \"Notes\"' "${jane[@]}" ${a%notes}Notes
expect "dots in the path" 403 Forbidden "${jane[@]}" ${a%team-a/notes}team-a/../team-b/notes
expect "escaped slashes are slashes" 403 'in the namespace \"team-b\"' "${jane[@]}" \
  /apis/notes.example.com/v1/namespaces/team-b%2fnotes
expect "an escape that is none" 400 'Bad Request' "${jane[@]}" $a/%zz
head -c 100000 /dev/zero | tr '\0' x >big
head -c 4000000 /dev/zero >huge
expect "a huge header" 431 '' "${jane[@]}" -H "X-Big: $(cat big)" $a
expect "a huge body" 413 '' "${jane[@]}" -X PUT --data-binary @huge $a/todo
expect "two lengths" 400 '' "${jane[@]}" -X PUT -H 'Content-Length: 3' \
  -H 'Transfer-Encoding: chunked' --data abc $a/todo
expect "and nothing of it has changed the note" 200 'buy milk' "${jane[@]}" $a/todo

section "Files that change"
policy jane bob
await "bob is let in" 200 "${bob[@]}" $a/todo
printf 'kind: Nonsense\n' >policy.yaml
until grep -q '^policy: ' server.log; do kill -0 "$pid"; done
expect "a policy that is none changes nothing" 200 'buy milk' "${bob[@]}" $a/todo
policy jane
await "bob is out again" 403 "${bob[@]}" $a/todo
printf 'new-token-of-jane,jane,1\n' >tokens.csv
await "the old token is no more" 401 "${token[@]}" $a
expect "the new one is" 200 todo -H 'Authorization: Bearer new-token-of-jane' $a
revoke jane
await "jane's certificate is taken back" 401 "${jane[@]}" $a
expect "boss' is not" 403 'User \"boss\"' "${boss[@]}" $a
cat users.crt strangers.crt >bundle && cp bundle users.crt
await "a second CA is trusted" 200 "${forged[@]}" $a
certificate server strangers /CN=server "$address"
trusted=strangers.crt
await "the server's own certificate is another one" 200 "${forged[@]}" $a

section "The end"
kill -TERM "$pid"
wait "$pid"
pid=

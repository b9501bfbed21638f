// Tokens that die when they should: a stored token with its Secret, a bound one
// with its pod, and an issuer that changes its key unnoticed.
// docs/tokens.md explains it.
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/strings/substitute.h"
#include "absl/time/clock.h"
#include "authn/config/chain.h"
#include "authn/config/flags.h"
#include "authn/jose/sign.h"
#include "authn/serviceaccount/discovery.h"
#include "authn/serviceaccount/keys.h"
#include "authn/serviceaccount/token_request.h"
#include "base/errors.h"
#include "base/file.h"
#include "net/https_client.h"
#include "net/https_server.h"
#include "objects/manifest.h"
#include "objects/memory_store.h"
#include "pki/ca/ca.h"
#include "pki/private_key.h"

namespace {

namespace authn = gatehouse::authn;
namespace net = gatehouse::net;
namespace objects = gatehouse::objects;
namespace pki = gatehouse::pki;

// Ends the program where a server would answer with an error.
template <typename T>
T Must(absl::StatusOr<T> result) {
  if (!result.ok()) {
    std::cerr << result.status() << '\n';
    std::exit(1);
  }
  return *std::move(result);
}

void Must(const absl::Status& status) {
  Must(status.ok() ? absl::StatusOr<bool>(true) : status);
}

// Who sends this token, and what a client would be told.
void Ask(const authn::AuthenticatorChain& chain, absl::string_view what,
         absl::string_view token) {
  gatehouse::Headers headers;
  headers.Add("Authorization", absl::StrCat("Bearer ", token));
  authn::Request request;
  request.tls = true;
  request.now = absl::Now();
  request.headers = &headers;
  request.path = "/api/v1/pods";
  request.audiences = &chain.api_audiences();
  const authn::Result result = chain.Authenticate(request);
  std::cout << "  " << what << ": ";
  if (result.authenticated()) {
    const gatehouse::UserInfo& user = result.authentication().user;
    std::cout << user.name << " [" << absl::StrJoin(user.groups, ", ") << "]\n";
  } else {
    std::cout << "401 Unauthorized ("
              << gatehouse::ReasonName(gatehouse::ReasonOf(result.error()))
              << ")\n";
  }
}

constexpr char kObjects[] = R"(
apiVersion: v1
kind: ServiceAccount
metadata: {name: builder, namespace: ci, uid: builder-uid}
---
apiVersion: v1
kind: Pod
metadata: {name: runner, namespace: ci, uid: runner-uid}
spec: {serviceAccountName: builder}
---
apiVersion: v1
kind: Secret
metadata:
  name: builder-token
  namespace: ci
  annotations: {kubernetes.io/service-account.name: builder}
type: kubernetes.io/service-account-token
data: {token: $0}
)";

// A token of the old kind: good until its Secret is gone.
std::string StoredToken(const pki::PrivateKey& key) {
  return Must(authn::SignCompact(
      R"({"iss":"kubernetes/serviceaccount",)"
      R"("sub":"system:serviceaccount:ci:builder",)"
      R"("kubernetes.io/serviceaccount/namespace":"ci",)"
      R"("kubernetes.io/serviceaccount/secret.name":"builder-token",)"
      R"("kubernetes.io/serviceaccount/service-account.name":"builder",)"
      R"("kubernetes.io/serviceaccount/service-account.uid":"builder-uid"})",
      key, "", ""));
}

// A token of the TokenRequest API.
std::string Issue(const authn::ServiceAccountKeyRing& ring,
                  const std::string& issuer, const std::string& audience,
                  const objects::ObjectStore& store, bool bind) {
  authn::TokenIssuerOptions options;
  options.issuer = issuer;
  // Both outlive the issuer, which lives as long as this call.
  options.keys = std::shared_ptr<const authn::ServiceAccountKeyRing>(
      std::shared_ptr<void>(), &ring);
  options.api_audiences = {audience};
  options.objects = std::shared_ptr<const objects::ObjectStore>(
      std::shared_ptr<void>(), &store);
  const auto token_issuer = Must(authn::TokenIssuer::Create(options));
  gatehouse::k8s::TokenRequest request;
  if (bind) {
    request.mutable_spec()->mutable_boundobjectref()->set_kind("Pod");
    request.mutable_spec()->mutable_boundobjectref()->set_apiversion("v1");
    request.mutable_spec()->mutable_boundobjectref()->set_name("runner");
  }
  return Must(token_issuer->Issue("ci", "builder", request, absl::Now(),
                                  /*notes=*/nullptr))
      .status()
      .token();
}

pki::PrivateKey NewKey() {
  return Must(pki::PrivateKey::Generate(pki::KeyAlgorithm::kEcdsaP256));
}

authn::ServiceAccountKeys SignedBy(pki::PrivateKey key) {
  return Must(authn::ServiceAccountKeys::Create({}, std::move(key)));
}

// Another cluster: its service accounts are users of ours, by OpenID Connect.
// Its server shows the keys that it signs with at this moment.
class OtherCluster {
 public:
  OtherCluster()
      : ca_(Must(pki::CertificateAuthority::SelfSigned(
            "other-cluster", NewKey(), absl::Now(), absl::Hours(1)))),
        ring_(SignedBy(NewKey())),
        server_(Serve()) {}

  std::string issuer() const {
    return absl::StrCat("https://127.0.0.1:", server_->port());
  }
  std::string ca_pem() const { return ca_.certificate().ToPem(); }
  const authn::ServiceAccountKeyRing& ring() const { return ring_; }

  // The old key is forgotten at once, as after a leak.
  void ReplaceKey() { ring_.Update(SignedBy(NewKey())); }

 private:
  std::unique_ptr<net::HttpsServer> Serve() {
    const pki::PrivateKey key = NewKey();
    pki::CertificateTemplate request;
    request.subject_alt_names.ips = {std::string("\x7f\0\0\1", 4)};
    request.not_before = absl::Now() - absl::Minutes(5);
    request.not_after = absl::Now() + absl::Hours(1);
    request.key_usage = pki::kDigitalSignature;
    request.extended_key_usages = {pki::kServerAuth};
    net::HttpsServerOptions options;
    options.certificate_pem =
        Must(ca_.Issue(key.public_key(), request)).ToPem();
    options.key_pem = key.ToPem();
    options.handler = [this](const net::ServerRequest& request) {
      const gatehouse::EpochGuard guard;
      const auto documents =
          Must(authn::MakeDiscovery(issuer(), "", *ring_.Load()));
      const bool keys = request.path == authn::kJwksPath;
      const auto& document = keys ? documents.jwks : documents.configuration;
      gatehouse::HttpResponse response;
      response.status = 200;
      response.headers.Add("Content-Type", document.content_type);
      response.headers.Add("Cache-Control", document.cache_control);
      response.body = document.body;
      return response;
    };
    return Must(net::HttpsServer::Start(std::move(options)));
  }

  const pki::CertificateAuthority ca_;
  authn::ServiceAccountKeyRing ring_;
  const std::unique_ptr<net::HttpsServer> server_;
};

// The server's authentication, configured by kube-apiserver's flags.
std::unique_ptr<authn::AuthenticatorChain> MakeChain(
    const std::string& directory, const OtherCluster& other,
    std::shared_ptr<const objects::ObjectStore> store) {
  const std::vector<std::string> flags = {
      "--service-account-issuer=https://api.example.com",
      absl::StrCat("--service-account-key-file=", directory, "/sa.key"),
      absl::StrCat("--service-account-signing-key-file=", directory, "/sa.key"),
      absl::StrCat("--oidc-issuer-url=", other.issuer()),
      "--oidc-client-id=our-cluster",
      "--oidc-username-prefix=other:",
      "--oidc-signing-algs=ES256",
      absl::StrCat("--oidc-ca-file=", directory, "/other-ca.crt")};
  authn::Config config;
  Must(authn::ParseFlags(
      std::vector<absl::string_view>(flags.begin(), flags.end()), &config,
      /*rest=*/nullptr));
  authn::ChainDependencies dependencies;
  dependencies.objects = std::move(store);
  dependencies.http_clients = net::MakeHttpsClient;
  return Must(authn::AuthenticatorChain::Create(config, dependencies));
}

const objects::KindInfo& Kind(absl::string_view kind) {
  return *objects::FindKind("v1", kind);
}

void Run(const std::string& directory) {
  OtherCluster other;
  const pki::PrivateKey key = NewKey();
  Must(gatehouse::WriteFile(directory + "/sa.key",
                            key.ToPem().Reveal(gatehouse::SecretAccess::Get()),
                            {/*mode=*/0600}));
  Must(gatehouse::WriteFile(directory + "/other-ca.crt", other.ca_pem()));
  const std::string stored = StoredToken(key);
  const auto store = std::make_shared<objects::MemoryStore>();
  Must(store->LoadAll(
      Must(objects::LoadManifestText(
               absl::Substitute(kObjects, absl::Base64Escape(stored)),
               "objects.yaml", {}))
          .objects));
  const auto chain = MakeChain(directory, other, store);
  const authn::ServiceAccountKeyRing ring(SignedBy(key));
  const std::string issuer = "https://api.example.com";
  const std::string bound = Issue(ring, issuer, issuer, *store, true);
  const std::string unbound = Issue(ring, issuer, issuer, *store, false);

  std::cout << "A stored token leaks; its Secret is deleted\n";
  Ask(*chain, "before", stored);
  Must(store->Delete(Kind("Secret"), "ci", "builder-token"));
  Ask(*chain, "after", stored);

  std::cout << "A bound token dies with its pod\n";
  Ask(*chain, "before", bound);
  Must(store->Delete(Kind("Pod"), "ci", "runner"));
  Ask(*chain, "after", bound);
  Ask(*chain, "one that is bound to nothing", unbound);

  std::cout << "An OpenID Connect issuer changes its key\n";
  const auto issued = [&] {
    return Issue(other.ring(), other.issuer(), "our-cluster", *store, false);
  };
  // A server does not wait: until it has the keys, their tokens get 401.
  while (!chain->Health().ok()) absl::SleepFor(absl::Milliseconds(5));
  const std::string old = issued();
  Ask(*chain, "before", old);
  other.ReplaceKey();
  Ask(*chain, "a token of the new key", issued());
  Ask(*chain, "one of the old key", old);
}

}  // namespace

int main() {
  std::string directory =
      (std::filesystem::temp_directory_path() / "tokens.XXXXXX").string();
  if (mkdtemp(&directory[0]) == nullptr) {
    std::cerr << "cannot make " << directory << '\n';
    return 1;
  }
  Run(directory);
  std::filesystem::remove_all(directory);
}

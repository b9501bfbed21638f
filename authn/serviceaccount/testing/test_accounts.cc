#include "authn/serviceaccount/testing/test_accounts.h"

#include <utility>
#include <vector>

#include "authn/jose/sign.h"
#include "authn/jose/testing/test_signer.h"
#include "authn/serviceaccount/token_secret.h"
#include "base/snapshot.h"
#include "objects/object.h"
#include "proto/core.pb.h"

namespace gatehouse::authn {
namespace {

constexpr char kLegacyPayload[] =
    R"({"iss":"kubernetes/serviceaccount",)"
    R"("kubernetes.io/serviceaccount/namespace":"ns",)"
    R"("kubernetes.io/serviceaccount/secret.name":"secret",)"
    R"("kubernetes.io/serviceaccount/service-account.name":"sa",)"
    R"("kubernetes.io/serviceaccount/service-account.uid":"sa-uid",)"
    R"("sub":"system:serviceaccount:ns:sa"})";

// Returns an object with the metadata that all have here.
template <typename T>
T Named(const std::string& object_namespace, const std::string& name) {
  T object;
  object.mutable_metadata()->set_namespace_(object_namespace);
  object.mutable_metadata()->set_name(name);
  object.mutable_metadata()->set_uid(name + "-uid");
  return object;
}

objects::Object MarkedDeleted(const objects::Object& object, absl::Time time) {
  std::unique_ptr<google::protobuf::Message> copy(object.message->New());
  copy->CopyFrom(*object.message);
  const auto* field = copy->GetDescriptor()->FindFieldByName("metadata");
  auto* metadata = static_cast<k8s::ObjectMeta*>(
      copy->GetReflection()->MutableMessage(copy.get(), field));
  metadata->mutable_deletiontimestamp()->set_seconds(absl::ToUnixSeconds(time));
  return {object.kind, std::move(copy), ""};
}

}  // namespace

absl::Time TestNow() { return absl::FromUnixSeconds(1'800'000'000); }

ServiceAccountKeys TestKeys(JwsAlgorithm algorithm) {
  return *ServiceAccountKeys::Create({}, TestPrivateKey(algorithm));
}

k8s::TokenRequest RequestBoundTo(absl::string_view kind,
                                 absl::string_view name) {
  k8s::TokenRequest request;
  if (kind.empty()) return request;
  k8s::BoundObjectReference* reference =
      request.mutable_spec()->mutable_boundobjectref();
  reference->set_apiversion("v1");
  reference->set_kind(std::string(kind));
  reference->set_name(std::string(name));
  return request;
}

TestAccounts::TestAccounts(JwsAlgorithm algorithm)
    : store(std::make_shared<objects::MemoryStore>()),
      ring(std::make_shared<ServiceAccountKeyRing>(TestKeys(algorithm))),
      legacy_token_(Sign(kLegacyPayload)) {
  auto pod = Named<k8s::Pod>("ns", "pod");
  pod.mutable_spec()->set_serviceaccountname("sa");
  pod.mutable_spec()->set_nodename("node");
  auto secret = Named<k8s::Secret>("ns", "secret");
  secret.set_type(kServiceAccountTokenSecretType);
  (*secret.mutable_data())[kServiceAccountTokenKey] = legacy_token_;
  const std::vector<objects::Object> all = {
      objects::MakeObject(Named<k8s::ServiceAccount>("ns", "sa")),
      objects::MakeObject(std::move(pod)),
      objects::MakeObject(Named<k8s::Node>("", "node")),
      objects::MakeObject(std::move(secret))};
  store->LoadAll(all).IgnoreError();
}

BoundServiceAccountOptions TestAccounts::BoundOptions() const {
  BoundServiceAccountOptions options;
  options.issuers = {kTestIssuer, "https://old.example"};
  options.keys = ring;
  options.api_audiences = {kTestAudience};
  options.objects = store;
  return options;
}

LegacyServiceAccountOptions TestAccounts::LegacyOptions() const {
  LegacyServiceAccountOptions options;
  options.keys = ring;
  options.api_audiences = {kTestAudience};
  options.objects = store;
  options.writer = store;
  return options;
}

TokenIssuerOptions TestAccounts::IssuerOptions() const {
  TokenIssuerOptions options;
  options.issuer = kTestIssuer;
  options.keys = ring;
  options.api_audiences = {kTestAudience};
  options.objects = store;
  return options;
}

std::unique_ptr<BoundServiceAccountAuthenticator> TestAccounts::Bound() const {
  return *BoundServiceAccountAuthenticator::Create(BoundOptions());
}

std::unique_ptr<LegacyServiceAccountAuthenticator> TestAccounts::Legacy()
    const {
  return *LegacyServiceAccountAuthenticator::Create(LegacyOptions());
}

std::unique_ptr<TokenIssuer> TestAccounts::Issuer() const {
  return *TokenIssuer::Create(IssuerOptions());
}

std::string TestAccounts::Issue(absl::string_view kind,
                                absl::string_view name) const {
  return Issuer()
      ->Issue("ns", "sa", RequestBoundTo(kind, name), TestNow(), nullptr)
      ->status()
      .token();
}

std::string TestAccounts::Sign(absl::string_view payload) const {
  const EpochGuard guard;
  const ServiceAccountKeys& keys = *ring->Load();
  return *SignCompact(payload, *keys.signing, keys.signing_key_id, "");
}

void TestAccounts::Delete(absl::string_view kind,
                          absl::string_view name) const {
  store->Delete(*objects::FindKind("v1", kind), "ns", name)
      .status()
      .IgnoreError();
}

void TestAccounts::MarkDeleted(absl::string_view kind, absl::string_view name,
                               absl::Time time) const {
  const auto object = store->Get(*objects::FindKind("v1", kind), "ns", name);
  store->Update(MarkedDeleted(*object, time)).status().IgnoreError();
}

}  // namespace gatehouse::authn

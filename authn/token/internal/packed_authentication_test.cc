#include "authn/token/internal/packed_authentication.h"

#include <array>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "authn/authenticator.h"
#include "gtest/gtest.h"

namespace gatehouse::authn::internal {
namespace {

constexpr char kUuid[] = "0d4b7b0e-6a0f-4a44-9b5e-3b8d2f0f7a11";

void ExpectSame(const Authentication& want, const Authentication& got) {
  EXPECT_EQ(got.user.name, want.user.name);
  EXPECT_EQ(got.user.uid, want.user.uid);
  EXPECT_EQ(got.user.groups, want.user.groups);
  EXPECT_EQ(got.user.extra, want.user.extra);
  EXPECT_EQ(got.audiences, want.audiences);
  EXPECT_EQ(got.authenticator, want.authenticator);
  EXPECT_EQ(got.credential_id, want.credential_id);
  EXPECT_EQ(got.not_after, want.not_after);
  EXPECT_EQ(got.certificate_thumbprint, want.certificate_thumbprint);
}

// Packs and unpacks; returns the packed size.
size_t RoundTrip(const Authentication& who, const Notes& notes = {}) {
  const std::string packed = Pack(who, notes);
  const Unpacked unpacked = Unpack(packed);
  ExpectSame(who, *unpacked.authentication);
  const bool none = notes.warnings.empty() && notes.audit_annotations.empty();
  EXPECT_EQ(unpacked.notes == nullptr, none);
  if (unpacked.notes != nullptr) {
    EXPECT_EQ(unpacked.notes->warnings, notes.warnings);
    EXPECT_EQ(unpacked.notes->audit_annotations, notes.audit_annotations);
  }
  return packed.size();
}

Authentication Named(std::string name) {
  Authentication who;
  who.user.name = std::move(name);
  return who;
}

TEST(PackedAuthenticationTest, AnyTextComesBack) {
  const std::string uuid = kUuid;
  for (const std::string& text : std::vector<std::string>{
           "",
           "jane",
           std::string("a\0b", 3),
           "\xff\xfe",
           "system:serviceaccount:",
           "system:serviceaccount:dev:web",
           "system:serviceaccounts",
           "system:serviceaccounts:dev",
           "system:serviceaccountsx",
           "authentication.kubernetes.io/pod-name",
           "authentication.kubernetes.io/pod-namespace",
           uuid,
           absl::StrCat("JTI=", uuid),
           absl::StrCat("JTI=", uuid, "0"),
           absl::StrCat("system:node:", uuid),
           // Almost one.
           "0D4B7B0E-6A0F-4A44-9B5E-3B8D2F0F7A11",
           "0d4b7b0e-6a0f-4a44-9b5e-3b8d2f0f7a1g",
           "0d4b7b0e06a0f-4a44-9b5e-3b8d2f0f7a11",
           "0d4b7b0e-6a0f-4a44-9b5e-3b8d2f0f7a1",
           std::string(127, 'x'),
           std::string(128, 'x'),
           std::string(100'000, 'x'),
       }) {
    SCOPED_TRACE(text.substr(0, 60));
    Authentication who = Named(text);
    RoundTrip(who);
    who.user.uid = text;
    who.user.groups = {text, "x", text};
    who.user.extra = {{text, {text, text}}};
    who.audiences = std::vector<std::string>{text};
    who.authenticator = text;
    who.credential_id = text;
    RoundTrip(who, Notes{{text}, {{text, text}}});
  }
}

TEST(PackedAuthenticationTest, EmptyAndAbsentDiffer) {
  Authentication who = Named("jane");
  RoundTrip(who);
  who.audiences.emplace();
  RoundTrip(who);
  who.user.extra = {{"a", {}}, {"b", {""}}};
  RoundTrip(who);
  RoundTrip(who, Notes{{""}, {}});
  RoundTrip(who, Notes{{}, {{"", ""}}});
}

TEST(PackedAuthenticationTest, TimesAndThumbprints) {
  Authentication who = Named("jane");
  for (const absl::Time time :
       {absl::InfinitePast(), absl::InfiniteFuture(), absl::UnixEpoch(),
        absl::FromUnixNanos(-1),
        absl::FromUnixNanos(1'900'000'000'123'456'789)}) {
    who.not_after = time;
    RoundTrip(who);
  }
  who.certificate_thumbprint.emplace();
  who.certificate_thumbprint->fill(0xa5);
  RoundTrip(who);
}

Authentication BoundServiceAccount() {
  Authentication who =
      Named("system:serviceaccount:payments-prod:checkout-api");
  who.user.uid = kUuid;
  who.user.groups = {"system:serviceaccounts",
                     "system:serviceaccounts:payments-prod",
                     "system:authenticated"};
  const std::string id = "JTI=7a110d4b-6a0f-4a44-9b5e-3b8d2f0f7b0e";
  const std::string prefix = "authentication.kubernetes.io/";
  who.user.extra = {
      {prefix + "credential-id", {id}},
      {prefix + "node-name", {"ip-10-20-30-40.eu-central-1.compute.internal"}},
      {prefix + "node-uid", {"9b5e0d4b-6a0f-4a44-9b5e-3b8d2f0f7b0e"}},
      {prefix + "pod-name", {"checkout-api-5d9c7b8f6d-x2k4q"}},
      {prefix + "pod-uid", {"3b8d0d4b-6a0f-4a44-9b5e-3b8d2f0f7b0e"}},
  };
  who.audiences =
      std::vector<std::string>{"https://kubernetes.default.svc.cluster.local"};
  who.authenticator = "serviceaccount";
  who.credential_id = id;
  who.not_after = absl::FromUnixSeconds(1'900'000'000);
  return who;
}

TEST(PackedAuthenticationTest, AServiceAccountWithPodAndNodeIsSmall) {
  EXPECT_LE(RoundTrip(BoundServiceAccount()), 250u);
}

TEST(PackedAuthenticationTest, WhateverIsPackedComesBack) {
  const std::vector<std::string> words = {"",
                                          "a",
                                          "jane",
                                          "system:masters",
                                          "system:serviceaccounts:",
                                          kUuid,
                                          "JTI=",
                                          absl::StrCat("JTI=", kUuid),
                                          std::string(200, 'w')};
  for (uint32_t seed = 0; seed < 500; ++seed) {
    std::mt19937 random(seed);
    const auto text = [&] {
      return absl::StrCat(words[random() % words.size()],
                          words[random() % words.size()]);
    };
    const auto texts = [&] {
      std::vector<std::string> list(random() % 50);
      for (std::string& one : list) one = text();
      return list;
    };
    Authentication who = Named(text());
    who.user.uid = text();
    who.user.groups = texts();
    for (uint32_t n = random() % 5; n > 0; --n)
      who.user.extra[text()] = texts();
    if (random() % 2 == 0) who.audiences = texts();
    who.credential_id = text();
    RoundTrip(who, Notes{texts(), {{text(), text()}}});
  }
}

TEST(PackedBytesTest, HoldsBytes) {
  EXPECT_EQ(PackedBytes().view(), "");
  EXPECT_EQ(PackedBytes("").view(), "");
  const std::string bytes("a\0b", 3);
  PackedBytes packed(bytes);
  const PackedBytes moved = std::move(packed);
  EXPECT_EQ(moved.view(), bytes);
}

}  // namespace
}  // namespace gatehouse::authn::internal

// The commands below `gatehouse token`, from making a token to its end.
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "cli/pki/pki_fixture.h"
#include "cli/run_fixture.h"
#include "gtest/gtest.h"

namespace gatehouse::cli {
namespace {

constexpr char kObjects[] = R"(apiVersion: v1
kind: ServiceAccount
metadata: {name: sa, namespace: ns, uid: sa-uid}
---
apiVersion: v1
kind: Pod
metadata: {name: pod, namespace: ns, uid: pod-uid}
spec: {serviceAccountName: sa, nodeName: node}
---
apiVersion: v1
kind: Node
metadata: {name: node, uid: node-uid}
)";

void Write(absl::string_view name, absl::string_view text) {
  std::ofstream(PathOf(name), std::ios::binary) << text;
}

// Makes keys and objects, and a token of the moment of the tests.
class TokenTest : public ::testing::Test {
 protected:
  TokenTest() {
    EXPECT_EQ(Shell("openssl ecparam -name prime256v1 -genkey -noout "
                    "-out sa.key 2>/dev/null; "
                    "openssl ec -in sa.key -pubout -out sa.pub 2>/dev/null"),
              "");
    Write("objects.yaml", kObjects);
  }

  // Runs `create` with `more` flags.
  static Result Create(absl::string_view more) {
    return Gatehouse(absl::StrCat(
        "token create sa -n ns -f $objects.yaml --at 2027-01-15T08:00:00Z "
        "--service-account-signing-key-file $sa.key "
        "--service-account-issuer https://issuer.example ",
        more));
  }
  static std::string Made(absl::string_view more) {
    const Result result = Create(more);
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(result.err, "");
    return result.out;
  }

  static Result Verify(absl::string_view more, absl::string_view token) {
    return Gatehouse(
        absl::StrCat("token verify -f $objects.yaml "
                     "--service-account-issuer https://issuer.example "
                     "--service-account-key-file $sa.pub ",
                     more),
        token);
  }
};

const std::vector<Mask>& Masks() {
  static const auto* const masks = new std::vector<Mask>{
      {R"([0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})",
       "UUID"},
      {R"(eyJ[\w-]+\.[\w-]+\.[\w-]+)", "TOKEN"},
      {R"("kid":"[\w-]{43}")", R"("kid":"KID")"},
      {R"("kid": "[\w-]{43}")", R"("kid": "KID")"},
  };
  return *masks;
}

TEST_F(TokenTest, CreateWritesATokenOrTheRequest) {
  EXPECT_EQ(Masked(Made(""), Masks()), "TOKEN\n");
  EXPECT_EQ(Masked(Made("-o yaml --duration 10m --audience a --audience b,c "
                        "--bound-object-kind Pod --bound-object-name pod"),
                   Masks()),
            R"(apiVersion: authentication.k8s.io/v1
kind: TokenRequest
metadata:
  creationTimestamp: "2027-01-15T08:00:00Z"
  name: sa
  namespace: ns
spec:
  audiences:
  - a
  - b,c
  boundObjectRef:
    apiVersion: v1
    kind: Pod
    name: pod
  expirationSeconds: 600
status:
  expirationTimestamp: "2027-01-15T08:10:00Z"
  token: TOKEN
)");
  EXPECT_TRUE(absl::StartsWith(Made("-o json"), "{\n    \"apiVersion\""));
}

// Zero is what the server's default is asked for by, as with kubectl.
TEST_F(TokenTest, CreateWithoutDuration) {
  for (const char* flags : {"", "--duration 0", "--duration=0s",
                            "--service-account-max-token-expiration 0"}) {
    EXPECT_TRUE(absl::StrContains(Made(absl::StrCat("-o yaml ", flags)),
                                  "expirationSeconds: 3600\n"))
        << flags;
  }
}

TEST_F(TokenTest, CreateRefuses) {
  const struct {
    const char* flags;
    const char* error;
  } kCases[] = {
      {"--duration 1500ms",
       "--duration cannot be expressed in units less than seconds"},
      {"--audience=", "--audience: a name is empty"},
      {"--duration -1h", "want a duration such as 24h or 90m, or 0"},
      {"--service-account-max-token-expiration 59m",
       "the service-account-max-token-expiration must be between 1 hour and "
       "2^32 seconds"},
      {"--duration 5m", "may not specify a duration less than 10 minutes"},
      {"--bound-object-name pod",
       "--bound-object-name may only be set if --bound-object-kind is "
       "provided"},
      {"--bound-object-uid u",
       "--bound-object-uid may only be set if --bound-object-kind is provided"},
      {"--bound-object-kind Pod",
       "--bound-object-name is required if --bound-object-kind is provided"},
      {"--bound-object-kind ConfigMap --bound-object-name c",
       "--bound-object-kind"},
      {"--bound-object-kind Pod --bound-object-name gone",
       "pods \"gone\" not found"},
      {"--bound-object-kind Pod --bound-object-name pod --bound-object-uid u",
       "the UID in the bound object reference (u) does not match"},
      {"-n other", "serviceaccounts \"sa\" not found"},
      {"--service-account-signing-key-file $sa.pub", "sa.pub"},
      {"--service-account-signing-key-file $none", "none"},
      {"--service-account-issuer :x",
       "contained a ':' but was not a valid URL"},
  };
  for (const auto& c : kCases) {
    const Result result = Create(c.flags);
    EXPECT_EQ(result.status, 2) << c.flags;
    EXPECT_EQ(result.out, "") << c.flags;
    EXPECT_TRUE(absl::StrContains(result.err, c.error))
        << c.flags << ": " << result.err;
  }
}

TEST_F(TokenTest, CreateWarns) {
  const Result shortened =
      Create("--duration 2h --service-account-max-token-expiration 1h");
  EXPECT_EQ(shortened.status, 0);
  EXPECT_EQ(shortened.err,
            "Warning: requested expiration of 7200 seconds shortened to 3600 "
            "seconds\n");
  Write("objects.yaml",
        "{apiVersion: v1, kind: ServiceAccount, metadata: {name: sa, "
        "namespace: ns}}");
  EXPECT_EQ(Create("").err,
            "Warning: $objects.yaml:1:1: ServiceAccount sa has no uid; it is "
            "given one for this run\n");
}

TEST_F(TokenTest, CreateExtendsAsServersDo) {
  const std::string flags =
      "--duration 3607s --bound-object-kind Pod --bound-object-name pod ";
  const auto shown = [](absl::string_view token) {
    return Gatehouse("token inspect --at 2027-01-15T08:00:00Z", token).out;
  };
  EXPECT_TRUE(
      absl::StrContains(shown(Made(flags)), "2028-01-15T08:00:00Z, in "));
  EXPECT_TRUE(absl::StrContains(
      shown(Made(flags + "--service-account-extend-token-expiration=false")),
      "2027-01-15T09:00:07Z, in "));
}

TEST_F(TokenTest, InspectShowsAndSaysThatNothingIsVerified) {
  const std::string token =
      Made("--bound-object-kind Pod --bound-object-name pod");
  EXPECT_EQ(
      Masked(Gatehouse("token inspect --at 2027-01-15T08:30:00Z", token).out,
             Masks()),
      R"(NOT VERIFIED: anybody can write such a token. `gatehouse token verify` says whether it is good.
Type:         BoundServiceAccount
User:         system:serviceaccount:ns:sa
Uid:          sa-uid
Groups:       system:serviceaccounts, system:serviceaccounts:ns
Extra:        authentication.kubernetes.io/credential-id=JTI=UUID
Extra:        authentication.kubernetes.io/node-name=node
Extra:        authentication.kubernetes.io/node-uid=node-uid
Extra:        authentication.kubernetes.io/pod-name=pod
Extra:        authentication.kubernetes.io/pod-uid=pod-uid
Credential:   JTI=UUID
Audiences:    https://issuer.example
Bound to:     ServiceAccount ns/sa, uid sa-uid
Bound to:     Pod ns/pod, uid pod-uid
Issued:       2027-01-15T08:00:00Z
Not before:   2027-01-15T08:00:00Z
Expires:      2027-01-15T09:00:00Z, in 30m
Header:       {"alg":"ES256","kid":"KID"}
Claims:       {"aud":["https://issuer.example"],"exp":1800003600,"iat":1800000000,"iss":"https://issuer.example","jti":"UUID","kubernetes.io":{"namespace":"ns","node":{"name":"node","uid":"node-uid"},"pod":{"name":"pod","uid":"pod-uid"},"serviceaccount":{"name":"sa","uid":"sa-uid"}},"nbf":1800000000,"sub":"system:serviceaccount:ns:sa"}
)");
  const Result late =
      Gatehouse("token inspect --at 2027-01-15T10:00:00Z", token);
  EXPECT_EQ(late.status, 0);
  EXPECT_TRUE(absl::StrContains(
      late.out, "Expires:      2027-01-15T09:00:00Z, EXPIRED 1h ago"))
      << late.out;
}

TEST_F(TokenTest, InspectAsAnObject) {
  EXPECT_EQ(Masked(Gatehouse("token inspect -o json --at 2027-01-15T10:00:00Z",
                             Made(""))
                       .out,
                   Masks()),
            R"({
    "audiences": [
        "https://issuer.example"
    ],
    "boundTo": [
        {
            "kind": "ServiceAccount",
            "name": "sa",
            "namespace": "ns",
            "uid": "sa-uid"
        }
    ],
    "claims": {
        "aud": [
            "https://issuer.example"
        ],
        "exp": 1800003600,
        "iat": 1800000000,
        "iss": "https://issuer.example",
        "jti": "UUID",
        "kubernetes.io": {
            "namespace": "ns",
            "serviceaccount": {
                "name": "sa",
                "uid": "sa-uid"
            }
        },
        "nbf": 1800000000,
        "sub": "system:serviceaccount:ns:sa"
    },
    "credentialId": "JTI=UUID",
    "expired": true,
    "expires": "2027-01-15T09:00:00Z",
    "expiresInSeconds": -3600,
    "header": {
        "alg": "ES256",
        "kid": "KID"
    },
    "issuedAt": "2027-01-15T08:00:00Z",
    "notBefore": "2027-01-15T08:00:00Z",
    "type": "BoundServiceAccount",
    "user": {
        "extra": {
            "authentication.kubernetes.io/credential-id": [
                "JTI=UUID"
            ]
        },
        "groups": [
            "system:serviceaccounts",
            "system:serviceaccounts:ns"
        ],
        "uid": "sa-uid",
        "username": "system:serviceaccount:ns:sa"
    },
    "verification": "NotVerified"
}
)");
}

TEST_F(TokenTest, InspectOtherTokens) {
  // {"alg":"ES256"} and the claims beside it, "signed" by three bytes.
  const struct {
    std::string in;
    std::vector<const char*> lines;
  } kCases[] = {
      {"abcdef.0123456789abcdef",
       {"NOT VERIFIED: ", "Type:       Bootstrap\n",
        "User:       system:bootstrap:abcdef\n",
        "Bound to:   Secret kube-system/bootstrap-token-abcdef\n"}},
      // {"iss":"https://idp","sub":"jane"}
      {"eyJhbGciOiJFUzI1NiJ9."
       "eyJpc3MiOiJodHRwczovL2lkcCIsInN1YiI6ImphbmUifQ.AAAA",
       {"NOT VERIFIED: ", "Type:      JWT\n", "Expires:   never\n",
        "Claims:    {\"iss\":\"https://idp\",\"sub\":\"jane\"}\n"}},
      // {"iss":"kubernetes/serviceaccount","exp":1}
      {"eyJhbGciOiJFUzI1NiJ9."
       "eyJpc3MiOiJrdWJlcm5ldGVzL3NlcnZpY2VhY2NvdW50IiwiZXhwIjoxfQ.AAAA",
       {"Type:       LegacyServiceAccount\n", "Expires:    never\n"}},
      // {"iss":"https://idp","exp":1e300}
      {"eyJhbGciOiJFUzI1NiJ9."
       "eyJpc3MiOiJodHRwczovL2lkcCIsImV4cCI6MWUzMDB9.AAAA",
       {"NOT VERIFIED: ", "Type:      JWT\n",
        "Problem:   ", "Header:    {\"alg\":\"ES256\"}\n",
        "Claims:    {\"iss\":\"https://idp\",\"exp\":1e300}\n"}},
      // {"alg":"none"} and {"sub":"jane"}, unsigned.
      {"eyJhbGciOiJub25lIn0.eyJzdWIiOiJqYW5lIn0.",
       {"NOT VERIFIED: ", "Problem:   ", "Header:    {\"alg\":\"none\"}\n",
        "Claims:    {\"sub\":\"jane\"}\n"}},
      // The same without the last part.
      {"eyJhbGciOiJub25lIn0.eyJzdWIiOiJqYW5lIn0",
       {"Problem:   ", "Claims:    {\"sub\":\"jane\"}\n"}},
      // {"sub":"a","sub":"b"}: nobody can say what it says.
      {"eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIiwic3ViIjoiYiJ9.AAAA",
       {"Problem:   ", "Header:    {\"alg\":\"ES256\"}\n"}},
  };
  for (const auto& c : kCases) {
    const Result result = Gatehouse("token inspect -", c.in);
    EXPECT_EQ(result.status, 0) << result.err;
    for (const char* line : c.lines) {
      EXPECT_TRUE(absl::StrContains(result.out, line)) << line << result.out;
    }
    EXPECT_FALSE(absl::StrContains(result.out, "0123456789abcdef"));
    EXPECT_FALSE(absl::StrContains(result.out, "AAAA"));
  }
}

TEST_F(TokenTest, InspectNeverShowsWhatItCannotRead) {
  for (const char* token : {"hunter2", "hunter2.hunter2.hunter2", "a.b"}) {
    const Result result = Gatehouse("token inspect", token);
    EXPECT_EQ(result.status, 2);
    EXPECT_EQ(result.out, "");
    EXPECT_FALSE(absl::StrContains(result.err, "hunter2")) << result.err;
    EXPECT_TRUE(absl::StartsWith(result.err,
                                 "error: neither a JSON Web Token (token: "))
        << result.err;
  }
}

TEST_F(TokenTest, WhereTheTokenComesFrom) {
  const std::string token = Made("");
  Write("token", token);
  const std::string word(absl::StripSuffix(token, "\n"));
  const std::string want = Gatehouse("token inspect -o json", token).out;
  EXPECT_FALSE(want.empty());
  const auto same = [&](absl::string_view line, absl::string_view in) {
    EXPECT_EQ(Gatehouse(line, in).out.substr(0, 30), want.substr(0, 30))
        << line;
  };
  same("token inspect -o json --token-file $token", "");
  same("token inspect -o json -", token);
  same("token inspect -o json --token-file -", token);
  same(absl::StrCat("token inspect -o json ", word), "");
  // Also behind flags that may be repeated.
  EXPECT_EQ(
      Gatehouse(absl::StrCat("token verify --at 2027-01-15T08:00:00Z "
                             "--service-account-key-file $sa.pub "
                             "--service-account-issuer https://issuer.example "
                             "-f $objects.yaml ",
                             word))
          .status,
      0);
  const struct {
    std::string line;
    std::string in;
    const char* error;
  } kCases[] = {
      {"token inspect", "", "error: there is no token\n"},
      {"token inspect ''", token,
       "error: the token is an empty argument; - is for stdin\n"},
      {"token inspect --token-file=", token,
       "error: --token-file: want a file, or - for stdin\n"},
      {"token inspect", "\xef\xbb\xbf" + token,
       "error: a byte order mark stands before the token: save it as UTF-8 "
       "without one\n"},
      {"token inspect", absl::StrCat("\xff\xfe", "e"),
       "error: the token is written as UTF-16"},
      {"token inspect", "bearer " + token,
       "error: \"Bearer\" is a part of the header, not of the token: give what "
       "follows it alone\n"},
      {"token inspect --token-file -", "Authorization: Bearer " + token,
       "error: \"Authorization:\" is a part of the header"},
      {"token verify -f - --token-file -", token,
       "name the token with --token-file FILE"},
      {"token inspect --token-file $none", "", "none"},
      {"token inspect x --token-file $token", "",
       "error: the token is given twice: as an argument and by "
       "--token-file\n"},
      {"token inspect", std::string(70000, 'a'), "are no token"},
      {"token verify -f -", token, "name the token with --token-file FILE"},
      // The anonymous user is no answer about a token.
      {"token verify garbage --audience=", "",
       "error: --audience: a name is empty\n"},
      {"token verify garbage", "", "no kind of token is configured"},
      {"token verify garbage --api-audiences a -o json", "",
       "no kind of token is configured"},
  };
  for (const auto& c : kCases) {
    const Result result = Gatehouse(c.line, c.in);
    EXPECT_EQ(result.status, 2) << c.line;
    EXPECT_TRUE(absl::StrContains(result.err, c.error)) << result.err;
  }
}

// A token is what it is, not what a header would make of it.
TEST_F(TokenTest, VerifyTakesSpacesAsTheyAre) {
  Write("tokens.csv", "one,alice,u1\n\"two words\",bob,u2\n");
  const struct {
    const char* token;
    int status;
    const char* says;
  } kCases[] = {{"one", 0, "alice"},
                {"one foo", 1, "no - UnknownToken: "},
                {"two words", 0, "bob"},
                {"two", 1, "no - UnknownToken: "}};
  for (const auto& c : kCases) {
    const Result result =
        Gatehouse("token verify --token-auth-file $tokens.csv", c.token);
    EXPECT_EQ(result.status, c.status) << c.token;
    EXPECT_TRUE(absl::StrContains(result.out, c.says))
        << result.out << result.err;
  }
}

TEST_F(TokenTest, VerifyAnswersAsAServerWould) {
  const std::string token =
      Made("--bound-object-kind Pod --bound-object-name pod");
  const std::string moment = "--at 2027-01-15T08:30:00Z ";
  const Result good = Verify(moment, token);
  EXPECT_EQ(good.status, 0) << good.out << good.err;
  EXPECT_EQ(Masked(good.out, Masks()), R"(yes
User:            system:serviceaccount:ns:sa
Uid:             sa-uid
Groups:          system:serviceaccounts, system:serviceaccounts:ns, system:authenticated
Extra:           authentication.kubernetes.io/credential-id=JTI=UUID
Extra:           authentication.kubernetes.io/node-name=node
Extra:           authentication.kubernetes.io/node-uid=node-uid
Extra:           authentication.kubernetes.io/pod-name=pod
Extra:           authentication.kubernetes.io/pod-uid=pod-uid
Audiences:       https://issuer.example
Authenticator:   service-account
Credential:      JTI=UUID
)");
  const Result late = Verify("--at 2027-01-15T10:00:00Z", token);
  EXPECT_EQ(late.status, 1);
  EXPECT_EQ(late.out, "no - Expired: service account token has expired\n");
  const Result other = Verify(moment + "--audience https://vault", token);
  EXPECT_EQ(other.status, 1);
  EXPECT_TRUE(absl::StartsWith(other.out, "no - WrongAudience: ")) << other.out;

  // The pod ends, and with it the token.
  Write("objects.yaml", absl::string_view(kObjects).substr(
                            0, absl::string_view(kObjects).find("---")));
  const Result gone = Verify(moment, token);
  EXPECT_EQ(gone.status, 1);
  EXPECT_EQ(gone.out,
            "no - Revoked: service account token has been invalidated\n");
  const Result line = Verify(moment + "-o json", token);
  EXPECT_EQ(line.status, 1);
  EXPECT_EQ(line.out,
            R"({"id":null,"authenticated":false,"user":null,"audiences":null,)"
            R"("authenticator":null,"credentialId":null,"error":)"
            R"("service account token has been invalidated",)"
            R"("reason":"Revoked"})"
            "\n");
}

TEST_F(TokenTest, VerifyRefusesWhatNobodyKnows) {
  for (const char* token : {"hunter2", "abcdef.0123456789abcdef"}) {
    const Result result = Verify("", token);
    EXPECT_EQ(result.status, 1) << result.err;
    EXPECT_TRUE(absl::StartsWith(result.out, "no - ")) << result.out;
    EXPECT_FALSE(absl::StrContains(result.out, token));
  }
}

TEST_F(TokenTest, BootstrapMakesASecret) {
  EXPECT_EQ(Must("token bootstrap --ttl 2h --at 2027-01-15T08:00:00Z "
                 "--description node-7",
                 "")
                .find("apiVersion: v1\nkind: Secret\n"),
            0u);
  EXPECT_EQ(Must("token bootstrap --ttl 2h --at 2027-01-15T08:00:00Z "
                 "--description node-7 -",
                 "abcdef.0123456789abcdef\n"),
            R"(apiVersion: v1
kind: Secret
metadata:
  name: bootstrap-token-abcdef
  namespace: kube-system
stringData:
  auth-extra-groups: system:bootstrappers:kubeadm:default-node-token
  description: node-7
  expiration: "2027-01-15T10:00:00Z"
  token-id: abcdef
  token-secret: 0123456789abcdef
  usage-bootstrap-authentication: "true"
  usage-bootstrap-signing: "true"
type: bootstrap.kubernetes.io/token
)");
  EXPECT_EQ(Must("token bootstrap --ttl 0 --usages signing "
                 "--groups system:bootstrappers:a,system:bootstrappers:b -",
                 "abcdef.0123456789abcdef"),
            R"(apiVersion: v1
kind: Secret
metadata:
  name: bootstrap-token-abcdef
  namespace: kube-system
stringData:
  auth-extra-groups: system:bootstrappers:a,system:bootstrappers:b
  token-id: abcdef
  token-secret: 0123456789abcdef
  usage-bootstrap-signing: "true"
type: bootstrap.kubernetes.io/token
)");
}

// A variable that is not set must not make a new token.
TEST_F(TokenTest, BootstrapReadsTheTokenThatIsGiven) {
  constexpr char kToken[] = "abcdef.0123456789abcdef\n";
  Write("token", kToken);
  for (const char* line :
       {"token bootstrap -o token -", "token bootstrap -o token --token-file -",
        "token bootstrap -o token --token-file $token"}) {
    EXPECT_EQ(Must(line, kToken), kToken) << line;
  }
  EXPECT_NE(Must("token bootstrap -o token", kToken), kToken);
  const auto help = [](absl::string_view line) {
    return absl::StrJoin(
        absl::StrSplit(Must(line), absl::ByAnyChar(" \n"), absl::SkipEmpty()),
        " ");
  };
  EXPECT_TRUE(
      absl::StrContains(help("token bootstrap --help"), "a new one is made"));
  EXPECT_TRUE(absl::StrContains(help("token inspect --help"), "stdin is read"));
}

TEST_F(TokenTest, BootstrapRefuses) {
  for (const char* line :
       {"token bootstrap ''",
        "token bootstrap --token-file=", "token bootstrap --token-file ''",
        "token bootstrap --ttl -1h", "token bootstrap --ttl soon",
        "token bootstrap --usages x", "token bootstrap --groups system:masters",
        "token bootstrap hunter2", "token bootstrap -o xml"}) {
    const Result result = Gatehouse(line);
    EXPECT_EQ(result.status, 2) << line;
    EXPECT_EQ(result.out, "") << line;
    EXPECT_FALSE(absl::StrContains(result.err, "hunter2"));
  }
}

// What is typed in the wrong place may be the token.
TEST_F(TokenTest, UsageErrorsShowNoValue) {
  const struct {
    const char* line;
    const char* error;
  } kCases[] = {
      {"token verify a hunter2",
       "1 argument too many; see 'gatehouse token "
       "verify --help'"},
      {"token verify a hunter2 hunter2", "2 arguments too many; see "},
      {"token verify --token=hunter2",
       "The following argument was not expected: --token; see "},
      {"token verify --token hunter2 hunter2",
       "The following argument was not expected: --token; 1 argument too many"},
      {"token verify -xhunter2",
       "The following argument was not expected: -x; see "},
      {"token verify a -- --hunter2", "1 argument too many; see "},
      {"token hunter2",
       "there is no such command; see 'gatehouse token "
       "--help'"},
      {"token create sa --duration hunter2",
       "--duration: want a duration such as 24h or 90m, or 0; see "},
      {"token inspect --at hunter2",
       "--at: want a time such as 2006-01-02T15:04:05Z (RFC 3339); see "},
      {"token inspect -o hunter2",
       "--output: not one of {page,json,yaml}; see "},
      {"token create sa --bound-object-kind hunter2",
       "--bound-object-kind: not one of {Node,Pod,Secret}; see "},
      {"token create sa --service-account-extend-token-expiration=hunter2",
       "--service-account-extend-token-expiration: not a value that it takes"},
      // Whoever takes the flag for the token's own.
      {"token verify --token-file=hunter.234567890hunter2",
       "--token-file: it cannot be read, and is not named here"},
      {"token verify --token-file hunter2-that-is-longer-than-forty-bytes-is",
       "--token-file: it cannot be read, and is not named here"},
      {"token bootstrap --usages eyJh.eyJp.hunter2",
       "bootstrap token usage \"(a token)\": want "},
  };
  for (const auto& c : kCases) {
    const Result result = Gatehouse(c.line);
    EXPECT_EQ(result.status, 2) << c.line;
    EXPECT_EQ(result.out, "") << c.line;
    EXPECT_TRUE(absl::StrContains(result.err, absl::StrCat("error: ", c.error)))
        << c.line << ": " << result.err;
    EXPECT_FALSE(absl::StrContains(result.err, "hunter2")) << result.err;
  }
}

// A new token alone, its Secret, and a server that has it.
TEST_F(TokenTest, BootstrapTokensAreGood) {
  const std::string token = Must("token bootstrap -o token");
  Write("token", token);
  Write("secret.yaml", Must("token bootstrap --token-file $token"));
  const Result good = Gatehouse(
      "token verify -f $secret.yaml --enable-bootstrap-token-auth "
      "--token-file $token");
  EXPECT_EQ(good.status, 0) << good.out << good.err;
  EXPECT_TRUE(
      absl::StrContains(good.out, "User:            system:bootstrap:"));
  EXPECT_NE(Must("token bootstrap -o token"), token);
}

}  // namespace
}  // namespace gatehouse::cli

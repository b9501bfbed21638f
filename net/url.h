// URLs of HTTPS servers, parsed strictly.
#ifndef GATEHOUSE_NET_URL_H_
#define GATEHOUSE_NET_URL_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace gatehouse::net {

// Url is where a request goes. A plain value.
struct Url {
  // A DNS name or an IP address, in lower case; IPv6 without brackets, in its
  // canonical form (RFC 5952).
  std::string host;
  bool is_ip = false;
  uint16_t port = 443;
  std::string target = "/";  // Path and query, as they were written.

  // Returns "host", "host:port" unless it is 443, "[::1]:port": what the Host
  // field says, and which servers are the same.
  std::string Authority() const;
  // Returns "https://", the authority and the target. Parses to an equal Url.
  std::string ToString() const;

  friend bool operator==(const Url& a, const Url& b) {
    return a.host == b.host && a.is_ip == b.is_ip && a.port == b.port &&
           a.target == b.target;
  }
};

// Parses an absolute URL of RFC 3986 with the scheme "https". Refused, so that
// nobody can read it otherwise than we do: user information, fragments, other
// characters than the RFC's (non-ASCII, controls, spaces, backslashes),
// escapes that are not "%" and two hexadecimal digits or that stand in the
// host, a port that is empty, 0, over 65535 or begins with 0, IPv6 zones, names
// that are no host names (a label empty or over 63 octets, all over 253, a dot
// at the end) or that some take for an IPv4 address ("127.1", "0x7f000001"),
// more than 8 KiB. kInvalidArgument with kMalformed, kTooLarge for the last,
// kUnsupported for another scheme. The text does not repeat the URL, which may
// hold what is secret.
absl::StatusOr<Url> ParseHttpsUrl(absl::string_view text);

}  // namespace gatehouse::net

#endif  // GATEHOUSE_NET_URL_H_

// Beast's parser, filling our own types. Includes Boost: for sources only.
#ifndef GATEHOUSE_NET_INTERNAL_MESSAGE_PARSER_H_
#define GATEHOUSE_NET_INTERNAL_MESSAGE_PARSER_H_

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "base/headers.h"

namespace gatehouse::net::internal {

// MessageLimits are ceilings on one message.
struct MessageLimits {
  size_t header_bytes;
  size_t header_count;
  size_t body_bytes;
};

// MessageParser takes in a request or a response. Beyond what Beast refuses, it
// refuses a transfer coding other than "chunked" alone, a second
// Content-Length, and chunk extensions that are long or hold controls. Trailers
// are dropped: whoever decides by headers has done so before they come.
template <bool kIsRequest>
class MessageParser final
    : public boost::beast::http::basic_parser<kIsRequest> {
 public:
  explicit MessageParser(const MessageLimits& limits)
      : header_count_left_(limits.header_count) {
    this->header_limit(static_cast<uint32_t>(std::min<size_t>(
        limits.header_bytes, std::numeric_limits<uint32_t>::max())));
    this->body_limit(limits.body_bytes);
  }

  std::string method;  // Of requests.
  std::string target;
  int status = 0;    // Of responses.
  int version = 11;  // 10 or 11.
  Headers headers;
  std::string body;
  // The error was that there are too many fields.
  bool too_many_fields() const { return too_many_fields_; }

  // Returns true if it can do something with so many bytes. What is left of a
  // chunked body is never less than "0\r\n\r\n", and Beast asserts that it gets
  // as much once the last chunk has begun.
  bool Takes(size_t bytes) const {
    const size_t least = header_complete_ && this->chunked() ? 5 : 1;
    return !this->is_done() && bytes >= least;
  }

 private:
  using Verb = boost::beast::http::verb;
  using Field = boost::beast::http::field;
  using Error = boost::beast::http::error;
  using ErrorCode = boost::beast::error_code;
  using View = boost::beast::string_view;

  static constexpr size_t kMaxExtensionBytes = 1024;

  static absl::string_view ToAbsl(View view) {
    return {view.data(), view.size()};
  }

  void on_request_impl(Verb, View method_text, View target_text,
                       int version_number, ErrorCode&) override {
    method.assign(method_text.data(), method_text.size());
    target.assign(target_text.data(), target_text.size());
    version = version_number;
  }

  void on_response_impl(int status_code, View, int version_number,
                        ErrorCode&) override {
    status = status_code;
    version = version_number;
  }

  void on_field_impl(Field field, View name, View value,
                     ErrorCode& error) override {
    if (header_complete_) return;
    if (header_count_left_ == 0) {
      too_many_fields_ = true;
      error = Error::header_limit;
      return;
    }
    --header_count_left_;
    if (field == Field::transfer_encoding &&
        (has_coding_ || !absl::EqualsIgnoreCase(ToAbsl(value), "chunked"))) {
      error = Error::bad_transfer_encoding;
    } else if (field == Field::content_length &&
               (has_length_ || !IsNumber(ToAbsl(value)))) {
      error = Error::bad_content_length;
    }
    has_coding_ |= field == Field::transfer_encoding;
    has_length_ |= field == Field::content_length;
    headers.Add(ToAbsl(name), ToAbsl(value));
  }

  static bool IsNumber(absl::string_view text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
  }

  void on_header_impl(ErrorCode&) override { header_complete_ = true; }

  void on_body_init_impl(const boost::optional<uint64_t>&,
                         ErrorCode&) override {}

  size_t on_body_impl(View part, ErrorCode&) override {
    body.append(part.data(), part.size());
    return part.size();
  }

  void on_chunk_header_impl(uint64_t, View extensions,
                            ErrorCode& error) override {
    extension_bytes_ += extensions.size();
    const bool controls =
        std::any_of(extensions.begin(), extensions.end(), absl::ascii_iscntrl);
    if (controls || extension_bytes_ > kMaxExtensionBytes) {
      error = Error::bad_chunk_extension;
    }
  }

  size_t on_chunk_body_impl(uint64_t, View part, ErrorCode& error) override {
    return on_body_impl(part, error);
  }

  void on_finish_impl(ErrorCode&) override {}

  size_t header_count_left_;
  size_t extension_bytes_ = 0;
  bool header_complete_ = false;
  bool has_coding_ = false;
  bool has_length_ = false;
  bool too_many_fields_ = false;
};

}  // namespace gatehouse::net::internal

#endif  // GATEHOUSE_NET_INTERNAL_MESSAGE_PARSER_H_

#pragma once
// Where a server listens: "tcp:HOST:PORT" or "unix:PATH".
#include <optional>
#include <string>

#include "galen/base/descriptor.h"

namespace galen::serve {

/// "HOST" or "HOST:PORT". An IPv6 address is written in brackets, which are removed: "[::1]:7654".
struct HostAndPort {
  std::string host;
  std::optional<std::string> port;
};
HostAndPort host_and_port(const std::string& text);

/// A non-blocking socket that listens. Errors (usage): a malformed address; one that is in use, or not this machine's;
/// the path is a file other than a socket (a socket that nobody serves is replaced).
Descriptor listen_at(const std::string& address);
/// The port that a TCP socket listens on, for callers that asked for port 0; 0 for another kind of socket.
int port_of(const Descriptor& socket);

}  // namespace galen::serve

#pragma once
// Where a server listens: "tcp:HOST:PORT" or "unix:PATH".
#include <optional>
#include <string>

#include "galen/base/descriptor.h"

namespace galen::serve {

/// "HOST", "HOST:PORT"; an IPv6 address with or without a port in brackets, which are left out: "[::1]:7654".
struct HostAndPort {
  std::string host;
  std::optional<std::string> port;
};
HostAndPort host_and_port(const std::string& text);

/// A socket that listens, and does not block. Errors (usage): no such form; the address is taken, or not this
/// machine's; a file that is no socket lies at the path (a socket that nobody serves is replaced).
Descriptor listen_at(const std::string& address);
/// The port that a TCP socket listens on, for those that asked for port 0; 0 for another kind.
int port_of(const Descriptor& socket);

}  // namespace galen::serve

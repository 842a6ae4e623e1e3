#include "galen/serve/socket_address.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "galen/base/descriptor.h"
#include "galen/base/error.h"

namespace galen::serve {
namespace {

constexpr int backlog = 1024;

Error cannot_listen(const std::string& address, const std::string& why, const std::string& remedy = {}) {
  return Error(address, "cannot be listened at", why, remedy, Fault::usage);
}

Descriptor listen_tcp(const std::string& address, const std::string& host, const std::string& port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* raw = nullptr;
  if (const int code = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &raw); code != 0) {
    throw cannot_listen(address, ::gai_strerror(code), "write tcp:127.0.0.1:7654");
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> found(raw, ::freeaddrinfo);
  Descriptor socket(::socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int yes = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (socket.get() < 0 || ::bind(socket.get(), found->ai_addr, found->ai_addrlen) != 0 ||
      ::listen(socket.get(), backlog) != 0) {
    throw cannot_listen(address, system_reason());
  }
  return socket;
}

Descriptor listen_unix(const std::string& address, const std::string& path) {
  sockaddr_un where{};
  where.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof where.sun_path) {
    throw cannot_listen(address, fmt::format("a path has 1 to {} bytes", sizeof where.sun_path - 1));
  }
  path.copy(where.sun_path, path.size());
  const auto* raw = reinterpret_cast<const sockaddr*>(&where);
  struct stat status{};
  if (::lstat(path.c_str(), &status) == 0) {
    if (!S_ISSOCK(status.st_mode)) throw cannot_listen(address, "a file that is no socket is there");
    const Descriptor probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (::connect(probe.get(), raw, sizeof where) == 0) throw cannot_listen(address, "another program serves it");
    if (errno != ECONNREFUSED) throw cannot_listen(address, system_reason());
    ::unlink(path.c_str());
  }
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (socket.get() < 0 || ::bind(socket.get(), raw, sizeof where) != 0 || ::listen(socket.get(), backlog) != 0) {
    throw cannot_listen(address, system_reason());
  }
  return socket;
}

}  // namespace

HostAndPort host_and_port(const std::string& text) {
  HostAndPort out{text, std::nullopt};
  const auto colon = text.rfind(':');
  if (colon != std::string::npos && text.find(']', colon) == std::string::npos) {
    out.host.resize(colon);
    out.port = text.substr(colon + 1);
  }
  if (out.host.starts_with('[') && out.host.ends_with(']')) out.host = out.host.substr(1, out.host.size() - 2);
  return out;
}

Descriptor listen_at(const std::string& address) {
  if (address.starts_with("unix:")) return listen_unix(address, address.substr(5));
  const bool tcp = address.starts_with("tcp:");
  const HostAndPort where = tcp ? host_and_port(address.substr(4)) : HostAndPort{};
  if (where.host.empty() || !where.port) {
    throw usage_error(address, "is no address to listen at", "write tcp:127.0.0.1:7654 or unix:/run/galen.sock");
  }
  return listen_tcp(address, where.host, *where.port);
}

int port_of(const Descriptor& socket) {
  sockaddr_storage where{};
  socklen_t size = sizeof where;
  if (::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&where), &size) != 0) return 0;
  if (where.ss_family == AF_INET) return ntohs(reinterpret_cast<sockaddr_in*>(&where)->sin_port);
  if (where.ss_family == AF_INET6) return ntohs(reinterpret_cast<sockaddr_in6*>(&where)->sin6_port);
  return 0;
}

}  // namespace galen::serve

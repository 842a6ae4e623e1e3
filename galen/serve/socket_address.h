#pragma once
// Where a server listens: "tcp:HOST:PORT" or "unix:PATH".
#include <string>

namespace galen::serve {

/// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  int get() const { return fd_; }
  int release();

 private:
  int fd_;
};

/// A socket that listens, and does not block. Errors (usage): no such form; the address is taken, or not this
/// machine's; a file that is no socket lies at the path (a socket that nobody serves is replaced).
Descriptor listen_at(const std::string& address);
/// The port that a TCP socket listens on, for those that asked for port 0; 0 for another kind.
int port_of(const Descriptor& socket);

}  // namespace galen::serve

#pragma once
// The line protocol over TCP and Unix sockets: one thread, many connections, none of which can hold up the others.
#include "galen/serve/sources.h"

namespace galen::serve {

struct ServerLimits {
  std::size_t connections = 4096;        ///< further ones are refused with a line
  std::size_t unread_bytes = 256 << 10;  ///< that a client leaves unread before it is dropped
  double opening_seconds = 10;           ///< that a client has to open a patient
};

class SocketServer final : public Source {
 public:
  /// Listens immediately. Errors (usage): see listen_at.
  SocketServer(const std::string& address, const ServerLimits& limits);
  ~SocketServer() override;
  void run(Hub& hub) override;
  int port() const;  ///< TCP only

 private:
  class Loop;
  struct Listening;
  std::unique_ptr<Listening> listening_;
  ServerLimits limits_;
};

}  // namespace galen::serve

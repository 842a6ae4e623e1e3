#pragma once
// Lines that wait to be sent to a client: workers add them, the server's thread sends them.
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "galen/base/descriptor.h"

namespace galen::serve {

/// Tells which outboxes have new lines; its descriptor is readable as long as there are any.
class Bell {
 public:
  Bell();
  void ring(std::uint64_t id);
  std::vector<std::uint64_t> answer();  ///< who rang since the last answer
  int descriptor() const { return event_.get(); }

 private:
  Descriptor event_;
  std::mutex mutex_;
  std::vector<std::uint64_t> ids_;
};

class Outbox {
 public:
  Outbox(std::shared_ptr<Bell> bell, std::uint64_t id, std::size_t limit)
      : bell_(std::move(bell)), id_(id), limit_(limit) {}
  /// Once a line would exceed the limit, nothing more is kept.
  void put(const std::string& line);
  /// Sends as much as the socket accepts. False: the connection is broken.
  bool send(int socket);
  bool full() const;  ///< the limit was exceeded: the client does not read
  bool empty() const;

 private:
  const std::shared_ptr<Bell> bell_;
  const std::uint64_t id_;
  const std::size_t limit_;
  mutable std::mutex mutex_;
  std::string text_;
  bool full_ = false;
};

}  // namespace galen::serve

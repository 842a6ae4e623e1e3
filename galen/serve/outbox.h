#pragma once
// Lines that wait for a client to read them: workers put them in, the server's thread takes them out.
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "galen/base/descriptor.h"

namespace galen::serve {

/// Says which outboxes have something new; its descriptor becomes readable then.
class Bell {
 public:
  Bell();
  void ring(std::uint64_t id);
  std::vector<std::uint64_t> answer();  ///< who rang; it is quiet then
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
  /// Past the limit nothing more is kept.
  void put(const std::string& line);
  /// Sends what the socket takes. False: the connection is broken.
  bool send(int socket);
  bool full() const;  ///< the client does not read
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

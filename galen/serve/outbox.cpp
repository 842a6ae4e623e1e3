#include "galen/serve/outbox.h"

#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace galen::serve {

Bell::Bell() : event_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

void Bell::ring(std::uint64_t id) {
  const std::lock_guard lock(mutex_);
  ids_.push_back(id);
  if (ids_.size() == 1) (void)::eventfd_write(event_.get(), 1);
}

std::vector<std::uint64_t> Bell::answer() {
  const std::lock_guard lock(mutex_);
  eventfd_t count = 0;
  (void)::eventfd_read(event_.get(), &count);
  return std::exchange(ids_, {});
}

void Outbox::put(const std::string& line) {
  {
    const std::lock_guard lock(mutex_);
    if (full_) return;
    full_ = text_.size() + line.size() > limit_;
    if (!full_) text_ += line;
  }
  bell_->ring(id_);
}

bool Outbox::send(int socket) {
  const std::lock_guard lock(mutex_);
  while (!text_.empty()) {
    const ssize_t sent = ::send(socket, text_.data(), text_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return errno == EAGAIN || errno == EWOULDBLOCK;
    text_.erase(0, static_cast<std::size_t>(sent));
  }
  return true;
}

bool Outbox::full() const {
  const std::lock_guard lock(mutex_);
  return full_;
}

bool Outbox::empty() const {
  const std::lock_guard lock(mutex_);
  return text_.empty();
}

}  // namespace galen::serve

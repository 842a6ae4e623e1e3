#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "galen/base/descriptor.h"
#include "galen/serve/conversation.h"
#include "galen/serve/sources.h"

namespace galen::serve {
namespace {

class LineSource final : public Source {
 public:
  LineSource(int descriptor, std::string name) : descriptor_(descriptor), name_(std::move(name)) {}

  void run(Hub& hub) override {
    ConversationSettings settings;
    settings.live = false;
    settings.wait = true;
    Conversation conversation(hub, name_, settings, [](const std::string&) {});
    std::array<char, 64 << 10> bytes{};
    while (!stop_requested()) {
      pollfd waiting{descriptor_, POLLIN, 0};
      if (::poll(&waiting, 1, 200) <= 0) continue;  // interrupted, or nothing yet
      const ssize_t count = ::read(descriptor_, bytes.data(), bytes.size());
      if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      if (count < 0) throw Error(name_, "cannot be read", system_reason());
      if (count == 0) break;
      if (!conversation.feed({bytes.data(), static_cast<std::size_t>(count)}, Clock::now())) {
        throw Error(name_, "is not Galen's line protocol", {}, "docs/monitor.md describes it");
      }
    }
    conversation.end();
  }

 private:
  int descriptor_;
  std::string name_;
};

}  // namespace

std::unique_ptr<Source> line_source(int descriptor, const std::string& name) {
  return std::make_unique<LineSource>(descriptor, name);
}

}  // namespace galen::serve

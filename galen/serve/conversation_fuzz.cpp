// Feeds arbitrary input of a sender, whole and in pieces.
#include <cstddef>
#include <cstdint>

#include "galen/base/error.h"
#include "galen/serve/alert_policy.h"
#include "galen/serve/conversation.h"

namespace {

class Quiet final : public galen::Session {
 public:
  std::vector<galen::Event> push(std::span<const std::vector<float>>) override { return {}; }
  std::vector<galen::Event> gap(double) override { return {}; }
  std::vector<galen::Event> finish(galen::Finding&) override { return {}; }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace galen::serve;
  static const auto policy = std::make_shared<const AlertPolicy>(default_alert_policy());
  HubSettings settings;
  settings.workers = 1;
  Hub hub(settings, [](double, const auto&) { return std::make_unique<Quiet>(); }, policy, {}, galen::no_progress());
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Conversation whole(hub, "whole", {}, [](const std::string&) {}), cut(hub, "cut", {}, [](const std::string&) {});
  whole.feed(text, Clock::now());
  whole.end();
  for (std::size_t at = 0; at < size && cut.feed(text.substr(at, 7), Clock::now()); at += 7) {
  }
  cut.end();
  return 0;
}

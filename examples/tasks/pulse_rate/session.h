#pragma once
#include "examples/tasks/pulse_rate/beats.h"

namespace galen::pulse {

/// Events: "pulse_beat", whose value is the rate since the beat before (0: there is none close enough).
class PulseSession final : public Session {
 public:
  PulseSession(std::shared_ptr<const Networks> networks, std::shared_ptr<const Bundle> bundle)
      : networks_(networks), bundle_(std::move(bundle)), stream_(std::move(networks)) {}
  std::vector<Event> push(std::span<const std::vector<float>> samples) override;
  std::vector<Event> gap(double seconds) override;
  std::vector<Event> finish(Finding& finding) override;

 private:
  std::shared_ptr<const Networks> networks_;
  std::shared_ptr<const Bundle> bundle_;
  BeatStream stream_;
};

}  // namespace galen::pulse

#pragma once
// A live ECG: samples in, beats and changes of rhythm out.
#include <memory>

#include "galen/pipeline/session.h"
#include "tasks/ecg_rhythm/stream.h"
#include "tasks/ecg_rhythm/summary.h"

namespace galen::ecg {

/// Events: "beat" (text: its class, value: seconds since the previous beat), and the codes of rhythm_codes() with value
/// 1 where the condition begins and 0 where it ends. At the end the finding says whether the stream was unlike the
/// recordings of the profile. Memory does not grow with time.
class EcgSession final : public Session {
 public:
  EcgSession(std::shared_ptr<const BeatNetworks> networks, const Settings& settings, double rate_hz,
             const std::vector<Channel>& channels, std::shared_ptr<const ReferenceProfile> profile = {});

  std::vector<Event> push(std::span<const std::vector<float>> samples) override;
  std::vector<Event> gap(double seconds) override;
  std::vector<Event> finish(Finding& finding) override;

 private:
  std::vector<Event> events_of(const News& news);

  std::vector<std::size_t> leads_;
  std::size_t channels_;
  double rate_hz_;
  bool adapts_;
  EcgStream stream_;
  std::shared_ptr<const ReferenceProfile> profile_;
  Counts counts_;
  EpisodeSums episodes_;
};

}  // namespace galen::ecg

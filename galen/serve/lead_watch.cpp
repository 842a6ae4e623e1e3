#include "galen/serve/lead_watch.h"

#include <algorithm>
#include <cmath>

namespace galen::serve {

LeadWatch::LeadWatch(double rate_hz, const std::vector<Channel>& channels, double off_seconds)
    : limit_(std::max<std::int64_t>(1, std::llround(off_seconds * rate_hz))) {
  for (const Channel& channel : channels) channels_.push_back({channel.name, std::nanf("")});
}

std::vector<LeadWatch::Change> LeadWatch::push(std::span<const std::vector<float>> samples) {
  std::vector<Change> changes;
  const std::size_t count = samples.empty() ? 0 : samples.front().size();
  for (std::size_t i = 0; i < count; ++i, ++received_) {
    bool changed = false;
    for (std::size_t c = 0; c < channels_.size(); ++c) {
      Watched& channel = channels_[c];
      const float value = samples[c][i];
      const bool moved = !std::isnan(value) && value != channel.last;
      channel.still = moved ? 0 : channel.still + 1;
      if (!std::isnan(value)) channel.last = value;
      const bool off = channel.still >= limit_ || (channel.off && !moved);
      changed = changed || (off != channel.off && !channel.told);
      channel.off = off;
    }
    if (changed) changes.push_back(change_at(received_));
  }
  return changes;
}

void LeadWatch::gap(std::int64_t samples) {
  received_ += samples;
  for (Watched& channel : channels_) channel.still = 0;
}

bool LeadWatch::tell(const std::string& name, bool off, std::vector<Change>& changes) {
  const auto found = std::find_if(channels_.begin(), channels_.end(), [&](const Watched& c) { return c.name == name; });
  if (found == channels_.end()) return false;
  const bool before = found->off || found->told;
  found->told = off;
  if (!off) found->off = false, found->still = 0;
  if (before != (found->off || found->told)) changes.push_back(change_at(std::max<std::int64_t>(0, received_ - 1)));
  return true;
}

LeadWatch::Change LeadWatch::change_at(std::int64_t sample) const {
  Change change;
  change.sample = sample;
  for (const Watched& channel : channels_) {
    if (!channel.off && !channel.told) continue;
    change.names += (change.off > 0 ? ", " : "") + channel.name;
    ++change.off;
  }
  return change;
}

}  // namespace galen::serve

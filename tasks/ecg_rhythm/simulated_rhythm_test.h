#pragma once
// For tests: a synthetic sinus rhythm as network input, to be changed by the simulations.
#include <gtest/gtest.h>

#include <algorithm>
#include <span>
#include <vector>

#include "tasks/ecg_rhythm/beat_reader.h"
#include "tasks/ecg_rhythm/phantom.h"
#include "tasks/ecg_rhythm/simulate_rhythm.h"

namespace galen::ecg {

class SimulatedRhythm : public ::testing::Test {
 protected:
  void SetUp() override {
    const Phantom made = phantom("NNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNN");
    std::vector<BeatToken> tokens;
    BeatReader reader(plan_, made.signal.rate_hz, 2);
    const std::vector<std::vector<float>> samples = {made.signal.source->read(0, 0, made.signal.length),
                                                     made.signal.source->read(1, 0, made.signal.length)};
    reader.push(samples, tokens);
    reader.finish(tokens);
    std::erase_if(tokens, [](const BeatToken& token) { return token.is_pause(); });
    ASSERT_EQ(tokens.size(), 64u);
    const auto size = 2 * lead_count * static_cast<std::size_t>(plan_.crop_samples);
    crops_.assign(tokens.size() * size, 0), features_.assign(tokens.size() * feature_count, 0);
    targets_.assign(tokens.size() * beat_classes, 0);
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      put_crops(tokens[i], plan_.crop_samples, std::span(crops_).subspan(i * size, size));
      std::ranges::copy(tokens[i].features, features_.begin() + static_cast<std::ptrdiff_t>(i * feature_count));
      targets_[i * beat_classes] = 1;
    }
    tokens_ = tokens;
  }
  // Restores the sinus rhythm.
  Random anew(std::uint64_t seed) {
    SetUp();
    return Random(seed, 0, 0, "test");
  }
  BeatSequence sequence() { return {crops_, features_, targets_}; }
  float feature(std::size_t beat, Feature which) const {
    return features_[beat * feature_count + static_cast<std::size_t>(which)];
  }
  std::vector<std::size_t> of(Beat kind) const {
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      if (targets_[i * beat_classes + static_cast<std::size_t>(kind)] > 0) out.push_back(i);
    }
    return out;
  }

  BeatPlan plan_;
  std::vector<BeatToken> tokens_;
  std::vector<float> crops_, features_, targets_;
};

}  // namespace galen::ecg

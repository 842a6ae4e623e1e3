#include "tasks/ecg_rhythm/shape_votes.h"

#include <algorithm>
#include <cmath>

namespace galen::ecg {
namespace {

constexpr double least_step = 0.005;             // shapes drift, votes hardly do
constexpr double largest_odds = 6;               // that one beat can vote with
constexpr double weight = 0.5, half_beats = 10;  // a shape of half_beats beats has half its final weight

float& of(std::span<float> logits, Beat beat) {
  return logits[static_cast<std::size_t>(beat)];
}

}  // namespace

void ShapeVotes::vote(std::span<const float> crop, std::span<float> logits) {
  if (std::ranges::max_element(logits) - logits.begin() == static_cast<std::ptrdiff_t>(Beat::none)) return;
  const Shapes::Added added = shapes_.add(shapes_.look(crop));
  votes_.resize(shapes_.count());
  Vote& vote = votes_[added.shape];
  if (added.is_new) vote = {};
  ++vote.beats;
  const double others = std::log(std::exp(static_cast<double>(of(logits, Beat::normal))) +
                                 std::exp(static_cast<double>(of(logits, Beat::supraventricular))));
  const double odds = of(logits, Beat::ventricular) - others;
  vote.odds += std::max(1.0 / vote.beats, least_step) * (std::clamp(odds, -largest_odds, largest_odds) - vote.odds);
  const double share = weight * vote.beats / (vote.beats + half_beats);
  of(logits, Beat::ventricular) += static_cast<float>(share * (vote.odds - odds));
}

}  // namespace galen::ecg

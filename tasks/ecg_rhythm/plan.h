#pragma once
// What a recipe of ecg_rhythm says: how beats are cut out, and the network that names them.
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "galen/nn/blocks.h"
#include "galen/pipeline/recipe.h"
#include "galen/prep/ecg_leads.h"

namespace galen::ecg {

/// The classes of ANSI/AAMI EC57, and what is no beat at all: a candidate of the detector may be noise or a T wave.
enum class Beat { normal, supraventricular, ventricular, fusion, unclassified, none };
inline constexpr std::size_t beat_classes = 6;
/// "N", "S", "V", "F", "Q", "none".
std::string_view letter_of(Beat beat);
/// A beat on the clock.
struct TimedBeat {
  double at_seconds = 0;
  Beat beat = Beat::normal;
  bool behind_gap = false;  ///< nothing is known of the time since the one before
};
/// The class of a WFDB annotation code, as de Chazal et al. (2004) group them; none for codes that are no beats. EC57
/// has escape beats (e, j, n) in S, here they are N.
Beat class_of_code(std::string_view code);

inline constexpr std::size_t lead_count = most_leads;  ///< that are looked at; the second may be missing

/// What is told of a beat beside its shape. Ratios as four times their logarithm, within -6 and 6.
enum class Feature : std::size_t {
  is_beat,     ///< 1; 0 for a pause or nothing
  strength,    ///< of the candidate
  before,      ///< interval to the strong candidate before, hardly a T wave; over the slow median of the patient's
  next,        ///< the same to the one behind
  any_before,  ///< to any candidate before; over the same
  any_next,    ///< to any behind
  usual,       ///< the slow median, over 0.8 s
  pace,        ///< the median of the last few intervals, over the slow one
  uneven,      ///< mean difference of successive intervals, over the slow median, times 4
  sudden,      ///< by how much intervals are shorter since they suddenly became so; 0: they did not
  disorder,    ///< coefficient of sample entropy of the last intervals, above -0.8, within -2 and 2; 0: not known yet
  likeness,    ///< of the complex to the patient's usual one: correlation, first lead
  height,      ///< beside the usual one, first lead
  breadth,     ///< beside the usual one, first lead
  second_likeness,
  second_height,  ///< the same of the second lead
  onset,          ///< mean of `before` where this shape followed another
  offset,         ///< mean of `before` of what followed this shape and had another
  count
};
inline constexpr auto feature_count = static_cast<std::size_t>(Feature::count);

struct BeatPlan {
  double crop_rate_hz = 120;       ///< at which a beat is cut out
  std::int64_t crop_samples = 96;  ///< of a crop
  std::int64_t crop_before = 43;   ///< of these, before the R peak
  std::int64_t sequence = 64;      ///< beats that the network sees at once, in training and on files

  std::vector<std::int64_t> features = {8, 16, 24, 32};  ///< channels of the encoder's stages; each halves time
  std::int64_t kernel = 5;                               ///< of its convolutions
  std::int64_t width = 48;                               ///< of a beat's embedding
  std::int64_t heads = 4;                                ///< of the attention over neighbouring beats
  std::vector<Band> bands = {{12, 2}, {8, 1}};           ///< one for each layer of attention
  double dropout = 0.1;

  /// Added to the logits before a class is chosen, of each class, as in Beat (after Menon et al., "Long-tail learning
  /// via logit adjustment", ICLR 2021; chosen on the MIT-BIH training half by cross-validation).
  std::array<double, beat_classes> logit_adjustment = {0, 1.25, -0.85, -1, -1, -1};

  /// Beats before and after one that decide its class.
  Band reach() const;
};
/// Errors: unknown or missing keys, values out of range.
BeatPlan plan_from_recipe(const Recipe& recipe);
void put_into_recipe(const BeatPlan& plan, Recipe& recipe);

}  // namespace galen::ecg

#pragma once
// The contents of an ecg_rhythm recipe: how beats are cropped, and the network that classifies them.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "galen/nn/blocks.h"
#include "galen/pipeline/recipe.h"
#include "galen/prep/ecg_leads.h"

namespace galen::ecg {

/// The classes of ANSI/AAMI EC57, and none for a candidate of the detector that is not a beat: noise or a T wave.
enum class Beat { normal, supraventricular, ventricular, fusion, unclassified, none };
inline constexpr std::size_t beat_classes = 6;
/// "N", "S", "V", "F", "Q", "none".
std::string_view letter_of(Beat beat);
/// "n", "s" and so on, for the ids of statements.
std::string small_letter_of(Beat beat);
/// A beat and its time.
struct TimedBeat {
  double at_seconds = 0;
  Beat beat = Beat::normal;
  bool behind_gap = false;  ///< the recording has a gap between the previous beat and this one
};
/// The class of a WFDB annotation code, grouped as in de Chazal et al. (2004); none for codes that do not mark beats.
/// Escape beats (e, j, n) are N here, whereas EC57 puts them in S.
Beat class_of_code(std::string_view code);

inline constexpr std::size_t lead_count = most_leads;  ///< number of leads analysed; the second may be missing

/// The features of a beat other than its waveform. Ratios are four times their natural logarithm, clipped to [-6, 6].
enum class Feature : std::size_t {
  is_beat,     ///< 1 for a candidate; 0 for a pause or padding
  strength,    ///< of the candidate, as a ratio to the detector's level
  before,      ///< interval since the previous strong candidate (unlikely a T wave), over the slow median
  next,        ///< the same for the interval to the next strong candidate
  any_before,  ///< interval since the previous candidate of any strength, over the slow median
  any_next,    ///< the same for the interval to the next candidate of any strength
  usual,       ///< the slow median of the patient's intervals, over 0.8 s
  pace,        ///< median of the last few intervals, over the slow median
  uneven,      ///< mean absolute difference of successive intervals, over the slow median, times 4
  sudden,      ///< intervals before a sudden onset over those since then; 0: no sudden onset
  disorder,    ///< coefficient of sample entropy of the last intervals, plus 0.8, within -2 and 2; 0: not known yet
  likeness,    ///< correlation of the complex with the patient's usual one, first lead
  height,      ///< height over that of the usual complex, first lead; twice the logarithm
  breadth,     ///< breadth over that of the usual complex, first lead; twice the logarithm
  second_likeness,
  second_height,  ///< likeness and height in the second lead
  onset,          ///< mean of `before` of the beats of this shape that followed another shape
  offset,         ///< mean of `before` of the beats of another shape that followed this one
  count
};
inline constexpr auto feature_count = static_cast<std::size_t>(Feature::count);

struct BeatPlan {
  double crop_rate_hz = 120;       ///< sampling rate of a crop
  std::int64_t crop_samples = 96;  ///< length of a crop
  std::int64_t crop_before = 43;   ///< samples of a crop before the R peak
  std::int64_t sequence = 64;      ///< beats that the network processes at once, in training and on files

  std::vector<std::int64_t> features = {8, 16, 24, 32};  ///< channels of the encoder's stages; each halves the length
  std::int64_t kernel = 5;                               ///< size of its convolutions
  std::int64_t width = 48;                               ///< size of a beat's embedding
  std::int64_t heads = 4;                                ///< of the attention over neighbouring beats
  std::vector<Band> bands = {{12, 2}, {8, 1}};           ///< one per layer of attention
  double dropout = 0.1;

  /// Added to the logit of each class, in the order of Beat, before a class is chosen (after Menon et al., "Long-tail
  /// learning via logit adjustment", ICLR 2021; chosen on the MIT-BIH training half by cross-validation).
  std::array<double, beat_classes> logit_adjustment = {0, 1.25, -0.85, -1, -1, -1};

  /// How many beats before and after a beat influence its class.
  Band reach() const;
};
/// Errors: unknown or missing keys, values out of range.
BeatPlan plan_from_recipe(const Recipe& recipe);
void put_into_recipe(const BeatPlan& plan, Recipe& recipe);

}  // namespace galen::ecg

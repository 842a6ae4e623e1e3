#pragma once
// What a Holter report shows: trend, tachogram, Poincare plot, class templates, and the strips that matter.
#include "galen/data/finding.h"
#include "tasks/ecg_rhythm/holter.h"

namespace galen::ecg {

/// "trend" (heart rate), "ectopy" (V and S in the same bins), "tachogram", "poincare".
void add_charts(const Holter& holter, Finding& finding);
/// "template.n" and so on: the mean complex of each class in the first lead, of at most 100 beats spread over the
/// recording.
void add_templates(const Holter& holter, Finding& finding);
/// "strip.1" and so on, 10 s each: the longest episode of each condition, and the likeliest beat of each ectopic class
/// with the part that decided it; each is named in the evidence.
void add_strips(const Holter& holter, const std::shared_ptr<const BeatNetworks>& networks, Finding& finding);

}  // namespace galen::ecg

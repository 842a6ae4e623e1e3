#pragma once
// The figures of a Holter report: trend, tachogram, Poincare plot, class templates, and the strips that matter.
#include "galen/data/finding.h"
#include "tasks/ecg_rhythm/holter.h"

namespace galen::ecg {

/// "trend" (heart rate), "ectopy" (V and S in the same bins), "tachogram", "poincare".
void add_charts(const Holter& holter, Finding& finding);
/// "template.0" and so on, in the order of Beat: the mean complex of each class in the first lead, over at most 100
/// beats spread across the recording. A class of which no complex was recorded has none.
void add_templates(const Holter& holter, Finding& finding);
/// "strip.1" and so on, 10 s each: the longest episode of each condition, and the most probable beat of each ectopic
/// class with the part that decided it. The evidence refers to each.
void add_strips(const Holter& holter, const std::shared_ptr<const BeatNetworks>& networks, Finding& finding);

}  // namespace galen::ecg

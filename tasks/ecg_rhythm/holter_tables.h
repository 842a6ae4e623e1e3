#pragma once
// The tables of a Holter report.
#include <vector>

#include "galen/data/finding.h"
#include "tasks/ecg_rhythm/holter.h"
#include "tasks/ecg_rhythm/quality.h"

namespace galen::ecg {

/// Where each condition held: one row an episode; rates by the minute, none where there are no beats.
TableArtefact episodes_table(const std::vector<Episode>& episodes);
/// Beats and rates of each hour, and which share of it can be read.
TableArtefact hours_table(const Holter& holter, const std::vector<QualityLook>& looks);
/// Every measure with its unit, or why it is absent.
TableArtefact variability_table(const Hrv& hrv);

}  // namespace galen::ecg

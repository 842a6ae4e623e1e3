#pragma once
// How well a recording can be read, over its time.
#include <array>
#include <string>
#include <vector>

#include "galen/data/finding.h"
#include "tasks/ecg_rhythm/plan.h"

namespace galen::ecg {

/// One look of ten seconds: at the beginning of each minute, or at all of a recording of half an hour or less.
struct QualityLook {
  double at_seconds = 0;
  std::array<double, lead_count> index{};            ///< of each lead, as SignalQuality; 0 for one that is not there
  std::array<std::string_view, lead_count> worst{};  ///< what is worst of it
  bool readable() const;                             ///< at least one lead is
};
std::vector<QualityLook> look_at_quality(const Signal& signal, const std::vector<std::size_t>& leads);

/// "quality": the share of the time that can be read; warnings where it is little, or one lead is of no use.
void state_quality(const std::vector<QualityLook>& looks, const Signal& signal, const std::vector<std::size_t>& leads,
                   Finding& finding);

}  // namespace galen::ecg

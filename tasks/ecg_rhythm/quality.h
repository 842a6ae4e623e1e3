#pragma once
// How well a recording can be read over time.
#include <array>
#include <string>
#include <vector>

#include "galen/data/finding.h"
#include "tasks/ecg_rhythm/plan.h"

namespace galen::ecg {

/// One look of ten seconds: there is one at the start of each minute; in recordings of half an hour or less they cover
/// everything.
struct QualityLook {
  double at_seconds = 0;
  std::array<double, lead_count> index{};            ///< of each lead, as in SignalQuality; 0: no such lead
  std::array<std::string_view, lead_count> worst{};  ///< of each lead, as in SignalQuality
  bool readable() const;                             ///< at least one lead is
};
std::vector<QualityLook> look_at_quality(const Signal& signal, const std::vector<std::size_t>& leads);

/// Adds the statement "quality", the share of the time that can be read, and warnings where that is low or a lead is of
/// no use.
void state_quality(const std::vector<QualityLook>& looks, const Signal& signal, const std::vector<std::size_t>& leads,
                   Finding& finding);

}  // namespace galen::ecg

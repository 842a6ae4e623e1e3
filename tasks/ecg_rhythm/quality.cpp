#include "tasks/ecg_rhythm/quality.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "galen/base/threads.h"
#include "galen/prep/ecg_leads.h"
#include "galen/prep/signal_quality.h"

namespace galen::ecg {
namespace {

constexpr double look_seconds = 10, minute_seconds = 60, short_seconds = 1800;
constexpr double readable_index = 0.3;  // below this, beats can hardly be recognised
constexpr double little_share = 0.8;    // of the time; less is worth a warning

std::string percent(double share) {
  return fmt::format("{:.0f} %", 100 * share);
}

}  // namespace

bool QualityLook::readable() const {
  return std::ranges::any_of(index, [](double one) { return one >= readable_index; });
}

std::vector<QualityLook> look_at_quality(const Signal& signal, const std::vector<std::size_t>& leads) {
  const double step = signal.seconds() <= short_seconds ? look_seconds : minute_seconds;
  // A last piece of less than half a step gets no look.
  const auto count = std::max<std::int64_t>(1, std::llround(signal.seconds() / step));
  std::vector<QualityLook> out(static_cast<std::size_t>(count));
  parallel_for(out.size(), 16, [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) {
      out[i].at_seconds = static_cast<double>(i) * step;
      const auto begin = static_cast<std::int64_t>(out[i].at_seconds * signal.rate_hz);
      const auto length = std::min(static_cast<std::int64_t>(look_seconds * signal.rate_hz), signal.length - begin);
      const auto samples = read_leads(signal, leads, begin, length);
      for (std::size_t lead = 0; lead < leads.size(); ++lead) {
        const SignalQuality quality = signal_quality(samples[lead], signal.rate_hz);
        out[i].index[lead] = quality.index;
        out[i].worst[lead] = quality.worst;
      }
    }
  });
  return out;
}

void state_quality(const std::vector<QualityLook>& looks, const Signal& signal, const std::vector<std::size_t>& leads,
                   Finding& finding) {
  const auto all = static_cast<double>(looks.size());
  const double readable = static_cast<double>(std::ranges::count_if(looks, &QualityLook::readable)) / all;
  Statement statement;
  statement.id = "quality";
  statement.value = 100 * readable;
  statement.unit = '%';
  statement.text = fmt::format("{} of the recording can be read in at least one lead", percent(readable));
  finding.statements.push_back(std::move(statement));
  if (readable == 0) {
    finding.warnings.push_back({"quality",
                                "no part of this recording can be read: it is not assessable, and its beats and "
                                "rhythm must not be used"});
  } else if (readable < little_share) {
    finding.warnings.push_back(
        {"quality", fmt::format("only {} of the recording can be read: do not rely on beats and rhythm in the rest",
                                percent(readable))});
  }
  for (std::size_t lead = 0; lead < leads.size(); ++lead) {
    std::map<std::string_view, double> reasons;
    double poor = 0;
    for (const QualityLook& look : looks) {
      if (look.index[lead] >= readable_index) continue;
      ++poor;
      ++reasons[look.worst[lead]];
    }
    if (poor / all <= 1 - little_share) continue;
    const auto most = std::ranges::max_element(reasons, {}, [](const auto& reason) { return reason.second; });
    finding.warnings.push_back(
        {"quality", fmt::format("lead {} cannot be read for {} of the time, mostly: {}",
                                signal.channels[leads[lead]].name, percent(poor / all), most->first)});
  }
}

}  // namespace galen::ecg

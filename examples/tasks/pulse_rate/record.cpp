#include <cmath>

#include "examples/tasks/pulse_rate/task.h"
#include "galen/base/json_number.h"
#include "galen/metric/bootstrap.h"
#include "galen/trust/conformal.h"

namespace galen::pulse {

std::vector<double> true_beats(const Signal& signal, const Signal& beats) {
  if (beats.rate_hz != signal.rate_hz || beats.length != signal.length || beats.channels.size() != 1) {
    throw Error("beats", "do not fit the signal", "another rate, length or number of channels");
  }
  std::vector<double> out;
  const std::vector<float> values = beats.source->read(0, 0, beats.length);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] > 0.5f) out.push_back(static_cast<double>(i) / beats.rate_hz);
  }
  return out;
}

double f1_of(const std::vector<double>& found, const std::vector<double>& truth) {
  constexpr double tolerance_seconds = 0.15;
  if (found.empty() && truth.empty()) return 1;
  std::size_t f = 0, t = 0, matched = 0;
  while (f < found.size() && t < truth.size()) {
    const double late = found[f] - truth[t];
    const bool match = std::abs(late) <= tolerance_seconds;
    matched += match;
    f += match || late < 0;
    t += match || late > 0;
  }
  return 2 * static_cast<double>(matched) / static_cast<double>(found.size() + truth.size());
}

double rate_per_minute(const std::vector<double>& beats) {
  double sum = 0, count = 0;
  for (std::size_t i = 1; i < beats.size(); ++i) {
    const double interval = beats[i] - beats[i - 1];
    if (interval >= 0.3 && interval <= 2) sum += interval, ++count;
  }
  return 60 * count / sum;
}

std::map<std::string, CaseScores> PulseRate::case_scores(const Bundle&, const std::vector<Record>& records) const {
  CaseScores f1, rate_error{Direction::lower_is_better, {}};
  for (const Record& record : records) {
    const JsonView values(record.values, "record of case " + record.case_id);
    f1.values.push_back(number_or_nan(values.at("f1")));
    rate_error.values.push_back(std::abs(number_or_nan(values.at("rate")) - number_or_nan(values.at("true_rate"))));
  }
  return {{"f1", std::move(f1)}, {"rate_error", std::move(rate_error)}};
}

Scores PulseRate::score(const Bundle& bundle, const std::vector<Record>& records) const {
  std::vector<std::string> patients;
  patients.reserve(records.size());
  for (const Record& record : records) patients.push_back(record.patient);
  Scores scores;
  for (const auto& [name, column] : case_scores(bundle, records)) {
    scores[name] = bootstrap_mean(column.values, patients);
  }
  return scores;
}

void PulseRate::conclude(Bundle& bundle, const std::vector<Record>& records) const {
  constexpr double level = 0.9;
  std::vector<NumberSample> samples;
  for (const Record& record : records) {
    const JsonView values(record.values, "record of case " + record.case_id);
    const double rate = number_or_nan(values.at("rate")), truth = number_or_nan(values.at("true_rate"));
    if (std::isfinite(rate) && std::isfinite(truth)) samples.push_back({rate, truth, 1, record.patient});
  }
  if (samples.empty()) return;
  bundle.decision["rate_interval"] = to_json(fit_interval(samples, level, Residual::absolute));
  if (const auto check = cross_fitted_coverage(samples, level, Residual::absolute)) {
    bundle.coverage["rate"] = to_json(*check);
  }
}

}  // namespace galen::pulse

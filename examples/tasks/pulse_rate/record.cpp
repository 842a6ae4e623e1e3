#include "examples/tasks/pulse_rate/record.h"

#include <cmath>

#include "examples/tasks/pulse_rate/beats.h"
#include "galen/metric/bootstrap.h"
#include "galen/trust/conformal.h"

namespace galen::pulse {
namespace {

constexpr double tolerance_seconds = 0.15;
constexpr double interval_level = 0.9;

double number(const JsonView& values, std::string_view key) {
  const JsonView one = values.at(key);
  return one.json().is_null() ? std::nan("") : one.as<double>();
}

}  // namespace

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

int matched_beats(const std::vector<double>& found, const std::vector<double>& truth) {
  int matched = 0;
  for (std::size_t f = 0, t = 0; f < found.size() && t < truth.size();) {
    const double late = found[f] - truth[t];
    if (std::abs(late) <= tolerance_seconds)
      ++matched, ++f, ++t;
    else if (late < 0)
      ++f;
    else
      ++t;
  }
  return matched;
}

Json compare_beats(const std::vector<double>& found, const std::vector<double>& truth) {
  const double matched = matched_beats(found, truth);
  const auto share = [&](std::size_t of) { return of > 0 ? Json(matched / static_cast<double>(of)) : Json(nullptr); };
  const auto rate = [](const std::vector<double>& beats) {
    const double value = rate_per_minute(beats);
    return std::isnan(value) ? Json(nullptr) : Json(value);
  };
  return {{"sensitivity", share(truth.size())},
          {"ppv", share(found.size())},
          {"rate", rate(found)},
          {"true_rate", rate(truth)}};
}

Scores score_records(const std::vector<Record>& records) {
  std::vector<std::string> patients;
  std::map<std::string, std::vector<double>> columns;
  for (const Record& record : records) {
    const JsonView values(record.values, "record of case " + record.case_id);
    patients.push_back(record.patient);
    for (const char* name : {"sensitivity", "ppv"}) columns[name].push_back(number(values, name));
    columns["rate_error"].push_back(std::abs(number(values, "rate") - number(values, "true_rate")));
  }
  Scores scores;
  for (const auto& [name, column] : columns) scores[name] = bootstrap_mean(column, patients);
  return scores;
}

void conclude_records(Bundle& bundle, const std::vector<Record>& records) {
  std::vector<NumberSample> samples;
  for (const Record& record : records) {
    const JsonView values(record.values, "record of case " + record.case_id);
    const double rate = number(values, "rate"), truth = number(values, "true_rate");
    if (std::isfinite(rate) && std::isfinite(truth)) samples.push_back({rate, truth, 1, record.patient});
  }
  if (samples.empty()) return;
  bundle.decision["rate_interval"] = to_json(fit_interval(samples, interval_level, Residual::absolute));
  bundle.coverage["rate"] = to_json(cross_fitted_coverage(samples, interval_level, Residual::absolute));
}

}  // namespace galen::pulse

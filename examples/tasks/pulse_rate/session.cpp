#include "examples/tasks/pulse_rate/session.h"

#include <fmt/format.h>

#include <cmath>

#include "galen/trust/conformal.h"

namespace galen::pulse {
namespace {

Statement state_rate(double rate, const Bundle& bundle) {
  Statement out;
  out.id = "rate";
  out.code = {"http://loinc.org", "8889-8", "Heart rate by Pulse oximetry"};
  out.text = "no two beats were found";
  if (std::isnan(rate)) return out;
  out.value = rate;
  out.unit = "/min";
  out.text = fmt::format("pulse rate {:.0f} a minute", rate);
  if (!bundle.decision.contains("rate_interval")) return out;
  const auto fit = conformal_interval_from_json({bundle.decision["rate_interval"], "decision: rate_interval"});
  const Interval interval = interval_of(fit, rate);
  if (!std::isfinite(interval.high)) return out;
  out.interval = interval;
  out.text += fmt::format(" ({:.0f} % interval {:.0f} to {:.0f})", 100 * interval.level, interval.low, interval.high);
  return out;
}

AnnotationsArtefact marks_of(const Tally& tally) {
  AnnotationsArtefact out;
  for (const double at : tally.beats_at) out.marks.push_back({at, at, "pulse_beat", "beat", {}});
  return out;
}

TableArtefact table_of(const Tally& tally) {
  constexpr double part = 10;  // seconds
  TableArtefact out{{"from_s", "beats", "rate_per_min"}, {}};
  for (double from = 0; from < tally.seconds; from += part) {
    std::vector<double> within;
    for (const double at : tally.beats_at) {
      if (at >= from && at < from + part) within.push_back(at);
    }
    const double rate = rate_per_minute(within);
    out.rows.push_back({fmt::format("{:.0f}", from), fmt::format("{}", within.size()),
                        std::isnan(rate) ? "" : fmt::format("{:.1f}", rate)});
  }
  return out;
}

}  // namespace

std::vector<Event> PulseSession::push(std::span<const std::vector<float>> samples) {
  require_fit(networks_->plan, networks_->plan.rate_hz, samples.size());
  return stream_.push(samples.front());
}

std::vector<Event> PulseSession::gap(double seconds) {
  if (!(seconds >= 0 && seconds < 1e6)) throw usage_error("gap", fmt::format("is of {} seconds", seconds));
  const auto count = static_cast<std::size_t>(std::llround(seconds * networks_->plan.rate_hz));
  return stream_.push(std::vector<float>(count, std::nanf("")));
}

std::vector<Event> PulseSession::finish(Finding& finding) {
  std::vector<Event> events = stream_.finish();
  const Tally& tally = stream_.tally();
  finding.statements.push_back(state_rate(rate_per_minute(tally.beats_at), *bundle_));
  finding.evidence.push_back({"rate", fmt::format("{} beats were found", tally.beats_at.size()), "beats"});
  finding.artefacts.push_back({"beats", "when the beats are", marks_of(tally)});
  finding.artefacts.push_back({"rates", "the rate of every ten seconds", table_of(tally)});
  const auto warn = [&](double seconds, const char* what) {
    if (seconds > 0) finding.warnings.push_back({"quality", fmt::format("{:.1f} s are {}", seconds, what)});
  };
  warn(tally.missing_seconds, "missing: no beats were looked for there");
  warn(tally.unusable_seconds, "of no use (flat, or too disturbed): no beats were looked for there");
  if (tally.non_finite) {
    finding.warnings.push_back({"engine", "the network gave values that are not numbers: do not use this finding"});
  }
  return events;
}

}  // namespace galen::pulse

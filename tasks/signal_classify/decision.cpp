#include "tasks/signal_classify/decision.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "galen/metric/stats.h"

namespace galen::classify {
namespace {

constexpr int most_rounds = 50;

Counts counts_of(const Decision& decision, std::size_t classes, std::span<const Judged> strips) {
  Counts out(classes);
  for (const Judged& one : strips) {
    out.of[static_cast<std::size_t>(one.truth)][static_cast<std::size_t>(decision.of(one.probabilities))] += one.weight;
  }
  return out;
}

Decision for_cost(double level, double cost) {
  // Deciding "yes" gains p - level, "no" (1 - p) (1 - level) - cost level p, each written in its own probability.
  return {{1 - level + cost * level, 1}, {-cost * level, -level}};
}

Decision for_f1(const StripPlan& plan, const std::vector<ClassLabel>& classes, const Counts& counts) {
  Decision out{std::vector<double>(classes.size()), std::vector<double>(classes.size())};
  for (std::size_t k = 0; k < classes.size(); ++k) {
    if (!is_scored(plan, classes[k])) continue;
    double size = std::accumulate(counts.of[k].begin(), counts.of[k].end(), 0.0);
    for (const auto& row : counts.of) size += row[k];
    if (size <= 0) continue;
    out.slope[k] = 2 / size;
    out.offset[k] = -counts.f1(k) / size;
  }
  return out;
}

}  // namespace

int Decision::of(std::span<const double> probabilities) const {
  std::size_t best = 0;
  for (std::size_t k = 1; k < slope.size(); ++k) {
    if (slope[k] * probabilities[k] + offset[k] > slope[best] * probabilities[best] + offset[best]) best = k;
  }
  return static_cast<int>(best);
}

Decision fit_decision(const StripPlan& plan, const std::vector<ClassLabel>& classes, std::span<const Judged> strips) {
  // The expectation under the probabilities themselves is smoother than the actual outcomes.
  std::vector<Judged> expected;
  for (const Judged& one : strips) {
    for (std::size_t k = 0; k < classes.size(); ++k) {
      expected.push_back({one.probabilities, static_cast<int>(k), one.weight * one.probabilities[k]});
    }
  }
  Decision best, next{std::vector<double>(classes.size(), 1), std::vector<double>(classes.size())};
  double most = -1;
  for (int round = 0; round < most_rounds; ++round) {
    const Counts counts = counts_of(next, classes.size(), expected);
    const bool costs = plan.missed_cost > 0;
    const double level = costs ? counts.score(plan.missed_cost) : counts.mean_f1(plan, classes);
    if (!(level > most + 1e-9)) break;
    most = level;
    best = std::move(next);
    next = costs ? for_cost(level, plan.missed_cost) : for_f1(plan, classes, counts);
  }
  return best;
}

Json to_json(const Decision& decision) {
  return {{"slope", decision.slope}, {"offset", decision.offset}};
}

Decision decision_from_json(const JsonView& json) {
  json.only({"slope", "offset"});
  return {json.get<std::vector<double>>("slope"), json.get<std::vector<double>>("offset")};
}

double Counts::f1(std::size_t kind) const {
  double size = std::accumulate(of[kind].begin(), of[kind].end(), 0.0);
  for (const auto& row : of) size += row[kind];
  return size > 0 ? 2 * of[kind][kind] / size : std::nan("");
}

double Counts::mean_f1(const StripPlan& plan, const std::vector<ClassLabel>& classes) const {
  std::vector<double> each;
  for (std::size_t k = 0; k < classes.size(); ++k) {
    if (is_scored(plan, classes[k])) each.push_back(f1(k));
  }
  return mean_of_defined(each);
}

double Counts::accuracy() const {
  double right = 0, all = 0;
  for (std::size_t k = 0; k < of.size(); ++k) {
    right += of[k][k];
    all += std::accumulate(of[k].begin(), of[k].end(), 0.0);
  }
  return right / all;
}

double Counts::recall(std::size_t kind) const {
  const double all = std::accumulate(of[kind].begin(), of[kind].end(), 0.0);
  return all > 0 ? of[kind][kind] / all : std::nan("");
}

double Counts::score(double missed_cost) const {
  const double right = of[0][0] + of[1][1];
  return right / (right + of[0][1] + missed_cost * of[1][0]);
}

bool is_scored(const StripPlan& plan, const ClassLabel& label) {
  return std::ranges::find(plan.not_scored, label.name) == plan.not_scored.end();
}

}  // namespace galen::classify

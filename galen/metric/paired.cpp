#include "galen/metric/paired.h"

#include <fmt/format.h>

#include <cmath>

#include "galen/base/error.h"

namespace galen {
namespace {

// Written so that a NaN interval gives no verdict.
Verdict verdict_of(const Score& difference, double margin) {
  if (difference.n < least_decided) return Verdict::not_distinguishable;
  if (difference.low > 0) return Verdict::better;
  if (difference.low > -margin) return Verdict::as_good;
  if (difference.high < 0) return Verdict::worse;
  return Verdict::not_distinguishable;
}

double mean_of(const std::vector<double>& values, std::span<const std::size_t> rows) {
  double sum = 0;
  for (const std::size_t row : rows) sum += values[row];
  return sum / static_cast<double>(rows.size());
}

}  // namespace

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::better:
      return "better";
    case Verdict::as_good:
      return "as good";
    case Verdict::worse:
      return "worse";
    case Verdict::not_distinguishable:
      break;
  }
  return "not distinguishable";
}

Comparison compare(std::span<const std::string> patients, const RowStatistic& first, const RowStatistic& second,
                   double margin, Direction direction, const BootstrapOptions& options) {
  if (!(margin >= 0)) throw defect("compare", "the margin must not be negative");
  const bool higher = direction == Direction::higher_is_better;
  const auto difference = [&](std::span<const std::size_t> rows) {
    return higher ? first(rows) - second(rows) : second(rows) - first(rows);
  };
  Comparison comparison{bootstrap(patients, first, options), bootstrap(patients, second, options),
                        bootstrap(patients, difference, options), margin};
  comparison.verdict = verdict_of(comparison.difference, margin);
  return comparison;
}

Comparison compare(std::span<const double> first, std::span<const double> second, std::span<const std::string> patients,
                   double margin, Direction direction, const BootstrapOptions& options) {
  if (first.size() != second.size() || first.size() != patients.size()) {
    throw defect("compare", "needs two values and a patient for each case");
  }
  std::vector<double> a, b;
  std::vector<std::string> owners;
  for (std::size_t i = 0; i < first.size(); ++i) {
    if (std::isnan(first[i]) || std::isnan(second[i])) continue;
    a.push_back(first[i]);
    b.push_back(second[i]);
    owners.push_back(patients[i]);
  }
  return compare(
      owners, [&](std::span<const std::size_t> rows) { return mean_of(a, rows); },
      [&](std::span<const std::size_t> rows) { return mean_of(b, rows); }, margin, direction, options);
}

Json to_json(const Comparison& comparison) {
  Json json = to_json(
      Scores{{"first", comparison.first}, {"second", comparison.second}, {"difference", comparison.difference}});
  json["margin"] = comparison.margin;
  json["verdict"] = name_of(comparison.verdict);
  return json;
}

std::string sentence(const Comparison& comparison) {
  const auto words = [](const Score& s) { return fmt::format("{:.4g} ({:.4g} to {:.4g})", s.value, s.low, s.high); };
  std::string text = fmt::format("first {}, second {}, difference {}: {}", words(comparison.first),
                                 words(comparison.second), words(comparison.difference), name_of(comparison.verdict));
  if (comparison.verdict == Verdict::as_good) text += fmt::format(" within {:g}", comparison.margin);
  return text;
}

}  // namespace galen

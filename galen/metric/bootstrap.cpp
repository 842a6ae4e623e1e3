#include "galen/metric/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "galen/base/error.h"
#include "galen/base/random.h"
#include "galen/base/threads.h"
#include "galen/metric/stats.h"

namespace galen {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

std::vector<double> draw(const PatientIndex& patients, const RowStatistic& statistic, const BootstrapOptions& options) {
  std::vector<double> results(static_cast<std::size_t>(options.draws));
  parallel_for(results.size(), 16, [&](std::size_t begin, std::size_t end) {
    std::vector<std::size_t> rows;
    for (std::size_t i = begin; i < end; ++i) {
      Random random(options.seed, 0, i, "bootstrap");
      rows.clear();
      for (std::size_t k = 0; k < patients.count(); ++k) {
        const auto& chosen = patients.rows[random.below(patients.count())];
        rows.insert(rows.end(), chosen.begin(), chosen.end());
      }
      results[i] = statistic(rows);
    }
  });
  std::erase_if(results, [](double value) { return std::isnan(value); });
  return results;
}

// If a share is 0 or 1, all draws are equal, although other patients may differ.
void widen_sure_share(Score& score, const PatientIndex& patients, const RowStatistic& statistic, double level) {
  if (score.low != score.high || (score.value != 0 && score.value != 1)) return;
  const auto defined =
      std::ranges::count_if(patients.rows, [&](const auto& rows) { return !std::isnan(statistic(rows)); });
  if (defined == 0) return;
  const auto count = static_cast<double>(defined);
  const Range range = binomial_interval(score.value * count, count, level);
  score.low = range.low;
  score.high = range.high;
}

}  // namespace

Score bootstrap(std::span<const std::string> patients, const RowStatistic& statistic, const BootstrapOptions& options) {
  if (options.draws < 1 || !(options.level > 0 && options.level < 1)) {
    throw defect("bootstrap", "needs at least one draw and a level between 0 and 1");
  }
  const PatientIndex index = index_patients(patients);
  std::vector<std::size_t> all(patients.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  Score score{all.empty() ? nan : statistic(all), nan, nan, static_cast<int>(index.count())};
  if (index.count() < 2 || std::isnan(score.value)) return score;

  const std::vector<double> draws = draw(index, statistic, options);
  if (draws.size() * 2 <= static_cast<std::size_t>(options.draws)) return score;
  const double tail = (1 - options.level) / 2;
  score.low = quantile(draws, tail);
  score.high = quantile(draws, 1 - tail);
  if (options.share) widen_sure_share(score, index, statistic, options.level);
  return score;
}

Score bootstrap_mean(std::span<const double> values, std::span<const std::string> patients,
                     const BootstrapOptions& options) {
  if (values.size() != patients.size()) throw defect("bootstrap_mean", "needs one patient for each value");
  std::vector<double> defined;
  std::vector<std::string> owners;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isnan(values[i])) continue;
    defined.push_back(values[i]);
    owners.push_back(patients[i]);
  }
  const auto statistic = [&](std::span<const std::size_t> rows) {
    double sum = 0;
    for (const std::size_t row : rows) sum += defined[row];
    return sum / static_cast<double>(rows.size());
  };
  return bootstrap(owners, statistic, options);
}

}  // namespace galen

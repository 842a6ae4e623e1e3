#pragma once
// Intervals by resampling patients with all their rows, since cases of one patient are not independent.
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "galen/metric/score.h"

namespace galen {

struct BootstrapOptions {
  int draws = 2000;
  double level = 0.95;
  std::uint64_t seed = 1;
  bool share = false;  ///< the statistic is a share of yes/no outcomes, within [0, 1]
};

/// A statistic of some rows, given by their indices (a row may occur several times); NaN if it is undefined. Must be
/// thread-safe.
using RowStatistic = std::function<double(std::span<const std::size_t> rows)>;

/// The statistic of all rows with its interval (Efron and Tibshirani 1993, chapter 13). patients[i] names the patient
/// of row i; n counts patients. Draws in which the statistic is undefined are left out; the interval is NaN for fewer
/// than two patients, or if at least half of the draws are undefined. A share of 0 or 1, for which all draws are equal,
/// gets the exact binomial interval over the patients whose own share is defined.
/// Depends on the seed and on the order of rows, not on the number of threads.
Score bootstrap(std::span<const std::string> patients, const RowStatistic& statistic,
                const BootstrapOptions& options = {});

/// The mean of the defined (not NaN) values; n counts the patients with such a value.
Score bootstrap_mean(std::span<const double> values, std::span<const std::string> patients,
                     const BootstrapOptions& options = {});

/// The same for records of any kind: statistic takes a std::vector<Record> and returns a double.
template <class Record, class Statistic>
Score bootstrap_records(const std::vector<Record>& records, std::span<const std::string> patients,
                        const Statistic& statistic, const BootstrapOptions& options = {}) {
  return bootstrap(
      patients,
      [&](std::span<const std::size_t> rows) {
        std::vector<Record> drawn;
        drawn.reserve(rows.size());
        for (const std::size_t row : rows) drawn.push_back(records[row]);
        return static_cast<double>(statistic(drawn));
      },
      options);
}

}  // namespace galen

#pragma once
// Counter-based random numbers: a stream is named by what it is for, so results do not depend on the number of workers.
#include <array>
#include <cstdint>
#include <string_view>

namespace galen {

/// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
class Random {
 public:
  /// The stream keyed by (seed, epoch, item, purpose): equal keys give equal numbers anywhere.
  Random(std::uint64_t seed, std::uint64_t epoch, std::uint64_t item, std::string_view purpose);

  std::uint32_t bits();
  double uniform();                         ///< in [0, 1)
  double uniform(double low, double high);  ///< in [low, high)
  double normal();                          ///< mean 0, variance 1 (Box-Muller)
  std::uint64_t below(std::uint64_t n);     ///< in [0, n), n > 0, unbiased
  bool chance(double probability) { return uniform() < probability; }

  template <class Container>
  void shuffle(Container& items) {
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
  }

 private:
  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 4> counter_;
  std::array<std::uint32_t, 4> block_{};
  int used_ = 4;
  bool has_spare_ = false;
  double spare_ = 0;
};

/// FNV-1a, for naming streams and cases by text.
std::uint64_t hash_text(std::string_view text);

}  // namespace galen

#pragma once
// Candidates for QRS complexes: steep energy, summed over the leads, above a share of the energy of recent candidates.
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "galen/prep/moving_average.h"

namespace galen {

/// A steep wave: a QRS complex, or a T wave or noise that the network has to distinguish from one.
struct Candidate {
  std::int64_t sample = 0;  ///< where its energy is greatest
  float strength = 0;       ///< that energy / the level of the last candidates
};

/// Finds candidates on a stream. It is tuned to miss almost nothing (one beat in 3,000 on the training half of the
/// MIT-BIH arrhythmia database) and leaves it to the network to reject false candidates.
///
/// Energy is the moving average (0.1 s) of the absolute value of each lead, band-passed to about 4 to 20 Hz by moving
/// averages, so that the cost per sample does not depend on the rate. Local maxima are candidates if they are the
/// greatest within 0.2 s and above a quarter of the median of the last eight; after two seconds without one the level
/// falls, at most to a tenth of that of the last minutes.
class QrsDetector {
 public:
  static constexpr float least_strength = 0.25f;  ///< of a candidate

  /// leads: at least 1.
  QrsDetector(double rate_hz, std::size_t leads);

  /// samples[lead][i] continue the stream; those that are not finite are gaps. Appends candidates in order of time.
  void push(std::span<const std::vector<float>> samples, std::vector<Candidate>& out);
  /// Ends the stream.
  void finish(std::vector<Candidate>& out);
  /// Every candidate before this sample has already been appended.
  std::int64_t decided() const;

 private:
  struct Peak {
    std::int64_t sample = -1;
    float energy = 0;
  };
  void take(float energy, std::vector<Candidate>& out);
  void settle(const Peak& peak, std::vector<Candidate>& out);
  void start(std::vector<Candidate>& out);
  void judge(const Peak& peak, std::vector<Candidate>& out);

  std::vector<BandByAverages> bands_;
  std::vector<MovingAverage> envelopes_;
  std::int64_t delay_, apart_, patience_, first_wait_;
  std::int64_t received_ = 0;         // number of energies so far
  float last_ = 0, before_last_ = 0;  // energies
  Peak best_;                         // held until no greater one can come close
  std::vector<Peak> first_;           // held until there is a level
  std::deque<float> recent_;          // energies of the last candidates
  double usual_samples_;
  float usual_level_ = 0;  // follows the level slowly
  std::int64_t last_candidate_ = 0, last_judged_ = 0;
  bool started_ = false;
};

}  // namespace galen

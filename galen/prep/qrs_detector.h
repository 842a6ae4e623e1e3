#pragma once
// Where QRS complexes may be: steep energy, summed over the leads, above a share of what the last ones had.
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "galen/prep/moving_average.h"

namespace galen {

/// Something steep: a QRS complex, or a T wave or noise that the network has to tell from one.
struct Candidate {
  std::int64_t sample = 0;  ///< where its energy is greatest
  float strength = 0;       ///< that energy, over the level of the last candidates
};

/// Finds candidates on a stream. It is set to miss next to nothing (on the training half of the MIT-BIH arrhythmia
/// database one beat in 3,000) and to leave the telling apart to the network.
///
/// Energy is the moving average (0.1 s) of the absolute value of each lead between 4 and 20 Hz or so, made by moving
/// averages, so that its cost does not depend on the rate. Local maxima that are the greatest within 0.2 s and above a
/// quarter of the median of the last eight are candidates; after two seconds without one the level falls, to a tenth
/// of what it was in the last minutes.
class QrsDetector {
 public:
  static constexpr float least_strength = 0.25f;  ///< of a candidate

  QrsDetector(double rate_hz, std::size_t leads);

  /// samples[lead][i], continuing; what is not finite is a gap. Appends candidates in the order of time.
  void push(std::span<const std::vector<float>> samples, std::vector<Candidate>& out);
  /// The end of the stream.
  void finish(std::vector<Candidate>& out);
  /// Every candidate before this sample has been given out.
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
  std::int64_t received_ = 0;         // energies so far
  float last_ = 0, before_last_ = 0;  // energies
  Peak best_;                         // waits until nothing greater can come close
  std::vector<Peak> first_;           // until there is a level
  std::deque<float> recent_;          // energies of the last candidates
  double usual_samples_;
  float usual_level_ = 0;  // follows the level slowly
  std::int64_t last_candidate_ = 0, last_judged_ = 0;
  bool started_ = false;
};

}  // namespace galen

// Beats with changed conduction, intermittent or permanent; their classes stay the same.
#include <algorithm>
#include <array>

#include "tasks/ecg_rhythm/beat_features.h"
#include "tasks/ecg_rhythm/simulate_rhythm.h"
#include "tasks/ecg_rhythm/simulate_waves.h"

namespace galen::ecg {
namespace {

// A change of conduction: complexes become broader and change their axis, all in the same way.
class Conduction {
 public:
  Conduction(const BeatPlan& plan, double most_factor, double earliest_begin, Random& random)
      : plan_(plan),
        factor_(random.uniform(1.1, most_factor)),
        angle_(random.uniform(-1.2, 1.2)),
        begin_(random.uniform(earliest_begin, -0.06)),
        same_(random) {}

  // [lead_count, crop_samples]; a missing lead stays missing.
  void change(std::span<float> crop) const {
    const std::size_t length = crop.size() / lead_count;
    std::array<bool, lead_count> there{};
    for (std::size_t lead = 0; lead < lead_count; ++lead) {
      there[lead] = std::ranges::any_of(crop.subspan(lead * length, length), [](float v) { return v != 0; });
    }
    Random its = same_;
    broaden(crop, plan_, begin_, factor_, its);
    see_from_elsewhere(crop, angle_, its);
    for (std::size_t lead = 0; lead < lead_count; ++lead) {
      if (!there[lead]) std::ranges::fill(crop.subspan(lead * length, length), 0.f);
    }
  }

 private:
  const BeatPlan& plan_;
  double factor_, angle_, begin_;
  Random same_;
};

}  // namespace

void change_conduction(const BeatSequence& sequence, const BeatPlan& plan, Random& random) {
  const SequenceView view{sequence, plan};
  const double begins = random.uniform(0.02, 0.2), ends = random.uniform(0.02, 0.5);
  const Conduction conduction(plan, 1.8, -0.14, random);  // a pre-excited complex begins where the P wave ends
  bool changed = random.chance(0.3);
  for (std::size_t beat = 0; beat < view.count(); ++beat) {
    if (random.chance(changed ? ends : begins)) changed = !changed;
    if (!changed || !view.is(beat, Beat::normal)) continue;
    conduction.change(view.complex(beat));
    compare_with_usual(view.complex(beat), view.usual_complex(beat), plan, view.features(beat));
  }
  tell_shapes_anew(view, random);
}

void block_bundle(const BeatSequence& sequence, const BeatPlan& plan, Random& random) {
  const SequenceView view{sequence, plan};
  const Conduction conduction(plan, 1.7, -0.1, random);
  const bool spares_early = random.chance(0.5);
  for (std::size_t beat = 0; beat < view.count(); ++beat) {
    if (!view.is_beat(beat)) continue;
    const bool blocked = view.is(beat, Beat::normal) || (view.is(beat, Beat::supraventricular) && !spares_early);
    if (blocked) conduction.change(view.complex(beat));
    conduction.change(view.usual_complex(beat));
    compare_with_usual(view.complex(beat), view.usual_complex(beat), plan, view.features(beat));
  }
  tell_shapes_anew(view, random);
}

}  // namespace galen::ecg

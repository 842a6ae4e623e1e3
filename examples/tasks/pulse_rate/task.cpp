#include "examples/tasks/pulse_rate/task.h"

namespace galen {

std::unique_ptr<const Task> pulse_rate() {
  return std::make_unique<pulse::PulseRate>();
}

const TaskInfo& pulse::PulseRate::info() const {
  static const TaskInfo info = {
      "pulse_rate",
      1,
      "Find the beats of a pulse wave, and their rate",
      {{"signal", "signal", "a pulse wave (photoplethysmogram), one channel", "", true},
       {"reference", "signal", "another wave of the same heart at the same time, one channel", "", false}},
      {{"beats", "signal", "1 at each beat and 0 elsewhere, at the signal's rate", "", true}},
      true};
  return info;
}

}  // namespace galen

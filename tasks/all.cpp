#include "tasks/all.h"

#include "tasks/ecg_rhythm/task.h"
#include "tasks/image_segment/task.h"
#include "tasks/signal_classify/task.h"

namespace galen {

std::vector<std::unique_ptr<const Task>> all_tasks() {
  std::vector<std::unique_ptr<const Task>> tasks;
  tasks.push_back(ecg_rhythm());
  tasks.push_back(image_segment());
  tasks.push_back(signal_classify());
  return tasks;
}

}  // namespace galen

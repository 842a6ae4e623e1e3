#include "tasks/signal_classify/features.h"

#include <algorithm>

#include "galen/base/error.h"

namespace galen::classify {

void Features::add(const std::string& name, double value) {
  names.push_back(name);
  values.push_back(static_cast<float>(value));
}

float Features::of(const std::string& name) const {
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) throw defect(name, "is no feature of this strip");
  return values[static_cast<std::size_t>(found - names.begin())];
}

}  // namespace galen::classify

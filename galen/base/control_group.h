#pragma once
// What Linux control groups (cgroups v2) leave to this process. Internal to the room.
#include <cstdint>
#include <optional>

#include "galen/base/files.h"

namespace galen {

/// A field is empty if no group limits it.
struct GroupLimits {
  std::optional<std::uint64_t> memory;  ///< bytes still available, including cached files that the system can drop
  std::optional<double> processors;     ///< number of CPUs; may be fractional: 1.5
};

/// The tightest limits of this process's group and all groups above it. root: the folder that holds /proc and /sys.
GroupLimits group_limits(const fs::path& root = "/");

}  // namespace galen

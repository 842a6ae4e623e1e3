#pragma once
// What Linux' control groups (cgroups v2) leave this process. Internal to the room.
#include <cstdint>
#include <optional>

#include "galen/base/files.h"

namespace galen {

/// Nothing where no group limits it.
struct GroupLimits {
  std::optional<std::uint64_t> memory;  ///< bytes still to be had; what the system can drop of cached files counts
  std::optional<double> processors;     ///< 1.5: one and a half
};

/// The tightest limits of the group of this process and all above it. root: where /proc and /sys are.
GroupLimits group_limits(const fs::path& root = "/");

}  // namespace galen

#include "galen/base/control_group.h"

#include <algorithm>
#include <fstream>
#include <string>

#include "galen/base/text.h"

namespace galen {
namespace {

// The path after "0::/" in /proc/self/cgroup: "user.slice/run-1.scope". Empty for a group outside the container's own
// tree ("0::/../x"), which is not visible from inside.
fs::path own_group(const fs::path& root) {
  std::ifstream in(root / "proc/self/cgroup");
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("0::/")) continue;
    const fs::path group = fs::path(line.substr(3)).relative_path();
    return std::ranges::find(group, fs::path("..")) == group.end() ? group : fs::path();
  }
  return {};
}

// The first number in the file; nothing if there is no file or it says "max".
std::optional<std::uint64_t> number_of(const fs::path& file) {
  std::ifstream in(file);
  std::string word;
  return in >> word ? number_in<std::uint64_t>(word) : std::nullopt;
}

std::uint64_t droppable(const fs::path& group) {
  std::ifstream in(group / "memory.stat");
  std::string key;
  for (std::uint64_t bytes = 0; in >> key >> bytes;) {
    if (key == "inactive_file") return bytes;
  }
  return 0;
}

std::optional<std::uint64_t> memory_left(const fs::path& group) {
  const auto limit = number_of(group / "memory.max"), used = number_of(group / "memory.current");
  if (!limit || !used) return std::nullopt;
  const std::uint64_t held = *used - std::min(*used, droppable(group));
  return *limit - std::min(*limit, held);
}

std::optional<double> processors(const fs::path& group) {
  std::ifstream in(group / "cpu.max");
  std::string quota;
  double period = 0;
  if (!(in >> quota >> period) || !(period > 0)) return std::nullopt;
  const auto time = number_in<std::uint64_t>(quota);
  return time ? std::optional(static_cast<double>(*time) / period) : std::nullopt;
}

template <class T>
void tighten(std::optional<T>& limit, const std::optional<T>& other) {
  if (other) limit = std::min(limit.value_or(*other), *other);
}

}  // namespace

GroupLimits group_limits(const fs::path& root) {
  GroupLimits out;
  const fs::path top = root / "sys/fs/cgroup";
  for (fs::path group = own_group(root);; group = group.parent_path()) {
    tighten(out.memory, memory_left(top / group));
    tighten(out.processors, processors(top / group));
    if (group.empty()) return out;
  }
}

}  // namespace galen

#include "galen/base/staging.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <optional>
#include <vector>

#include "galen/base/random.h"

namespace galen {
namespace {

constexpr std::string_view partial = ".partial", set_aside = ".partial.old";

// A process ID means the same only if host and PID namespace agree: each container numbers its own processes.
std::string numbering() {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  std::error_code ignored;
  const fs::path space = fs::read_symlink("/proc/self/ns/pid", ignored);
  return fmt::format("{:016x}", hash_text(std::string(host.data()) + space.string()));
}

// Stands in a temporary name between the target's name and the process ID.
std::string before_pid() {
  return fmt::format(".{}-", numbering());
}

std::string beginning(const fs::path& target) {
  return fmt::format(".{}{}", target.filename().string(), before_pid());
}

fs::path beside(const fs::path& target, std::string_view ending) {
  return target.parent_path() / fmt::format("{}{}{}", beginning(target), ::getpid(), ending);
}

// The process ID in such a name; nothing if it is not one.
std::optional<pid_t> owner(std::string_view name, std::string_view beginning, std::string_view ending) {
  if (!name.starts_with(beginning) || !name.ends_with(ending)) return std::nullopt;
  name.remove_prefix(beginning.size());
  name.remove_suffix(std::min(name.size(), ending.size()));
  pid_t pid = 0;
  const auto [end, code] = std::from_chars(name.data(), name.data() + name.size(), pid);
  if (code != std::errc() || end != name.data() + name.size() || pid <= 0) return std::nullopt;
  return pid;
}

bool runs(pid_t pid) {
  return ::kill(pid, 0) == 0 || errno != ESRCH;
}

}  // namespace

fs::path staging_path(const fs::path& target) {
  return beside(target, partial);
}

fs::path set_aside_path(const fs::path& target) {
  return beside(target, set_aside);
}

fs::path settled_path(const fs::path& path) {
  const std::string ending = fmt::format(".{}-{}{}", numbering(), ::getpid(), partial);
  fs::path out;
  for (const fs::path& part : path) {
    const std::string name = part.string();
    const bool staged = name.starts_with(".") && name.ends_with(ending) && name.size() > ending.size();
    out /= staged ? name.substr(1, name.size() - 1 - ending.size()) : name;
  }
  return out;
}

bool is_there(const fs::path& path) {
  std::error_code unseen;
  return fs::exists(fs::symlink_status(path, unseen));
}

bool is_leftover(const fs::path& path) {
  const std::string name = path.filename().string(), last = before_pid();
  const std::size_t at = name.rfind(last);
  if (!name.starts_with('.') || at == std::string::npos) return false;
  const auto pid = owner(name, std::string_view(name).substr(0, at + last.size()), partial);
  return pid && !runs(*pid);
}

void remove_leftovers(const fs::path& target) {
  const std::string mine = beginning(target);
  const fs::path folder = target.parent_path().empty() ? "." : target.parent_path();
  const bool replaced = is_there(target);
  std::error_code code;
  std::vector<fs::path> leftovers;
  for (fs::directory_iterator entry(folder, code), end; !code && entry != end; entry.increment(code)) {
    const std::string name = entry->path().filename().string();
    std::optional<pid_t> pid = owner(name, mine, partial);
    if (!pid && replaced) pid = owner(name, mine, set_aside);
    if (pid && !runs(*pid)) leftovers.push_back(entry->path());
  }
  for (const fs::path& leftover : leftovers) fs::remove_all(leftover, code);
}

}  // namespace galen

// Where bundles are searched for.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "galen/bundle/bundle.h"

namespace galen {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

std::vector<fs::path> model_folders() {
  std::vector<fs::path> folders;
  std::string listed = environment("GALEN_MODELS");
  while (!listed.empty()) {
    const std::size_t colon = listed.find(':');
    if (const std::string one = listed.substr(0, colon); !one.empty()) folders.emplace_back(one);
    listed = colon == std::string::npos ? "" : listed.substr(colon + 1);
  }
  folders.emplace_back("models");
  std::error_code code;
  if (const fs::path program = fs::read_symlink("/proc/self/exe", code); !code) {
    const fs::path prefix = program.parent_path().parent_path();
    folders.push_back(prefix / "models");
    folders.push_back(prefix / "share" / "galen" / "models");
  }
  if (const std::string data = environment("XDG_DATA_HOME"); !data.empty()) {
    folders.push_back(fs::path(data) / "galen" / "models");
  } else if (const std::string home = environment("HOME"); !home.empty()) {
    folders.push_back(fs::path(home) / ".local" / "share" / "galen" / "models");
  }
  return folders;
}

bool looks_like_bundle(const fs::path& path) {
  std::error_code code;
  return fs::exists(path / "bundle.json", code) || (path.extension() == ".zip" && fs::is_regular_file(path, code));
}

std::string name_of_bundle(const fs::path& path) {
  return path.extension() == ".zip" ? path.stem().string() : path.filename().string();
}

}  // namespace

std::vector<fs::path> list_bundles() {
  std::vector<fs::path> bundles;
  std::set<fs::path> seen;
  for (const fs::path& folder : model_folders()) {
    std::error_code code;
    std::vector<fs::path> here;
    for (fs::directory_iterator at(folder, code), end; !code && at != end; at.increment(code)) {
      const bool hidden = at->path().filename().string().starts_with('.');
      if (!hidden && looks_like_bundle(at->path())) here.push_back(at->path());
    }
    std::sort(here.begin(), here.end());
    for (const fs::path& path : here) {
      if (seen.insert(fs::weakly_canonical(path)).second) bundles.push_back(path);
    }
  }
  return bundles;
}

std::shared_ptr<const Bundle> find_bundle(const std::string& name_or_path) {
  if (name_or_path.find('/') != std::string::npos || looks_like_bundle(name_or_path)) return open_bundle(name_or_path);
  std::vector<std::string> names;
  for (const fs::path& path : list_bundles()) {
    names.push_back(name_of_bundle(path));
    if (names.back() == name_or_path) return open_bundle(path);
  }
  throw usage_error(name_or_path, "no such bundle",
                    names.empty() ? "give its path, or put bundles in ./models or $GALEN_MODELS"
                                  : fmt::format("available: {}", fmt::join(names, ", ")));
}

}  // namespace galen

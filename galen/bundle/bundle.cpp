#include "galen/bundle/bundle.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "galen/bundle/archive.h"
#include "galen/bundle/checksums.h"

namespace galen {
namespace {

/// A bundle from a zip, with the folder that it is unpacked to.
struct UnpackedBundle {
  TemporaryFolder folder;
  Bundle bundle;
};

Bundle read_verified(const fs::path& folder, const Limits& limits) {
  const fs::path description = folder / "bundle.json";
  if (!fs::is_regular_file(description)) {
    throw Error(folder.string(), "is not a bundle", "it has no bundle.json", "`galen bundles` lists what there is");
  }
  const std::string hash = verify_checksums(folder);
  const Json json = read_json(description, limits);
  Bundle bundle = bundle_from_json({json, description.string()});
  bundle.folder = fs::canonical(folder);
  bundle.hash = hash;
  for (const auto& [name, files] : bundle.networks) {
    for (const std::string& file : files) {
      if (!fs::exists(folder / file)) {
        throw Error(description.string(), fmt::format("names '{}'", file), "no such file", get_again);
      }
    }
  }
  if (fs::exists(folder / "recipe.json")) bundle.recipe = read_json(folder / "recipe.json", limits);
  return bundle;
}

/// The bundle's folder within an unpacked zip: the top folder, or its only subfolder.
fs::path top_of(const fs::path& folder) {
  if (fs::exists(folder / "bundle.json")) return folder;
  const std::vector<fs::directory_entry> entries(fs::directory_iterator(folder), {});
  return entries.size() == 1 && entries[0].is_directory() ? entries[0].path() : folder;
}

/// Files that write_bundle itself writes.
constexpr std::array own_files{std::string_view("bundle.json"), std::string_view("recipe.json"),
                               std::string_view("card.md"), checksums_file};

void write_inside(const fs::path& folder, const std::string& path, std::span<const std::byte> data) {
  if (!is_plain_path(path)) throw defect("bundle", fmt::format("'{}' is not a plain path inside", path));
  if (std::find(own_files.begin(), own_files.end(), path) != own_files.end()) {
    throw defect("bundle", fmt::format("'{}' is written by the bundle itself", path));
  }
  fs::create_directories((folder / path).parent_path());
  write_file(folder / path, data);
}

}  // namespace

std::vector<Graph> Bundle::graphs(const std::string& network) const {
  const auto found = networks.find(network);
  if (found == networks.end()) throw Error(id, fmt::format("has no network '{}'", network));
  std::vector<Graph> out;
  for (const std::string& file : found->second) out.push_back(read_onnx(folder / file));
  return out;
}

std::shared_ptr<const Bundle> open_bundle(const fs::path& path, const Limits& limits) {
  return examining(path, [&]() -> std::shared_ptr<const Bundle> {
    if (fs::is_directory(path)) return std::make_shared<const Bundle>(read_verified(path, limits));
    if (!fs::exists(path)) {
      throw Error(path.string(), "is not there", "no such file or folder", "`galen bundles` lists what there is");
    }
    const auto unpacked = std::make_shared<UnpackedBundle>();
    unpack_zip(path, unpacked->folder.path(), limits);
    unpacked->bundle =
        with_context(path.string(), [&] { return read_verified(top_of(unpacked->folder.path()), limits); });
    return {unpacked, &unpacked->bundle};
  });
}

std::vector<Golden> goldens_of(const Bundle& bundle) {
  std::vector<Golden> goldens;
  const fs::path folder = bundle.folder / "goldens";
  if (!fs::is_directory(folder)) return goldens;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    for (const char* file : {"case.json", "finding.json"}) {
      if (!fs::exists(entry.path() / file))
        throw Error(entry.path().string(), fmt::format("lacks {}", file), {}, get_again);
    }
    goldens.push_back({.name = entry.path().filename().string(), .folder = entry.path()});
  }
  std::sort(goldens.begin(), goldens.end(), [](const Golden& a, const Golden& b) { return a.name < b.name; });
  return goldens;
}

void write_bundle(const Bundle& bundle, const BundleFiles& files, const fs::path& target, bool replace) {
  StagedFolder staged(target, replace);
  for (const auto& [name, graph] : files.networks) write_inside(staged.path(), name, write_onnx(graph, files.weights));
  for (const auto& [path, bytes] : files.others) write_inside(staged.path(), path, bytes);
  write_json(staged.path() / "bundle.json", to_json(bundle));
  if (!bundle.recipe.empty()) write_json(staged.path() / "recipe.json", bundle.recipe);
  write_file(staged.path() / "card.md", card_of(bundle));
  write_file(staged.path() / checksums_file, checksums_of(staged.path()));
  open_bundle(staged.path());  // a bundle that cannot be opened must not appear
  staged.commit();
}

void pack_bundle(const Bundle& bundle, const fs::path& zip) {
  pack_zip(bundle.folder, zip);
}

}  // namespace galen

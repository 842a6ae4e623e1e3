#include "galen/pipeline/load.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "galen/base/hash.h"
#include "galen/io/volume/volume_io.h"
#include "galen/io/wave/wave_io.h"

namespace galen {
namespace {

// The reader of a kind of input, and a list of the files that it reads.
struct Kind {
  std::string_view name;
  Input (*read)(const fs::path&, double rate_hz, const Limits&);
  std::vector<fs::path> (*files)(const fs::path&, const Limits&) = nullptr;  // null: only the path itself
};
constexpr std::array kinds = {
    Kind{"volume",
         [](const fs::path& path, double, const Limits& limits) -> Input { return read_volume(path, limits); },
         volume_files},
    Kind{"signal",  // the samples stay in the file, so the reader's own limits apply
         [](const fs::path& path, double rate_hz, const Limits&) -> Input {
           return read_signal(path, {.rate_hz = rate_hz});
         },
         [](const fs::path& path, const Limits&) { return signal_files(path, SignalOptions{}.limits); }},
    Kind{"annotations",
         [](const fs::path& path, double rate_hz, const Limits& limits) -> Input {
           return read_annotations(path, rate_hz, limits);
         }},
};

const Kind& kind_of(const InputSpec& role) {
  const auto kind = std::find_if(kinds.begin(), kinds.end(), [&](const Kind& k) { return k.name == role.kind; });
  if (kind == kinds.end()) throw defect(role.role, fmt::format("no reader for inputs of the kind '{}'", role.kind));
  return *kind;
}

/// For several files, the hash of their hashes and names in the format of sha256sum.
std::string hash_of(const std::vector<fs::path>& files) {
  if (files.size() == 1) return sha256_file(files.front());
  std::string sums;
  for (const fs::path& file : files) sums += fmt::format("{}  {}\n", sha256_file(file), file.filename().string());
  return sha256(as_bytes(sums));
}

std::vector<InputSpec> roles_of(const TaskInfo& task, bool with_truth) {
  std::vector<InputSpec> roles = task.inputs;
  if (with_truth) roles.insert(roles.end(), task.truth.begin(), task.truth.end());
  return roles;
}

/// What to do about a column in which no case has a file. Similarly named columns, as from an import of several
/// channels, are suggested.
std::string remedy_for(const std::string& role, const Dataset& dataset) {
  std::vector<std::string> alike;
  for (const std::string& column : dataset.path_columns) {
    if (column.starts_with(role + "_")) alike.push_back(column);
  }
  if (alike.empty()) return "add it, with a file for each case";
  return fmt::format("it has {}: name the one to use '{}' there and in \"paths\" of dataset.json",
                     fmt::join(alike, ", "), role);
}

}  // namespace

Case read_case(const std::vector<InputSpec>& roles, const std::map<std::string, fs::path>& files, const std::string& id,
               const Limits& limits, const Rates& rates_hz) {
  Case out;
  out.id = id;
  for (const InputSpec& role : roles) {
    const auto file = files.find(role.role);
    if (file == files.end()) {
      if (role.required) throw Error(id, fmt::format("has no '{}'", role.role), role.description);
      continue;
    }
    const Kind& kind = kind_of(role);
    const auto rate = rates_hz.find(role.role);
    out.inputs.emplace(role.role, kind.read(file->second, rate == rates_hz.end() ? 0 : rate->second, limits));
    out.hashes[role.role] =
        hash_of(kind.files == nullptr ? std::vector{file->second} : kind.files(file->second, limits));
  }
  return out;
}

void require_columns(const TaskInfo& task, const Dataset& dataset, bool with_truth) {
  for (const InputSpec& role : roles_of(task, with_truth)) {
    const auto has_it = [&](const DatasetRow& row) { return row.columns.contains(role.role); };
    if (!role.required || dataset.rows.empty() || std::ranges::any_of(dataset.rows, has_it)) continue;
    throw Error((dataset.folder / "dataset.csv").string(), fmt::format("has nothing in the column '{}'", role.role),
                fmt::format("{} needs it: {}", task.name, role.description), remedy_for(role.role, dataset));
  }
}

LoadCase case_loader(const TaskInfo& task, const Dataset& dataset, bool with_truth) {
  require_columns(task, dataset, with_truth);
  const std::vector<InputSpec> roles = roles_of(task, with_truth);
  return [roles, truth = task.truth, rates_hz = dataset.rates_hz](const DatasetRow& row) {
    std::map<std::string, fs::path> files;
    for (const InputSpec& role : roles) {
      const auto column = row.columns.find(role.role);
      if (column != row.columns.end() && !column->second.empty()) files[role.role] = column->second;
    }
    Case out = with_context("case " + row.id, [&] { return read_case(roles, files, row.id, {}, rates_hz); });
    out.patient = row.patient;
    for (const auto& [name, value] : row.columns) {
      const auto is_role = [&](const InputSpec& role) { return role.role == name; };
      if (std::none_of(roles.begin(), roles.end(), is_role) && std::none_of(truth.begin(), truth.end(), is_role)) {
        out.attributes[name] = value;
      }
    }
    return out;
  };
}

}  // namespace galen

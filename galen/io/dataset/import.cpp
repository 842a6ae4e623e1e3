#include "galen/io/dataset/import.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "galen/base/random.h"
#include "galen/base/text.h"
#include "galen/io/dataset/csv.h"
#include "galen/io/dataset/import_layouts.h"

namespace galen {
namespace {

constexpr ImportFormat formats[] = {
    {"msd", "Medical Segmentation Decathlon: dataset.json, imagesTr, labelsTr", import_msd},
    {"nnunet", "nnU-Net, raw: dataset.json, imagesTr/CASE_0000.EXT, labelsTr/CASE.EXT", import_nnunet},
    {"folder", "folders images and labels (or masks), whose files go together by name", import_folder},
    {"wfdb", "WFDB recordings with their annotations: NAME.hea, NAME.atr (PhysioNet, MIT-BIH)", import_wfdb},
};

/// What the file of cases says about a case.
struct CaseFacts {
  std::string patient, split, where;
  std::map<std::string, std::string> kept;
};

std::map<std::string, CaseFacts> read_facts(const ImportOptions& options) {
  const CsvTable table = read_csv(options.cases);
  const std::size_t id = table.at(options.case_column), patient = table.at(options.patient_column);
  std::map<std::string, CaseFacts> facts;
  for (const CsvRow& row : table.rows) {
    CaseFacts one{.patient = row.fields[patient], .split = {}, .where = table.error(row, {}).where(), .kept = {}};
    if (one.patient.empty()) throw table.error(row, fmt::format("has no {}", options.patient_column));
    if (trimmed(one.patient).size() != one.patient.size()) {
      throw table.error(row, fmt::format("has the {} '{}'", options.patient_column, one.patient),
                        "it begins or ends with a blank", "take the blank away");
    }
    if (!options.split_column.empty()) one.split = row.fields[table.at(options.split_column)];
    for (const std::string& column : options.keep) {
      if (const std::string& value = row.fields[table.at(column)]; !value.empty()) one.kept[column] = value;
    }
    // "a.nii.gz" names the case "a" as well.
    if (!facts.emplace(stem_of(row.fields[id]), std::move(one)).second) {
      throw table.error(row, fmt::format("has the case '{}' again", row.fields[id]));
    }
  }
  return facts;
}

void apply_facts(Dataset& dataset, std::vector<bool>& has_split, const ImportOptions& options) {
  for (const std::string& column : options.keep) {
    if (column == "case" || column == "patient" || column == "split" ||
        std::ranges::find(dataset.path_columns, column) != dataset.path_columns.end()) {
      throw usage_error("--keep " + column, "is a column of the dataset itself", "rename it in the file of cases");
    }
  }
  const auto facts = read_facts(options);
  for (std::size_t i = 0; i < dataset.rows.size(); ++i) {
    DatasetRow& row = dataset.rows[i];
    const auto found = facts.find(row.id);
    if (found == facts.end()) {
      throw Error(options.cases.string(), fmt::format("has no row for case '{}'", row.id), {},
                  "add it, so that its patient is known");
    }
    row.patient = found->second.patient;
    row.columns.insert(found->second.kept.begin(), found->second.kept.end());
    if (options.split_column.empty()) continue;
    row.split = split_named(found->second.split, found->second.where);
    has_split[i] = true;
  }
}

/// Assigns splits by the shares to rows without a stated one; none becomes test if the split of other rows is stated as
/// test.
void share_out(Dataset& dataset, const std::vector<bool>& has_split, const ImportOptions& options) {
  std::vector<std::string> patients;
  std::set<std::string> stated;
  bool has_test = false;
  for (std::size_t i = 0; i < dataset.rows.size(); ++i) {
    has_test = has_test || (has_split[i] && dataset.rows[i].split == Split::test);
    has_split[i] ? void(stated.insert(dataset.rows[i].patient)) : patients.push_back(dataset.rows[i].patient);
  }
  for (const std::string& patient : patients) {
    if (stated.contains(patient)) {
      throw Error(dataset.folder.string(), fmt::format("has cases of patient '{}' in training and test", patient), {},
                  "state every case's split in a column of the file of cases");
    }
  }
  SplitShares shares = options.shares;
  if (has_test) shares.test = 0;
  const std::vector<Split> splits = split_by_patient(patients, shares, options.seed);
  std::size_t next = 0;
  for (std::size_t i = 0; i < dataset.rows.size(); ++i) {
    if (!has_split[i]) dataset.rows[i].split = splits[next++];
  }
}

/// In lower case, without a final ".gz": ".nii" for "a.nii.gz".
std::string extension_of(const fs::path& path) {
  fs::path name = path.filename();
  if (name.extension() == ".gz") name = name.stem();
  return lowered(name.extension().string());
}

}  // namespace

std::span<const ImportFormat> import_formats() {
  return formats;
}

const ImportFormat& import_format(std::string_view name) {
  std::vector<std::string_view> names;
  for (const ImportFormat& format : formats) {
    if (format.name == name) return format;
    names.push_back(format.name);
  }
  throw usage_error("import", fmt::format("knows no format '{}'", name),
                    fmt::format("choose one of {}", fmt::join(names, ", ")));
}

std::vector<Split> split_by_patient(const std::vector<std::string>& patients, const SplitShares& shares,
                                    std::uint64_t seed) {
  const std::array<double, 4> wanted{shares.train, shares.validate, shares.calibrate, shares.test};
  double sum = 0;
  for (const double share : wanted) {
    if (!(share >= 0)) throw usage_error("split", "has a negative share");
    sum += share;
  }
  if (!(sum > 0)) throw usage_error("split", "has no share above zero");
  std::map<std::string, std::size_t> cases;
  for (const std::string& patient : patients) ++cases[patient];
  using Dealt = std::tuple<std::uint32_t, std::string, std::size_t>;
  std::vector<Dealt> order;
  order.reserve(cases.size());
  for (const auto& [patient, count] : cases) {
    order.emplace_back(Random(seed, 0, hash_text(patient), "import.split").bits(), patient, count);
  }
  std::sort(order.begin(), order.end());
  std::array<double, 4> missing{};
  for (std::size_t s = 0; s < 4; ++s) missing[s] = wanted[s] / sum * static_cast<double>(patients.size());
  std::map<std::string, Split> split_of;
  for (const auto& [bits, patient, count] : order) {
    const auto most = std::max_element(missing.begin(), missing.end());
    *most -= static_cast<double>(count);
    split_of[patient] = static_cast<Split>(most - missing.begin());
  }
  std::vector<Split> out;
  out.reserve(patients.size());
  for (const std::string& patient : patients) out.push_back(split_of.at(patient));
  return out;
}

bool is_image_name(const fs::path& path) {
  constexpr std::string_view images[] = {".nii", ".nrrd", ".nhdr", ".mha", ".mhd", ".hdr",
                                         ".png", ".jpg",  ".jpeg", ".tif", ".tiff"};
  return std::ranges::find(images, extension_of(path)) != std::end(images);
}

std::string stem_of(const fs::path& path) {
  constexpr std::string_view recordings[] = {".hea", ".edf", ".bdf", ".mat"};
  fs::path name = path.filename();
  const bool recording = std::ranges::find(recordings, extension_of(name)) != std::end(recordings);
  if (!recording && !is_image_name(name)) return name.extension() == ".gz" ? name.stem().string() : name.string();
  if (name.extension() == ".gz") name = name.stem();
  return name.stem().string();
}

Dataset finish_import(Dataset dataset, std::vector<bool> has_split, const ImportOptions& options) {
  if (dataset.rows.empty()) throw Error(dataset.folder.string(), "has no cases");
  const auto prefer = [](std::string& field, const std::string& said) {
    if (!said.empty()) field = said;
  };
  prefer(dataset.name, options.name);
  prefer(dataset.source, options.source);
  prefer(dataset.licence, options.licence);
  prefer(dataset.citation, options.citation);
  prefer(dataset.task, options.task);
  if (!options.classes.empty()) {
    dataset.classes.clear();
    for (const std::string& name : options.classes) {
      dataset.classes.push_back({.value = static_cast<int>(dataset.classes.size()), .name = name, .code = {}});
    }
  }
  dataset.patients_known = !options.cases.empty();
  if (!dataset.patients_known && (!options.keep.empty() || !options.split_column.empty())) {
    throw usage_error("import", "was given columns and no file that has them", "name it with --cases");
  }
  if (dataset.patients_known) {
    apply_facts(dataset, has_split, options);
  } else {
    for (DatasetRow& row : dataset.rows) row.patient = row.id;
  }
  share_out(dataset, has_split, options);
  return dataset;
}

}  // namespace galen

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "galen/base/error.h"
#include "galen/io/dataset/import_layouts.h"

namespace galen {
namespace {

/// The names of the segments of a record; empty: it has one. Only names are read; io/wave checks the records.
std::vector<std::string> segments_of(const fs::path& header) {
  std::istringstream lines(read_text(header));
  std::vector<std::string> names;
  bool first = true;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string name;
    if (!(words >> name) || name.front() == '#') continue;
    if (first && name.find('/') == name.npos) return {};
    if (!first) names.push_back(name);
    first = false;
  }
  return names;
}

/// The headers in a folder and its subfolders, without those of segments of other records, in order of their names.
std::vector<fs::path> records_in(const fs::path& folder) {
  std::set<fs::path> headers, segments;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    const fs::path& path = entry.path();
    if (path.extension() != ".hea" || path.filename().string().front() == '.' || !entry.is_regular_file()) continue;
    headers.insert(path);
    for (const std::string& name : segments_of(path)) segments.insert(path.parent_path() / (name + ".hea"));
  }
  std::vector<fs::path> out;
  std::ranges::set_difference(headers, segments, std::back_inserter(out));
  return out;
}

std::string case_of(const fs::path& header, const fs::path& folder) {
  std::string id = fs::path(header).replace_extension().lexically_relative(folder).generic_string();
  std::ranges::replace(id, '/', '_');
  return id;
}

/// The record's file with the first of these extensions that exists. Errors: none does.
fs::path annotation_of(const fs::path& header, const std::vector<std::string>& extensions) {
  for (const std::string& extension : extensions) {
    const fs::path file = fs::path(header).replace_extension(extension);
    if (fs::is_regular_file(file)) return file;
  }
  throw Error(header.string(), "has no annotations", fmt::format("none named .{}", fmt::join(extensions, " or .")),
              "name their extension with --annotators, or 'none'");
}

}  // namespace

Dataset import_wfdb(const fs::path& source, const ImportOptions& options) {
  Dataset dataset = dataset_at(source);
  dataset.task = "ecg_rhythm";
  dataset.path_columns = {"signal"};
  const bool annotated = options.annotators != std::vector<std::string>{"none"};
  if (annotated) dataset.path_columns.emplace_back("annotation");
  for (const fs::path& header : records_in(dataset.folder)) {
    DatasetRow row;
    row.id = case_of(header, dataset.folder);
    row.columns["signal"] = header.string();
    if (annotated) row.columns["annotation"] = annotation_of(header, options.annotators).string();
    dataset.rows.push_back(std::move(row));
  }
  std::vector<bool> has_split(dataset.rows.size(), false);
  return finish_import(std::move(dataset), std::move(has_split), options);
}

}  // namespace galen

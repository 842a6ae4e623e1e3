#include "galen/io/dataset/dataset_io.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "galen/base/hash.h"
#include "galen/base/json.h"
#include "galen/base/text.h"
#include "galen/data/class_json.h"
#include "galen/io/dataset/csv.h"

namespace galen {
namespace {

constexpr std::string_view usual_path_columns[] = {"image", "mask", "signal", "annotation"};
constexpr std::string_view own_columns[] = {"case", "patient", "split"};

bool is_path(const Dataset& dataset, const std::string& column) {
  const auto& paths = dataset.path_columns;
  return std::find(paths.begin(), paths.end(), column) != paths.end();
}

Dataset parse_description(const JsonView& json, const fs::path& folder) {
  json.only(
      {"name", "task", "source", "licence", "citation", "classes", "units", "rates_hz", "roots", "paths", "patients"});
  Dataset dataset;
  dataset.folder = fs::canonical(folder);
  dataset.name = json.get<std::string>("name");
  dataset.task = json.get<std::string>("task");
  dataset.source = json.get<std::string>("source", "");
  dataset.licence = json.get<std::string>("licence", "");
  dataset.citation = json.get<std::string>("citation", "");
  if (json.has("classes")) dataset.classes = classes_from_json(json.at("classes"));
  dataset.units = json.get<std::map<std::string, std::string>>("units", {});
  dataset.rates_hz = json.get<std::map<std::string, double>>("rates_hz", {});
  for (const auto& [column, rate_hz] : dataset.rates_hz) {
    if (!(rate_hz > 0)) throw Error(json.at("rates_hz").at(column).where(), "is no rate", {}, "write samples a second");
  }
  dataset.path_columns = json.get<std::vector<std::string>>("paths", {});
  const std::string patients = json.get<std::string>("patients", "known");
  if (patients != "known" && patients != "unknown") {
    throw Error(json.at("patients").where(), fmt::format("is '{}'", patients), {}, "write \"known\" or \"unknown\"");
  }
  dataset.patients_known = patients == "known";
  for (const std::string& text : json.get<std::vector<std::string>>("roots", {})) {
    const fs::path root = dataset.folder / text;
    if (!fs::is_directory(root))
      throw Error(json.at("roots").where(), fmt::format("names '{}'", text), "no such folder");
    dataset.roots.push_back(fs::canonical(root));
  }
  return dataset;
}

/// Identifiers are used later as names of folders and in lines of reports.
void check_identifier(const CsvTable& table, const CsvRow& row, const std::string& id, std::string_view column) {
  const bool hostile = id == "." || id == ".." || id.find_first_of("/\\\t\r\n") != std::string::npos;
  if (id.empty()) throw table.error(row, fmt::format("has no {}", column));
  if (trimmed(id).size() != id.size()) {
    throw table.error(row, fmt::format("has the {} '{}'", column, id.substr(0, 128)), "it begins or ends with a blank",
                      "take the blank away: with and without it would be two");
  }
  if (hostile || id.size() > 128) {
    throw table.error(row, fmt::format("has the {} '{}'", column, id.substr(0, 128)), "it will name a folder",
                      "use at most 128 characters, and none of / \\ tab or line break");
  }
}

/// The absolute path of the file that a field names.
std::string resolve(const Dataset& dataset, const CsvTable& table, const CsvRow& row, const std::string& field) {
  std::vector<fs::path> roots{dataset.folder};
  roots.insert(roots.end(), dataset.roots.begin(), dataset.roots.end());
  bool outside = false;
  for (const fs::path& root : roots) {
    const fs::path path = root / field;
    std::error_code code;
    if (!fs::exists(path, code)) continue;
    const fs::path real = fs::canonical(path);
    const bool inside = std::any_of(roots.begin(), roots.end(), [&](const auto& r) { return lies_within(real, r); });
    if (inside && fs::is_regular_file(real)) return real.string();
    outside = outside || !inside;
  }
  if (outside) {
    throw table.error(row, fmt::format("names '{}'", field), "it leads out of the dataset's folder and its roots",
                      "add the folder that it lies in to \"roots\" of dataset.json");
  }
  throw table.error(row, fmt::format("names '{}'", field), "no such file");
}

void settle_path_columns(Dataset& dataset, const CsvTable& table) {
  for (const std::string& column : dataset.path_columns) table.at(column);
  if (!dataset.path_columns.empty()) return;
  for (const std::string_view column : usual_path_columns) {
    if (table.find(column)) dataset.path_columns.emplace_back(column);
  }
}

DatasetRow parse_row(const Dataset& dataset, const CsvTable& table, const CsvRow& row) {
  DatasetRow out;
  out.id = row.fields[table.at("case")];
  check_identifier(table, row, out.id, "case");
  const auto patient = dataset.patients_known ? std::optional(table.at("patient")) : table.find("patient");
  out.patient = patient ? row.fields[*patient] : out.id;
  check_identifier(table, row, out.patient, "patient");
  out.split = split_named(row.fields[table.at("split")], fmt::format("{}: line {}", table.where, row.line));
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const std::string& column = table.columns[i];
    const std::string& field = row.fields[i];
    if (field.empty() || std::find(std::begin(own_columns), std::end(own_columns), column) != std::end(own_columns)) {
      continue;
    }
    out.columns[column] = is_path(dataset, column) ? resolve(dataset, table, row, field) : field;
  }
  return out;
}

void read_rows(Dataset& dataset, const CsvTable& table) {
  settle_path_columns(dataset, table);
  for (const auto& [column, unit] : dataset.units) table.at(column);
  for (const auto& [column, rate_hz] : dataset.rates_hz) table.at(column);
  std::map<std::string, std::size_t> lines;                     // by case
  std::map<std::string, std::pair<Split, std::size_t>> splits;  // by patient, with the line that stated it
  for (const CsvRow& row : table.rows) {
    DatasetRow parsed = parse_row(dataset, table, row);
    if (const auto [at, fresh] = lines.emplace(parsed.id, row.line); !fresh) {
      throw table.error(row, fmt::format("has the case '{}' again", parsed.id),
                        fmt::format("first on line {}", at->second));
    }
    const auto [at, fresh] = splits.emplace(parsed.patient, std::pair(parsed.split, row.line));
    if (at->second.first != parsed.split) {
      throw table.error(row, fmt::format("puts patient '{}' in {}", parsed.patient, name_of(parsed.split)),
                        fmt::format("line {} has the patient in {}", at->second.second, name_of(at->second.first)),
                        "keep all cases of a patient in one split");
    }
    dataset.rows.push_back(std::move(parsed));
  }
  if (dataset.rows.empty()) throw Error(table.where, "has no cases");
}

/// The path of a file as written in a row: relative to the root that holds it.
std::string relative_to_roots(const std::string& path, const std::vector<fs::path>& roots, const std::string& where) {
  for (const fs::path& root : roots) {
    if (lies_within(path, root)) return fs::canonical(path).lexically_relative(fs::canonical(root)).generic_string();
  }
  throw Error(where, fmt::format("names '{}'", path), "it lies in none of the dataset's roots");
}

std::string table_of(const Dataset& dataset, const std::vector<fs::path>& roots) {
  std::set<std::string> columns;
  for (const DatasetRow& row : dataset.rows) {
    for (const auto& [column, value] : row.columns) columns.insert(column);
  }
  std::vector<std::string> header{"case", "patient", "split"};
  header.insert(header.end(), columns.begin(), columns.end());
  std::string csv = csv_line(header);
  for (const DatasetRow& row : dataset.rows) {
    std::vector<std::string> fields{row.id, row.patient, std::string(name_of(row.split))};
    for (const std::string& column : columns) {
      const auto found = row.columns.find(column);
      if (found == row.columns.end()) {
        fields.emplace_back();
      } else {
        fields.push_back(is_path(dataset, column) ? relative_to_roots(found->second, roots, row.id) : found->second);
      }
    }
    csv += csv_line(fields);
  }
  return csv;
}

Json description_of(const Dataset& dataset) {
  Json json;
  json["name"] = dataset.name;
  json["task"] = dataset.task;
  json["source"] = dataset.source;
  json["licence"] = dataset.licence;
  json["citation"] = dataset.citation;
  json["classes"] = classes_to_json(dataset.classes);
  json["units"] = dataset.units;
  if (!dataset.rates_hz.empty()) json["rates_hz"] = dataset.rates_hz;
  json["roots"] = Json::array();
  for (const fs::path& root : dataset.roots) json["roots"].push_back(root.string());
  json["paths"] = dataset.path_columns;
  json["patients"] = dataset.patients_known ? "known" : "unknown";
  return json;
}

}  // namespace

Dataset read_dataset(const fs::path& folder, const Limits& limits) {
  return examining(folder, [&] {
    if (!fs::is_directory(folder)) throw Error(folder.string(), "is not a folder", {}, "a dataset is a folder");
    const fs::path description = folder / "dataset.json", index = folder / "dataset.csv";
    const std::string description_text = read_text(description, limits), index_text = read_text(index, limits);
    require_utf8(description_text, description.string());
    const Json json = parse_json(description_text, description.string(), limits);
    Dataset dataset = parse_description({json, description.string()}, folder);
    dataset.fingerprint = sha256(as_bytes(sha256(as_bytes(description_text)) + sha256(as_bytes(index_text))));
    read_rows(dataset, parse_csv(index_text, index.string(), limits));
    return dataset;
  });
}

void write_dataset(const Dataset& dataset, const fs::path& folder, bool replace) {
  std::vector<fs::path> roots = dataset.roots;
  if (fs::is_directory(folder)) roots.insert(roots.begin(), folder);
  const Json description = description_of(dataset);
  const std::string table = table_of(dataset, roots);
  if (replace && fs::is_directory(folder)) {  // other files there, such as images, stay
    write_json(folder / "dataset.json", description);
    write_file(folder / "dataset.csv", table);
    return;
  }
  StagedFolder staged(folder, replace);
  write_json(staged.path() / "dataset.json", description);
  write_file(staged.path() / "dataset.csv", table);
  staged.commit();
}

}  // namespace galen

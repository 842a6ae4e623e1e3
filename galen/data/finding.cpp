#include "galen/data/finding.h"

#include <algorithm>
#include <array>

#include "galen/base/json_number.h"
#include "galen/data/class_json.h"

namespace galen {
namespace {

constexpr int schema_version = 1;

Json code_json(const Code& code) {
  return {{"system", code.system}, {"code", code.code}, {"display", code.display}};
}

void put(Json& json, const char* key, const std::string& text) {
  if (!text.empty()) json[key] = text;
}

Json statement_json(const Statement& s) {
  Json json = {{"id", s.id}};
  if (!s.code.code.empty()) json["code"] = code_json(s.code);
  json["text"] = s.text;
  if (s.probability) json["probability"] = number_or_null(*s.probability);
  if (s.value) json["value"] = number_or_null(*s.value);
  put(json, "unit", s.unit);
  if (s.interval) {
    json["interval"] = {{"low", number_or_null(s.interval->low)},
                        {"high", number_or_null(s.interval->high)},
                        {"level", number_or_null(s.interval->level)},
                        {"method", s.interval->method}};
  }
  if (!s.set.empty()) json["set"] = s.set;
  put(json, "location", s.location);
  return json;
}

/// Writes the kind of an artefact and a short summary; voxels, marks and rows go to files.
struct Describe {
  Json& json;
  void operator()(const MaskArtefact& mask) const {
    json["kind"] = "mask";
    json["classes"] = classes_to_json(mask.classes);
  }
  void operator()(const HeatMapArtefact& map) const {
    json["kind"] = "heat_map";
    json["meaning"] = map.meaning;
    put(json, "unit", map.unit);
  }
  void operator()(const Annotations& annotations) const {
    json["kind"] = "annotations";
    json["marks"] = annotations.marks.size();
  }
  void operator()(const TableArtefact& table) const {
    json["kind"] = "table";
    json["columns"] = table.columns;
    json["rows"] = table.rows.size();
  }
  void operator()(const DrawingArtefact& drawing) const {
    json["kind"] = "drawing";
    json["image"] = drawing.image_role;
    put(json, "mask", drawing.mask_name);
  }
  void operator()(const StripArtefact& strip) const {
    std::size_t length = 0;
    json["kind"] = "strip";
    json["channels"] = Json::array();
    for (const Channel& channel : strip.channels) json["channels"].push_back(channel.name);
    for (const auto& samples : strip.samples) length = std::max(length, samples.size());
    json["begin_seconds"] = number_or_null(strip.begin_seconds);
    json["seconds"] = number_or_null(static_cast<double>(length) / strip.rate_hz);
    json["marks"] = strip.marks.size();
  }
  void operator()(const ChartArtefact& chart) const {
    constexpr std::array names = {"line", "steps", "scatter", "bars"};
    std::size_t points = 0;
    json["kind"] = "chart";
    json["chart"] = names[static_cast<std::size_t>(chart.kind)];
    json["series"] = Json::array();
    for (const ChartArtefact::Series& series : chart.series) {
      json["series"].push_back(series.name);
      points += series.y.size();
    }
    json["points"] = points;
    put(json, "group", chart.group);
  }
};

Json provenance_json(const Provenance& p) {
  Json inputs = Json::object();
  for (const auto& [role, hash] : p.input_hashes) inputs[role] = hash;
  Json json = {{"bundle", p.bundle},
               {"bundle_version", p.bundle_version},
               {"bundle_hash", p.bundle_hash},
               {"status", p.status},
               {"licence", p.licence},
               {"applies_to", p.applies_to},
               {"task", p.task},
               {"engine", p.engine},
               {"precision", p.precision},
               {"seed", p.seed},
               {"time", p.time},
               {"galen_version", p.galen_version},
               {"inputs", std::move(inputs)}};
  return json;
}

}  // namespace

Json to_json(const Finding& finding) {
  Json json = {{"format", "galen-finding"}, {"format_version", schema_version}, {"case", finding.case_id}};
  json["statements"] = Json::array();
  for (const Statement& statement : finding.statements) json["statements"].push_back(statement_json(statement));
  json["artefacts"] = Json::array();
  for (const Artefact& artefact : finding.artefacts) {
    Json entry = {{"name", artefact.name}, {"text", artefact.text}};
    std::visit(Describe{entry}, artefact.content);
    json["artefacts"].push_back(std::move(entry));
  }
  json["evidence"] = Json::array();
  for (const Evidence& evidence : finding.evidence) {
    Json entry = {{"statement", evidence.statement}, {"text", evidence.text}};
    put(entry, "artefact", evidence.artefact);
    json["evidence"].push_back(std::move(entry));
  }
  json["warnings"] = Json::array();
  for (const Warning& warning : finding.warnings) {
    json["warnings"].push_back({{"kind", warning.kind}, {"text", warning.text}});
  }
  json["provenance"] = provenance_json(finding.provenance);
  return json;
}

Warning not_numbers() {
  return {"engine", "the network gave values that are not numbers: do not use this finding"};
}

}  // namespace galen

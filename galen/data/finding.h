#pragma once
// What a bundle says of a case: never a bare number.
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "galen/base/json.h"
#include "galen/data/annotations.h"
#include "galen/data/dataset.h"
#include "galen/data/volume.h"

namespace galen {

struct Interval {
  double low = 0, high = 0;
  double level = 0.95;  ///< nominal coverage
  std::string method;   ///< "split conformal", "bootstrap over patients", ...
};

/// One thing said of the case. Fields that do not apply stay empty.
struct Statement {
  std::string id;  ///< stable within the task: "volume.anterior"
  Code code;
  std::string text;                   ///< a sentence for the reader
  std::optional<double> probability;  ///< calibrated
  std::optional<double> value;
  std::string unit;  ///< UCUM
  std::optional<Interval> interval;
  std::vector<std::string> set;  ///< conformal set of classes
  std::string location;          ///< where, in words or as a time
};

// Artefacts: one writer for each kind and output format stands in report.
struct MaskArtefact {
  Volume labels;  ///< u8 or u16, on the source's grid
  std::vector<ClassLabel> classes;
};
struct HeatMapArtefact {
  Volume values;  ///< f32, on the source's grid
  std::string meaning, unit;
};
struct TableArtefact {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
};
/// Slices of an image with the outlines of a mask: drawn by report as SVG, PNG or in the page.
struct DrawingArtefact {
  std::string image_role, mask_name;
};
struct Artefact {
  std::string name;  ///< file stem: "mask"
  std::string text;  ///< what it shows
  std::variant<MaskArtefact, HeatMapArtefact, Annotations, TableArtefact, DrawingArtefact> content;
};

struct Warning {
  std::string kind;  ///< "quality", "unlike_training", "outside_applies_to", "engine"
  std::string text;
};

/// What supports a statement: a picture, a similar case, a channel, a threshold.
struct Evidence {
  std::string statement;  ///< id of what it supports
  std::string text;
  std::string artefact;  ///< name; empty: the text is all
};

struct Provenance {
  std::string bundle, bundle_version, bundle_hash, status, licence;
  std::string task, engine, precision, time, galen_version;
  std::vector<std::pair<std::string, std::string>> input_hashes;  ///< role, SHA-256
  std::uint64_t seed = 0;
  std::string applies_to;
};

struct Finding {
  std::string case_id;
  std::vector<Statement> statements;
  std::vector<Artefact> artefacts;
  std::vector<Evidence> evidence;
  std::vector<Warning> warnings;
  Provenance provenance;
};

/// The stable schema docs/finding.schema.json. Artefacts are named with their kind; their content goes to files.
Json to_json(const Finding& finding);

}  // namespace galen

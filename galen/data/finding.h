#pragma once
// What a bundle says about a case: never a bare number.
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "galen/base/json.h"
#include "galen/data/annotations.h"
#include "galen/data/dataset.h"
#include "galen/data/signal.h"
#include "galen/data/volume.h"

namespace galen {

struct Interval {
  double low = 0, high = 0;
  double level = 0.95;  ///< nominal coverage
  std::string method;   ///< "split conformal", "bootstrap over patients", ...
};

/// One statement about the case. Fields that do not apply stay empty.
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

// Artefacts: report has one writer for each kind and output format.
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
/// Slices of an image with the outlines of a mask, drawn by report as SVG, as PNG or in the page.
struct DrawingArtefact {
  std::string image_role, mask_name;
};
/// A stretch of a recording to be read by eye, drawn on the paper customary in its field: an ECG strip.
struct StripArtefact {
  double begin_seconds = 0;  ///< on the recording's clock
  double rate_hz = 0;        ///< of every channel here
  std::vector<Channel> channels;
  std::vector<std::vector<float>> samples;  ///< [channel][sample], in the channel's unit, NaN: missing
  std::vector<Mark> marks;                  ///< on the recording's clock; until > at: evidence, shaded
  std::string recording_started_at = {};    ///< ISO 8601: shows the time of day; empty: shows h:mm:ss from the start
};
/// Curves, points or bars over two axes.
struct ChartArtefact {
  enum class Kind { line, steps, scatter, bars };
  struct Series {
    std::string name;
    std::vector<double> x, y;  ///< of equal length; NaN in y: a gap
    std::string style = {};    ///< empty: the next colour; "quiet": grey, behind the others; "dashed"
  };
  Kind kind = Kind::line;
  std::string x_label, y_label;  ///< with their units: "RR interval (ms)"
  bool x_is_time = false;        ///< x in seconds, shown as h:mm
  std::vector<Series> series;
  bool equal_axes = false;  ///< both axes share range and scale, as in a Poincare plot
  std::string group = {};   ///< charts of the same group are small multiples: side by side, on the same axes
};
struct Artefact {
  std::string name;  ///< file stem: "mask"
  std::string text;  ///< what it shows
  std::variant<MaskArtefact, HeatMapArtefact, Annotations, TableArtefact, DrawingArtefact, StripArtefact, ChartArtefact>
      content;
};

struct Warning {
  std::string kind;  ///< "engine", "unlike_training", "outside_applies_to", "quality", "input", "output", a task's own
  std::string text;
};
/// A network gave NaN or infinity.
Warning not_numbers();

/// What supports a statement: a picture, a similar case, a channel, a threshold.
struct Evidence {
  std::string statement;  ///< id of the statement that it supports
  std::string text;
  std::string artefact;  ///< name; empty: only the text
};

struct Provenance {
  std::string bundle, bundle_version, bundle_hash, status, licence;
  std::string task, engine, precision, time, galen_version;
  std::vector<std::pair<std::string, std::string>> input_hashes;  ///< role, SHA-256
  std::uint64_t seed = 0;                                         ///< of the bundle's recipe
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

/// Follows the stable schema docs/finding.schema.json. Lists artefacts by name and kind; their content goes to files.
Json to_json(const Finding& finding);

}  // namespace galen

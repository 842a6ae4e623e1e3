#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>

#include "apps/common/score_text.h"
#include "apps/galen/command.h"
#include "galen/base/clock_text.h"
#include "galen/base/error.h"
#include "galen/bundle/bundle.h"
#include "galen/graph/graph.h"
#include "galen/io/dataset/dataset_io.h"
#include "galen/io/volume/volume_io.h"
#include "galen/io/wave/wave_io.h"
#include "galen/pipeline/load.h"
#include "galen/pipeline/predict.h"

namespace galen::app {
namespace {

VolumeInfo volume_info(const fs::path& path) {
  try {
    return inspect_volume(path);
  } catch (const NotAnImage&) {  // nor anything that was tried before
    throw Error(path.string(), "is in no known format", {},
                "give an image, a recording, annotations, an ONNX network, a bundle or a dataset");
  }
}

// The inspect_* functions return what is known of a file or folder, in the order in which it is printed.
Json inspect_volume_file(Context&, const fs::path& path) {
  const VolumeInfo info = volume_info(path);
  const Volume volume = read_volume(path);  // sound only if the voxels can be read too
  const std::vector<double> values = volume.as_f64();
  double low = std::numeric_limits<double>::infinity(), high = -low;
  std::size_t odd = 0;
  for (const double value : values) {
    if (!std::isfinite(value))
      ++odd;
    else
      low = std::min(low, value), high = std::max(high, value);
  }
  Json json = {{"kind", "volume"},
               {"format", info.format},
               {"shape", info.shape()},
               {"type", name_of(info.type)},
               {"spacing_mm", info.grid.spacing_mm},
               {"orientation", info.grid.orientation()},
               {"affine_ras", info.affine_ras()}};
  if (odd < values.size()) json["values"] = {low, high};
  if (odd > 0) json["not_finite"] = odd;
  if (!info.remarks.empty()) json["remarks"] = info.remarks;
  return json;
}

/// "0:30:05.556"; whole seconds have no fraction. Half a millisecond rounds up, whatever its nearest double is.
std::string time_text(double seconds) {
  const std::string text = clock_text(std::round(seconds * 1000) / 1000, 3);
  return text.ends_with(".000") ? text.substr(0, text.size() - 4) : text;
}

/// Also reads the samples, in pieces that need little memory; a short channel is read at once, and only then is the
/// header's checksum verified.
Json inspect_channel(const Signal& signal, std::size_t index) {
  const Channel& channel = signal.channels[index];
  const std::int64_t length = signal.length * channel.samples_per_frame;
  constexpr std::int64_t piece = 1 << 25;
  double low = std::numeric_limits<double>::infinity(), high = -low;
  std::int64_t missing = 0;
  for (std::int64_t at = 0; at < length; at += piece) {
    for (const float value : signal.source->read(index, at, std::min(piece, length - at))) {
      if (std::isnan(value)) {
        ++missing;
        continue;
      }
      low = std::min(low, static_cast<double>(value));
      high = std::max(high, static_cast<double>(value));
    }
  }
  Json json = {{"name", channel.name}, {"unit", channel.unit}, {"rate_hz", signal.rate_hz * channel.samples_per_frame}};
  const auto short_form = [](double value) { return std::stod(fmt::format("{:.6g}", value)); };
  if (missing < length) json["values"] = {short_form(low), short_form(high)};
  if (missing > 0) json["missing"] = missing;
  return json;
}

Json inspect_signal(Context&, const fs::path& path) {
  const Signal signal = read_signal(path);
  Json json = {{"kind", "recording"},
               {"format", signal_format(path)},
               {"length", time_text(signal.seconds())},
               {"samples", signal.length},
               {"rate_hz", signal.rate_hz}};
  if (!signal.started_at.empty()) json["started_at"] = signal.started_at;
  for (std::size_t i = 0; i < signal.channels.size(); ++i) json["channels"].push_back(inspect_channel(signal, i));
  for (const Gap& gap : signal.gaps) {
    json["gaps"].push_back({{"begin", time_text(static_cast<double>(gap.begin) / signal.rate_hz)},
                            {"length", time_text(static_cast<double>(gap.count) / signal.rate_hz)}});
  }
  if (!signal.remarks.empty()) json["remarks"] = signal.remarks;
  return json;
}

Json inspect_annotations(Context&, const fs::path& path) {
  const Annotations annotations = read_annotations(path);
  std::map<std::string, int> codes;
  for (const Mark& mark : annotations.marks) ++codes[mark.code];
  Json json = {
      {"kind", "annotations"}, {"marks", annotations.marks.size()}, {"rate_hz", annotations.rate_hz}, {"codes", codes}};
  if (!annotations.marks.empty()) json["last_at"] = time_text(annotations.marks.back().at_seconds);
  return json;
}

Json inspect_dataset(Context& context, const fs::path& path) {
  const Dataset dataset = read_dataset(path);
  for (const auto& task : context.registry().tasks()) {
    if (task->info().name == dataset.task) require_columns(task->info(), dataset, true);
  }
  std::set<std::string> patients;
  for (const DatasetRow& row : dataset.rows) patients.insert(row.patient);
  Json json = {{"kind", "dataset"},
               {"name", dataset.name},
               {"task", dataset.task},
               {"licence", dataset.licence},
               {"cases", dataset.rows.size()},
               {"patients", patients.size()},
               {"patients_known", dataset.patients_known}};
  for (const Split split : all_splits()) {
    json["splits"][std::string(name_of(split))] = dataset.of(split).size();
  }
  for (const ClassLabel& label : dataset.classes) json["classes"].push_back(label.name);
  return json;
}

// open_bundle verifies the checksums; the goldens then prove that the bundle still answers as it did.
Json inspect_bundle(Context& context, const fs::path& path) {
  const auto bundle = open_bundle(path);
  const Service service =
      open_service(context.registry(), bundle, context.engine(), {Precision::f32, 0, 0, Json::object()});
  const int goldens = verify_goldens(service);
  return {{"kind", "bundle"},
          {"id", bundle->id},
          {"version", bundle->version},
          {"task", bundle->task},
          {"question", bundle->question},
          {"status", bundle->status},
          {"licence", bundle->licence},
          {"applies_to", bundle->applies_to},
          {"hash", bundle->hash},
          {"goldens_passed", goldens},
          {"results", bundle->results}};
}

Json inspect_onnx(Context&, const fs::path& path) {
  const Graph graph = read_onnx(path);
  with_context(path.string(), [&] { return check(graph); });
  std::map<std::string, int> operators;
  for (const Node& node : graph.nodes) ++operators[node.op];
  Json json = {{"kind", "ONNX network"},
               {"opset", graph.opset},
               {"nodes", graph.nodes.size()},
               {"operators", operators},
               {"parameters", graph.parameter_count()}};
  for (const ValueInfo& input : graph.inputs) json["inputs"].push_back(input.name);
  for (const ValueInfo& output : graph.outputs) json["outputs"].push_back(output.name);
  return json;
}

bool is_beside_header(const fs::path& path) {
  return fs::is_regular_file(path) && fs::is_regular_file(fs::path(path).replace_extension(".hea"));
}

/// Whether this is a recording, by its first bytes, or a part of one, whose refusal then names the header.
bool is_signal(const fs::path& path) {
  if (fs::is_directory(path)) return false;
  if (path.extension() == ".dat" && is_beside_header(path)) return true;
  try {
    return !signal_format(path).empty();
  } catch (const Error&) {
    return false;
  }
}

struct Kind {
  bool (*is)(const fs::path&);
  Json (*inspect)(Context&, const fs::path&);
};
constexpr std::array kinds = {
    Kind{[](const fs::path& p) { return fs::exists(p / "bundle.json") || p.extension() == ".zip"; }, inspect_bundle},
    Kind{[](const fs::path& p) { return fs::exists(p / "dataset.json"); }, inspect_dataset},
    Kind{[](const fs::path& p) { return p.extension() == ".onnx"; }, inspect_onnx},
    Kind{is_signal, inspect_signal},
    Kind{[](const fs::path& p) { return is_beside_header(p) || (p.extension() == ".atr" && fs::is_regular_file(p)); },
         inspect_annotations},
    Kind{[](const fs::path& p) { return !fs::is_directory(p); }, inspect_volume_file},
};

bool is_score(const Json& value) {
  return value.is_object() && value.contains("value");
}

// What stands in one place of a line; only remarks and matrices have several lines.
std::string text_of(const std::string& key, const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (is_score(value)) return score_text(value).value_or("not known");
  if (!value.is_array()) return to_text(value);
  const char* between = key == "values" ? " to " : key == "remarks" ? "\n" : ", ";
  std::vector<std::string> parts;
  for (const Json& one : value) parts.push_back(text_of("", one));
  return fmt::format("{}", fmt::join(parts, between));
}

// A line of the objects' keys, and one for each object.
void say_table(const Context& context, const Json& objects, std::size_t indent) {
  std::vector<std::string> keys;
  for (const Json& object : objects) {
    for (const auto& [key, value] : object.items()) {
      if (std::ranges::find(keys, key) == keys.end()) keys.push_back(key);
    }
  }
  std::vector<std::vector<std::string>> lines = {keys};
  for (const Json& object : objects) {
    std::vector<std::string>& line = lines.emplace_back();
    for (const std::string& key : keys) line.push_back(object.contains(key) ? text_of(key, object[key]) : "");
  }
  for (std::size_t i = 0; i < keys.size(); ++i) {
    std::size_t width = 0;
    for (const auto& line : lines) width = std::max(width, line[i].size());
    for (auto& line : lines) line[i] = fmt::format("{:<{}}", line[i], width);
  }
  for (const auto& line : lines) {
    const std::string text = fmt::format("{:{}}{}", "", indent, fmt::join(line, "  "));
    context.print(text.substr(0, text.find_last_not_of(' ') + 1));
  }
}

// Prints a line for each entry, indented lines for an object, and a table for several objects.
void say(const Context& context, const Json& json, std::size_t indent = 0) {
  std::size_t width = 16;
  for (const auto& [key, value] : json.items()) width = std::max(width, indent + key.size());
  for (const auto& [key, value] : json.items()) {
    const std::string label = std::string(indent, ' ') + key;
    if (value.is_structured() && value.empty()) {
      context.print(fmt::format("{:<{}} none", label, width));
    } else if (value.is_object() && !is_score(value)) {
      context.print(label);
      say(context, value, indent + 2);
    } else if (value.is_array() && value.front().is_object()) {
      context.print(label);
      say_table(context, value, indent + 2);
    } else {
      std::string text = text_of(key, value);
      for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; ++at)
        text.insert(at + 1, width + 1, ' ');
      context.print(fmt::format("{:<{}} {}", label, width, text));
    }
  }
}

void inspect(Context& context, const fs::path& path) {
  if (!fs::exists(path) && !is_signal(path)) throw Error(path.string(), "does not exist");  // a record is not a file
  for (const Kind& kind : kinds) {
    if (!kind.is(path)) continue;
    const Json json = kind.inspect(context, path);
    say(context, json);
    context.print(json);
    return;
  }
  throw Error(path.string(), "is neither a bundle nor a dataset", {}, "name a bundle, a dataset, or a file");
}

}  // namespace

void add_inspect(CLI::App& program, Context& context) {
  const auto path = std::make_shared<std::string>();
  CLI::App* command =
      add_command(program, context, "inspect", "Say what a file, bundle or dataset is, and whether it is sound",
                  "  galen inspect scan.nii.gz\n  galen inspect 208.hea\n  galen inspect models/hippocampus-mri\n  "
                  "galen inspect dataset --json",
                  [&context, path] { inspect(context, *path); });
  command->add_option("ANYTHING", *path, "An image, recording, annotation file, ONNX network, bundle or dataset")
      ->required();
}

}  // namespace galen::app

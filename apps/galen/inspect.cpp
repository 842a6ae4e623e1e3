#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "apps/galen/command.h"
#include "galen/bundle/bundle.h"
#include "galen/graph/graph.h"
#include "galen/io/dataset/dataset_io.h"
#include "galen/io/volume/volume_io.h"
#include "galen/pipeline/predict.h"

namespace galen::app {
namespace {

// What is known of a thing, in the order in which it is told.
Json inspect_volume_file(Context&, const fs::path& path) {
  const VolumeInfo info = inspect_volume(path);
  const Volume volume = read_volume(path);  // sound only if the voxels can be read too
  const std::vector<double> values = volume.as_f64();
  double low = INFINITY, high = -INFINITY;
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

Json inspect_dataset(Context&, const fs::path& path) {
  const Dataset dataset = read_dataset(path);
  std::set<std::string> patients;
  for (const DatasetRow& row : dataset.rows) patients.insert(row.patient);
  Json json = {{"kind", "dataset"},
               {"name", dataset.name},
               {"task", dataset.task},
               {"licence", dataset.licence},
               {"cases", dataset.rows.size()},
               {"patients", patients.size()},
               {"patients_known", dataset.patients_known}};
  for (const Split split : {Split::train, Split::validate, Split::calibrate, Split::test}) {
    json["splits"][std::string(name_of(split))] = dataset.of(split).size();
  }
  for (const ClassLabel& label : dataset.classes) json["classes"].push_back(label.name);
  return json;
}

// Checksums by open_bundle; then the goldens, which prove that it still answers as it did.
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
  check(graph);
  std::map<std::string, int> operators;
  for (const Node& node : graph.nodes) ++operators[node.op];
  Json json = {
      {"kind", "ONNX network"}, {"opset", graph.opset}, {"nodes", graph.nodes.size()}, {"operators", operators}};
  std::int64_t parameters = 0;
  for (const auto& [name, tensor] : graph.initializers) parameters += is_float(tensor.type()) ? tensor.count() : 0;
  json["parameters"] = parameters;
  for (const ValueInfo& input : graph.inputs) json["inputs"].push_back(input.name);
  for (const ValueInfo& output : graph.outputs) json["outputs"].push_back(output.name);
  return json;
}

struct Kind {
  bool (*is)(const fs::path&);
  Json (*inspect)(Context&, const fs::path&);
};
constexpr std::array kinds = {
    Kind{[](const fs::path& p) { return fs::exists(p / "bundle.json") || p.extension() == ".zip"; }, inspect_bundle},
    Kind{[](const fs::path& p) { return fs::exists(p / "dataset.json"); }, inspect_dataset},
    Kind{[](const fs::path& p) { return p.extension() == ".onnx"; }, inspect_onnx},
    Kind{[](const fs::path& p) { return !fs::is_directory(p); }, inspect_volume_file},
};

void inspect(Context& context, const fs::path& path) {
  if (!fs::exists(path)) throw Error(path.string(), "does not exist");
  for (const Kind& kind : kinds) {
    if (!kind.is(path)) continue;
    const Json json = kind.inspect(context, path);
    for (const auto& [key, value] : json.items()) {
      context.print(fmt::format("{:<16} {}", key, value.is_string() ? value.get<std::string>() : value.dump()));
    }
    context.print(json);
    return;
  }
  throw Error(path.string(), "is a folder of no kind that is known", {}, "name a bundle, a dataset, or a file");
}

}  // namespace

void add_inspect(CLI::App& program, Context& context) {
  const auto path = std::make_shared<std::string>();
  CLI::App* command =
      add_command(program, context, "inspect", "Say what a file, bundle or dataset is, and whether it is sound",
                  "  galen inspect scan.nii.gz\n  galen inspect models/hippocampus-mri\n  galen inspect dataset --json",
                  [&context, path] { inspect(context, *path); });
  command->add_option("ANYTHING", *path, "A file or folder")->required();
}

}  // namespace galen::app

// galen-train: the only program with libtorch. `galen train` hands its arguments over to it, as git does.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "apps/common/terminal.h"
#include "galen/base/error.h"
#include "galen/base/hash.h"
#include "galen/base/threads.h"
#include "galen/engine/openvino/openvino.h"
#include "galen/io/dataset/dataset_io.h"
#include "galen/pipeline/load.h"
#include "galen/train/sides.h"
#include "galen/train/torch/torch_engine.h"
#include "galen/train/train_bundle.h"
#include "tasks/all.h"

namespace galen::app {
namespace {

struct Arguments {
  std::string what, dataset, output, time_limit, from, max_ram, device = "cpu";
  std::vector<std::string> settings;
  std::vector<int> only_folds;
  int folds = 0, seeds = 1, threads = 0, workers = 0;
  std::uint64_t seed = 0;
  bool resume = false, force = false, json = false, bf16 = false;
};

constexpr const char* examples =
    "Examples:\n"
    "  galen train image_segment hippocampus/ -o models/hippocampus-mri --folds 5\n"
    "  galen train image_segment hippocampus/ -o quick --time-limit 30m\n"
    "  galen train recipe.json hippocampus/ -o again --set schedule.epochs=50 --seed 7\n"
    "  galen train image_segment hippocampus/ -o models/hippocampus-mri --folds 5 --only-folds 0,1 --resume\n"
    "  galen train image_segment mine/ -o mine-tuned --from models/hippocampus-mri\n";

// A number and a unit of a table, as a plain number. Errors (usage): anything else.
double parse_quantity(const std::string& text, const std::string& option, const std::string& remedy,
                      std::initializer_list<std::pair<std::string_view, double>> units) {
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  for (const auto& [unit, factor] : units) {
    if (end != text.c_str() && unit == end && number > 0 && number * factor < 1e18) return number * factor;
  }
  throw usage_error(option, fmt::format("'{}' is not understood", text), remedy);
}

void add_options(CLI::App& program, Arguments& a) {
  program.footer(examples);
  program.add_option("what", a.what, "A task (see galen tasks) or a recipe.json")->required()->type_name("TASK|RECIPE");
  program.add_option("dataset", a.dataset, "Folder with dataset.json and dataset.csv")->required();
  program.add_option("-o,--output", a.output, "The bundle; its work folder is BUNDLE.training")
      ->required()
      ->type_name("BUNDLE");
  program.add_option("--set", a.settings, "Sets a value of the recipe; may be repeated")
      ->type_name("KEY=VALUE")
      ->take_all()
      ->allow_extra_args(false);
  program.add_option("--folds", a.folds, "Cross-validation by patient; the bundle holds the folds' networks")
      ->type_name("K")
      ->check(CLI::Range(2, 100));
  program.add_option("--only-folds", a.only_folds, "The folds to train now, from 0")->delimiter(',')->type_name("K,K");
  program.add_option("--seeds", a.seeds, "Networks of each fold")->type_name("N")->check(CLI::Range(1, 100));
  program.add_option("--time-limit", a.time_limit, "Of all training now: 90s, 30m, 2h")->type_name("TIME");
  program.add_flag("--resume", a.resume, "Go on where the work folder stands");
  program.add_option("--from", a.from, "Weights to begin with: a bundle or an ONNX file")->type_name("BUNDLE|ONNX");
  program.add_flag("--force", a.force, "Begin anew and replace what is there");
  program.add_option("--threads", a.threads, "Default: all that this process may use")
      ->type_name("N")
      ->check(CLI::Range(1, 1024));
  program.add_option("--workers", a.workers, "That prepare batches ahead; results do not depend on it")
      ->type_name("N")
      ->check(CLI::Range(1, 256));
  program.add_option("--max-ram", a.max_ram, "Plan within this memory: 4G, 512M")->type_name("SIZE");
  program.add_option("--device", a.device, "cpu, cuda, cuda:1")->capture_default_str()->type_name("DEVICE");
  program.add_flag("--bf16", a.bf16, "Convolutions and matrix products in bf16 (default: where native)");
  program.add_option("--seed", a.seed, "Instead of the recipe's")->type_name("N");
  program.add_flag("--json", a.json, "One JSON document on stdout, words on stderr");
}

Recipe make_recipe(const Arguments& a, const CLI::App& program, const Registry& registry, const Dataset& dataset,
                   const TrainOptions& options, Progress& progress) {
  Json recipe;
  const std::optional<Recipe> before = a.resume ? recipe_of_work(work_folder(options)) : std::nullopt;
  if (before) {
    recipe = to_json(*before);
  } else if (fs::is_regular_file(a.what)) {
    const Json file = read_json(a.what);
    recipe = to_json(recipe_from_json({file, a.what}));
  } else {
    const Task& task = registry.task(a.what);
    const Dataset pool = without_test(dataset);
    std::vector<const DatasetRow*> rows;
    for (const DatasetRow& row : pool.rows) rows.push_back(&row);
    const std::uint64_t memory =
        a.max_ram.empty() ? available_memory_bytes()
                          : static_cast<std::uint64_t>(parse_quantity(a.max_ram, "--max-ram", "write 4G or 512M",
                                                                      {{"G", 0x1p30}, {"M", 0x1p20}, {"", 1}}));
    const auto folds = a.only_folds.empty() ? std::max(1, a.folds) : static_cast<int>(a.only_folds.size());
    recipe = to_json(task.plan({pool, rows, case_loader(task.info(), true), thread_count(), memory,
                                options.time_limit_seconds / (folds * a.seeds), progress}));
  }
  for (const std::string& setting : a.settings) set_value(recipe, setting);
  if (program.count("--seed") > 0) recipe["seed"] = a.seed;
  return recipe_from_json({recipe, "recipe"});
}

void take_start(const std::string& from, TrainOptions& options) {
  if (fs::path(from).extension() == ".onnx") {
    options.start = read_onnx(from);
    options.start_name = fmt::format("{} {}", fs::path(from).filename().string(), sha256_file(from).substr(0, 12));
    return;
  }
  options.start_bundle = find_bundle(from);
  options.start = options.start_bundle->graphs(trained_network).front();
  options.start_name = fmt::format("{} {}", options.start_bundle->id, options.start_bundle->hash.substr(0, 12));
}

void report(const Arguments& a) {
  const std::shared_ptr<const Bundle> bundle = open_bundle(a.output);
  Json out = bundle->results;
  out["bundle"] = a.output;
  out["hash"] = bundle->hash;
  out["training"] = bundle->training;
  if (a.json) {
    fmt::print("{}\n", out.dump(2));
    return;
  }
  fmt::print("{}\n{}\n", a.output, out.value("protocol", ""));
  if (!out.contains("metrics")) return;
  for (const auto& [name, score] : out["metrics"].items()) {
    if (!score["value"].is_number()) continue;
    const bool interval = score["low"].is_number() && score["high"].is_number();
    fmt::print("  {:<28} {:.4f}{}\n", name, score["value"].get<double>(),
               interval ? fmt::format("  ({:.4f} to {:.4f})", score["low"].get<double>(), score["high"].get<double>())
                        : std::string());
  }
}

void train(const Arguments& a, const CLI::App& program, Progress& progress) {
  if (a.threads > 0) set_thread_count(a.threads);
  const Registry registry(all_tasks());
  const Dataset dataset = read_dataset(a.dataset);
  TrainOptions options;
  options.target = a.output;
  options.folds = a.folds;
  options.only_folds = a.only_folds;
  options.seeds = a.seeds;
  options.resume = a.resume;
  options.force = a.force;
  options.workers = a.workers > 0 ? a.workers : std::clamp(thread_count() / 2, 1, 8);
  options.trainable.bf16 = a.bf16 || has_native_bf16();
  options.trainable.device = a.device;
  if (!a.time_limit.empty()) {
    options.time_limit_seconds = parse_quantity(a.time_limit, "--time-limit", "write 90s, 30m or 2h",
                                                {{"s", 1}, {"m", 60}, {"h", 3600}, {"", 1}});
  }
  if (!a.from.empty()) take_start(a.from, options);
  const Recipe recipe = make_recipe(a, program, registry, dataset, options, progress);
  const Task& task = registry.task(recipe.task);
  const std::unique_ptr<GradientEngine> gradients = torch_engine();
  const std::unique_ptr<Engine> engine = openvino_engine();
  train_bundle(task, recipe, dataset, case_loader(task.info(), true), *gradients, *engine, options, progress);
  report(a);
}

}  // namespace
}  // namespace galen::app

int main(int argc, char** argv) {
  galen::set_memory_policy();
  galen::app::handle_interrupts();
  const std::unique_ptr<galen::Progress> progress = galen::app::terminal_progress();
  galen::app::Arguments arguments;
  CLI::App program{"Trains a bundle from a task or a recipe and a dataset", "galen train"};
  galen::app::add_options(program, arguments);
  program.callback([&] { galen::app::train(arguments, program, *progress); });
  return galen::app::run_program(program, argc, argv, [] { return 0; });
}

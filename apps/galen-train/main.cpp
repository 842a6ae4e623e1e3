// galen-train: the only program with libtorch. `galen train` hands its arguments over to it, as git does.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "apps/common/quantity.h"
#include "apps/common/score_text.h"
#include "apps/common/terminal.h"
#include "apps/common/train_arguments.h"
#include "galen/base/error.h"
#include "galen/base/hash.h"
#include "galen/base/threads.h"
#include "galen/engine/openvino/openvino.h"
#include "galen/io/dataset/dataset_io.h"
#include "galen/pipeline/load.h"
#include "galen/train/sides.h"
#include "galen/train/torch/torch_engine.h"
#include "galen/train/train_bundle.h"
#include "galen/train/work_folder.h"
#include "tasks/all.h"

namespace galen::app {
namespace {

Recipe make_recipe(const TrainArguments& a, const Registry& registry, const Dataset& dataset,
                   const TrainOptions& options, Progress& progress) {
  Json recipe;
  const std::optional<Recipe> before = a.resume ? recipe_of_work(work_folder(options)) : std::nullopt;
  if (fs::is_regular_file(a.what)) {  // also to resume: changes of its texts apply, others are refused
    const Json file = read_json(a.what);
    recipe = to_json(recipe_from_json({file, a.what}));
  } else if (before) {
    if (before->task != a.what) {
      throw usage_error(a.what, "is not what is trained there", fmt::format("resume with {}", before->task));
    }
    recipe = to_json(*before);
  } else {
    const Task& task = registry.task(a.what);
    const Dataset pool = without_test(dataset);
    std::vector<const DatasetRow*> rows;
    rows.reserve(pool.rows.size());
    for (const DatasetRow& row : pool.rows) rows.push_back(&row);
    const std::uint64_t memory = a.max_ram.empty() ? available_memory_bytes() : parse_bytes(a.max_ram, "--max-ram");
    const auto folds = a.only_folds.empty() ? std::max(1, a.folds) : static_cast<int>(a.only_folds.size());
    const int refits = a.refit && a.only_folds.empty() ? 1 : 0;  // takes about as long as a fold
    recipe = to_json(task.plan({pool, rows, case_loader(task.info(), dataset, true), thread_count(), memory,
                                options.time_limit_seconds / ((folds + refits) * a.seeds), progress}));
    const Bundle blank;  // the descriptive fields of a bundle, so that --set finds them
    for (const auto& [key, value] : {std::pair{"version", blank.version}, {"status", blank.status}, {"applies_to", ""}})
      recipe["bundle"].emplace(key, value);
  }
  for (const std::string& setting : a.settings) set_value(recipe, setting);
  if (a.seed) recipe["seed"] = *a.seed;
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

void report(const TrainArguments& a, const Bundle& bundle) {
  Json out = bundle.results;
  out["bundle"] = a.output;
  out["hash"] = bundle.hash;
  out["training"] = bundle.training;
  if (a.json) {
    fmt::print("{}\n", to_text(out, 2));
    return;
  }
  fmt::print("{}\n{}\n", a.output, out.value("protocol", ""));
  if (!out.contains("metrics")) return;
  for (const auto& [name, score] : out["metrics"].items()) {
    if (const auto text = score_text(score)) fmt::print("  {:<28} {}\n", name, *text);
  }
}

// Returns the exit status: 4 when some cases failed.
int train(const TrainArguments& a, Progress& progress) {
  if (a.threads > 0) set_thread_count(a.threads);
  require_torch_device(a.device);
  const Registry registry(all_tasks());
  const Dataset dataset = read_dataset(a.dataset);
  TrainOptions options;
  options.target = a.output;
  options.folds = a.folds;
  options.only_folds = a.only_folds;
  options.seeds = a.seeds;
  options.refit = a.refit;
  options.resume = a.resume;
  options.force = a.force;
  options.workers = a.workers > 0 ? a.workers : std::clamp(thread_count() / 2, 1, 8);
  options.trainable.bf16 = a.takes_bf16();
  options.trainable.device = a.device;
  check_places(options);
  if (!a.time_limit.empty()) options.time_limit_seconds = parse_seconds(a.time_limit, "--time-limit");
  if (!a.from.empty()) take_start(a.from, options);
  const Recipe recipe = make_recipe(a, registry, dataset, options, progress);
  const Task& task = registry.task(recipe.task);
  const std::unique_ptr<GradientEngine> gradients = torch_engine();
  const std::unique_ptr<Engine> engine = openvino_engine();
  train_bundle({task, recipe, dataset, case_loader(task.info(), dataset, true), *gradients, *engine, progress},
               options);
  const std::shared_ptr<const Bundle> bundle = open_bundle(a.output);
  report(a, *bundle);
  return bundle->results.value("failed", 0) > 0 ? 4 : 0;
}

}  // namespace
}  // namespace galen::app

int main(int argc, char** argv) {
  galen::set_memory_policy();
  galen::app::handle_interrupts();
  const std::unique_ptr<galen::Progress> progress = galen::app::terminal_progress();
  galen::app::TrainArguments arguments;
  CLI::App program{"Trains a bundle from a task or a recipe and a dataset", "galen train"};
  galen::app::add_train_options(program, arguments);
  int status = 0;
  program.callback([&] { status = galen::app::train(arguments, *progress); });
  return galen::app::run_program(program, argc, argv, [&] { return status; });
}

#include "apps/common/train_arguments.h"

#include "galen/base/threads.h"

namespace galen::app {
namespace {

constexpr const char* examples =
    "Examples:\n"
    "  galen train image_segment hippocampus/ -o models/hippocampus-mri --folds 5\n"
    "  galen train image_segment hippocampus/ -o quick --time-limit 30m\n"
    "  galen train recipe.json hippocampus/ -o again --set schedule.epochs=50 --seed 7\n"
    "  galen train image_segment hippocampus/ -o models/hippocampus-mri --folds 5 --only-folds 0,1 --resume\n"
    "  galen train models/hippocampus-mri/recipe.json mine/ -o mine-tuned --from models/hippocampus-mri\n";

}  // namespace

bool TrainArguments::takes_bf16() const {
  return precision == "auto" ? has_fast_bf16() : precision == "bf16";
}

void add_train_options(CLI::App& command, TrainArguments& a) {
  command.footer(examples);
  command.add_option("TASK|RECIPE", a.what, "A task (see galen tasks) or a recipe.json")->required();
  command.add_option("DATASET", a.dataset, "Folder with dataset.json and dataset.csv")->required();
  command.add_option("-o,--output", a.output, "The bundle; its work folder is BUNDLE.training")
      ->required()
      ->type_name("BUNDLE");
  command.add_option("--set", a.settings, "Sets a value of the recipe; may be repeated")
      ->type_name("KEY=VALUE")
      ->take_all()
      ->allow_extra_args(false);
  command.add_option("--folds", a.folds, "Cross-validation by patient; the bundle holds the folds' networks")
      ->type_name("K")
      ->check(CLI::Range(2, 100));
  command.add_option("--only-folds", a.only_folds, "The folds to train now, from 0")->delimiter(',')->type_name("K,K");
  command.add_option("--seeds", a.seeds, "Networks of each fold")->type_name("N")->check(CLI::Range(1, 100));
  command.add_flag("--refit", a.refit,
                   "After the folds, train one network per seed on all patients; the bundle holds these");
  command.add_option("--time-limit", a.time_limit, "Limit for all training in this run: 90s, 30m, 2h")
      ->type_name("TIME");
  command.add_flag("--resume", a.resume,
                   "Resume from the work folder; with a recipe file, give the same --set and --seed again");
  command.add_option("--from", a.from, "Initial weights: a bundle (its first network) or an ONNX file")
      ->type_name("BUNDLE|ONNX");
  command.add_flag("--force", a.force, "Begin anew and replace what is there");
  command.add_option("--threads", a.threads, "Default: all that this process may use")
      ->type_name("N")
      ->check(CLI::Range(1, 1024));
  command.add_option("--workers", a.workers, "Threads that prepare batches ahead; results do not depend on how many")
      ->type_name("N")
      ->check(CLI::Range(1, 256));
  command.add_option("--max-ram", a.max_ram, "Plan within this memory: 4G, 512M")->type_name("SIZE");
  command.add_option("--device", a.device, "cpu, cuda, cuda:1")->capture_default_str()->type_name("DEVICE");
  command
      .add_option("--precision", a.precision,
                  "Of convolutions and matrix products: f32, bf16, or auto (bf16 on processors that run it faster)")
      ->capture_default_str()
      ->type_name("NAME")
      ->check(CLI::IsMember({"auto", "f32", "bf16"}));
  command.add_option("--seed", a.seed, "Seed to use instead of the recipe's")->type_name("N");
  command.add_flag("--json", a.json, "One JSON document on stdout, messages on stderr");
}

}  // namespace galen::app

// galen: everything but gradients. One file per command; the list below is the feature list.
#include <algorithm>

#include "apps/common/terminal.h"
#include "apps/galen/command.h"
#include "galen/base/error.h"
#include "galen/base/threads.h"
#include "galen/pipeline/predict.h"
#include "tasks/all.h"

namespace galen::app {
namespace {

int run(int argc, char** argv) {
  Context context(terminal_progress(), Registry(all_tasks()));
  CLI::App program{"Galen: findings from a hospital's raw data, that a clinician can check", "galen"};
  program.set_version_flag("--version", std::string("galen ") + galen_version);
  program.require_subcommand(1);
  program.footer("Each command explains itself with examples: galen predict --help");
  add_predict(program, context);
  add_train(program, {argv + std::min(argc, 2), argv + argc});
  add_evaluate(program, context);
  add_import(program, context);
  add_monitor(program, context);
  add_inspect(program, context);
  add_tasks(program, context);
  add_bundles(program, context);
  add_bench(program, context);
  add_demo(program, context);
  add_completion(program, context);
  return run_program(program, argc, argv, [&] { return context.status; });
}

}  // namespace
}  // namespace galen::app

int main(int argc, char** argv) {
  galen::set_memory_policy();
  galen::app::handle_interrupts();
  return galen::app::run(argc, argv);
}

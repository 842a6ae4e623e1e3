// galen train hands over to galen-train, the only program with libtorch, as git does with its commands.
#include <unistd.h>

#include <cstdlib>

#include "apps/common/train_arguments.h"
#include "apps/galen/command.h"
#include "galen/base/descriptor.h"
#include "galen/base/error.h"
#include "galen/base/files.h"

namespace galen::app {
namespace {

[[noreturn]] void hand_over(const std::vector<std::string>& arguments) {
  const fs::path program = fs::read_symlink("/proc/self/exe").parent_path() / "galen-train";
  if (!fs::exists(program)) {
    throw usage_error(
        "train", "galen-train is not beside this program",
        "build it: scripts/setup --train, then cmake --preset release and cmake --build --preset release");
  }
  std::vector<std::string> words = {program.string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  // libtorch's threads spin while they wait, which costs ten times as much on a busy machine; on an idle one sleeping
  // costs nothing.
  ::setenv("OMP_WAIT_POLICY", "passive", 0);
  ::execv(argv[0], argv.data());
  throw Error(program.string(), "cannot be started", system_reason());
}

}  // namespace

void add_train(CLI::App& program, std::vector<std::string> words) {
  CLI::App* command = program.add_subcommand("train", "Train a bundle from a task or a recipe and a dataset");
  const auto arguments = std::make_shared<TrainArguments>();
  add_train_options(*command, *arguments);
  // The parser writes into arguments, which must live as long as the command.
  command->callback([words = std::move(words), arguments] { hand_over(words); });
}

}  // namespace galen::app

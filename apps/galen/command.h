#pragma once
// What every command shares: the options that all have, and where words and results go.
#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "galen/base/json.h"
#include "galen/base/progress.h"
#include "galen/engine/engine.h"
#include "galen/pipeline/task.h"

namespace galen::app {

/// One run of the program. Words go to stderr, the result to stdout: text for people, or with --json one document.
class Context {
 public:
  Context(std::unique_ptr<Progress> progress, Registry registry);

  bool json = false;
  int threads = 0;
  int status = 0;  ///< set to 4 when some cases failed
  const Registry& registry() const { return registry_; }
  Progress& progress() { return *progress_; }
  Engine& engine();                           ///< made when first asked for
  void print(const std::string& text) const;  ///< a line of the result for people; nothing with --json
  void print(const Json& document) const;     ///< the document; nothing without --json
  void say(const std::string& text) const;    ///< to stderr

 private:
  std::unique_ptr<Progress> progress_;
  Registry registry_;
  std::unique_ptr<Engine> engine_;
};

/// What follows --set: "KEY=VALUE", the value as JSON where it is some, else as text. Errors (usage): another form.
Json settings_of(const std::vector<std::string>& words);

/// The name, with -2, -3, ... behind it where it is taken; then it is taken too.
std::string name_apart(const std::string& name, std::set<std::string>& taken);

/// Adds a subcommand with --json and --threads; run is called when it was chosen.
CLI::App* add_command(CLI::App& program, Context& context, const std::string& name, const std::string& summary,
                      const std::string& examples, std::function<void()> run);

/// Adds --precision, of commands that put a bundle to work.
void add_precision(CLI::App& command, std::string& precision);

void add_predict(CLI::App& program, Context& context);
/// words: what follows `galen train`, handed over as it stands.
void add_train(CLI::App& program, std::vector<std::string> words);
void add_evaluate(CLI::App& program, Context& context);
void add_import(CLI::App& program, Context& context);
void add_monitor(CLI::App& program, Context& context);
void add_inspect(CLI::App& program, Context& context);
void add_tasks(CLI::App& program, Context& context);
void add_bundles(CLI::App& program, Context& context);
void add_bench(CLI::App& program, Context& context);
void add_demo(CLI::App& program, Context& context);
void add_completion(CLI::App& program, Context& context);

}  // namespace galen::app

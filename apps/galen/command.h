#pragma once
// What every command shares: common options, and where messages and results go.
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

/// One run of the program. Messages go to stderr, the result to stdout: text for people, or with --json one document.
class Context {
 public:
  Context(std::unique_ptr<Progress> progress, Registry registry);

  bool json = false;
  int threads = 0;
  int status = 0;  ///< set to 4 when some cases failed
  const Registry& registry() const { return registry_; }
  Progress& progress() { return *progress_; }
  Engine& engine();                           ///< created on first use
  void print(const std::string& text) const;  ///< a line of the result for people; nothing with --json
  void print(const Json& document) const;     ///< the document; nothing without --json
  void say(const std::string& text) const;    ///< to stderr

 private:
  std::unique_ptr<Progress> progress_;
  Registry registry_;
  std::unique_ptr<Engine> engine_;
};

/// Arguments of --set: "KEY=VALUE", the value as JSON if it is valid JSON, else as text. Errors (usage): another form.
Json settings_of(const std::vector<std::string>& words);

/// The name, with -2, -3, ... appended if it is taken; the result is added to taken.
std::string name_apart(const std::string& name, std::set<std::string>& taken);

/// Adds a subcommand with --json and --threads; run is called if it is chosen.
CLI::App* add_command(CLI::App& program, Context& context, const std::string& name, const std::string& summary,
                      const std::string& examples, std::function<void()> run);

/// Adds --precision, for commands that run a bundle.
void add_precision(CLI::App& command, std::string& precision);

void add_predict(CLI::App& program, Context& context);
/// words: the arguments after `galen train`, handed over unchanged.
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

#include <fmt/format.h>

#include <cstdlib>

#include "apps/galen/command.h"
#include "galen/base/error.h"
#include "galen/base/threads.h"
#include "galen/engine/openvino/openvino.h"

namespace galen::app {
namespace {

// Where OpenVINO keeps compiled networks between runs, if the user's cache folder is writable.
fs::path engine_cache() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  const fs::path root = cache != nullptr && *cache != 0 ? fs::path(cache)
                        : home != nullptr               ? fs::path(home) / ".cache"
                                                        : fs::path();
  if (root.empty()) return {};
  std::error_code code;
  fs::create_directories(root / "galen" / "engine", code);
  return code ? fs::path() : root / "galen" / "engine";
}

}  // namespace

Json settings_of(const std::vector<std::string>& words) {
  Json out = Json::object();
  for (const std::string& word : words) {
    const auto equals = word.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw usage_error("--set " + word, "is not KEY=VALUE", "write --set laterality=left");
    }
    const std::string value = word.substr(equals + 1);
    const Json parsed = Json::parse(value, nullptr, false);
    out[word.substr(0, equals)] = parsed.is_discarded() ? Json(value) : parsed;
  }
  return out;
}

Context::Context(std::unique_ptr<Progress> progress, Registry registry)
    : progress_(std::move(progress)), registry_(std::move(registry)) {}

Engine& Context::engine() {
  if (!engine_) engine_ = openvino_engine(engine_cache());
  return *engine_;
}

void Context::print(const std::string& text) const {
  if (!json) fmt::print("{}\n", text);
}

void Context::print(const Json& document) const {
  if (json) fmt::print("{}\n", to_text(document, 2));
}

void Context::say(const std::string& text) const {
  progress_->say(text);
}

std::string name_apart(const std::string& name, std::set<std::string>& taken) {
  std::string out = name;
  for (int n = 2; !taken.insert(out).second; ++n) out = fmt::format("{}-{}", name, n);
  return out;
}

CLI::App* add_command(CLI::App& program, Context& context, const std::string& name, const std::string& summary,
                      const std::string& examples, std::function<void()> run) {
  CLI::App* command = program.add_subcommand(name, summary);
  command->footer("Examples:\n" + examples);
  command->add_flag("--json", context.json, "One JSON document on stdout, messages on stderr");
  command->add_option("--threads", context.threads, "Threads to compute with (default: all that this process may use)")
      ->check(CLI::Range(1, 1024))
      ->type_name("N");
  command->callback([&context, run = std::move(run)] {
    if (context.threads > 0) set_thread_count(context.threads);
    run();
  });
  return command;
}

void add_precision(CLI::App& command, std::string& precision) {
  command.add_option(
      "--precision", precision,
      "f32, bf16, f16, int8 or auto: the fastest whose recorded effect on the bundle's scores is within the limit, "
      "else f32");
}

}  // namespace galen::app

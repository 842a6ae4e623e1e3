#include <fmt/format.h>

#include "apps/galen/command.h"

namespace galen::app {
namespace {

Json describe(const std::vector<InputSpec>& roles) {
  Json json = Json::array();
  for (const InputSpec& role : roles) {
    json.push_back(
        {{"role", role.role}, {"kind", role.kind}, {"description", role.description}, {"required", role.required}});
  }
  return json;
}

void list_tasks(const Context& context) {
  Json document = Json::array();
  for (const auto& task : context.registry().tasks()) {
    const TaskInfo& info = task->info();
    context.print(fmt::format("{:<20} {}", info.name, info.summary));
    document.push_back({{"name", info.name},
                        {"version", info.version},
                        {"summary", info.summary},
                        {"inputs", describe(info.inputs)},
                        {"truth", describe(info.truth)},
                        {"live", info.live}});
  }
  context.print(Json{{"tasks", document}});
}

}  // namespace

void add_tasks(CLI::App& program, Context& context) {
  add_command(program, context, "tasks", "List the tasks that bundles can be trained for", "  galen tasks",
              [&context] { list_tasks(context); });
}

}  // namespace galen::app

#include <fmt/format.h>

#include "apps/galen/command.h"
#include "galen/bundle/bundle.h"

namespace galen::app {
namespace {

void list(Context& context) {
  Json document = Json::array();
  for (const fs::path& path : list_bundles()) {
    try {
      const auto bundle = open_bundle(path);
      context.print(
          fmt::format("{:<24} {:<18} {}\n{:24} {}", bundle->id, bundle->task, bundle->question, "", path.string()));
      document.push_back({{"id", bundle->id},
                          {"version", bundle->version},
                          {"task", bundle->task},
                          {"question", bundle->question},
                          {"status", bundle->status},
                          {"licence", bundle->licence},
                          {"path", path.string()}});
    } catch (const Error& error) {
      context.say(std::string("galen: ") + error.what());
      context.status = 4;
    }
  }
  if (document.empty())
    context.say("no bundles: looked in $GALEN_MODELS, models/ here and beside the program, and the user's data folder");
  context.print(Json{{"bundles", document}});
}

}  // namespace

void add_bundles(CLI::App& program, Context& context) {
  add_command(program, context, "bundles", "List the trained models that are here",
              "  galen bundles\n  GALEN_MODELS=/srv/models galen bundles --json", [&context] { list(context); });
}

}  // namespace galen::app

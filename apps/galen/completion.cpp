#include <fmt/format.h>

#include "apps/galen/command.h"
#include "galen/base/error.h"

namespace galen::app {
namespace {

// Completions come from the parser's own table, so the two cannot diverge.
struct OptionWords {
  std::string long_name, short_name, about;  ///< names without dashes; the short one may be empty
  bool takes_value = false;
};
struct CommandWords {
  std::string name, about;
  std::vector<OptionWords> options;
};

std::vector<CommandWords> words_of(const CLI::App& program) {
  std::vector<CommandWords> commands;
  for (const CLI::App* command : program.get_subcommands({})) {
    CommandWords words{command->get_name(), command->get_description(), {}};
    for (const CLI::Option* option : command->get_options()) {
      const std::string short_name = option->get_snames().empty() ? "" : option->get_snames().front();
      for (const std::string& name : option->get_lnames()) {
        words.options.push_back({name, short_name, option->get_description(), option->get_items_expected_max() > 0});
      }
    }
    commands.push_back(std::move(words));
  }
  return commands;
}

/// The text in single quotes, with escape for each ' within.
std::string quoted(const std::string& text, std::string_view escape) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += escape;
    } else {
      out += c;
    }
  }
  return out + "'";
}

std::string bash_completion(const CLI::App& program) {
  std::string commands, cases;
  for (const CommandWords& command : words_of(program)) {
    std::string options;
    for (const OptionWords& option : command.options) options += (options.empty() ? "--" : " --") + option.long_name;
    commands += (commands.empty() ? "" : " ") + command.name;
    cases += fmt::format("    {}) words=\"{}\" ;;\n", command.name, options);
  }
  return fmt::format(
      "# bash completion for galen: source <(galen completion)\n"
      "_galen() {{\n"
      "  local current=${{COMP_WORDS[COMP_CWORD]}} words=\"\"\n"
      "  if [ \"$COMP_CWORD\" = 1 ]; then\n"
      "    COMPREPLY=($(compgen -W \"{}\" -- \"$current\"))\n"
      "    return\n"
      "  fi\n"
      "  case ${{COMP_WORDS[1]}} in\n{}  esac\n"
      "  case $current in\n"
      "    -*) COMPREPLY=($(compgen -W \"$words\" -- \"$current\")) ;;\n"
      "    *) COMPREPLY=($(compgen -f -- \"$current\")) ;;\n"
      "  esac\n"
      "}}\n"
      "complete -o filenames -F _galen galen",
      commands, cases);
}

std::string zsh_completion(const CLI::App& program) {
  const auto item = [](const std::string& name, const std::string& about) {
    return quoted(name + ":" + about, "'\\''");
  };
  std::string commands, cases;
  for (const CommandWords& command : words_of(program)) {
    commands += fmt::format("    {}\n", item(command.name, command.about));
    cases += fmt::format("    {}) choices=(\n", command.name);
    for (const OptionWords& option : command.options) {
      cases += fmt::format("      {}\n", item("--" + option.long_name, option.about));
    }
    cases += "    ) ;;\n";
  }
  return fmt::format(
      "#compdef galen\n"
      "# zsh completion for galen: source <(galen completion zsh) behind compinit, or keep it as _galen in $fpath\n"
      "_galen() {{\n"
      "  local -a choices\n"
      "  if (( CURRENT == 2 )); then\n"
      "    choices=(\n{}    )\n"
      "    _describe -t commands command choices\n"
      "    return\n"
      "  fi\n"
      "  case $words[2] in\n{}  esac\n"
      "  if [[ $words[CURRENT] == -* ]]; then\n"
      "    _describe -o -t options option choices\n"
      "  else\n"
      "    _files\n"
      "  fi\n"
      "}}\n"
      "if [[ $funcstack[1] == _galen ]]; then _galen \"$@\"; else compdef _galen galen; fi",
      commands, cases);
}

std::string fish_completion(const CLI::App& program) {
  std::string out = "# fish completion for galen: galen completion fish | source";
  for (const CommandWords& command : words_of(program)) {
    out += fmt::format("\ncomplete -c galen -n __fish_use_subcommand -f -a {} -d {}", command.name,
                       quoted(command.about, "\\'"));
    for (const OptionWords& option : command.options) {
      out += fmt::format("\ncomplete -c galen -n '__fish_seen_subcommand_from {}' -l {}{}{} -d {}", command.name,
                         option.long_name, option.short_name.empty() ? "" : " -s " + option.short_name,
                         option.takes_value ? " -r" : "", quoted(option.about, "\\'"));
    }
  }
  return out;
}

std::string completion_of(const CLI::App& program, const std::string& shell) {
  if (shell == "bash") return bash_completion(program);
  if (shell == "zsh") return zsh_completion(program);
  if (shell == "fish") return fish_completion(program);
  throw usage_error("completion", "knows no shell '" + shell + "'", "take bash, zsh or fish");
}

}  // namespace

void add_completion(CLI::App& program, Context& context) {
  const auto shell = std::make_shared<std::string>("bash");
  CLI::App* command = add_command(program, context, "completion", "Print the completion script for a shell",
                                  "  source <(galen completion)\n  source <(galen completion zsh)\n"
                                  "  galen completion fish > ~/.config/fish/completions/galen.fish",
                                  [&program, &context, shell] {
                                    const std::string script = completion_of(program, *shell);
                                    context.print(script);
                                    context.print(Json{{"shell", *shell}, {"script", script}});
                                  });
  command->add_option("SHELL", *shell, "bash (the default), zsh or fish");
}

}  // namespace galen::app

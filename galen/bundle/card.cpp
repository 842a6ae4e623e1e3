// The model card (Mitchell et al., "Model cards for model reporting", FAT* 2019), from the contents of the bundle.
#include <fmt/format.h>

#include <algorithm>

#include "galen/bundle/bundle.h"

namespace galen {
namespace {

/// Text for a table cell or a line: without line breaks, bars escaped.
std::string inline_text(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c == '\n' || c == '\r' ? ' ' : c;
  }
  return out;
}

std::string scalar_text(const Json& json) {
  if (json.is_string()) return inline_text(json.get<std::string>());
  if (json.is_number_float()) return fmt::format("{:.4g}", json.get<double>());
  return json.dump();
}

bool is_flat_list(const Json& json) {
  return json.is_array() && std::none_of(json.begin(), json.end(), [](const Json& one) { return one.is_structured(); });
}

std::string words(const std::string& key) {
  std::string out = key;
  std::replace(out.begin(), out.end(), '_', ' ');
  return out;
}

/// Writes an object as nested bullets; long lists, such as curves and profiles, are only counted.
void bullets(std::string& out, const Json& json, int depth) {
  for (const auto& [key, value] : json.items()) {
    const std::string indent(static_cast<std::size_t>(2 * depth), ' ');
    const std::string name = json.is_array() ? fmt::format("{}", key) : words(key);
    if (!value.is_structured()) {
      out += fmt::format("{}- {}: {}\n", indent, name, scalar_text(value));
    } else if (value.size() > 12 || depth > 2) {
      out += fmt::format("{}- {}: {} entries, in bundle.json\n", indent, name, value.size());
    } else if (is_flat_list(value)) {
      std::string list;
      for (const Json& one : value) list += (list.empty() ? "" : ", ") + scalar_text(one);
      out += fmt::format("{}- {}: {}\n", indent, name, list);
    } else {
      out += fmt::format("{}- {}:\n", indent, name);
      bullets(out, value, depth + 1);
    }
  }
}

std::string figure(const Json& score, const char* key) {
  const auto found = score.find(key);
  return found != score.end() && found->is_number() ? fmt::format("{:.4g}", found->get<double>()) : "";
}

void results_section(std::string& out, const Json& results) {
  out += "\n## How well it does\n\n";
  if (results.empty()) {
    out += "Nothing was measured, or it is not recorded in the bundle.\n";
    return;
  }
  Json protocol = results;
  protocol.erase("metrics");
  bullets(out, protocol, 0);
  if (!results.contains("metrics") || !results["metrics"].is_object()) return;
  out += "\n| measure | value | 95 % interval | n |\n|---|---|---|---|\n";
  for (const auto& [name, score] : results["metrics"].items()) {
    const std::string low = figure(score, "low"), high = figure(score, "high");
    out +=
        fmt::format("| {} | {} | {} | {} |\n", inline_text(name), figure(score, "value"),
                    low.empty() || high.empty() ? "not known" : fmt::format("{} to {}", low, high), figure(score, "n"));
  }
  out += "\nn: patients, or cases where the data do not name their patients.\n";
}

std::string change_of(const Json& score, const std::string& precision) {
  if (figure(score, "f32").empty() || figure(score, precision.c_str()).empty()) return "";
  return fmt::format("{:+.2g}", score.at(precision).get<double>() - score.at("f32").get<double>());
}

void precisions_section(std::string& out, const Json& precisions) {
  if (precisions.empty()) return;
  out +=
      "\n## What each precision costs\n\n`--precision auto` takes the fastest one that is within its limit here, else "
      "f32.\n";
  for (const auto& [precision, effect] : precisions.items()) {
    out += fmt::format("\n### {}\n\n", inline_text(precision));
    Json facts = effect;
    const bool scored = effect.contains("scores") && effect["scores"].is_object();
    if (scored) facts.erase("scores");
    bullets(out, facts, 0);
    if (!scored || effect["scores"].empty()) continue;
    out += fmt::format("\n| measure | f32 | {} | change | limit |\n|---|---|---|---|---|\n", inline_text(precision));
    for (const auto& [name, score] : effect["scores"].items()) {
      const std::string limit = figure(score, "limit");
      out += fmt::format("| {} | {} | {} | {} | {} |\n", inline_text(name), figure(score, "f32"),
                         figure(score, precision.c_str()), change_of(score, precision), limit.empty() ? "none" : limit);
    }
  }
}

void use_section(std::string& out, const Bundle& bundle) {
  out += fmt::format("\n## What it is for\n\n{}\n\nTask: `{}` (version {}).\n", inline_text(bundle.question),
                     bundle.task, bundle.task_version);
  if (!bundle.inputs.empty()) {
    out += "\n| input | kind | modality | description |\n|---|---|---|---|\n";
    for (const InputSpec& input : bundle.inputs) {
      out += fmt::format("| {}{} | {} | {} | {} |\n", inline_text(input.role), input.required ? "" : " (optional)",
                         inline_text(input.kind), inline_text(input.modality), inline_text(input.description));
    }
  }
  if (!bundle.classes.empty()) {
    out += "\n| value | class | code |\n|---|---|---|\n";
    for (const ClassLabel& label : bundle.classes) {
      out += fmt::format("| {} | {} | {} |\n", label.value, inline_text(label.name),
                         inline_text(fmt::format("{} {}", label.code.code, label.code.display)));
    }
  }
  for (const BundleUse& use : bundle.uses) {
    out += fmt::format("\nIt uses the bundle `{}` as {}.\n", inline_text(use.bundle), inline_text(use.role));
  }
}

// A network without its own profile has an empty entry in members.
bool keeps_reference(const Json& reference) {
  for (const auto& [key, value] : reference.items()) {
    const bool kept =
        key == "members" ? std::ranges::any_of(value, [](const Json& one) { return !one.empty(); }) : !value.empty();
    if (kept) return true;
  }
  return false;
}

void limits_section(std::string& out, const Bundle& bundle) {
  out += "\n## What it cannot do\n\n";
  out += fmt::format("- {}\n", meaning_of_status(bundle.status));
  out += "- Do not rely on it for patients or inputs outside the population above.\n";
  if (!bundle.classes.empty())
    out += "- It knows the classes above and no others: what else is in the input goes unseen.\n";
  if (bundle.calibration.empty()) out += "- Its probabilities are not calibrated.\n";
  if (bundle.coverage.empty()) out += "- It gives no intervals or sets of known coverage.\n";
  if (!keeps_reference(bundle.reference)) out += "- It does not notice when an input is unlike its training data.\n";
  if (bundle.results.empty()) out += "- How well it does is not known.\n";
}

void section(std::string& out, const char* title, const Json& json) {
  if (json.empty()) return;
  out += fmt::format("\n## {}\n\n", title);
  bullets(out, json, 0);
}

}  // namespace

std::string card_of(const Bundle& bundle) {
  std::string out = fmt::format("# {}, version {}\n\n**{}**: {}\n", bundle.id, inline_text(bundle.version),
                                bundle.status, meaning_of_status(bundle.status));
  use_section(out, bundle);
  out += fmt::format("\n## Who it applies to\n\n{}\n",
                     bundle.applies_to.empty() ? "Not stated." : inline_text(bundle.applies_to));
  section(out, "How it was trained", bundle.training);
  results_section(out, bundle.results);
  section(out, "How sure it is: calibration", bundle.calibration);
  section(out, "How sure it is: coverage", bundle.coverage);
  precisions_section(out, bundle.precisions);
  limits_section(out, bundle);
  out += fmt::format("\n## Licence\n\n{}\n", bundle.licence.empty() ? "Not stated." : inline_text(bundle.licence));
  if (!bundle.attribution.empty()) out += fmt::format("\n{}\n", inline_text(bundle.attribution));
  out += "\nThis card is generated from bundle.json.\n";
  return out;
}

}  // namespace galen

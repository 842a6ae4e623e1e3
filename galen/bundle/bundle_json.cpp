#include <fmt/format.h>

#include <algorithm>

#include "galen/bundle/bundle.h"
#include "galen/bundle/checksums.h"
#include "galen/data/class_json.h"

namespace galen {
namespace {

constexpr std::string_view format_name = "galen-bundle";
constexpr int format_version = 1;

struct Section {
  const char* key;
  Json Bundle::* member;
};
/// Sections owned by tasks, trust and pipeline: objects that the bundle keeps without interpreting them.
constexpr Section sections[] = {
    {"prep", &Bundle::prep},         {"decision", &Bundle::decision},   {"calibration", &Bundle::calibration},
    {"coverage", &Bundle::coverage}, {"reference", &Bundle::reference}, {"precisions", &Bundle::precisions},
    {"training", &Bundle::training}, {"results", &Bundle::results},
};

struct Status {
  std::string_view name, meaning;
};
constexpr Status statuses[] = {
    {"demonstration", "For demonstration only: not for decisions about patients."},
    {"research", "For research: not for decisions about patients."},
    {"locally_accepted", "Accepted at this site, for the population and input that it applies to."},
};

void check_id(const std::string& id, const std::string& where) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  };
  if (id.empty() || id.size() > 64 || id.front() == '.' || !std::all_of(id.begin(), id.end(), allowed)) {
    throw Error(where, fmt::format("has the id '{}'", id.substr(0, 64)), "it names folders",
                "use at most 64 lower-case letters, digits, '-', '_' and '.'");
  }
}

void require_list(const JsonView& json, std::string_view remedy) {
  if (!json.json().is_array()) throw Error(json.where(), "is not a list", {}, std::string(remedy));
}

std::vector<InputSpec> inputs_from_json(const JsonView& json) {
  require_list(json, R"(write [{"role": "image", "kind": "volume"}, ...])");
  std::vector<InputSpec> inputs;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const JsonView one = json.at(i);
    one.only({"role", "kind", "description", "modality", "required"});
    inputs.push_back({.role = one.get<std::string>("role"),
                      .kind = one.get<std::string>("kind"),
                      .description = one.get<std::string>("description", ""),
                      .modality = one.get<std::string>("modality", ""),
                      .required = one.get<bool>("required", true)});
  }
  return inputs;
}

std::map<std::string, std::vector<std::string>> networks_from_json(const JsonView& json) {
  auto networks = json.as<std::map<std::string, std::vector<std::string>>>();
  for (const auto& [name, files] : networks) {
    if (files.empty()) throw Error(json.where(), fmt::format("has no file for '{}'", name));
    for (const std::string& file : files) {
      if (!is_plain_path(file)) throw Error(json.where(), fmt::format("names '{}'", file), "not a plain path inside");
    }
  }
  return networks;
}

std::vector<BundleUse> uses_from_json(const JsonView& json) {
  require_list(json, R"(write [], or [{"role": "find_region", "bundle": "other", "hash": "..."}, ...])");
  std::vector<BundleUse> uses;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const JsonView one = json.at(i);
    one.only({"role", "bundle", "hash"});
    uses.push_back({one.get<std::string>("role"), one.get<std::string>("bundle"), one.get<std::string>("hash")});
  }
  return uses;
}

void check_format(const JsonView& json) {
  if (json.get<std::string>("format", "") != format_name) {
    throw Error(json.where(), "is not of a bundle", fmt::format("its format is not '{}'", format_name));
  }
  if (const int version = json.get<int>("format_version"); version < 1 || version > format_version) {
    throw Error(json.where(), fmt::format("has format version {}", version),
                fmt::format("this program reads version {}", format_version), "update Galen");
  }
}

}  // namespace

Json to_json(const Bundle& bundle) {
  Json json = {{"format", format_name}, {"format_version", format_version}, {"id", bundle.id}};
  json["version"] = bundle.version;
  json["task"] = {{"name", bundle.task}, {"version", bundle.task_version}};
  json["question"] = bundle.question;
  json["status"] = bundle.status;
  json["licence"] = bundle.licence;
  json["attribution"] = bundle.attribution;
  json["applies_to"] = bundle.applies_to;
  json["inputs"] = Json::array();
  for (const InputSpec& input : bundle.inputs) {
    json["inputs"].push_back({{"role", input.role},
                              {"kind", input.kind},
                              {"description", input.description},
                              {"modality", input.modality},
                              {"required", input.required}});
  }
  json["outputs"] = {{"classes", classes_to_json(bundle.classes)}};
  json["networks"] = bundle.networks;
  json["uses"] = Json::array();
  for (const BundleUse& use : bundle.uses) {
    json["uses"].push_back({{"role", use.role}, {"bundle", use.bundle}, {"hash", use.hash}});
  }
  for (const Section& section : sections) json[section.key] = bundle.*section.member;
  return json;
}

Bundle bundle_from_json(const JsonView& json) {
  check_format(json);
  json.only({"format",      "format_version", "id",        "version",    "task",     "question", "status", "licence",
             "attribution", "applies_to",     "inputs",    "outputs",    "networks", "uses",     "prep",   "decision",
             "calibration", "coverage",       "reference", "precisions", "training", "results"});
  Bundle bundle;
  bundle.id = json.get<std::string>("id");
  check_id(bundle.id, json.where());
  bundle.version = json.get<std::string>("version");
  const JsonView task = json.at("task");
  task.only({"name", "version"});
  bundle.task = task.get<std::string>("name");
  bundle.task_version = task.get<int>("version");
  bundle.question = json.get<std::string>("question");
  bundle.status = json.get<std::string>("status");
  if (meaning_of_status(bundle.status).empty()) {
    throw Error(json.where(), fmt::format("has the status '{}'", bundle.status), {},
                "write demonstration, research or locally_accepted");
  }
  bundle.licence = json.get<std::string>("licence");
  bundle.attribution = json.get<std::string>("attribution");
  bundle.applies_to = json.get<std::string>("applies_to");
  bundle.inputs = inputs_from_json(json.at("inputs"));
  const JsonView outputs = json.at("outputs");
  outputs.only({"classes"});
  bundle.classes = classes_from_json(outputs.at("classes"));
  bundle.networks = networks_from_json(json.at("networks"));
  bundle.uses = uses_from_json(json.at("uses"));
  for (const Section& section : sections) {
    const JsonView one = json.at(section.key);
    if (!one.json().is_object()) throw Error(one.where(), "is not an object");
    bundle.*section.member = one.json();
  }
  return bundle;
}

std::string_view meaning_of_status(std::string_view status) {
  for (const Status& one : statuses) {
    if (one.name == status) return one.meaning;
  }
  return {};
}

}  // namespace galen

#include "galen/pipeline/task.h"

#include <fmt/format.h>

namespace galen {

Json Training::describe(const Graph&, Engine&) const {
  return Json::object();
}

std::map<std::string, CaseScores> Task::case_scores(const Bundle&, const std::vector<Record>&) const {
  return {};
}

std::unique_ptr<Session> Predictor::session(double, const std::vector<Channel>&) const {
  throw usage_error("live session", "this bundle's task has none", "use galen predict");
}

Json to_json(const Record& record) {
  Json json = {{"case", record.case_id}, {"patient", record.patient}};
  if (!record.attributes.empty()) json["attributes"] = record.attributes;
  json["values"] = record.values;
  return json;
}

Record record_from_json(const JsonView& json) {
  json.only({"case", "patient", "attributes", "values"});
  Record record{json.get<std::string>("case"), json.get<std::string>("patient"), {}, json.at("values").json()};
  if (json.has("attributes")) record.attributes = json.get<std::map<std::string, std::string>>("attributes");
  return record;
}

Registry::Registry(std::vector<std::unique_ptr<const Task>> tasks) : tasks_(std::move(tasks)) {}

const Task& Registry::task(const std::string& name) const {
  std::string known;
  for (const auto& task : tasks_) {
    if (task->info().name == name) return *task;
    known += (known.empty() ? "" : ", ") + task->info().name;
  }
  throw usage_error(name, "is not a task of this program", "known: " + known);
}

}  // namespace galen

#include "galen/data/class_json.h"

#include <fmt/format.h>

#include <set>

namespace galen {

Json classes_to_json(const std::vector<ClassLabel>& classes) {
  Json json = Json::array();
  for (const ClassLabel& label : classes) {
    Json one = {{"value", label.value}, {"name", label.name}};
    if (!label.code.code.empty()) {
      one["code"] = {{"system", label.code.system}, {"code", label.code.code}, {"display", label.code.display}};
    }
    json.push_back(std::move(one));
  }
  return json;
}

std::vector<ClassLabel> classes_from_json(const JsonView& json) {
  if (!json.json().is_array()) {
    throw Error(json.where(), "is not a list of classes", {}, R"(write [{"value": 0, "name": "background"}, ...])");
  }
  std::vector<ClassLabel> classes;
  std::set<int> values;
  std::set<std::string> names;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const JsonView one = json.at(i);
    one.only({"value", "name", "code"});
    ClassLabel label{.value = one.get<int>("value"), .name = one.get<std::string>("name"), .code = {}};
    if (one.has("code")) {
      const JsonView code = one.at("code");
      code.only({"system", "code", "display"});
      label.code = {code.get<std::string>("system", ""), code.get<std::string>("code"),
                    code.get<std::string>("display", "")};
    }
    if (label.value < 0) throw Error(one.where(), fmt::format("has the value {}", label.value), "it is negative");
    if (label.name.empty()) throw Error(one.where(), "has an empty name");
    if (!values.insert(label.value).second)
      throw Error(one.where(), fmt::format("has the value {} again", label.value));
    if (!names.insert(label.name).second) throw Error(one.where(), fmt::format("has the name '{}' again", label.name));
    classes.push_back(std::move(label));
  }
  return classes;
}

}  // namespace galen

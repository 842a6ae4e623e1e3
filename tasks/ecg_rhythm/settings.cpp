#include "tasks/ecg_rhythm/settings.h"

namespace galen::ecg {

Settings settings_from_json(const Json& json, const std::string& where) {
  Settings out;
  out.adapt = JsonView(json, where).get("adapt", out.adapt);
  Json rules = json;
  rules.erase("adapt");
  out.rules = rules_from_json({rules, where});
  return out;
}

}  // namespace galen::ecg

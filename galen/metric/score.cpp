#include "galen/metric/score.h"

#include "galen/base/json_number.h"

namespace galen {

Json to_json(const Scores& scores) {
  Json json = Json::object();
  for (const auto& [name, score] : scores) {
    json[name] = {{"value", number_or_null(score.value)},
                  {"low", number_or_null(score.low)},
                  {"high", number_or_null(score.high)},
                  {"n", score.n}};
  }
  return json;
}

}  // namespace galen

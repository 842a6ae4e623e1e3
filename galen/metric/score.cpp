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

Scores scores_from_json(const JsonView& json) {
  if (!json.json().is_object()) throw Error(json.where(), "holds no scores", "an object by name is expected");
  Scores scores;
  for (const auto& [name, unused] : json.json().items()) {
    const JsonView score = json.at(name);
    scores[name] = {number_or_nan(score.at("value")), number_or_nan(score.at("low")), number_or_nan(score.at("high")),
                    score.get<int>("n")};
  }
  return scores;
}

}  // namespace galen

#include "galen/base/json.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace galen {
namespace {

constexpr std::size_t most_keys = 20'000;  // per object: each key is compared with all before it

}  // namespace

Json parse_json(std::string_view text, const std::string& where, const Limits& limits) {
  std::vector<std::set<std::string>> keys;
  const auto watch = [&](int depth, Json::parse_event_t event, Json& parsed) {
    using Event = Json::parse_event_t;
    if (depth > limits.max_depth) throw Error(where, "is nested too deeply", fmt::format("over {}", limits.max_depth));
    if (event == Event::object_start) keys.emplace_back();
    if (event == Event::object_end) keys.pop_back();
    if (event == Event::key && !keys.back().insert(parsed.get<std::string>()).second) {
      throw Error(where, "has a key twice", parsed.get<std::string>());
    }
    if (event == Event::key && keys.back().size() > most_keys) {
      throw Error(where, "has an object with too many keys", fmt::format("over {}", most_keys));
    }
    return true;
  };
  try {
    return Json::parse(text.begin(), text.end(), watch);
  } catch (const nlohmann::json::exception& e) {
    std::string why = e.what();
    if (const auto at = why.find("] "); at != std::string::npos) why = why.substr(at + 2);
    throw Error(where, "is not valid JSON", why);
  }
}

Json read_json(const fs::path& path, const Limits& limits) {
  return parse_json(read_text(path, limits), path.string(), limits);
}

std::string to_text(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

void write_json(const fs::path& path, const Json& json) {
  write_file(path, to_text(json, 2) + "\n");
}

JsonView JsonView::at(std::string_view key) const {
  if (!json_->is_object()) throw Error(where_, "is not an object", std::string("found ") + json_->type_name());
  const auto found = json_->find(key);
  if (found == json_->end()) throw Error(where_, fmt::format("lacks '{}'", key));
  return {*found, fmt::format("{}: {}", where_, key)};
}

JsonView JsonView::at(std::size_t index) const {
  if (!json_->is_array() || index >= json_->size()) throw Error(where_, fmt::format("has no element {}", index));
  return {(*json_)[index], fmt::format("{}[{}]", where_, index)};
}

void JsonView::require_whole(long double low, long double high) const {
  if (!json_->is_number()) throw Error(where_, "has the wrong type", std::string("found ") + json_->type_name());
  const auto value = json_->is_number_unsigned()  ? static_cast<long double>(json_->get<std::uint64_t>())
                     : json_->is_number_integer() ? static_cast<long double>(json_->get<std::int64_t>())
                                                  : static_cast<long double>(json_->get<double>());
  if (!(value >= low && value <= high) || value != std::floor(value)) {
    throw Error(where_, "is not a whole number in range", json_->dump());
  }
}

void JsonView::only(std::initializer_list<std::string_view> keys) const {
  if (!json_->is_object()) throw Error(where_, "is not an object", std::string("found ") + json_->type_name());
  for (const auto& [key, value] : json_->items()) {
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
      throw Error(where_, fmt::format("has an unknown key '{}'", key), {},
                  keys.size() == 0 ? "there are none" : fmt::format("known: {}", fmt::join(keys, ", ")));
    }
  }
}

}  // namespace galen

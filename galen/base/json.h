#pragma once
// JSON by nlohmann, with errors that name the place in the document.
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "galen/base/error.h"
#include "galen/base/files.h"

namespace galen {

/// Keeps the order of keys, so that written files read as they were composed.
using Json = nlohmann::ordered_json;

/// Errors: not JSON (line and column), nested deeper than limits.max_depth, duplicate keys, over 20,000 keys in one
/// object, numbers that overflow.
Json parse_json(std::string_view text, const std::string& where, const Limits& limits = {});
Json read_json(const fs::path& path, const Limits& limits = {});
/// On one line, or pretty-printed with an indent of that many spaces. Invalid UTF-8, as in some file names, is replaced
/// by U+FFFD.
std::string to_text(const Json& json, int indent = -1);
/// Pretty-printed with two spaces and a newline at the end; written to a temporary name and renamed.
void write_json(const fs::path& path, const Json& json);

/// One value of a document and its place, for reading with errors like "recipe.json: schedule: epochs: ...".
class JsonView {
 public:
  JsonView(const Json& json, std::string where) : json_(&json), where_(std::move(where)) {}

  const Json& json() const { return *json_; }
  const std::string& where() const { return where_; }
  bool has(std::string_view key) const { return json_->is_object() && json_->contains(key); }
  /// Errors: missing key, not an object.
  JsonView at(std::string_view key) const;
  JsonView at(std::size_t index) const;
  std::size_t size() const { return json_->size(); }
  /// Errors: the wrong type; for integers, a fraction or a number outside T's range.
  template <class T>
  T as() const {
    if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>)
      require_whole(std::numeric_limits<T>::min(), std::numeric_limits<T>::max());
    try {
      return json_->get<T>();
    } catch (const nlohmann::json::exception&) {
      throw Error(where_, "has the wrong type", std::string("found ") + json_->type_name());
    }
  }
  template <class T>
  T get(std::string_view key) const {
    return at(key).as<T>();
  }
  template <class T>
  T get(std::string_view key, T otherwise) const {
    return has(key) ? at(key).as<T>() : std::move(otherwise);
  }
  /// Refuses keys that are not in the list: a misspelt option is an error, not a default.
  void only(std::initializer_list<std::string_view> keys) const;

 private:
  void require_whole(long double low, long double high) const;

  const Json* json_;
  std::string where_;
};

}  // namespace galen

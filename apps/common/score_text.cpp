#include "apps/common/score_text.h"

#include <fmt/format.h>

namespace galen::app {

std::optional<std::string> score_text(const Json& score) {
  const auto is_number = [&](const char* key) { return score.contains(key) && score[key].is_number(); };
  if (!score.is_object() || !is_number("value")) return std::nullopt;
  std::string text = fmt::format("{:.4f}", score["value"].get<double>());
  if (is_number("low") && is_number("high")) {
    text += fmt::format("  ({:.4f} to {:.4f})", score["low"].get<double>(), score["high"].get<double>());
  }
  return text;
}

}  // namespace galen::app

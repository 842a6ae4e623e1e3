#include "galen/engine/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace galen {
namespace {

constexpr std::array<std::pair<Precision, std::string_view>, 5> precision_names{{{Precision::automatic, "auto"},
                                                                                 {Precision::f32, "f32"},
                                                                                 {Precision::bf16, "bf16"},
                                                                                 {Precision::f16, "f16"},
                                                                                 {Precision::int8, "int8"}}};

bool has_non_finite(const Tensor& tensor) {
  if (!is_float(tensor.type())) return false;
  if (tensor.type() == Scalar::f64) {
    return !std::ranges::all_of(tensor.values<double>(), [](double v) { return std::isfinite(v); });
  }
  if (tensor.type() != Scalar::f32) return has_non_finite(tensor.as(Scalar::f32));
  return !std::ranges::all_of(tensor.values<float>(), [](float v) { return std::isfinite(v); });
}

}  // namespace

std::string_view name_of(Precision precision) {
  return std::ranges::find(precision_names, precision, &std::pair<Precision, std::string_view>::first)->second;
}

Precision precision_named(std::string_view name) {
  const auto found = std::ranges::find(precision_names, name, &std::pair<Precision, std::string_view>::second);
  if (found == precision_names.end()) {
    throw usage_error(fmt::format("precision '{}'", name), "is not known", "use auto, f32, bf16, f16 or int8");
  }
  return found->first;
}

bool has_non_finite(const std::map<std::string, Tensor>& outputs) {
  return std::ranges::any_of(outputs, [](const auto& output) { return has_non_finite(output.second); });
}

}  // namespace galen

// Comparisons and logic; only Where has a derivative.
#include <ATen/Functions.h>

#include "galen/train/torch/call.h"

namespace galen::torch_room {
namespace {

using Unary = at::Tensor(const at::Tensor&);
using Binary = at::Tensor(const at::Tensor&, const at::Tensor&);

template <auto function>
Values of_one(const Call& call) {
  return {function(call[0])};
}
template <auto function>
Values of_two(const Call& call) {
  return {function(call[0], call[1])};
}

Values where(const Call& call) {
  return {at::where(call[0], call[1], call[2])};
}

Values is_infinite(const Call& call) {
  const at::Tensor x = call[0], none = at::zeros_like(x, at::kBool);
  const at::Tensor positive = call.integer("detect_positive", 1) != 0 ? at::isposinf(x) : none;
  const at::Tensor negative = call.integer("detect_negative", 1) != 0 ? at::isneginf(x) : none;
  return {at::logical_or(positive, negative)};
}

}  // namespace

OperatorTable comparison_operators() {
  return {{"Equal", of_two<static_cast<Binary*>(at::eq)>},
          {"Greater", of_two<static_cast<Binary*>(at::gt)>},
          {"GreaterOrEqual", of_two<static_cast<Binary*>(at::ge)>},
          {"Less", of_two<static_cast<Binary*>(at::lt)>},
          {"LessOrEqual", of_two<static_cast<Binary*>(at::le)>},
          {"And", of_two<static_cast<Binary*>(at::logical_and)>},
          {"Or", of_two<static_cast<Binary*>(at::logical_or)>},
          {"Xor", of_two<static_cast<Binary*>(at::logical_xor)>},
          {"Not", of_one<static_cast<Unary*>(at::logical_not)>},
          {"IsNaN", of_one<static_cast<Unary*>(at::isnan)>},
          {"IsInf", is_infinite},
          {"Where", where}};
}

}  // namespace galen::torch_room

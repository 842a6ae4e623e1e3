// Matrix products, and operators along axes.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "galen/graph/rules.h"

namespace galen::rules {
namespace {

void require_inner(const Call& call, const Dim& a, const Dim& b) {
  if (a.fixed() && b.fixed() && a.extent != b.extent) {
    call.refuse("has shapes that do not fit", to_string(*call.dims(0)) + " times " + to_string(*call.dims(1)));
  }
}

}  // namespace

void gemm(Call& call) {
  call.require_same_type(0, 1);
  call.require_rank(0, 2, 2);
  call.require_rank(1, 2, 2);
  call.set(call.type(0), Dims(2));
  const Dims *a = call.dims(0), *b = call.dims(1), *c = call.dims(2);
  const bool flip_a = call.attribute("transA", 0) != 0, flip_b = call.attribute("transB", 0) != 0;
  Dims out(2);
  if (a != nullptr) out[0] = (*a)[flip_a ? 1 : 0];
  if (b != nullptr) out[1] = (*b)[flip_b ? 0 : 1];
  if (a != nullptr && b != nullptr) require_inner(call, (*a)[flip_a ? 0 : 1], (*b)[flip_b ? 1 : 0]);
  if (c != nullptr) broadcast(call, out, *c);
  call.output().dims = std::move(out);
}

void matmul(Call& call) {
  call.require_same_type(0, 1);
  call.set(call.type(0), std::nullopt);
  if (call.dims(0) == nullptr || call.dims(1) == nullptr) return;
  Dims a = *call.dims(0), b = *call.dims(1);
  if (a.empty() || b.empty()) call.refuse("has a single number in the place of a matrix");
  const bool row = a.size() == 1, column = b.size() == 1;
  if (row) a.insert(a.begin(), known(1));
  if (column) b.push_back(known(1));
  require_inner(call, a.back(), b[b.size() - 2]);
  Dims out = broadcast(call, Dims(a.begin(), a.end() - 2), Dims(b.begin(), b.end() - 2));
  if (!row) out.push_back(a[a.size() - 2]);
  if (!column) out.push_back(b.back());
  call.output().dims = std::move(out);
}

// Equations without "..."; with it the shape is not inferred.
void einsum(Call& call) {
  call.set(call.type(0), std::nullopt);
  std::string equation = call.attribute("equation", std::string());
  std::erase(equation, ' ');
  const auto arrow = equation.find("->");
  if (arrow == std::string::npos || equation.find("...") != std::string::npos) return;
  std::map<char, Dim> extents;
  std::size_t input = 0, axis = 0;
  for (const char letter : equation.substr(0, arrow)) {
    if (letter == ',') {
      ++input;
      axis = 0;
      continue;
    }
    const Dims* x = call.dims(input);
    if (x == nullptr) return;
    if (axis >= x->size()) call.refuse("has an equation that does not fit its inputs", equation);
    const Dim& dim = (*x)[axis++];
    Dim& extent = extents[letter];
    if (extent.fixed() && dim.fixed() && extent.extent != dim.extent && extent.extent != 1 && dim.extent != 1) {
      call.refuse("has shapes that do not fit", fmt::format("axis '{}': {} and {}", letter, extent.extent, dim.extent));
    }
    if (!extent.fixed() || extent.extent == 1) extent = dim;
  }
  Dims out;
  for (const char letter : equation.substr(arrow + 2)) {
    if (!extents.contains(letter)) call.refuse("has an equation with an unknown letter", equation);
    out.push_back(extents[letter]);
  }
  call.output().dims = std::move(out);
}

void reduce(Call& call) {
  const Dims* x = call.dims(0);
  call.set(call.type(0), std::nullopt);
  if (x == nullptr) return;
  auto axes = call.attribute_or_input("axes", 1);
  const bool keep = call.attribute("keepdims", 1) != 0;
  if (!axes && !call.left_out("axes", 1)) {
    if (keep) call.output().dims = Dims(x->size());
    return;
  }
  const bool all = !axes || axes->empty();
  if (all && call.attribute("noop_with_empty_axes", 0) != 0) return call.set(call.type(0), *x);
  std::vector<bool> gone(x->size(), all);
  for (const std::int64_t axis : axes.value_or(Shape{})) gone[call.axis(axis, x->size())] = true;
  Dims out;
  for (std::size_t i = 0; i < x->size(); ++i) {
    if (!gone[i]) {
      out.push_back((*x)[i]);
    } else if (keep) {
      out.push_back(known(1));
    }
  }
  call.output().dims = std::move(out);
}

void arg_extreme(Call& call) {
  const Dims* x = call.dims(0);
  call.set(Scalar::i64, std::nullopt);
  if (x == nullptr) return;
  Dims out = *x;
  const std::size_t axis = call.axis(call.attribute("axis", 0), x->size());
  if (call.attribute("keepdims", 1) != 0) {
    out[axis] = known(1);
  } else {
    out.erase(out.begin() + static_cast<std::ptrdiff_t>(axis));
  }
  call.output().dims = std::move(out);
}

void along_axis(Call& call) {
  if (const Dims* x = call.dims(0)) {
    const std::int64_t otherwise = call.opset() < 13 && call.node().op != "LpNormalization" ? 1 : -1;
    if (call.node().attributes.contains("axis")) call.axis(call.attribute("axis", otherwise), x->size());
    if (const auto axis = call.integers(1); axis && axis->size() == 1) call.axis(axis->front(), x->size());
  }
  same(call);
}

}  // namespace galen::rules

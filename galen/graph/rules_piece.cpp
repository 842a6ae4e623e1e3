// Operators that join, split, select and pad.
#include <fmt/format.h>

#include <algorithm>

#include "galen/graph/rules.h"

namespace galen::rules {

void concat(Call& call) {
  for (std::size_t i = 1; i < call.input_count(); ++i) call.require_same_type(0, i);
  call.set(call.type(0), std::nullopt);
  const Dims* first = call.dims(0);
  if (!call.node().attributes.contains("axis")) call.refuse("has no axis");
  if (first == nullptr) return;
  const std::size_t axis = call.axis(call.attribute("axis", 0), first->size());
  Dims out = *first;
  Numbers numbers;
  bool followed = first->size() == 1;
  for (std::size_t i = 0; i < call.input_count(); ++i) {
    const Dims* x = call.dims(i);
    if (x == nullptr) return;
    if (x->size() != out.size())
      call.refuse("has inputs with different numbers of axes", to_string(out) + " and " + to_string(*x));
    for (std::size_t d = 0; d < out.size(); ++d) {
      if (d == axis) {
        if (i > 0) out[d] = out[d].fixed() && (*x)[d].fixed() ? known(out[d].extent + (*x)[d].extent) : Dim{};
      } else if (out[d].fixed() && (*x)[d].fixed() && out[d] != (*x)[d]) {
        call.refuse("has shapes that do not fit",
                    fmt::format("{} and {} along axis {}", to_string(*first), to_string(*x), axis));
      } else if (!out[d].fixed()) {
        out[d] = (*x)[d].fixed() || out[d].name.empty() ? (*x)[d] : out[d];
      }
    }
    const Numbers* its = call.numbers(i);
    followed = followed && its != nullptr && numbers.size() + its->size() <= most_numbers;
    if (followed) numbers.insert(numbers.end(), its->begin(), its->end());
  }
  call.output().dims = std::move(out);
  if (followed) call.output().numbers = std::move(numbers);
}

void split(Call& call) {
  const Dims* x = call.dims(0);
  const auto lengths = call.attribute_or_input("split", 1);
  const std::size_t count = call.output_count();
  for (std::size_t i = 0; i < count; ++i) call.set(i, call.type(0), x == nullptr ? std::nullopt : std::optional(*x));
  if (lengths && lengths->size() != count) {
    call.refuse("has lengths that do not fit its outputs", fmt::format("{} for {}", lengths->size(), count));
  }
  if (x == nullptr) return;
  const std::size_t axis = call.axis(call.attribute("axis", 0), x->size());
  const Dim& whole = (*x)[axis];
  std::int64_t left = whole.extent;
  const auto n = static_cast<std::int64_t>(count), each = whole.fixed() ? (whole.extent + n - 1) / n : -1;
  for (std::size_t i = 0; i < count; ++i) {
    Dim& dim = (*call.output(i).dims)[axis];
    if (lengths) {
      if ((*lengths)[i] < 0) call.refuse("has a negative length", to_string(*lengths));
      dim = known((*lengths)[i]);
    } else if (call.left_out("split", 1) && whole.fixed()) {
      dim = known(std::min(each, left));  // the last piece is shorter if the extent is not divisible
    } else {
      dim = {};
    }
    if (whole.fixed() && dim.fixed()) left -= dim.extent;
    if (whole.fixed() && left < 0) call.refuse("has lengths beyond its input", to_string(*x));
  }
  if (lengths && whole.fixed() && left != 0) call.refuse("has lengths that do not fill its input", to_string(*x));
}

namespace {

struct Cut {
  std::int64_t start, step, count;
};

Cut cut_of(std::int64_t extent, std::int64_t start, std::int64_t end, std::int64_t step) {
  const auto place = [&](std::int64_t at, std::int64_t low, std::int64_t high) {
    return std::clamp(at < 0 ? at + extent : at, low, high);
  };
  if (extent == 0) return {0, step, 0};
  if (step > 0) {
    const std::int64_t from = place(start, 0, extent), to = place(end, 0, extent);
    return {from, step, to > from ? (to - from - 1) / step + 1 : 0};
  }
  const std::int64_t from = place(start, 0, extent - 1), to = place(end, -1, extent - 1);
  return {from, step, from > to ? (from - to - 1) / -std::max(step, -extent) + 1 : 0};
}

}  // namespace

void slice(Call& call) {
  const Dims* x = call.dims(0);
  call.set(call.type(0), x == nullptr ? std::nullopt : std::optional(Dims(x->size())));
  if (x == nullptr) return;
  const auto starts = call.attribute_or_input("starts", 1), ends = call.attribute_or_input("ends", 2);
  auto axes = call.attribute_or_input("axes", 3);
  auto steps = call.integers(4);
  if (!starts || !ends || (!axes && !call.left_out("axes", 3)) || (!steps && call.has(4))) {
    if (axes) {  // the other axes stay as they are
      Dims out = *x;
      for (const std::int64_t axis : *axes) out[call.axis(axis, x->size())] = {};
      call.output().dims = std::move(out);
    }
    return;
  }
  if (!steps) steps = Shape(starts->size(), 1);
  if (!axes) {
    axes.emplace();
    for (std::size_t i = 0; i < starts->size(); ++i) axes->push_back(static_cast<std::int64_t>(i));
  }
  if (ends->size() != starts->size() || axes->size() != starts->size() || steps->size() != starts->size()) {
    call.refuse("has starts, ends, axes and steps of different lengths");
  }
  Dims out = *x;
  for (std::size_t i = 0; i < axes->size(); ++i) {
    const std::size_t axis = call.axis((*axes)[i], x->size());
    if ((*steps)[i] == 0) call.refuse("has a step of 0");
    if (!(*x)[axis].fixed()) {
      out[axis] = {};
      continue;
    }
    const Cut cut = cut_of((*x)[axis].extent, (*starts)[i], (*ends)[i], (*steps)[i]);
    out[axis] = known(cut.count);
    if (const Numbers* numbers = call.numbers(0); numbers != nullptr && x->size() == 1) {
      Numbers picked;
      for (std::int64_t k = 0; k < cut.count; ++k) {
        picked.push_back((*numbers)[static_cast<std::size_t>(cut.start + k * cut.step)]);
      }
      call.output().numbers = std::move(picked);
    }
  }
  call.output().dims = std::move(out);
}

void gather(Call& call) {
  call.require_type(1, is_integer, "integers");
  call.set(call.type(0), std::nullopt);
  const Dims *x = call.dims(0), *at = call.dims(1);
  if (x == nullptr || at == nullptr) return;
  if (x->empty()) call.refuse("has a single number to gather from");
  const std::size_t axis = call.axis(call.attribute("axis", 0), x->size());
  Dims out(x->begin(), x->begin() + static_cast<std::ptrdiff_t>(axis));
  out.insert(out.end(), at->begin(), at->end());
  out.insert(out.end(), x->begin() + static_cast<std::ptrdiff_t>(axis) + 1, x->end());
  call.output().dims = out;
  const auto indices = call.integers(1);
  const Numbers* numbers = call.numbers(0);
  if (!indices) return;
  Numbers picked;
  for (std::int64_t index : *indices) {
    const Dim& extent = (*x)[axis];
    if (extent.fixed() && (index < -extent.extent || index >= extent.extent)) {
      call.refuse(fmt::format("picks number {}", index), "its input has shape " + to_string(*x));
    }
    if (numbers == nullptr) continue;
    if (index < 0) index += std::ssize(*numbers);
    picked.push_back(static_cast<std::size_t>(index) < numbers->size() ? (*numbers)[static_cast<std::size_t>(index)]
                                                                       : std::nullopt);
  }
  if (numbers != nullptr && x->size() == 1 && out.size() <= 1) call.output().numbers = std::move(picked);
}

void gather_elements(Call& call) {
  call.require_type(1, is_integer, "integers");
  const Dims* at = call.dims(1);
  call.set(call.type(0), at == nullptr ? std::nullopt : std::optional(*at));
}

void gather_nd(Call& call) {
  call.require_type(1, is_integer, "integers");
  call.set(call.type(0), std::nullopt);
  const Dims *x = call.dims(0), *at = call.dims(1);
  if (x == nullptr || at == nullptr || at->empty() || !at->back().fixed()) return;
  const std::size_t taken =
      static_cast<std::size_t>(at->back().extent) + static_cast<std::size_t>(call.attribute("batch_dims", 0));
  if (at->back().extent < 0 || taken > x->size()) call.refuse("has indices that do not fit", to_string(*at));
  Dims out(at->begin(), at->end() - 1);
  out.insert(out.end(), x->begin() + static_cast<std::ptrdiff_t>(taken), x->end());
  call.output().dims = std::move(out);
}

void scatter(Call& call) {
  call.require_type(1, is_integer, "integers");
  call.require_same_type(0, 2);
  same(call);
}

void pad(Call& call) {
  const Dims* x = call.dims(0);
  call.set(call.type(0), x == nullptr ? std::nullopt : std::optional(Dims(x->size())));
  const auto pads = call.attribute_or_input("pads", 1);
  if (x == nullptr || !pads || (call.has(3) && !call.integers(3))) return;
  Shape axes;
  if (const auto given = call.integers(3)) {
    axes = *given;
  } else {
    for (std::int64_t i = 0; i < std::ssize(*x); ++i) axes.push_back(i);
  }
  if (pads->size() != 2 * axes.size())
    call.refuse("has pads that do not fit", to_string(*pads) + " for " + to_string(*x));
  Dims out = *x;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    Dim& dim = out[call.axis(axes[i], x->size())];
    std::int64_t more = 0;
    if (__builtin_add_overflow((*pads)[i], (*pads)[i + axes.size()], &more) || more > largest_extent) {
      call.refuse("pads beyond any memory", to_string(*pads));
    }
    if (dim.fixed() && dim.extent + more < 0) call.refuse("cuts more than there is", to_string(*x));
    if (more != 0) dim = dim.fixed() ? known(dim.extent + more) : Dim{};
  }
  call.output().dims = std::move(out);
}

void one_hot(Call& call) {
  const Dims* labels = call.dims(0);
  call.set(call.type(2), std::nullopt);
  if (labels == nullptr) return;
  const std::size_t axis = call.axis(call.attribute("axis", -1), labels->size() + 1);
  const auto depth = call.integers(1);
  Dims out = *labels;
  out.insert(out.begin() + static_cast<std::ptrdiff_t>(axis),
             depth && depth->size() == 1 ? known(depth->front()) : Dim{});
  call.output().dims = std::move(out);
}

void top_k(Call& call) {
  const Dims* x = call.dims(0);
  std::optional<Dims> out;
  if (x != nullptr) {
    out = *x;
    const std::size_t axis = call.axis(call.attribute("axis", -1), x->size());
    const auto count = call.opset() < 10 ? std::optional(Shape{call.attribute("k", 1)}) : call.integers(1);
    (*out)[axis] = count && count->size() == 1 ? known(count->front()) : Dim{};
    const Dim& whole = (*x)[axis];
    if (whole.fixed() && (*out)[axis].extent > whole.extent) call.refuse("takes more than there is", to_string(*x));
  }
  call.set(0, call.type(0), out);
  call.set(1, Scalar::i64, out);
}

}  // namespace galen::rules

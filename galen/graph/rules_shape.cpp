// Operators that return shapes or reshape values.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "galen/graph/rules.h"

namespace galen::rules {
namespace {

std::optional<Dims> unknown_of_rank(std::size_t rank) {
  return Dims(rank);
}

// The shape that an integer input describes; unknown entries become extents that are not fixed.
std::optional<Dims> described(const Call& call, std::size_t i) {
  if (const Numbers* numbers = call.numbers(i)) {
    Dims out;
    for (const auto& number : *numbers) {
      if (number && *number < 0) call.refuse("asks for a negative extent", std::to_string(*number));
      out.push_back(number ? known(*number) : Dim{});
    }
    return out;
  }
  const Dims* dims = call.dims(i);
  if (dims == nullptr || dims->size() != 1 || !dims->front().fixed()) return std::nullopt;
  if (dims->front().extent > largest_rank) call.refuse(fmt::format("asks for {} axes", dims->front().extent));
  return unknown_of_rank(static_cast<std::size_t>(dims->front().extent));
}

std::int64_t clamp_end(std::int64_t at, std::int64_t rank) {
  return std::clamp<std::int64_t>(at < 0 ? at + rank : at, 0, rank);
}

// Infers the extent of the entry -1 from the elements left over by the others; equal named extents cancel out.
void fill_rest(const Call& call, const Dims& from, Dims& to, std::size_t rest, const std::vector<bool>& copied) {
  Dims have, want;
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (i >= copied.size() || !copied[i]) have.push_back(from[i]);
  }
  for (std::size_t i = 0; i < to.size(); ++i) {
    if (i != rest && !copied[i]) want.push_back(to[i]);
  }
  std::erase_if(want, [&](const Dim& dim) {
    if (dim.name.empty()) return false;
    const auto found = std::ranges::find(have, dim);
    if (found == have.end()) return false;
    have.erase(found);
    return true;
  });
  const auto open = std::ranges::stable_partition(have, &Dim::fixed);
  const Dim given = product(want), all = product(std::span(have.begin(), open.begin()));
  if (!given.fixed() || !all.fixed() || given.extent == 0) return;
  if (open.empty() && all.extent % given.extent != 0) {
    call.refuse("has a shape that does not fit its input", to_string(from) + " into " + to_string(to));
  }
  if (open.empty()) {
    to[rest] = known(all.extent / given.extent);
  } else if (open.size() == 1 && all.extent == given.extent) {
    to[rest] = open.front();
  }
}

Dims squeezed(const Call& call, const Dims& x, const std::optional<Shape>& axes) {
  std::vector<bool> gone(x.size(), false);
  if (axes) {
    for (const std::int64_t axis : *axes) {
      const std::size_t at = call.axis(axis, x.size());
      call.require_extent(x[at], 1, "a squeezed axis has extent");
      gone[at] = true;
    }
  } else {
    for (std::size_t i = 0; i < x.size(); ++i) gone[i] = x[i].extent == 1;
  }
  Dims out;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!gone[i]) out.push_back(x[i]);
  }
  return out;
}

void follow_numbers(Call& call) {
  const auto& dims = call.output().dims;
  const Numbers* numbers = call.numbers(0);
  if (numbers != nullptr && dims && dims->size() <= 1) call.output().numbers = *numbers;
}

}  // namespace

void shape(Call& call) {
  const Dims* x = call.dims(0);
  if (x == nullptr) {
    call.set(Scalar::i64, unknown_of_rank(1));
    return;
  }
  const auto rank = static_cast<std::int64_t>(x->size());
  const std::int64_t start = clamp_end(call.attribute("start", 0), rank);
  const std::int64_t end = std::max(start, clamp_end(call.attribute("end", rank), rank));
  Numbers numbers;
  for (std::int64_t i = start; i < end; ++i) {
    const Dim& dim = (*x)[static_cast<std::size_t>(i)];
    numbers.push_back(dim.fixed() ? std::optional(dim.extent) : std::nullopt);
  }
  call.set(Scalar::i64, Dims{known(end - start)});
  call.output().numbers = std::move(numbers);
}

void size(Call& call) {
  call.set(Scalar::i64, Dims{});
  if (const Dims* x = call.dims(0)) {
    const Dim all = product(*x);
    if (all.fixed()) call.output().numbers = Numbers{all.extent};
  }
}

void constant_of_shape(Call& call) {
  const Tensor value = call.node().attribute<Tensor>("value", Tensor::scalar(0.0f));
  if (value.count() != 1) call.refuse("has a value that is no single number");
  call.set(value.type(), described(call, 0));
  const auto& dims = call.output().dims;
  const Facts facts = facts_of(value);
  if (!facts.numbers || !dims || dims->size() != 1 || !dims->front().fixed() || dims->front().extent > 32) return;
  call.output().numbers = Numbers(static_cast<std::size_t>(dims->front().extent), facts.numbers->front());
}

void range(Call& call) {
  call.require_same_type(0, 1);
  call.require_same_type(0, 2);
  Dim count;
  const auto start = call.integers(0), limit = call.integers(1), delta = call.integers(2);
  if (start && limit && delta && start->size() == 1 && limit->size() == 1 && delta->size() == 1) {
    if (delta->front() == 0) call.refuse("has a step of 0");
    const double span = static_cast<double>(limit->front()) - static_cast<double>(start->front());
    const double steps = std::ceil(span / static_cast<double>(delta->front()));
    count = known(static_cast<std::int64_t>(std::clamp(steps, 0.0, static_cast<double>(largest_extent))));
  }
  call.set(call.type(0), Dims{count});
}

void reshape(Call& call) {
  call.set(call.type(0), std::nullopt);
  const Numbers* wanted = call.numbers(1);
  const Dims* x = call.dims(0);
  if (wanted == nullptr) {
    const Dims* shape_of_shape = call.dims(1);
    if (shape_of_shape != nullptr && shape_of_shape->size() == 1 && shape_of_shape->front().fixed()) {
      const std::int64_t rank = shape_of_shape->front().extent;
      if (rank > largest_rank) call.refuse(fmt::format("asks for {} axes", rank));
      call.output().dims = unknown_of_rank(static_cast<std::size_t>(rank));
    }
    return;
  }
  const bool zero_is_zero = call.attribute("allowzero", 0) != 0;
  Dims out(wanted->size());
  std::vector<bool> copied(wanted->size(), false);
  std::optional<std::size_t> rest;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto number = (*wanted)[i];
    if (!number) continue;
    if (*number == -1) {
      if (rest) call.refuse("has a shape with two entries of -1");
      rest = i;
    } else if (*number < 0) {
      call.refuse("has a shape with a negative entry", std::to_string(*number));
    } else if (*number == 0 && !zero_is_zero) {
      if (x != nullptr && i >= x->size()) call.refuse("copies an axis that its input does not have");
      copied[i] = x != nullptr;
      if (x != nullptr) out[i] = (*x)[i];
    } else {
      out[i] = known(*number);
    }
  }
  if (x != nullptr && rest) {
    fill_rest(call, *x, out, *rest, copied);
  } else if (x != nullptr) {
    const Dim have = product(*x), want = product(out);
    if (have.fixed() && want.fixed() && have != want) {
      call.refuse("has a shape that does not fit its input", to_string(*x) + " into " + to_string(out));
    }
  }
  call.output().dims = std::move(out);
  follow_numbers(call);
}

void flatten(Call& call) {
  call.set(call.type(0), unknown_of_rank(2));
  const Dims* x = call.dims(0);
  if (x == nullptr) return;
  const std::int64_t axis = call.attribute("axis", 1);
  const std::size_t at = axis == std::ssize(*x) ? x->size() : call.axis(axis, x->size());
  call.output().dims = Dims{product(std::span(*x).first(at)), product(std::span(*x).subspan(at))};
}

void squeeze(Call& call) {
  call.set(call.type(0), std::nullopt);
  const Dims* x = call.dims(0);
  const auto axes = call.attribute_or_input("axes", 1);
  if (x == nullptr || (!axes && !call.left_out("axes", 1))) return;
  const bool told = axes || std::ranges::all_of(*x, &Dim::fixed);
  if (told) call.output().dims = squeezed(call, *x, axes);
  follow_numbers(call);
}

void unsqueeze(Call& call) {
  call.set(call.type(0), std::nullopt);
  const Dims* x = call.dims(0);
  const auto axes = call.attribute_or_input("axes", 1);
  if (call.left_out("axes", 1)) call.refuse("has no axes");
  if (x == nullptr || !axes) return;
  const std::size_t rank = x->size() + axes->size();
  std::vector<bool> fresh(rank, false);
  for (const std::int64_t axis : *axes) {
    const std::size_t at = call.axis(axis, rank);
    if (fresh[at]) call.refuse("has an axis twice", std::to_string(axis));
    fresh[at] = true;
  }
  Dims out;
  auto next = x->begin();
  for (std::size_t i = 0; i < rank; ++i) out.push_back(fresh[i] ? known(1) : *next++);
  call.output().dims = std::move(out);
  follow_numbers(call);
}

void expand(Call& call) {
  call.set(call.type(0), std::nullopt);
  const Dims* x = call.dims(0);
  const auto wanted = described(call, 1);
  if (x != nullptr && wanted) call.output().dims = broadcast(call, *x, *wanted);
}

void tile(Call& call) {
  const Dims* x = call.dims(0);
  call.set(call.type(0), x == nullptr ? std::nullopt : unknown_of_rank(x->size()));
  const auto repeats = call.integers(1);
  if (x == nullptr || !repeats) return;
  if (repeats->size() != x->size()) call.refuse("has repeats that do not fit", to_string(*repeats));
  for (std::size_t i = 0; i < x->size(); ++i) {
    if ((*repeats)[i] < 0) call.refuse("has negative repeats", to_string(*repeats));
    const Dim both[] = {(*x)[i], known((*repeats)[i])};
    (*call.output().dims)[i] = product(both);
  }
}

void transpose(Call& call) {
  call.set(call.type(0), std::nullopt);
  const Dims* x = call.dims(0);
  if (x == nullptr) return;
  Dims out(x->rbegin(), x->rend());
  if (const auto order = call.attribute("perm")) {
    std::vector<bool> taken(x->size(), false);
    if (order->size() != x->size()) call.refuse("has a permutation that does not fit " + to_string(*x));
    for (std::size_t i = 0; i < order->size(); ++i) {
      const std::size_t from = call.axis((*order)[i], x->size());
      if (taken[from]) call.refuse("has no permutation", to_string(*order));
      taken[from] = true;
      out[i] = (*x)[from];
    }
  }
  call.output().dims = std::move(out);
}

void depth_to_space(Call& call) {
  call.require_rank(0, 4, 4);
  call.set(call.type(0), unknown_of_rank(4));
  const Dims* x = call.dims(0);
  const std::int64_t block = call.attribute("blocksize", 0);
  if (block < 1 || block > 1024) call.refuse("has no block size from 1 to 1024");
  if (x == nullptr) return;
  Dims out = *x;
  if (out[1].fixed() && out[1].extent % (block * block) != 0) call.refuse("has channels that do not fit its block");
  if (out[1].fixed()) out[1].extent /= block * block;
  for (const std::size_t i : {2u, 3u}) out[i] = out[i].fixed() ? known(out[i].extent * block) : Dim{};
  if (!(*x)[1].fixed()) out[1] = {};
  call.output().dims = std::move(out);
}

void space_to_depth(Call& call) {
  call.require_rank(0, 4, 4);
  call.set(call.type(0), unknown_of_rank(4));
  const Dims* x = call.dims(0);
  const std::int64_t block = call.attribute("blocksize", 0);
  if (block < 1 || block > 1024) call.refuse("has no block size from 1 to 1024");
  if (x == nullptr) return;
  Dims out = *x;
  out[1] = out[1].fixed() ? known(out[1].extent * block * block) : Dim{};
  for (const std::size_t i : {2u, 3u}) out[i] = out[i].fixed() ? known(out[i].extent / block) : Dim{};
  call.output().dims = std::move(out);
}

}  // namespace galen::rules

#include <fmt/format.h>

#include <algorithm>

#include "galen/graph/rules.h"
#include "galen/graph/structure.h"

namespace galen {

std::optional<Shape> Call::integers(std::size_t i) const {
  const Numbers* found = numbers(i);
  if (found == nullptr) return std::nullopt;
  Shape out;
  for (const auto& number : *found) {
    if (!number) return std::nullopt;
    out.push_back(*number);
  }
  return out;
}

std::optional<Shape> Call::attribute(const std::string& key) const {
  if (!node_.attributes.contains(key)) return std::nullopt;
  return node_.attribute<Shape>(key, {});
}

std::int64_t Call::attribute(const std::string& key, std::int64_t otherwise) const {
  return node_.attribute<std::int64_t>(key, otherwise);
}

std::string Call::attribute(const std::string& key, const std::string& otherwise) const {
  return node_.attribute<std::string>(key, otherwise);
}

std::optional<Shape> Call::attribute_or_input(const std::string& key, std::size_t i) const {
  return has(i) ? integers(i) : attribute(key);
}

void Call::set(std::size_t i, std::optional<Scalar> type, std::optional<Dims> dims) {
  if (i >= outputs_.size()) return;
  outputs_[i].type = type;
  outputs_[i].dims = std::move(dims);
}

std::size_t Call::axis(std::int64_t axis, std::size_t rank) const {
  const auto n = static_cast<std::int64_t>(rank);
  if (axis < -n || axis >= n) refuse(fmt::format("has axis {}", axis), fmt::format("its input has {} axes", rank));
  return static_cast<std::size_t>(axis < 0 ? axis + n : axis);
}

void Call::require_rank(std::size_t i, std::size_t least, std::size_t most) const {
  const Dims* found = dims(i);
  if (found == nullptr || (found->size() >= least && found->size() <= most)) return;
  const std::string wanted = least == most ? std::to_string(least)
                             : most > 64   ? fmt::format("at least {}", least)
                                           : fmt::format("{} to {}", least, most);
  refuse(fmt::format("has input {} of shape {}", i, to_string(*found)), fmt::format("expected {} axes", wanted));
}

void Call::require_same_type(std::size_t i, std::size_t j) const {
  const auto a = type(i), b = type(j);
  if (a && b && *a != *b) {
    refuse("has inputs of different types", fmt::format("{} is {}, {} is {}", i, name_of(*a), j, name_of(*b)));
  }
}

void Call::require_type(std::size_t i, bool (*fits)(Scalar), std::string_view wanted) const {
  const auto found = type(i);
  if (found && !fits(*found)) {
    refuse(fmt::format("has input {} of type {}", i, name_of(*found)), fmt::format("expected {}", wanted));
  }
}

void Call::require_extent(const Dim& dim, std::int64_t wanted, std::string_view what) const {
  if (dim.fixed() && wanted >= 0 && dim.extent != wanted) {
    refuse("has shapes that do not fit", fmt::format("{} {}, expected {}", what, dim.extent, wanted));
  }
}

void Call::refuse(const std::string& problem, const std::string& why) const {
  throw Error(node_.label(), problem, why, mend_graph);
}

std::string to_string(const Dims& dims) {
  std::string out;
  for (const Dim& dim : dims) {
    out += out.empty() ? "" : ", ";
    out += dim.fixed() ? std::to_string(dim.extent) : dim.name.empty() ? "?" : dim.name;
  }
  return "[" + out + "]";
}

Dims broadcast(const Call& call, const Dims& a, const Dims& b) {
  const std::size_t rank = std::max(a.size(), b.size());
  Dims out(rank);
  for (std::size_t i = 0; i < rank; ++i) {
    const Dim one = known(1);
    const Dim& left = i + a.size() < rank ? one : a[i + a.size() - rank];
    const Dim& right = i + b.size() < rank ? one : b[i + b.size() - rank];
    if (left == right || right.extent == 1) {
      out[i] = left;
    } else if (left.extent == 1) {
      out[i] = right;
    } else if (left.fixed() && right.fixed()) {
      call.refuse("has shapes that do not fit", to_string(a) + " and " + to_string(b));
    } else if (left.fixed() || right.fixed()) {
      out[i] = left.fixed() ? left : right;
    }
  }
  return out;
}

Dim known(std::int64_t extent) {
  return {extent, {}};
}

Dim product(std::span<const Dim> dims) {
  std::int64_t extent = 1;
  const Dim* unknown = nullptr;
  std::size_t unknowns = 0;
  for (const Dim& dim : dims) {
    if (!dim.fixed()) {
      unknown = &dim;
      ++unknowns;
    } else if (__builtin_mul_overflow(extent, dim.extent, &extent)) {
      return {};
    }
  }
  if (unknowns == 0 || extent == 0) return known(extent);
  return unknowns == 1 && extent == 1 ? *unknown : Dim{};
}

bool is_integer(Scalar type) {
  return !is_float(type) && type != Scalar::boolean;
}

bool is_boolean(Scalar type) {
  return type == Scalar::boolean;
}

}  // namespace galen

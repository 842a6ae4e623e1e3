#include "galen/base/tensor.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

namespace galen {
namespace {

constexpr std::size_t alignment = 64;

// Calls f with the number at this place, in its own type (f16 and bf16: float).
template <class F>
void read_element(const std::byte* at, Scalar type, F&& f) {
  if (type == Scalar::f16 || type == Scalar::bf16) {
    std::uint16_t half = 0;
    std::memcpy(&half, at, sizeof half);
    return f(type == Scalar::f16 ? from_f16(half) : from_bf16(half));
  }
  visit_scalar(type, [&](auto number) {
    std::memcpy(&number, at, sizeof number);
    f(number);
  });
}

template <class To, class From>
To converted(From value) {
  using Range = std::numeric_limits<To>;
  if constexpr (std::is_integral_v<To> && !std::is_same_v<To, bool>) {
    if constexpr (std::is_floating_point_v<From>) {
      if (std::isnan(value)) return 0;
      if (value <= static_cast<From>(Range::min())) return Range::min();
      if (value >= static_cast<From>(Range::max())) return Range::max();
    } else if constexpr (!std::is_same_v<From, bool>) {
      if (std::cmp_less(value, Range::min())) return Range::min();
      if (std::cmp_greater(value, Range::max())) return Range::max();
    }
  }
  return static_cast<To>(value);
}

template <class T>
void write_element(std::byte* at, Scalar type, T value) {
  if (type == Scalar::f16 || type == Scalar::bf16) {
    const auto narrow = static_cast<float>(value);
    const std::uint16_t half = type == Scalar::f16 ? to_f16(narrow) : to_bf16(narrow);
    std::memcpy(at, &half, sizeof half);
    return;
  }
  visit_scalar(type, [&](auto number) {
    number = converted<decltype(number)>(value);
    std::memcpy(at, &number, sizeof number);
  });
}

}  // namespace

std::int64_t element_count(const Shape& shape) {
  std::int64_t n = 1;
  for (const std::int64_t extent : shape) {
    if (extent < 0 || __builtin_mul_overflow(n, extent, &n)) {
      throw Error("shape " + to_string(shape), "is not that of an array in memory");
    }
  }
  return n;
}

std::string to_string(const Shape& shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

Tensor::Tensor(Scalar type, Shape shape) : type_(type), shape_(std::move(shape)), count_(element_count(shape_)) {
  std::int64_t bytes = 0;
  if (__builtin_mul_overflow(count_, static_cast<std::int64_t>(size_of(type)), &bytes)) {
    throw Error("shape " + to_string(shape_), "is not that of an array in memory");
  }
  const std::size_t padded = (static_cast<std::size_t>(bytes) + alignment) / alignment * alignment;
  void* memory = std::aligned_alloc(alignment, padded);
  if (memory == nullptr) {
    throw Error("tensor " + to_string(shape_), "does not fit in memory", fmt::format("{} bytes", bytes));
  }
  std::memset(memory, 0, padded);
  owner_ = std::shared_ptr<void>(memory, std::free);
  data_ = static_cast<std::byte*>(memory);
}

Tensor::Tensor(Scalar type, Shape shape, std::shared_ptr<void> owner, std::byte* data)
    : type_(type), shape_(std::move(shape)), count_(element_count(shape_)), owner_(std::move(owner)), data_(data) {}

void Tensor::require(Scalar type) const {
  if (type != type_) {
    throw defect("tensor " + to_string(shape_), fmt::format("is {}, read as {}", name_of(type_), name_of(type)));
  }
}

Tensor Tensor::clone() const {
  Tensor out(type_, shape_);
  std::memcpy(out.data_, data_, bytes().size());
  return out;
}

Tensor Tensor::reshaped(Shape shape) const {
  Tensor out = *this;
  if (element_count(shape) != count_) throw defect("tensor " + to_string(shape_), "cannot be " + to_string(shape));
  out.shape_ = std::move(shape);
  return out;
}

Tensor Tensor::as(Scalar type) const {
  if (type == type_) return *this;
  Tensor out(type, shape_);
  const std::size_t from = size_of(type_), to = size_of(type);
  for (std::size_t i = 0; i < static_cast<std::size_t>(count_); ++i) {
    read_element(data_ + i * from, type_, [&](auto value) { write_element(out.data_ + i * to, type, value); });
  }
  return out;
}

}  // namespace galen

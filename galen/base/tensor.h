#pragma once
// A dense array, the input and output of networks. It is in base because graphs, preparation and engines all use it.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "galen/base/error.h"
#include "galen/base/scalar.h"

namespace galen {

using Shape = std::vector<std::int64_t>;

/// Product of the extents; 1 for a scalar. Errors: negative extent, overflow.
std::int64_t element_count(const Shape& shape);
std::string to_string(const Shape& shape);  ///< "[1, 3, 40, 56, 40]"

/// Row-major (last axis fastest), 64-byte aligned. Copies share the memory; clone() does not.
class Tensor {
 public:
  Tensor() = default;
  Tensor(Scalar type, Shape shape);  ///< zeros
  /// A tensor over existing memory, which owner keeps alive.
  Tensor(Scalar type, Shape shape, std::shared_ptr<void> owner, std::byte* data);
  template <class T>
  static Tensor of(Shape shape, std::span<const T> values);
  template <class T>
  static Tensor scalar(T value) {
    return of<T>({}, std::span<const T>(&value, 1));
  }

  bool empty() const { return data_ == nullptr; }
  Scalar type() const { return type_; }
  const Shape& shape() const { return shape_; }
  std::int64_t count() const { return count_; }
  std::span<std::byte> bytes() { return {data_, static_cast<std::size_t>(count_) * size_of(type_)}; }
  std::span<const std::byte> bytes() const { return {data_, static_cast<std::size_t>(count_) * size_of(type_)}; }
  /// Errors (defect): T is not the type of the tensor.
  template <class T>
  std::span<T> values() {
    require(scalar_of<T>());
    return {reinterpret_cast<T*>(data_), static_cast<std::size_t>(count_)};
  }
  template <class T>
  std::span<const T> values() const {
    require(scalar_of<T>());
    return {reinterpret_cast<const T*>(data_), static_cast<std::size_t>(count_)};
  }
  Tensor clone() const;
  /// The same memory with another shape of the same element count.
  Tensor reshaped(Shape shape) const;
  /// Converted element by element (f16 and bf16 included). What is beyond an integer type becomes its least or greatest
  /// number, a fraction is cut off, and NaN becomes 0.
  Tensor as(Scalar type) const;

 private:
  void require(Scalar type) const;
  Scalar type_ = Scalar::f32;
  Shape shape_;
  std::int64_t count_ = 0;
  std::shared_ptr<void> owner_;
  std::byte* data_ = nullptr;
};

template <class T>
Tensor Tensor::of(Shape shape, std::span<const T> values) {
  Tensor out(scalar_of<T>(), std::move(shape));
  if (static_cast<std::size_t>(out.count()) != values.size()) throw defect("tensor", "values do not fill the shape");
  std::copy(values.begin(), values.end(), out.values<T>().begin());
  return out;
}

}  // namespace galen

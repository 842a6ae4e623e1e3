#pragma once
// Element types of files and tensors, as run-time values.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace galen {

enum class Scalar { u8, i8, u16, i16, u32, i32, u64, i64, f16, bf16, f32, f64, boolean };

std::size_t size_of(Scalar type);
std::string_view name_of(Scalar type);  ///< "u8", "f32", ...
bool is_float(Scalar type);

float from_f16(std::uint16_t bits);  ///< IEEE 754 binary16
std::uint16_t to_f16(float value);   ///< round to nearest even, overflow to infinity
float from_bf16(std::uint16_t bits);
std::uint16_t to_bf16(float value);  ///< round to nearest even

template <class T>
constexpr Scalar scalar_of();
template <>
constexpr Scalar scalar_of<std::uint8_t>() {
  return Scalar::u8;
}
template <>
constexpr Scalar scalar_of<std::int8_t>() {
  return Scalar::i8;
}
template <>
constexpr Scalar scalar_of<std::uint16_t>() {
  return Scalar::u16;
}
template <>
constexpr Scalar scalar_of<std::int16_t>() {
  return Scalar::i16;
}
template <>
constexpr Scalar scalar_of<std::uint32_t>() {
  return Scalar::u32;
}
template <>
constexpr Scalar scalar_of<std::int32_t>() {
  return Scalar::i32;
}
template <>
constexpr Scalar scalar_of<std::uint64_t>() {
  return Scalar::u64;
}
template <>
constexpr Scalar scalar_of<std::int64_t>() {
  return Scalar::i64;
}
template <>
constexpr Scalar scalar_of<float>() {
  return Scalar::f32;
}
template <>
constexpr Scalar scalar_of<double>() {
  return Scalar::f64;
}
template <>
constexpr Scalar scalar_of<bool>() {
  return Scalar::boolean;
}

/// Calls f with a value-initialised number of the corresponding C++ type. Not for f16 and bf16, which have none.
template <class F>
decltype(auto) visit_scalar(Scalar type, F&& f) {
  switch (type) {
    case Scalar::u8:
      return f(std::uint8_t{});
    case Scalar::i8:
      return f(std::int8_t{});
    case Scalar::u16:
      return f(std::uint16_t{});
    case Scalar::i16:
      return f(std::int16_t{});
    case Scalar::u32:
      return f(std::uint32_t{});
    case Scalar::i32:
      return f(std::int32_t{});
    case Scalar::u64:
      return f(std::uint64_t{});
    case Scalar::i64:
      return f(std::int64_t{});
    case Scalar::f32:
      return f(float{});
    case Scalar::boolean:
      return f(bool{});
    case Scalar::f16:
    case Scalar::bf16:
    case Scalar::f64:
      break;
  }
  return f(double{});
}

}  // namespace galen

#include "galen/graph/onnx_format.h"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace galen::onnx {
namespace {

constexpr std::array<std::pair<Scalar, std::int32_t>, 13> data_types = {{{Scalar::f32, 1},
                                                                         {Scalar::u8, 2},
                                                                         {Scalar::i8, 3},
                                                                         {Scalar::u16, 4},
                                                                         {Scalar::i16, 5},
                                                                         {Scalar::i32, 6},
                                                                         {Scalar::i64, 7},
                                                                         {Scalar::boolean, 9},
                                                                         {Scalar::f16, 10},
                                                                         {Scalar::f64, 11},
                                                                         {Scalar::u32, 12},
                                                                         {Scalar::u64, 13},
                                                                         {Scalar::bf16, 16}}};

}  // namespace

std::int32_t data_type_of(Scalar type) {
  for (const auto& [scalar, code] : data_types) {
    if (scalar == type) return code;
  }
  throw defect("ONNX", "a scalar type has no code");
}

Scalar scalar_of_data_type(std::int64_t data_type, const std::string& where) {
  for (const auto& [scalar, code] : data_types) {
    if (code == data_type) return scalar;
  }
  const std::string_view name = data_type == 8 ? "string" : data_type == 14 || data_type == 15 ? "complex" : "unknown";
  throw Error(where, "has an element type that is not supported", fmt::format("ONNX type {} ({})", data_type, name),
              "export the model with float or integer tensors");
}

void Message::require(protozero::pbf_wire_type type) const {
  if (reader_.wire_type() != type) {
    throw Error(*where_, "is damaged", fmt::format("field {} has the wrong wire type", reader_.tag()), copy_again);
  }
}

protozero::data_view Message::bytes() {
  require(protozero::pbf_wire_type::length_delimited);
  return reader_.get_view();
}

std::string Message::text() {
  const protozero::data_view view = bytes();
  return {view.data(), view.size()};
}

std::int64_t Message::integer() {
  require(protozero::pbf_wire_type::varint);
  return reader_.get_int64();
}

float Message::real() {
  require(protozero::pbf_wire_type::fixed32);
  return reader_.get_float();
}

void Message::integers(std::vector<std::int64_t>& out) {
  if (reader_.wire_type() == protozero::pbf_wire_type::length_delimited) {
    for (const std::int64_t value : reader_.get_packed_int64()) out.push_back(value);
  } else {
    out.push_back(integer());
  }
}

void Message::reals(std::vector<float>& out) {
  if (reader_.wire_type() == protozero::pbf_wire_type::length_delimited) {
    for (const float value : reader_.get_packed_float()) out.push_back(value);
  } else {
    out.push_back(real());
  }
}

void Message::reals(std::vector<double>& out) {
  if (reader_.wire_type() == protozero::pbf_wire_type::length_delimited) {
    for (const double value : reader_.get_packed_double()) out.push_back(value);
  } else {
    require(protozero::pbf_wire_type::fixed64);
    out.push_back(reader_.get_double());
  }
}

}  // namespace galen::onnx

#include "galen/graph/onnx_tensor.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <protozero/pbf_writer.hpp>
#include <span>

#include "galen/base/text.h"

namespace galen::onnx {
namespace {

static_assert(std::endian::native == std::endian::little, "raw tensor data is little-endian");

struct RawTensor {
  std::string name;
  Shape dims;
  std::int64_t data_type = 0;
  std::vector<float> floats;
  std::vector<double> doubles;
  std::vector<std::int64_t> integers;  // from int32_data, int64_data and uint64_data
  protozero::data_view raw;
  bool has_raw = false, external = false;
  ExternalData place;
};

std::uint64_t place_in(const std::string& text, const std::string& where) {
  if (const auto value = number_in<std::uint64_t>(text)) return *value;
  throw Error(where, "has external data at a place that is no number", text);
}

void read_place(Message entry, ExternalData& place) {
  std::string key, value;
  while (entry.next()) {
    if (entry.tag() == entry_field::key) {
      key = entry.text();
    } else if (entry.tag() == entry_field::value) {
      value = entry.text();
    } else {
      entry.skip();
    }
  }
  if (key == "location") place.location = value;
  if (key == "offset") place.offset = place_in(value, entry.where());
  if (key == "length") {
    place.length = place_in(value, entry.where());
    place.has_length = true;
  }
}

RawTensor read_fields(Message& message) {
  RawTensor out;
  while (message.next()) {
    switch (message.tag()) {
      case tensor_field::dims:
        message.integers(out.dims);
        break;
      case tensor_field::data_type:
        out.data_type = message.integer();
        break;
      case tensor_field::float_data:
        message.reals(out.floats);
        break;
      case tensor_field::double_data:
        message.reals(out.doubles);
        break;
      case tensor_field::int32_data:
      case tensor_field::int64_data:
      case tensor_field::uint64_data:
        message.integers(out.integers);
        break;
      case tensor_field::name:
        out.name = message.text();
        break;
      case tensor_field::raw_data:
        out.raw = message.bytes();
        out.has_raw = true;
        break;
      case tensor_field::external_data:
        read_place(message.message(), out.place);
        break;
      case tensor_field::data_location:
        out.external = message.integer() == 1;
        break;
      case tensor_field::segment:
        throw Error(message.where(), "has a tensor in segments", "", "export the model with whole tensors");
      default:
        message.skip();
    }
  }
  return out;
}

// f16 and bf16 are stored in int32_data as bit patterns.
void fill_from_integers(const std::vector<std::int64_t>& values, Tensor& out) {
  const Scalar stored = out.type() == Scalar::f16 || out.type() == Scalar::bf16 ? Scalar::u16 : out.type();
  visit_scalar(stored, [&](auto zero) {
    using T = decltype(zero);
    std::byte* at = out.bytes().data();
    for (const std::int64_t value : values) {
      const T number = static_cast<T>(value);
      std::memcpy(at, &number, sizeof number);
      at += sizeof number;
    }
  });
}

// Called before memory is allocated: a header may claim any shape.
void require_filled(const RawTensor& raw, Scalar type, std::size_t count, const std::string& where) {
  const std::size_t expected = raw.has_raw ? count * size_of(type) : count;
  const std::size_t found = raw.has_raw           ? raw.raw.size()
                            : type == Scalar::f32 ? raw.floats.size()
                            : type == Scalar::f64 ? raw.doubles.size()
                                                  : raw.integers.size();
  if (found != expected) {
    throw Error(where, "has data that does not fill its shape " + to_string(raw.dims),
                fmt::format("{} {}, expected {}", found, raw.has_raw ? "bytes" : "numbers", expected),
                "export the model again; it may be truncated");
  }
}

}  // namespace

std::size_t Budget::take(const Shape& shape, Scalar type, const std::string& where) {
  constexpr std::size_t most_axes = 32;
  if (shape.size() > most_axes) {
    throw Error(where, "has too many axes", fmt::format("{}, at most {}", shape.size(), most_axes));
  }
  std::uint64_t count = 1;
  for (const std::int64_t extent : shape) {
    if (extent < 0) throw Error(where, "has a negative extent", to_string(shape));
    if (__builtin_mul_overflow(count, static_cast<std::uint64_t>(extent), &count)) count = ~0ull;
  }
  if (count > limits_.max_elements || count > left_ / size_of(type)) {
    throw Error(where, "is larger than the limit", "shape " + to_string(shape),
                "raise the limit if the file is trusted");
  }
  left_ -= count * size_of(type);
  return count;
}

std::pair<std::string, Tensor> read_tensor(Message message, const fs::path& folder, Budget& budget) {
  RawTensor raw = read_fields(message);
  const std::string where = message.where() + ": tensor '" + raw.name + "'";
  const Scalar type = scalar_of_data_type(raw.data_type, where);
  const std::size_t count = budget.take(raw.dims, type, where);
  const fs::path file = raw.external ? find_external(raw.place, folder, count * size_of(type), where) : fs::path();
  if (!raw.external) require_filled(raw, type, count, where);

  Tensor out(type, raw.dims);
  if (raw.external) {
    read_piece(file, raw.place.offset, out.bytes(), where);
  } else if (raw.has_raw) {
    std::ranges::copy(std::as_bytes(std::span(raw.raw.data(), raw.raw.size())), out.bytes().begin());
  } else if (type == Scalar::f32) {
    std::ranges::copy(raw.floats, out.values<float>().begin());
  } else if (type == Scalar::f64) {
    std::ranges::copy(raw.doubles, out.values<double>().begin());
  } else {
    fill_from_integers(raw.integers, out);
  }
  if (type == Scalar::boolean) {  // any other byte is not a valid C++ bool
    for (std::byte& byte : out.bytes()) byte = byte == std::byte{0} ? std::byte{0} : std::byte{1};
  }
  return {std::move(raw.name), std::move(out)};
}

void write_tensor(std::string& out, const std::string& name, const Tensor& tensor) {
  protozero::pbf_writer writer(out);
  for (const std::int64_t extent : tensor.shape()) writer.add_int64(tensor_field::dims, extent);
  writer.add_int32(tensor_field::data_type, data_type_of(tensor.type()));
  if (!name.empty()) writer.add_string(tensor_field::name, name);
  const auto bytes = tensor.bytes();
  writer.add_bytes(tensor_field::raw_data, reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

}  // namespace galen::onnx

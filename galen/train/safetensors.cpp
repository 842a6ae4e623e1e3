#include "galen/train/safetensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <vector>

#include "galen/base/json.h"

namespace galen {
namespace {

static_assert(std::endian::native == std::endian::little, "tensors are written as they lie in memory");

constexpr std::uint64_t header_limit = 100'000'000;  // that of the reference implementation
constexpr std::size_t length_bytes = 8, alignment = 64;
constexpr const char* metadata_key = "__metadata__";

constexpr std::array<std::pair<Scalar, std::string_view>, 13> type_names{{{Scalar::u8, "U8"},
                                                                          {Scalar::i8, "I8"},
                                                                          {Scalar::u16, "U16"},
                                                                          {Scalar::i16, "I16"},
                                                                          {Scalar::u32, "U32"},
                                                                          {Scalar::i32, "I32"},
                                                                          {Scalar::u64, "U64"},
                                                                          {Scalar::i64, "I64"},
                                                                          {Scalar::f16, "F16"},
                                                                          {Scalar::bf16, "BF16"},
                                                                          {Scalar::f32, "F32"},
                                                                          {Scalar::f64, "F64"},
                                                                          {Scalar::boolean, "BOOL"}}};

std::string_view type_name(Scalar type) {
  return std::find_if(type_names.begin(), type_names.end(), [&](const auto& t) { return t.first == type; })->second;
}

Scalar type_named(const JsonView& json) {
  const auto name = json.as<std::string>();
  const auto found =
      std::find_if(type_names.begin(), type_names.end(), [&](const auto& t) { return t.second == name; });
  if (found == type_names.end()) throw Error(json.where(), fmt::format("'{}' is no type of a tensor", name));
  return found->first;
}

std::uint64_t read_offset(const JsonView& json) {
  if (!json.json().is_number_unsigned()) throw Error(json.where(), "is not an offset", json.json().dump());
  return json.as<std::uint64_t>();
}

Shape read_shape(const JsonView& json, const Limits& limits) {
  if (!json.json().is_array() || json.size() > 64) throw Error(json.where(), "is not a shape");
  Shape shape;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const std::uint64_t extent = read_offset(json.at(i));
    if (extent > limits.max_elements) throw Error(json.at(i).where(), "is too large", fmt::format("{}", extent));
    shape.push_back(static_cast<std::int64_t>(extent));
  }
  return shape;
}

struct Entry {
  std::string name;
  Scalar type;
  Shape shape;
  std::uint64_t begin, end;
};

Entry read_entry(const std::string& name, const JsonView& json, std::size_t data_size, const Limits& limits) {
  json.only({"dtype", "shape", "data_offsets"});
  const JsonView offsets = json.at("data_offsets");
  if (!offsets.json().is_array() || offsets.size() != 2) throw Error(offsets.where(), "is not a begin and an end");
  Entry entry{name, type_named(json.at("dtype")), read_shape(json.at("shape"), limits), read_offset(offsets.at(0)),
              read_offset(offsets.at(1))};
  if (entry.begin > entry.end || entry.end > data_size) {
    throw Error(offsets.where(), "lies outside the data", fmt::format("{} bytes", data_size));
  }
  const std::int64_t count = element_count(entry.shape);  // throws on overflow
  if (static_cast<std::uint64_t>(count) > limits.max_elements) throw Error(json.where(), "is too large");
  if (static_cast<std::uint64_t>(count) * size_of(entry.type) != entry.end - entry.begin) {
    throw Error(json.where(), "does not fill its shape",
                fmt::format("{} bytes for {}", entry.end - entry.begin, to_string(entry.shape)));
  }
  return entry;
}

void read_metadata(const JsonView& json, TensorFile& out) {
  if (!json.json().is_object()) throw Error(json.where(), "is not an object");
  for (const auto& [key, value] : json.json().items()) {
    if (!value.is_string()) throw Error(json.where(), fmt::format("'{}' is not a text", key));
    out.metadata[key] = value.get<std::string>();
  }
}

}  // namespace

Bytes write_safetensors(const TensorFile& file) {
  Json header = Json::object();
  if (!file.metadata.empty()) header[metadata_key] = file.metadata;
  std::uint64_t size = 0;
  for (const auto& [name, tensor] : file.tensors) {
    if (name == metadata_key) throw defect("safetensors", "a tensor has the name of the metadata");
    const std::uint64_t end = size + tensor.bytes().size();
    header[name] = {{"dtype", type_name(tensor.type())}, {"shape", tensor.shape()}, {"data_offsets", {size, end}}};
    size = end;
  }
  std::string text = header.dump();
  text.resize((text.size() + length_bytes + alignment - 1) / alignment * alignment - length_bytes, ' ');
  Bytes out(length_bytes + text.size() + size);
  const std::uint64_t length = text.size();
  std::memcpy(out.data(), &length, length_bytes);
  std::memcpy(out.data() + length_bytes, text.data(), text.size());
  std::byte* at = out.data() + length_bytes + text.size();
  for (const auto& [name, tensor] : file.tensors) at = std::copy(tensor.bytes().begin(), tensor.bytes().end(), at);
  return out;
}

TensorFile parse_safetensors(std::span<const std::byte> bytes, const std::string& where, const Limits& limits) {
  std::uint64_t length = 0;
  if (bytes.size() < length_bytes) throw Error(where, "is no safetensors file", "shorter than its header's length");
  std::memcpy(&length, bytes.data(), length_bytes);
  if (length > header_limit || length > bytes.size() - length_bytes) {
    throw Error(where, "is damaged", fmt::format("a header of {} bytes in a file of {}", length, bytes.size()));
  }
  const std::string_view text = as_text(bytes.subspan(length_bytes, length));
  if (text.empty() || text.front() != '{') throw Error(where, "is no safetensors file", "its header is no object");
  const std::span<const std::byte> data = bytes.subspan(length_bytes + length);
  const Json header = parse_json(text, where, limits);

  TensorFile out;
  std::vector<Entry> entries;
  for (const auto& [name, value] : header.items()) {
    const JsonView view(value, fmt::format("{}: {}", where, name));
    if (name == metadata_key) {
      read_metadata(view, out);
    } else {
      entries.push_back(read_entry(name, view, data.size(), limits));
    }
  }
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return std::pair(a.begin, a.end) < std::pair(b.begin, b.end); });
  std::uint64_t at = 0;
  for (const Entry& entry : entries) {
    if (entry.begin != at) {
      throw Error(fmt::format("{}: {}", where, entry.name),
                  entry.begin < at ? "overlaps another tensor" : "leaves a gap");
    }
    at = entry.end;
    Tensor tensor(entry.type, entry.shape);
    std::copy_n(data.begin() + static_cast<std::ptrdiff_t>(entry.begin), entry.end - entry.begin,
                tensor.bytes().begin());
    out.tensors.emplace(entry.name, std::move(tensor));
  }
  if (at != data.size()) throw Error(where, "has bytes that no tensor owns", fmt::format("{}", data.size() - at));
  return out;
}

}  // namespace galen

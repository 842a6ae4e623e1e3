#pragma once
// Field numbers and codes of the ONNX protobuf schema (onnx.proto, IR version 8), and a message reader that reports
// damage as Error. Internal to the room.
#include <protozero/pbf_reader.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "galen/base/error.h"
#include "galen/base/scalar.h"

namespace galen::onnx {

namespace model_field {
enum : std::uint32_t { ir_version = 1, producer_name = 2, graph = 7, opset_import = 8, metadata = 14, functions = 25 };
}
namespace opset_field {
enum : std::uint32_t { domain = 1, version = 2 };
}
namespace entry_field {
enum : std::uint32_t { key = 1, value = 2 };
}
namespace graph_field {
enum : std::uint32_t { node = 1, name = 2, initializer = 5, input = 11, output = 12, sparse_initializer = 15 };
}
namespace node_field {
enum : std::uint32_t { input = 1, output = 2, name = 3, op_type = 4, attribute = 5, domain = 7 };
}
namespace attribute_field {
enum : std::uint32_t {
  name = 1,
  f = 2,
  i = 3,
  s = 4,
  t = 5,
  g = 6,
  floats = 7,
  ints = 8,
  strings = 9,
  graphs = 11,
  type = 20,
  ref_attr_name = 21
};
}
namespace tensor_field {
enum : std::uint32_t {
  dims = 1,
  data_type = 2,
  segment = 3,
  float_data = 4,
  int32_data = 5,
  string_data = 6,
  int64_data = 7,
  name = 8,
  raw_data = 9,
  double_data = 10,
  uint64_data = 11,
  external_data = 13,
  data_location = 14
};
}
namespace value_field {
enum : std::uint32_t { name = 1, type = 2 };
}
namespace type_field {
enum : std::uint32_t { tensor = 1 };
}
namespace tensor_type_field {
enum : std::uint32_t { elem_type = 1, shape = 2 };
}
namespace shape_field {
enum : std::uint32_t { dim = 1 };
}
namespace dim_field {
enum : std::uint32_t { value = 1, param = 2 };
}

/// AttributeProto.AttributeType
enum class AttributeType : std::int32_t {
  undefined = 0,
  f = 1,
  i = 2,
  s = 3,
  t = 4,
  g = 5,
  floats = 6,
  ints = 7,
  strings = 8,
  graphs = 10
};

/// TensorProto.DataType of a Scalar.
std::int32_t data_type_of(Scalar type);
/// Errors: a type that Galen does not support (string, complex, float8, int4).
Scalar scalar_of_data_type(std::int64_t data_type, const std::string& where);

/// The remedy for a damaged or incomplete file.
inline constexpr const char* copy_again = "copy the file again, or export the model again";

/// One protobuf message, read field by field. Errors of every getter: the wire type of the field is not that of the
/// schema. (protozero only asserts that, which is not enough for input files.)
class Message {
 public:
  Message(protozero::data_view data, const std::string& where) : reader_(data), where_(&where) {}

  bool next() { return reader_.next(); }
  std::uint32_t tag() const { return reader_.tag(); }
  void skip() { reader_.skip(); }

  protozero::data_view bytes();
  std::string text();
  std::int64_t integer();
  float real();
  Message message() { return {bytes(), *where_}; }
  /// Appends repeated numbers, packed or not.
  void integers(std::vector<std::int64_t>& out);
  void reals(std::vector<float>& out);
  void reals(std::vector<double>& out);
  const std::string& where() const { return *where_; }

 private:
  void require(protozero::pbf_wire_type type) const;
  protozero::pbf_reader reader_;
  const std::string* where_;
};

}  // namespace galen::onnx

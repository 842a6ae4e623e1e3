#pragma once
// TensorProto in and out. Internal to the room.
#include <cstdint>
#include <string>
#include <utility>

#include "galen/base/files.h"
#include "galen/base/tensor.h"
#include "galen/graph/onnx_format.h"

namespace galen::onnx {

/// What the tensors of one file may take together, so that many small descriptions of one large range of an external
/// file cannot fill the memory.
class Budget {
 public:
  explicit Budget(const Limits& limits) : limits_(limits), left_(limits.max_bytes) {}
  /// Errors: more axes than any network needs, more elements than the limit, or more bytes in all.
  /// Returns the number of elements.
  std::size_t take(const Shape& shape, Scalar type, const std::string& where);

 private:
  Limits limits_;
  std::uint64_t left_;
};

/// The name and the numbers of a TensorProto. folder: where external data may lie (empty: nowhere).
/// Errors: data that does not fill the shape, over the budget, external data outside the folder or the file.
std::pair<std::string, Tensor> read_tensor(Message message, const fs::path& folder, Budget& budget);

/// A piece of a file beside the model.
struct ExternalData {
  std::string location;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  bool has_length = false;
};
/// The file. Errors: a path that leaves the folder, no plain file, a piece that is not in it or is not of so many
/// bytes.
fs::path find_external(const ExternalData& data, const fs::path& folder, std::uint64_t bytes, const std::string& where);
void read_piece(const fs::path& path, std::uint64_t offset, std::span<std::byte> out, const std::string& where);

/// The bytes of a TensorProto, with raw data.
void write_tensor(std::string& out, const std::string& name, const Tensor& tensor);

}  // namespace galen::onnx

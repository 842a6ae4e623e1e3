#pragma once
// Reads and writes TensorProto. Internal to the room.
#include <cstdint>
#include <string>
#include <utility>

#include "galen/base/files.h"
#include "galen/base/tensor.h"
#include "galen/graph/onnx_format.h"

namespace galen::onnx {

/// The total size that the tensors of one file may have, so that many small descriptions of one large range of an
/// external file cannot exhaust memory.
class Budget {
 public:
  explicit Budget(const Limits& limits) : limits_(limits), left_(limits.max_bytes) {}
  /// Deducts a tensor and returns its number of elements. Errors: more axes than any network needs, more elements than
  /// the limit, or more bytes than are left.
  std::size_t take(const Shape& shape, Scalar type, const std::string& where);

 private:
  Limits limits_;
  std::uint64_t left_;
};

/// The name and content of a TensorProto. folder: where external data may lie (empty: nowhere).
/// Errors: data that does not fill the shape, over the budget, external data outside the folder or the file.
std::pair<std::string, Tensor> read_tensor(Message message, const fs::path& folder, Budget& budget);

/// A range of bytes in a file beside the model.
struct ExternalData {
  std::string location;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  bool has_length = false;
};
/// The path of the file. Errors: a path that leaves the folder, not a regular file, a range that is not within the file
/// or does not have this many bytes.
fs::path find_external(const ExternalData& data, const fs::path& folder, std::uint64_t bytes, const std::string& where);
void read_piece(const fs::path& path, std::uint64_t offset, std::span<std::byte> out, const std::string& where);

/// Appends the bytes of a TensorProto, with raw data.
void write_tensor(std::string& out, const std::string& name, const Tensor& tensor);

}  // namespace galen::onnx

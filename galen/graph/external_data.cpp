// Weights stored in a file beside the model (ONNX, "External Data").
#include <fmt/format.h>

#include <fstream>

#include "galen/graph/onnx_tensor.h"

namespace galen::onnx {

fs::path find_external(const ExternalData& data, const fs::path& folder, std::uint64_t bytes,
                       const std::string& where) {
  if (folder.empty()) {
    throw Error(where, "has its data in another file", data.location, "read the model from its folder");
  }
  const fs::path relative = data.location, path = folder / relative;
  if (data.location.empty() || relative.is_absolute() || !lies_within(path, folder)) {
    throw Error(where, "has its data outside the folder of the model", data.location.substr(0, 100),
                "put the data beside the model, and export it with that place");
  }
  std::error_code failure;
  if (!fs::is_regular_file(path, failure)) {
    throw Error(where, "has its data in a file that is not there", data.location, "copy it to the model's folder");
  }
  const std::uint64_t size = fs::file_size(path, failure);
  if (failure) throw Error(where, "has its data in a file that cannot be read", data.location);
  if (data.has_length && data.length != bytes) {
    throw Error(where, "has external data that does not fill its shape",
                fmt::format("{} bytes, expected {}", data.length, bytes));
  }
  if (data.offset > size || bytes > size - data.offset) {
    throw Error(
        where, "has external data beyond the end of its file",
        fmt::format("bytes {} to {} of '{}', which has {}", data.offset, data.offset + bytes, data.location, size),
        "copy the file again; it may be truncated");
  }
  return path;
}

void read_piece(const fs::path& path, std::uint64_t offset, std::span<std::byte> out, const std::string& where) {
  std::ifstream file(path, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(offset));
  file.read(reinterpret_cast<char*>(out.data()), static_cast<std::streamsize>(out.size()));
  if (!file) throw Error(where, "has external data that cannot be read", path.filename().string());
}

}  // namespace galen::onnx

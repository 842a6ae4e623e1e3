#include "galen/base/hash.h"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <array>

namespace galen {

std::string sha256(std::span<const std::byte> data) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(data.data()), data.size(), digest.data());
  std::string out;
  for (const unsigned char byte : digest) out += fmt::format("{:02x}", byte);
  return out;
}

std::string sha256_file(const fs::path& path) {
  return sha256(read_bytes(path));
}

}  // namespace galen

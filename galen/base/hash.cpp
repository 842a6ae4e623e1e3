#include "galen/base/hash.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <limits>
#include <memory>

#include "galen/base/error.h"

namespace galen {
namespace {

class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    require(context_ != nullptr && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
  }
  void add(std::span<const std::byte> data) {
    require(EVP_DigestUpdate(context_.get(), data.data(), data.size()) == 1);
  }
  std::string hex() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    require(EVP_DigestFinal_ex(context_.get(), digest.data(), &length) == 1);
    std::string out;
    for (const unsigned char byte : std::span(digest).first(length)) out += fmt::format("{:02x}", byte);
    return out;
  }

 private:
  static void require(bool done) {
    if (!done) throw defect("sha256", "OpenSSL gives no digest");
  }

  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

}  // namespace

std::string sha256(std::span<const std::byte> data) {
  Sha256 sum;
  sum.add(data);
  return sum.hex();
}

std::string sha256_file(const fs::path& path) {
  Sha256 sum;
  read_pieces(path, [&](std::span<const std::byte> piece) { sum.add(piece); },
              {.max_bytes = std::numeric_limits<std::uint64_t>::max()});
  return sum.hex();
}

}  // namespace galen

#pragma once
// A stream over bytes already in memory: OpenVINO's usual way, through a string, would copy them twice.
#include <span>
#include <streambuf>

#include "galen/base/files.h"

namespace galen::openvino {

class ByteSource : public std::streambuf {
 public:
  explicit ByteSource(std::span<std::byte> bytes) {
    auto* begin = reinterpret_cast<char*>(bytes.data());
    setg(begin, begin, begin + bytes.size());
  }

 private:
  pos_type seekoff(off_type offset, std::ios_base::seekdir from, std::ios_base::openmode) override {
    char* base = from == std::ios_base::beg ? eback() : from == std::ios_base::cur ? gptr() : egptr();
    if (offset < eback() - base || offset > egptr() - base) return pos_type(off_type(-1));
    setg(eback(), base + offset, egptr());
    return gptr() - eback();
  }
  pos_type seekpos(pos_type position, std::ios_base::openmode mode) override {
    return seekoff(position, std::ios_base::beg, mode);
  }
};

}  // namespace galen::openvino

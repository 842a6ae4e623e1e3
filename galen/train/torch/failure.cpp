#include "galen/train/torch/failure.h"

#include <algorithm>
#include <new>
#include <string_view>

namespace galen::torch_room {

bool is_of_memory(const std::exception& failure) {
  if (dynamic_cast<const std::bad_alloc*>(&failure) != nullptr) return true;
  const std::string_view text(failure.what());
  // ATen on the CPU and on a GPU; cuBLAS and cuDNN.
  constexpr std::string_view words[] = {"allocate memory", "out of memory", "STATUS_ALLOC_FAILED"};
  return std::ranges::any_of(words, [&](std::string_view word) { return text.find(word) != text.npos; });
}

Error memory_error(const std::string& where, const std::exception& failure) {
  return {where, "does not fit into memory", first_line(failure), "take a smaller batch or patch"};
}

std::string first_line(const std::exception& failure) {
  const std::string text(failure.what());
  return text.substr(0, text.find('\n'));
}

}  // namespace galen::torch_room

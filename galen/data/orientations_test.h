#pragma once
#include <string>
#include <vector>

namespace galen {

/// The 48 possible orientations of a volume's axes in a patient: "LPS", "RPS", ...
inline std::vector<std::string> all_orientations() {
  std::vector<std::string> out;
  for (std::string axes : {"LPS", "LSP", "PLS", "PSL", "SLP", "SPL"}) {
    for (int flips = 0; flips < 8; ++flips) {
      std::string letters = axes;
      for (std::size_t i = 0; i < 3; ++i) {
        if ((flips >> i & 1) != 0) letters[i] = letters[i] == 'L' ? 'R' : letters[i] == 'P' ? 'A' : 'I';
      }
      out.push_back(letters);
    }
  }
  return out;
}

}  // namespace galen

#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include "galen/base/control_group.h"
#include "galen/base/threads.h"

namespace galen {
namespace {

std::uint64_t kib_of(const char* file, const std::string& key) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (line.rfind(key, 0) == 0) return std::stoull(line.substr(key.size()));
  }
  return 0;
}

std::string cpuinfo(const std::string& key) {
  std::ifstream in("/proc/cpuinfo");
  for (std::string line; std::getline(in, line);) {
    if (line.rfind(key, 0) == 0) return line.substr(std::min(line.size(), line.find(':') + 2));
  }
  return {};
}

bool has_flag(const std::string& flag) {
  std::istringstream flags(cpuinfo("flags"));
  return std::find(std::istream_iterator<std::string>(flags), {}, flag) != std::istream_iterator<std::string>();
}

}  // namespace

void set_memory_policy() {
  // No mmap and no trim per tensor: the heap keeps the memory that it once obtained.
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 2147483647);
  mallopt(M_TOP_PAD, 64 << 20);
}

std::uint64_t peak_memory_bytes() {
  return kib_of("/proc/self/status", "VmHWM:") * 1024;
}

void reset_peak_memory() {
  std::ofstream("/proc/self/clear_refs") << "5";
}

std::uint64_t available_memory_bytes() {
  const std::uint64_t available = kib_of("/proc/meminfo", "MemAvailable:") * 1024;
  return std::min(available, group_limits().memory.value_or(available));
}

std::string memory_text(std::uint64_t bytes) {
  return fmt::format("{:.0f} MiB", static_cast<double>(bytes) / 0x1p20);
}

bool has_native_bf16() {
  return has_flag("avx512_bf16") || has_flag("amx_bf16");
}

bool has_fast_bf16() {
  return has_flag("amx_bf16") || (has_flag("avx512_bf16") && cpuinfo("vendor_id") == "AuthenticAMD");
}

std::string processor() {
  std::string name = cpuinfo("model name");
  if (name.empty()) name = "unknown processor";
  const char* level = has_flag("amx_bf16")      ? "AMX"
                      : has_flag("avx512_bf16") ? "AVX-512 with bf16"
                      : has_flag("avx512f")     ? "AVX-512"
                      : has_flag("avx2")        ? "AVX2"
                                                : "SSE";
  return fmt::format("{}, {} threads, {}", name, thread_count(), level);
}

}  // namespace galen

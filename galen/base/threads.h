#pragma once
// One thread and memory policy for the process, used for OpenVINO, torch and our own loops.
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace galen {

/// Number of threads that this process computes with: set once by the command (--threads), else as many as the process
/// may use (CPU affinity and cgroup quota).
int thread_count();
void set_thread_count(int threads);

/// Calls body(begin, end) over disjoint ranges of [0, count), each at least grain long (except the last), on up to
/// thread_count() threads; the first exception is rethrown. Nested calls run on the calling thread.
void parallel_for(std::size_t count, std::size_t grain, const std::function<void(std::size_t, std::size_t)>& body);

/// Keeps the allocator from returning memory to the system between tensors: otherwise page faults cost more than
/// arithmetic. Huge pages stay as the system configures them. Call first in main().
void set_memory_policy();
std::uint64_t peak_memory_bytes();       ///< of this process so far
void reset_peak_memory();                ///< so that the peak of one piece of work can be observed (Linux)
std::uint64_t available_memory_bytes();  ///< of the machine or the cgroup, whichever is less
/// For display, in the unit of --max-ram: "232 MiB".
std::string memory_text(std::uint64_t bytes);

/// The processor's name, thread count and vector instructions: "AMD EPYC, 2 threads, AVX2".
std::string processor();
bool has_native_bf16();  ///< AVX512-BF16 or AMX
/// AMX, or AVX512-BF16 on AMD. Intel's AVX512-BF16 without AMX multiplies no more numbers per cycle than f32 does, and
/// adds conversions.
bool has_fast_bf16();

}  // namespace galen

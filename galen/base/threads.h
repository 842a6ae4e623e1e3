#pragma once
// One policy of threads and memory for the process, handed to OpenVINO, to torch and to our own loops.
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace galen {

/// How many threads this process computes with: set once by the command (--threads), else what the process may use
/// (CPU affinity and cgroup quota).
int thread_count();
void set_thread_count(int threads);

/// Calls body(begin, end) over disjoint ranges of [0, count), each at least grain long (but the last), on the policy's
/// threads; the first exception is rethrown. Nested calls run on the calling thread.
void parallel_for(std::size_t count, std::size_t grain, const std::function<void(std::size_t, std::size_t)>& body);

/// Keeps the allocator from giving memory back to the system between tensors: page faults cost more than arithmetic
/// otherwise. Huge pages are as the system has them. Call first thing in main().
void set_memory_policy();
std::uint64_t peak_memory_bytes();       ///< of this process so far
void reset_peak_memory();                ///< so that the peak of one piece of work can be observed (Linux)
std::uint64_t available_memory_bytes();  ///< of the machine or the cgroup, whichever is less
/// As people are told of it, in the unit that --max-ram has: "232 MiB".
std::string memory_text(std::uint64_t bytes);

/// The processor's name and what matters of it: "AMD EPYC, 2 threads, AVX2".
std::string processor();
bool has_native_bf16();  ///< AVX512-BF16 or AMX
/// AMX, or AMD's AVX512-BF16. Intel's without AMX multiplies no more numbers in a cycle than in f32, and converts
/// besides.
bool has_fast_bf16();

}  // namespace galen

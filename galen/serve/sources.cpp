#include "galen/serve/sources.h"

namespace galen::serve {

std::optional<Error> run_all(const std::vector<std::unique_ptr<Source>>& sources, Hub& hub) {
  std::mutex mutex;
  std::optional<Error> first;
  const auto run = [&](Source& source) {
    std::optional<Error> failure;
    try {
      source.run(hub);
    } catch (const Error& error) {
      failure = error;
    } catch (const std::exception& error) {
      failure = defect("source", error.what());
    }
    if (!failure) return;
    const std::lock_guard lock(mutex);
    if (sources.size() > 1) hub.say(failure->what());
    if (!first) first = failure;
  };
  std::vector<std::thread> threads;
  for (const auto& source : sources) threads.emplace_back([&] { run(*source); });
  for (std::thread& thread : threads) thread.join();
  return first;
}

}  // namespace galen::serve

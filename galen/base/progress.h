#pragma once
// How long-running work reports progress and is asked to stop. The library never prints: the program passes a Progress.
#include <atomic>
#include <cstdint>
#include <string_view>

namespace galen {

/// Receives progress; the default does nothing. Calls may come from any thread, one at a time.
class Progress {
 public:
  virtual ~Progress() = default;
  /// A stage begins; total 0: its length is unknown.
  virtual void begin(std::string_view what, std::uint64_t total, std::string_view unit) {
    (void)what, (void)total, (void)unit;
  }
  virtual void advance(std::uint64_t done, std::string_view note = {}) { (void)done, (void)note; }
  virtual void end() {}
  /// A sentence for the user, such as a choice that was made.
  virtual void say(std::string_view sentence) { (void)sentence; }
};

Progress& no_progress();

/// Set by the program's signal handler; long loops check it between steps.
bool stop_requested();
void request_stop();
void clear_stop();
/// Throws an Error with Fault::interrupted when a stop was requested.
void check_stop();

}  // namespace galen

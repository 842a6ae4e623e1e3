#include "apps/common/terminal.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <new>

#include "galen/base/clock_text.h"
#include "galen/base/descriptor.h"
#include "galen/base/error.h"
#include "galen/base/files.h"

namespace galen::app {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_between(Clock::time_point from, Clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

std::string duration_text(double seconds) {
  const long s = std::lround(seconds);
  if (s >= 3600) return clock_text(static_cast<double>(s));
  return fmt::format("{}:{:02}", s / 60, s % 60);
}

std::string rate_text(double rate, const std::string& unit) {
  if (rate >= 0.95) return fmt::format("{:.3g} {}/s", rate, unit);
  return fmt::format("{:.3g} s each", 1 / rate);
}

// What cannot be written to stderr (closed, disk full) is lost: there is nowhere to report it, and the work goes on.
void write_words(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

class TerminalProgress : public Progress {
 public:
  explicit TerminalProgress(bool terminal) : terminal_(terminal) {}
  ~TerminalProgress() override { wipe(); }

  void begin(std::string_view what, std::uint64_t total, std::string_view unit) override {
    const std::lock_guard lock(mutex_);
    wipe();
    what_ = what, unit_ = unit, total_ = total, running_ = true, counted_ = false;
    shown_ = Clock::now();
  }

  void advance(std::uint64_t done, std::string_view note) override {
    const std::lock_guard lock(mutex_);
    if (!running_) return;
    const Clock::time_point now = Clock::now();
    if (!counted_) counted_ = true, first_done_ = done, first_at_ = now;  // resumed work does not begin at 0
    const double wait = terminal_ ? (drawn_ ? 0.1 : 1.0) : 60.0;
    if (seconds_between(shown_, now) < wait) return;
    shown_ = now;
    show(line(done, note, now));
  }

  void end() override {
    const std::lock_guard lock(mutex_);
    wipe();
    running_ = false;
  }

  void say(std::string_view sentence) override {
    const std::lock_guard lock(mutex_);
    wipe();
    write_words(fmt::format("{}\n", sentence));
  }

 private:
  std::string line(std::uint64_t done, std::string_view note, Clock::time_point now) const {
    std::string text = total_ > 0 ? fmt::format("{}: {}/{} {}, {:.0f} %", what_, done, total_, unit_,
                                                100.0 * static_cast<double>(done) / static_cast<double>(total_))
                                  : fmt::format("{}: {} {}", what_, done, unit_);
    const double elapsed = seconds_between(first_at_, now);
    if (done > first_done_ && elapsed > 0) {
      const double rate = static_cast<double>(done - first_done_) / elapsed;
      text += ", " + rate_text(rate, unit_);
      if (total_ > done) text += fmt::format(", {} left", duration_text(static_cast<double>(total_ - done) / rate));
    }
    if (!note.empty()) text += fmt::format("; {}", note);
    return text;
  }

  void show(std::string text) {
    if (terminal_) {
      winsize size{};
      const bool known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
      if (known && text.size() >= size.ws_col) text.resize(size.ws_col - 1u);
      write_words("\r\x1b[K" + text);
      drawn_ = true;
    } else {
      write_words(text + "\n");
    }
  }

  void wipe() {
    if (!drawn_) return;
    write_words("\r\x1b[K");
    drawn_ = false;
  }

  const bool terminal_;
  std::mutex mutex_;
  std::string what_, unit_;
  std::uint64_t total_ = 0, first_done_ = 0;
  bool running_ = false, counted_ = false, drawn_ = false;
  Clock::time_point first_at_, shown_;
};

void on_signal(int) {
  if (stop_requested()) ::_exit(130);
  request_stop();
}

// Replaces the parser's own text, which has two lines and reports what is missing before what is not understood.
Error wrong_usage(const CLI::App& program, const CLI::ParseError& error) {
  const CLI::App* command = &program;
  while (!command->get_subcommands().empty()) command = command->get_subcommands().back();
  const bool whole = command == &program;
  const std::vector<std::string> unknown = program.remaining(true);
  return usage_error(whole ? "" : command->get_name(),
                     unknown.empty() ? error.what() : fmt::format("'{}' is not understood", unknown.front()),
                     fmt::format("see {}{} --help", program.get_name(), whole ? "" : " " + command->get_name()));
}

int print_error(const std::string& text, int status) {
  const std::string_view clear = ::isatty(STDERR_FILENO) == 1 ? "\r\x1b[K" : "";  // a progress line that was left
  write_words(fmt::format("{}galen: {}\n", clear, text));
  return status;
}

}  // namespace

std::unique_ptr<Progress> terminal_progress() {
  return std::make_unique<TerminalProgress>(::isatty(STDERR_FILENO) == 1);
}

void handle_interrupts() {
  struct sigaction action{};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  for (const int signal : {SIGINT, SIGTERM}) ::sigaction(signal, &action, nullptr);
}

void ignore_closed_pipes() {
  std::signal(SIGPIPE, SIG_IGN);
}

int run_program(CLI::App& program, int argc, char** argv, const std::function<int()>& status) {
  try {
    program.parse(argc, argv);
    const int result = status();
    if (result == 0 && std::fflush(stdout) != 0) {
      throw Error("standard output", "cannot be written", system_reason());
    }
    return result;
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return program.exit(error);  // --help, --version
    const Error usage = wrong_usage(program, error);
    return print_error(usage.what(), usage.exit_status());
  } catch (const Error& error) {
    return print_error(error.what(), error.exit_status());
  } catch (const std::bad_alloc&) {
    return print_error("not enough memory; give less with --max-ram, or use a smaller input",
                       static_cast<int>(Fault::refused));
  } catch (const fs::filesystem_error& error) {
    const Error refused = not_examined(error, {});
    return print_error(refused.what(), refused.exit_status());
  } catch (const std::exception& error) {
    return print_error(defect("galen", error.what()).what(), static_cast<int>(Fault::defect));
  }
}

}  // namespace galen::app

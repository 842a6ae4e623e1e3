#include "galen/serve/sinks.h"

#include <fmt/format.h>

#include <cstdio>

#include "galen/base/clock_text.h"
#include "galen/base/descriptor.h"
#include "galen/base/error.h"

namespace galen::serve {
namespace {

// Replaces control characters, so that the text stays on one line.
std::string in_one_line(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < ' ' || c == 127) c = ' ';
  }
  return text;
}

// "00:01:01.250": the lines stay aligned for four days.
std::string time_text(double seconds) {
  return fmt::format("{:0>12}", clock_text(seconds, 3));
}

// When the condition began or ended, if that was earlier than the alert changed.
std::string since_text(const Alert& alert) {
  if (alert.known_seconds - alert.at_seconds <= 1) return {};
  const bool over = alert.state == AlertState::latched || alert.state == AlertState::cleared;
  return fmt::format(", {} {}", over ? "over since" : "since", time_text(alert.at_seconds));
}

class TerminalSink final : public Sink {
 public:
  TerminalSink(WriteLine write, bool colour) : write_(std::move(write)), colour_(colour) {}

  void write(const Notice& notice) override {
    if (const auto* alert = std::get_if<Alert>(&notice.what)) return write_alert(notice, *alert);
    const Event& event = std::get<Event>(notice.what);
    constexpr std::string_view shown[] = {"gap", "late_data", "clock_jump", "overflow", "failed", "closed"};
    for (const std::string_view code : shown) {
      if (event.code != code) continue;
      write_(in_one_line(fmt::format("{}  {}  {:<6} {}{}{}", time_text(event.known_seconds), notice.patient, "", code,
                                     event.text.empty() ? "" : ": ", event.text)));
    }
  }

 private:
  void write_alert(const Notice& notice, const Alert& alert) {
    const std::string text =
        in_one_line(fmt::format("{}  {}  {:<6} {}: {}{}", time_text(alert.known_seconds), notice.patient,
                                alert.priority, name_of(alert.state), alert.text, since_text(alert)));
    const bool calls = alert.state == AlertState::raised || alert.state == AlertState::escalated;
    if (!colour_ || !calls) return write_(text);
    // IEC 60601-1-8, table 2: red for high, yellow for medium, cyan or yellow for low priority.
    const char* colour = alert.priority == "high" ? "31;1" : alert.priority == "medium" ? "33" : "36";
    write_(fmt::format("\x1b[{}m{}\x1b[0m", colour, text));
  }

  WriteLine write_;
  bool colour_;
};

class NdjsonSink final : public Sink {
 public:
  explicit NdjsonSink(WriteLine write) : write_(std::move(write)) {}
  void write(const Notice& notice) override { write_(to_text(to_json(notice))); }

 private:
  WriteLine write_;
};

void write_line(const std::string& line, std::FILE* file, const std::string& name) {
  const bool written = std::fwrite(line.data(), 1, line.size(), file) == line.size();
  if (!written || std::fputc('\n', file) == EOF || std::fflush(file) != 0) {
    throw Error(name, "cannot be written", system_reason());
  }
}

}  // namespace

std::unique_ptr<Sink> terminal_sink(WriteLine write, bool colour) {
  return std::make_unique<TerminalSink>(std::move(write), colour);
}

std::unique_ptr<Sink> ndjson_sink(WriteLine write) {
  return std::make_unique<NdjsonSink>(std::move(write));
}

WriteLine write_to_file(const fs::path& path, bool replace) {
  if (!replace && fs::exists(path)) throw usage_error(path.string(), "already exists", "give another name, or --force");
  const std::shared_ptr<std::FILE> file(std::fopen(path.c_str(), "w"), [](std::FILE* f) {
    if (f != nullptr) std::fclose(f);
  });
  if (!file) throw Error(path.string(), "cannot be written", system_reason());
  return [file, name = path.string()](const std::string& line) { write_line(line, file.get(), name); };
}

WriteLine write_to_standard_output() {
  return [](const std::string& line) { write_line(line, stdout, "standard output"); };
}

}  // namespace galen::serve

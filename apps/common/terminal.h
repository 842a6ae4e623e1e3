#pragma once
// What the programs share: progress on stderr, Ctrl-C, and the one place where an Error becomes an exit status.
#include <CLI/CLI.hpp>
#include <functional>
#include <memory>

#include "galen/base/progress.h"

namespace galen::app {

/// Progress on stderr. On a terminal: one line that is redrawn, with rate and time left, for work over a second.
/// Elsewhere (a file, a pipe): sentences, and one line per minute of work. What cannot be written to stderr is lost.
std::unique_ptr<Progress> terminal_progress();

/// SIGINT and SIGTERM ask the work to stop cleanly; the second one ends the process at once with status 130.
void handle_interrupts();

/// For services: writing to a pipe that nobody reads then fails with an error instead of ending the process.
void ignore_closed_pipes();

/// Parses and runs the program. Errors are printed on stderr as one line. Returns the exit status: that of the Error; 2
/// for wrong usage; 1 for a defect; otherwise that of status().
int run_program(CLI::App& program, int argc, char** argv, const std::function<int()>& status);

}  // namespace galen::app

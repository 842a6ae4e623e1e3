#include "apps/common/terminal.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

namespace galen::app {
namespace {

struct Outcome {
  int status;
  std::string error;  ///< what was written to stderr
};

/// A program with one command that needs FILE and takes --number.
Outcome run(std::vector<std::string> words) {
  CLI::App program("A test", "galen");
  program.require_subcommand(1);
  std::string file;
  int number = 0;
  CLI::App* command = program.add_subcommand("predict");
  command->add_option("FILE", file)->required();
  command->add_option("--number", number)->check(CLI::Range(1, 9));
  words.insert(words.begin(), "/somewhere/galen");
  std::vector<char*> argv;
  argv.reserve(words.size());
  for (std::string& word : words) argv.push_back(word.data());
  testing::internal::CaptureStderr();
  testing::internal::CaptureStdout();
  const int status = run_program(program, static_cast<int>(argv.size()), argv.data(), [] { return 0; });
  testing::internal::GetCapturedStdout();
  return {status, testing::internal::GetCapturedStderr()};
}

TEST(Terminal, WrongUsageIsOneLineOfTheFormOfAllErrors) {
  const auto refused = [](std::vector<std::string> words) {
    const Outcome done = run(std::move(words));
    EXPECT_EQ(done.status, 2) << done.error;
    return done.error;
  };
  EXPECT_EQ(refused({"predict", "a", "--colour"}),
            "galen: predict: '--colour' is not understood; see galen predict --help\n");
  EXPECT_EQ(refused({"predict", "--colour"}),
            "galen: predict: '--colour' is not understood; see galen predict --help\n");
  EXPECT_EQ(refused({"nonsense"}), "galen: 'nonsense' is not understood; see galen --help\n");
  EXPECT_EQ(refused({"predict"}), "galen: predict: FILE is required; see galen predict --help\n");
  EXPECT_EQ(refused({"predict", "a", "--number", "10"}),
            "galen: predict: --number: Value 10 not in range 1 to 9; see galen predict --help\n");
}

TEST(Terminal, HelpIsNoError) {
  const Outcome done = run({"predict", "--help"});
  EXPECT_EQ(done.status, 0);
  EXPECT_EQ(done.error, "");
  EXPECT_EQ(run({"predict", "a"}).status, 0);
}

TEST(Terminal, WhatTheSystemRefusesIsNoDefect) {
  CLI::App program("A test", "galen");
  std::string name = "galen";
  char* argv[] = {name.data()};
  testing::internal::CaptureStderr();
  const int status = run_program(
      program, 1, argv, [] { return static_cast<int>(std::filesystem::file_size("/" + std::string(300, 'a'))); });
  EXPECT_EQ(status, 3);
  EXPECT_NE(testing::internal::GetCapturedStderr().find(": cannot be examined (File name too long)\n"),
            std::string::npos);
}

TEST(Terminal, WordsThatStderrDoesNotTakeAreLostAndTheWorkGoesOn) {
  const int full = ::open("/dev/full", O_WRONLY);
  if (full < 0) GTEST_SKIP() << "there is no /dev/full";
  const int own = ::dup(STDERR_FILENO);
  ::dup2(full, STDERR_FILENO);
  const auto progress = terminal_progress();
  EXPECT_NO_THROW(progress->say("a sentence"));
  CLI::App program("A test", "galen");
  std::string name = "galen", wrong = "--wrong";
  char* argv[] = {name.data(), wrong.data()};
  EXPECT_EQ(run_program(program, 2, argv, [] { return 0; }), 2);
  std::clearerr(stderr);
  ::dup2(own, STDERR_FILENO);
  ::close(own);
  ::close(full);
}

}  // namespace
}  // namespace galen::app

#pragma once
// Runs galen as a user would, in a folder of its own.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <functional>

#include "galen/base/files.h"
#include "galen/base/json.h"
#include "galen/io/volume/volume_io.h"

namespace galen {

struct Outcome {
  int status = -1;  ///< -1: ended by a signal
  std::string out, err;
};

class Cli : public ::testing::Test {
 protected:
  Outcome galen(const std::string& arguments) { return finish(start(arguments)); }

  /// Starts galen without waiting for it.
  pid_t start(const std::string& arguments) const {
    const std::string line = "cd '" + folder.path().string() + "' && exec '" + GALEN_PROGRAM + "' " + arguments +
                             " >'" + out_file().string() + "' 2>'" + err_file().string() + "' </dev/null";
    const pid_t pid = ::fork();
    if (pid == 0) {
      ::execl("/bin/sh", "sh", "-c", line.c_str(), nullptr);
      ::_exit(127);
    }
    return pid;
  }
  Outcome finish(pid_t pid) const {
    int raw = 0;
    ::waitpid(pid, &raw, 0);
    Outcome run{WIFEXITED(raw) ? WEXITSTATUS(raw) : -1, read_text(out_file()), read_text(err_file())};
    fs::remove(out_file());
    fs::remove(err_file());
    return run;
  }

  // Expects an error of one line (place, reason, remedy), and no output left behind.
  void expect_refused(const std::string& arguments, int status, const std::string& word) {
    const Outcome run = galen(arguments);
    EXPECT_EQ(run.status, status) << arguments << "\n" << run.err;
    EXPECT_NE(run.err.find(word), std::string::npos) << arguments << "\n" << run.err;
    EXPECT_EQ(std::count(run.err.begin(), run.err.end(), '\n'), 1) << run.err;
    EXPECT_FALSE(fs::exists(folder.path() / "out")) << arguments;
    expect_nothing_half_written();
  }
  void expect_nothing_half_written() const {
    for (const auto& entry : fs::recursive_directory_iterator(folder.path())) {
      EXPECT_EQ(entry.path().string().find("partial"), std::string::npos) << entry.path();
    }
  }

  void write_crop(const std::string& name, const std::function<void(Volume&)>& change = {}) {
    Grid grid;
    grid.size = {36, 50, 34};
    Volume volume(grid, Scalar::f32);
    auto values = volume.values<float>();
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>((i * 7919) % 1000);
    if (change) change(volume);
    write_volume(volume, folder.path() / name);
  }

  TemporaryFolder folder;
  // For the shell.
  const std::string bundle = "'" + std::string(GALEN_SOURCE_DIR) + "/models/hippocampus-mri'";
  const std::string ecg_bundle = "'" + std::string(GALEN_SOURCE_DIR) + "/models/ecg-rhythm'";
  const std::string recording = "'" + std::string(GALEN_SOURCE_DIR) + "/examples/recordings/mitbih-208.hea'";

 private:
  fs::path out_file() const { return folder.path() / ".out"; }
  fs::path err_file() const { return folder.path() / ".err"; }
};

}  // namespace galen

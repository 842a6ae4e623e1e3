#include "galen/engine/openvino/disk_cache.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <openvino/core/model.hpp>
#include <openvino/op/parameter.hpp>
#include <openvino/op/relu.hpp>
#include <openvino/runtime/core.hpp>

#include "galen/base/hash.h"
#include "galen/base/staging.h"

namespace galen {
namespace {

class Disk : public ::testing::Test {
  const TemporaryFolder folder_;

 protected:
  const fs::path folder = folder_.path();
  ov::Core core;

  // The name under which a process that has ended was writing a network.
  fs::path left_by_an_ended_process() const {
    const pid_t pid = ::fork();
    if (pid == 0) ::_exit(0);
    ::waitpid(pid, nullptr, 0);
    const std::string own = staging_path(folder / "00ff.network").string(), me = std::to_string(::getpid());
    return own.substr(0, own.rfind(me)) + std::to_string(pid) + ".partial";
  }

  // The size in bytes of the one network that is kept; 0: none.
  std::uintmax_t keep(std::uint64_t max_bytes) {
    const openvino::DiskCache cache(folder, max_bytes);
    const auto x = std::make_shared<ov::op::v0::Parameter>(ov::element::f32, ov::Shape{2});
    const auto model =
        std::make_shared<ov::Model>(ov::OutputVector{std::make_shared<ov::op::v0::Relu>(x)}, ov::ParameterVector{x});
    cache.get(
        "key", [&](std::istream& stream) { return core.import_model(stream, "CPU"); },
        [&] { return core.compile_model(model, "CPU"); });
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (entry.path().extension() == ".network") return entry.file_size();
    }
    return 0;
  }
};

TEST_F(Disk, ANetworkThatIsLargerThanAllMayBeIsNotKept) {
  write_file(folder / "other.network", "1234");
  const auto all = [&] { return std::distance(fs::directory_iterator(folder), fs::directory_iterator()); };
  keep(100);
  EXPECT_EQ(all(), 1);
  EXPECT_TRUE(fs::exists(folder / "other.network"));
  keep(1 << 30);
  EXPECT_EQ(all(), 2);
}

TEST_F(Disk, WhatAKilledProcessLeftGoesWithTheOldest) {
  const std::uintmax_t one = keep(1 << 30);
  ASSERT_GT(one, 0u);
  fs::remove_all(folder);
  fs::create_directory(folder);
  const fs::path left = left_by_an_ended_process(), written = staging_path(folder / "11ff.network"),
                 foreign = folder / "notes.partial";
  for (const fs::path& file : {left, written, foreign}) {
    write_file(file, std::string(8192, 'x'));
    fs::last_write_time(file, fs::file_time_type::clock::now() - std::chrono::hours(1));
  }
  keep(one + 9000);               // a little more, as names within a network are numbered
  EXPECT_TRUE(fs::exists(left));  // there is room for it
  fs::remove(folder / (sha256(as_bytes("key")) + ".network"));
  EXPECT_GT(keep(one + 4000), 0u);
  EXPECT_FALSE(fs::exists(left));
  EXPECT_TRUE(fs::exists(written)) << "by a process that runs: this one";
  EXPECT_TRUE(fs::exists(foreign));
}

}  // namespace
}  // namespace galen

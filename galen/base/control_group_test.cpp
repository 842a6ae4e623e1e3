#include "galen/base/control_group.h"

#include <gtest/gtest.h>

namespace galen {
namespace {

// The /proc and /sys files of a process in the group /outer/inner.
class ControlGroup : public ::testing::Test {
  const TemporaryFolder folder_;

 protected:
  const fs::path root = folder_.path();

  void SetUp() override { write("proc/self/cgroup", "1:name=systemd:/x\n0::/outer/inner\n"); }
  void write(const fs::path& path, std::string_view text) const {
    fs::create_directories((root / path).parent_path());
    write_file(root / path, text);
  }
  void group(const fs::path& name, std::string_view limit, std::string_view used, std::string_view stat) const {
    const fs::path place = fs::path("sys/fs/cgroup") / name;
    write(place / "memory.max", limit), write(place / "memory.current", used), write(place / "memory.stat", stat);
  }
};

TEST_F(ControlGroup, WithoutLimitsThereAreNone) {
  EXPECT_FALSE(group_limits(root).memory);
  group("outer/inner", "max\n", "500\n", "anon 500\n");
  write("sys/fs/cgroup/cpu.max", "max 100000\n");
  EXPECT_FALSE(group_limits(root).memory);
  EXPECT_FALSE(group_limits(root).processors);
}

TEST_F(ControlGroup, TheTightestOfAllGroupsAboveCounts) {
  group("", "10000\n", "1000\n", "");
  EXPECT_EQ(group_limits(root).memory, 9000u);
  group("outer", "8000\n", "1000\n", "");
  EXPECT_EQ(group_limits(root).memory, 7000u);
  group("outer/inner", "5000\n", "1000\n", "");
  EXPECT_EQ(group_limits(root).memory, 4000u);
  group("outer", "3000\n", "1000\n", "");
  EXPECT_EQ(group_limits(root).memory, 2000u);
  group("elsewhere", "10\n", "1\n", "");
  EXPECT_EQ(group_limits(root).memory, 2000u);
}

TEST_F(ControlGroup, CachedFilesThatCanBeDroppedAreFree) {
  group("outer/inner", "5000\n", "4000\n", "anon 1000\nfile 3000\ninactive_file 2500\nactive_file 500\n");
  EXPECT_EQ(group_limits(root).memory, 3500u);
}

TEST_F(ControlGroup, AFullGroupHasNothingLeft) {
  group("outer/inner", "5000\n", "5000\n", "");
  EXPECT_EQ(group_limits(root).memory, 0u);
  group("outer/inner", "5000\n", "6000\n", "");
  EXPECT_EQ(group_limits(root).memory, 0u);
}

TEST_F(ControlGroup, ProcessorsAreTheQuotaOfAPeriod) {
  write("sys/fs/cgroup/outer/cpu.max", "150000 100000\n");
  EXPECT_EQ(group_limits(root).processors, 1.5);
  write("sys/fs/cgroup/outer/inner/cpu.max", "50000 100000\n");
  EXPECT_EQ(group_limits(root).processors, 0.5);
}

TEST_F(ControlGroup, AGroupOutsideTheContainerIsNotLookedFor) {
  write("proc/self/cgroup", "0::/../outer\n");
  group("", "10000\n", "1000\n", "");
  group("../outer", "10\n", "1\n", "");
  EXPECT_EQ(group_limits(root).memory, 9000u);
}

}  // namespace
}  // namespace galen

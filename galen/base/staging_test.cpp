#include "galen/base/staging.h"

#include <gmock/gmock.h>
#include <sys/wait.h>

#include <csignal>

#include "galen/base/file_limit_test.h"
#include "galen/base/message_test.h"

namespace galen {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Staging : public ::testing::Test {
  const TemporaryFolder folder_;

 protected:
  const fs::path target = folder_.path() / "result";

  /// Starts a process that stops in the middle of writing the target.
  pid_t start_writer() {
    int told[2];
    EXPECT_EQ(::pipe(told), 0);
    const pid_t pid = ::fork();
    if (pid == 0) {
      const StagedFolder staged(target, true);
      write_file(staged.path() / "half", "1");
      if (::write(told[1], "y", 1) == 1) ::pause();
      ::_exit(1);
    }
    char begun = 0;
    EXPECT_EQ(::read(told[0], &begun, 1), 1);
    ::close(told[0]), ::close(told[1]);
    return pid;
  }
  static void kill_writer(pid_t pid) {
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
  }
  std::vector<std::string> hidden() const {
    std::vector<std::string> out;
    for (const auto& entry : fs::directory_iterator(folder_.path())) {
      const std::string name = entry.path().filename().string();
      if (name.starts_with(".")) out.push_back(name);
    }
    return out;
  }
};

TEST_F(Staging, TheNextWriteRemovesWhatAKilledOneLeft) {
  kill_writer(start_writer());
  EXPECT_EQ(hidden().size(), 1u);
  StagedFolder(target, false).commit();
  EXPECT_THAT(hidden(), IsEmpty());

  fs::remove(target);
  kill_writer(start_writer());
  write_file(target, "a file of that name");
  EXPECT_THAT(hidden(), IsEmpty());
  EXPECT_EQ(read_text(target), "a file of that name");
}

TEST_F(Staging, WhatARunningProcessWritesStays) {
  const pid_t pid = start_writer();
  const std::vector<std::string> its = hidden();
  StagedFolder(target, true).commit();
  fs::remove(target);
  write_file(target, "done");
  EXPECT_EQ(hidden(), its);
  kill_writer(pid);
}

TEST_F(Staging, OnlyWhatAProcessThatEndedWasWritingIsALeftover) {
  const pid_t pid = start_writer();
  const fs::path its = target.parent_path() / hidden().front();
  EXPECT_FALSE(is_leftover(its)) << "it still runs";
  kill_writer(pid);
  EXPECT_TRUE(is_leftover(its));
  std::string elsewhere = its.string();
  elsewhere[elsewhere.rfind('-') - 1] ^= 1;
  EXPECT_FALSE(is_leftover(elsewhere)) << "another host numbers its processes otherwise";
  for (const char* other : {".old", ".partial", "x"}) EXPECT_FALSE(is_leftover(its.string() + other));
  EXPECT_FALSE(is_leftover(staging_path(target)));
  EXPECT_FALSE(is_leftover(target));
}

TEST_F(Staging, WhatIsOfAnotherTargetOrAnotherHostStays) {
  kill_writer(start_writer());
  const std::string left = hidden().front();
  write_file(target.parent_path() / "result.2", "done");
  EXPECT_THAT(hidden(), ElementsAre(left));

  std::string elsewhere = left;
  elsewhere[left.find('-') - 1] ^= 1;
  fs::rename(target.parent_path() / left, target.parent_path() / elsewhere);
  write_file(target, "done");
  EXPECT_THAT(hidden(), ElementsAre(elsewhere));
}

TEST_F(Staging, WhatWasSetAsideIsKeptUntilThereIsATargetAgain) {
  kill_writer(start_writer());
  const fs::path left = target.parent_path() / hidden().front(), former = left.string() + ".old";
  fs::rename(left, former);
  remove_leftovers(target);
  EXPECT_TRUE(fs::exists(former / "half"));
  StagedFolder(target, false).commit();
  remove_leftovers(target);
  EXPECT_THAT(hidden(), IsEmpty());
}

TEST_F(Staging, FoldersMadeForAResultGoWithIt) {
  const fs::path deep = target / "new" / "result";
  {
    const StagedFolder staged(deep, false);
  }
  EXPECT_FALSE(fs::exists(target));
  {
    const StagedFolder staged(deep, false);
    write_file(target / "other", "of somebody else");
  }
  EXPECT_FALSE(fs::exists(target / "new"));
  EXPECT_TRUE(fs::exists(target / "other"));
  StagedFolder(deep, false).commit();
  EXPECT_TRUE(fs::is_directory(deep));
  EXPECT_THAT(message_of([&] { const StagedFolder staged(target / "other" / "below", false); }),
              testing::HasSubstr("cannot be created"));
}

TEST_F(Staging, AFullDiskIsToldWithTheNameOfTheResult) {
  const StagedFolder staged(target, false);
  const std::string said = [&] {
    const FileLimit full(16);
    return message_of([&] { write_file(staged.path() / "image.png", std::string(64, 'x')); });
  }();
  EXPECT_THAT(said, testing::StartsWith((target / "image.png").string() + ": cannot be written ("));
  EXPECT_TRUE(fs::is_empty(staged.path()));
}

TEST_F(Staging, OnlyOwnStagingNamesAreSettled) {
  EXPECT_EQ(settled_path(staging_path(target) / "a" / "b.png"), target / "a" / "b.png");
  EXPECT_EQ(settled_path("a/.b.partial/c"), "a/.b.partial/c");
}

}  // namespace
}  // namespace galen

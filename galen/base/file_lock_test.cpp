#include "galen/base/file_lock.h"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <csignal>

#include "galen/base/message_test.h"

namespace galen {
namespace {

TEST(FileLock, IsHeldByOneAtATime) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "lock";
  {
    const std::optional<FileLock> first = FileLock::take(file);
    ASSERT_TRUE(first);
    EXPECT_FALSE(FileLock::take(file));
    EXPECT_TRUE(FileLock::take(folder.path() / "another"));
  }
  EXPECT_TRUE(FileLock::take(file));
}

TEST(FileLock, EndsWithAProcessThatIsKilled) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "lock";
  int told[2];
  ASSERT_EQ(::pipe(told), 0);
  const pid_t pid = ::fork();
  if (pid == 0) {
    const std::optional<FileLock> lock = FileLock::take(file);
    const char held = lock ? 'y' : 'n';
    if (::write(told[1], &held, 1) == 1) ::pause();
    ::_exit(1);
  }
  char held = 0;
  EXPECT_EQ(::read(told[0], &held, 1), 1);
  EXPECT_EQ(held, 'y');
  EXPECT_FALSE(FileLock::take(file));
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
  EXPECT_TRUE(FileLock::take(file));
  ::close(told[0]), ::close(told[1]);
}

TEST(FileLock, OfAFileThatWasRemovedHoldsNothing) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "lock";
  const std::optional<FileLock> former = FileLock::take(file);
  fs::remove(file);
  EXPECT_TRUE(FileLock::take(file));
}

TEST(FileLock, NeedsAFolder) {
  const TemporaryFolder folder;
  EXPECT_NE(message_of([&] { FileLock::take(folder.path() / "none" / "lock"); }).find("cannot be opened"),
            std::string::npos);
}

}  // namespace
}  // namespace galen

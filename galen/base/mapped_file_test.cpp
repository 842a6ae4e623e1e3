#include "galen/base/mapped_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "galen/base/error.h"
#include "galen/base/message_test.h"

namespace galen {
namespace {

using ::testing::HasSubstr;

TEST(MappedFile, GivesTheBytesOfAWindow) {
  const TemporaryFolder folder;
  write_file(folder.path() / "a", "0123456789");
  const MappedFile file(folder.path() / "a");
  EXPECT_EQ(file.size(), 10u);
  EXPECT_EQ(as_text(file.whole()), "0123456789");
  EXPECT_EQ(as_text(file.bytes(3, 4)), "3456");
  EXPECT_EQ(file.bytes(10, 0).size(), 0u);
}

TEST(MappedFile, AnEmptyFileHasNoBytes) {
  const TemporaryFolder folder;
  write_file(folder.path() / "a", "");
  EXPECT_EQ(MappedFile(folder.path() / "a").whole().size(), 0u);
}

TEST(MappedFile, RefusesWhatIsNoFileOrTooLarge) {
  const TemporaryFolder folder;
  write_file(folder.path() / "a", "0123456789");
  EXPECT_THAT(message_of([&] { MappedFile(folder.path()); }), HasSubstr("is a folder"));
  EXPECT_THAT(message_of([&] { MappedFile(folder.path() / "b"); }), HasSubstr("cannot be opened"));
  EXPECT_THAT(message_of([&] { MappedFile("/dev/null"); }), HasSubstr("is no regular file"));
  EXPECT_THAT(message_of([&] { MappedFile(folder.path() / "a", {.max_bytes = 9}); }), HasSubstr("is too large"));
}

TEST(MappedFile, RefusesAWindowOutsideAndAFileCutOffMeanwhile) {
  const TemporaryFolder folder;
  write_file(folder.path() / "a", "0123456789");
  const MappedFile file(folder.path() / "a");
  EXPECT_THAT(message_of([&] { file.bytes(8, 3); }), HasSubstr("is truncated"));
  EXPECT_THAT(message_of([&] { file.bytes(~0ull, 1); }), HasSubstr("is truncated"));
  fs::resize_file(folder.path() / "a", 4);
  EXPECT_THAT(message_of([&] { file.bytes(3, 4); }), HasSubstr("was cut off"));
}

}  // namespace
}  // namespace galen

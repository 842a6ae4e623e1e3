#include "galen/base/descriptor.h"

#include <fcntl.h>
#include <gtest/gtest.h>

namespace galen {
namespace {

Descriptor open_null() {
  return Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

bool is_open(int fd) {
  return ::fcntl(fd, F_GETFD) >= 0;
}

TEST(Descriptor, IsNoneUntilItIsGivenOne) {
  EXPECT_LT(Descriptor().get(), 0);
}

TEST(Descriptor, ClosesAtTheEndOfItsLife) {
  int fd = -1;
  {
    const Descriptor opened = open_null();
    fd = opened.get();
    ASSERT_TRUE(is_open(fd));
  }
  EXPECT_FALSE(is_open(fd));
}

TEST(Descriptor, ClosesWhatItHeldWhenItIsGivenAnother) {
  Descriptor held = open_null(), other = open_null();
  const int former = held.get(), latter = other.get();
  held = std::move(other);
  EXPECT_FALSE(is_open(former));
  EXPECT_EQ(held.get(), latter);
  EXPECT_TRUE(is_open(latter));
  held = Descriptor();
  EXPECT_FALSE(is_open(latter));
}

TEST(Descriptor, StaysOpenWhenItIsGivenItself) {
  Descriptor held = open_null();
  Descriptor& same = held;
  held = std::move(same);
  EXPECT_TRUE(is_open(held.get()));
}

}  // namespace
}  // namespace galen

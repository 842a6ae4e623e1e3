#include "apps/common/quantity.h"

#include <gtest/gtest.h>

#include "galen/base/error.h"
#include "galen/base/threads.h"

namespace galen::app {
namespace {

TEST(Quantity, MemoryIsToldInTheUnitThatItIsAskedIn) {
  EXPECT_EQ(parse_bytes("4G", "--max-ram"), 4ull << 30);
  for (const char* same : {"4G", "4GB", "4GiB", "4096M", "4096MB", "4096MiB", "4294967296"}) {
    EXPECT_EQ(memory_text(parse_bytes(same, "--max-ram")), "4096 MiB") << same;
  }
  EXPECT_THROW(parse_bytes("4 G", "--max-ram"), Error);
}

}  // namespace
}  // namespace galen::app

#include "apps/common/quantity.h"

#include <gtest/gtest.h>

#include "galen/base/error.h"
#include "galen/base/message_test.h"
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

TEST(Quantity, MemoryOfLessThanOneMebibyteLacksItsUnit) {
  EXPECT_EQ(message_of([] { parse_bytes("10", "--max-ram"); }), "--max-ram: '10' is less than 1 MiB; give a unit: 10G");
  EXPECT_EQ(parse_bytes("1M", "--max-ram"), 1u << 20);
}

}  // namespace
}  // namespace galen::app

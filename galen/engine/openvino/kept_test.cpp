#include "galen/engine/openvino/kept.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <exception>
#include <thread>
#include <vector>

#include "galen/base/error.h"

namespace galen {
namespace {

TEST(Kept, EveryThreadGetsAFailureOfItsOwn) {  // to which it adds its own context
  for (std::chrono::milliseconds held{10}; held < std::chrono::seconds(10); held *= 2) {
    openvino::Kept kept(1);
    std::atomic<int> made = 0;
    std::vector<std::exception_ptr> got(2);
    {
      std::vector<std::jthread> threads;
      for (std::exception_ptr& its : got) {
        threads.emplace_back([&] {
          try {
            kept.get("key", [&]() -> openvino::Kept::Item {
              ++made;
              std::this_thread::sleep_for(held);
              throw Error("network", "fails");
            });
          } catch (const Error&) {
            its = std::current_exception();
          }
        });
      }
    }
    if (made != 1) continue;  // they did not ask at once
    EXPECT_TRUE(got[0] && got[1] && got[0] != got[1]);
    return;
  }
  FAIL() << "they never asked at once";
}

}  // namespace
}  // namespace galen

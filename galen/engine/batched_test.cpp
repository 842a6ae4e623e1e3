#include "galen/engine/batched.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <exception>
#include <thread>

#include "galen/base/message_test.h"

namespace galen {
namespace {

using ::testing::HasSubstr;

// y = 2 x for rows of two; waits while held, and counts its runs.
class Doubling final : public Executable {
 public:
  explicit Doubling(std::int64_t rows) : rows_(rows) {}
  std::map<std::string, Tensor> run(const std::map<std::string, Tensor>& inputs) const override {
    ++runs;
    while (held) std::this_thread::yield();
    const Tensor& x = inputs.at("x");
    EXPECT_EQ(x.shape(), (Shape{rows_, 2}));
    Tensor y = x.clone();
    for (float& v : y.values<float>()) {
      if (v < 0) throw Error("x", "is negative");
      v *= 2;
    }
    return {{"y", y}};
  }
  Precision precision() const override { return Precision::f32; }
  MemoryEstimate memory() const override { return {.weights = 10, .activations = 1}; }

  mutable std::atomic<int> runs = 0;
  std::atomic<bool> held = false;

 private:
  std::int64_t rows_;
};

struct Sizes {
  std::shared_ptr<Doubling> one = std::make_shared<Doubling>(1), four = std::make_shared<Doubling>(4);
  std::shared_ptr<const Executable> network = batched({{1, one}, {4, four}}, 1);
};

std::map<std::string, Tensor> rows(std::vector<float> values) {
  const auto count = static_cast<std::int64_t>(values.size()) / 2;
  return {{"x", Tensor::of<float>({count, 2}, values)}};
}

std::vector<float> answer(const Executable& network, std::vector<float> values) {
  const auto outputs = network.run(rows(std::move(values)));
  const auto y = outputs.at("y").values<float>();
  return {y.begin(), y.end()};
}

TEST(Batched, ARowAloneTakesTheLeastSizeAndAFewTheNext) {
  const Sizes sizes;
  EXPECT_EQ(answer(*sizes.network, {1, 2}), (std::vector<float>{2, 4}));
  EXPECT_EQ(sizes.one->runs, 1);
  EXPECT_EQ(answer(*sizes.network, {1, 2, 3, 4, 5, 6}), (std::vector<float>{2, 4, 6, 8, 10, 12}));
  EXPECT_EQ(sizes.four->runs, 1);
  EXPECT_EQ(sizes.network->memory().total(), 22u);
}

// Number of network runs for four threads, three of which call while the first is held for this long.
int runs_of_four(std::chrono::milliseconds held) {
  const Sizes sizes;
  sizes.one->held = true;
  std::vector<std::jthread> threads;
  threads.emplace_back([&] { EXPECT_EQ(answer(*sizes.network, {0, 0.5f}), (std::vector<float>{0, 1})); });
  while (sizes.one->runs == 0) std::this_thread::yield();
  for (int i = 1; i <= 3; ++i) {
    threads.emplace_back([&, v = static_cast<float>(i)] {
      EXPECT_EQ(answer(*sizes.network, {v, -0.f}), (std::vector<float>{2 * v, 0}));
    });
  }
  std::this_thread::sleep_for(held);
  sizes.one->held = false;
  threads.clear();
  return sizes.one->runs + sizes.four->runs;
}

TEST(Batched, WhoWaitsIsAnsweredTogether) {
  int runs = 0;
  for (int ms = 10; runs != 2 && ms < 10'000; ms *= 2) runs = runs_of_four(std::chrono::milliseconds(ms));
  EXPECT_EQ(runs, 2);
}

TEST(Batched, AsManyAsThereLatelyWereAreWaitedFor) {
  const auto runs_of_four_at_once = [] {
    const Sizes sizes;
    const auto ask = [&](int times) {
      for (int i = 0; i < times; ++i) answer(*sizes.network, {1, 2});
    };
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back(ask, 20);
    threads.clear();
    return sizes.one->runs + sizes.four->runs;
  };
  int runs = 80;  // if no call waited for others
  for (int tries = 0; runs > 40 && tries < 20; ++tries) runs = runs_of_four_at_once();
  EXPECT_LE(runs, 40);
}

TEST(Batched, EveryThreadGetsItsOwn) {
  const Sizes sizes;
  std::vector<std::jthread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 500; ++i) {
        std::vector<float> x(static_cast<std::size_t>(2 + 2 * ((t + i) % 4)));
        for (std::size_t k = 0; k < x.size(); ++k) x[k] = static_cast<float>(1000 * t + i) + static_cast<float>(k);
        std::vector<float> wanted = x;
        for (float& v : wanted) v *= 2;
        ASSERT_EQ(answer(*sizes.network, x), wanted);
      }
    });
  }
}

TEST(Batched, AFailureIsToldToAllThatWereToBeAnswered) {
  const Sizes sizes;
  EXPECT_THAT(message_of([&] { answer(*sizes.network, {-1, 0}); }), HasSubstr("is negative"));
  EXPECT_EQ(answer(*sizes.network, {1, 0}), (std::vector<float>{2, 0}));  // and it goes on
}

TEST(Batched, EveryThreadGetsAFailureOfItsOwn) {  // to which it adds its own context
  for (std::chrono::milliseconds held{10}; held < std::chrono::seconds(10); held *= 2) {
    const Sizes sizes;
    sizes.one->held = true;
    std::vector<std::exception_ptr> got(3);
    {
      std::vector<std::jthread> threads;
      threads.emplace_back([&] { answer(*sizes.network, {1, 2}); });
      while (sizes.one->runs == 0) std::this_thread::yield();
      for (std::exception_ptr& its : got) {
        threads.emplace_back([&] {
          try {
            answer(*sizes.network, {-1, 2});
          } catch (const Error&) {
            its = std::current_exception();
          }
        });
      }
      std::this_thread::sleep_for(held);
      sizes.one->held = false;
    }
    if (sizes.one->runs + sizes.four->runs != 2) continue;  // they were not answered together
    EXPECT_TRUE(got[0] && got[1] && got[2]);
    EXPECT_TRUE(got[0] != got[1] && got[1] != got[2] && got[2] != got[0]);
    return;
  }
  FAIL() << "they were never answered together";
}

// Its output has the same shape whatever the rows.
class Summing final : public Executable {
 public:
  explicit Summing(Shape shape) : shape_(std::move(shape)) {}
  std::map<std::string, Tensor> run(const std::map<std::string, Tensor>&) const override {
    return {{"sum", Tensor(Scalar::f32, shape_)}};
  }
  Precision precision() const override { return Precision::f32; }
  MemoryEstimate memory() const override { return {}; }

 private:
  Shape shape_;
};

TEST(Batched, AnOutputThatIsNotByRowsIsRefused) {
  for (const Shape& shape : {Shape{}, Shape{3}, Shape{0}}) {
    const auto network = batched({{4, std::make_shared<Summing>(shape)}}, 1);
    for (const std::size_t count : {2u, 8u}) {
      EXPECT_THAT(message_of([&] { network->run(rows(std::vector<float>(count))); }),
                  HasSubstr("output 'sum': is not by rows"));
    }
  }
}

TEST(Batched, RefusesMoreRowsThanFitAndInputsOfDifferentRows) {
  const Sizes sizes;
  EXPECT_THAT(message_of([&] { answer(*sizes.network, std::vector<float>(10)); }), HasSubstr("5 rows"));
  auto uneven = rows({1, 2});
  uneven.emplace("z", Tensor(Scalar::f32, {3, 1}));
  EXPECT_THAT(message_of([&] { sizes.network->run(uneven); }), HasSubstr("rows"));
  EXPECT_THAT(message_of([&] { batched({}, 1); }), HasSubstr("no network"));
}

}  // namespace
}  // namespace galen

#include "galen/engine/batched.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

#include "galen/engine/own_copy.h"

namespace galen {
namespace {

using Tensors = std::map<std::string, Tensor>;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds patience{5};  // how long a call waits for others
constexpr double forgetting = 0.95;               // decay per run of the remembered number of simultaneous calls

Shape with_rows(Shape shape, std::int64_t rows) {
  shape.front() = rows;
  return shape;
}

void require_rows(const Tensors& outputs, std::int64_t rows) {
  for (const auto& [name, tensor] : outputs) {
    if (!tensor.shape().empty() && tensor.shape().front() == rows) continue;
    throw Error(fmt::format("output '{}'", name), "is not by rows",
                fmt::format("{} for {} rows", to_string(tensor.shape()), rows));
  }
}

std::size_t bytes_per_row(const Tensor& tensor) {
  return tensor.bytes().size() / static_cast<std::size_t>(tensor.shape().front());
}

class Batched final : public Executable {
 public:
  Batched(std::map<std::int64_t, std::shared_ptr<const Executable>> by_rows, int runs) : by_rows_(std::move(by_rows)) {
    if (by_rows_.empty() || runs < 1) throw defect("batched", "no network is given, or none may run");
    for (int i = 0; i < runs; ++i) {
      threads_.emplace_back([this](const std::stop_token& stop) { serve(stop); });
    }
  }

  Tensors run(const Tensors& inputs) const override {
    Request request{&inputs, rows_of(inputs)};
    std::unique_lock lock(mutex_);
    waiting_.push_back(&request);
    ++unanswered_;
    crowd_ = std::max(crowd_, static_cast<double>(std::min(unanswered_, most_rows())));
    if (waiting_.size() == 1 || enough_wait()) asked_.notify_one();
    request.answered.wait(lock, [&] { return request.done; });
    --unanswered_;
    if (request.error) throw_own(request.error);
    return std::move(request.outputs);
  }

  Precision precision() const override { return by_rows_.begin()->second->precision(); }
  MemoryEstimate memory() const override {
    MemoryEstimate sum;
    for (const auto& [rows, network] : by_rows_) {
      const MemoryEstimate one = network->memory();
      sum.weights += one.weights, sum.activations += one.activations;
    }
    return sum;
  }

 private:
  struct Request {
    const Tensors* inputs;
    std::int64_t rows;
    Clock::time_point asked = Clock::now();
    bool done = false;
    Tensors outputs = {};
    std::exception_ptr error = {};
    std::condition_variable answered = {};
  };

  void serve(const std::stop_token& stop) const {
    while (true) {
      std::unique_lock lock(mutex_);
      if (!asked_.wait(lock, stop, [&] { return !waiting_.empty(); })) return;
      asked_.wait_until(lock, stop, waiting_.front()->asked + patience, [&] { return enough_wait(); });
      const std::vector<Request*> batch = take();
      if (batch.empty()) continue;  // another run took them
      crowd_ = std::max(1., crowd_ * forgetting);
      if (!waiting_.empty()) asked_.notify_one();
      lock.unlock();
      answer(batch);
      lock.lock();
      for (Request* one : batch) {  // under the mutex: once it is released, an answered caller may be gone
        one->done = true;
        one->answered.notify_one();
      }
    }
  }

  std::int64_t rows_of(const Tensors& inputs) const {
    std::int64_t rows = 0;
    for (const auto& [name, tensor] : inputs) {
      const std::int64_t its = tensor.shape().empty() ? 0 : tensor.shape().front();
      if (its < 1 || (rows > 0 && its != rows)) {
        throw Error(fmt::format("input '{}'", name), fmt::format("has {} rows", its),
                    rows > 0 ? fmt::format("another has {}", rows) : "");
      }
      rows = its;
    }
    if (rows > most_rows()) {
      throw Error("inputs", fmt::format("have {} rows", rows), fmt::format("at most {} fit", most_rows()));
    }
    return rows;
  }

  // As many calls wait as there were recently at once, or as fit; also true if none waits, as another run took them.
  bool enough_wait() const {
    std::int64_t rows = 0;
    for (const Request* one : waiting_) rows += one->rows;
    return waiting_.empty() || std::cmp_greater_equal(waiting_.size(), static_cast<int>(crowd_)) || rows >= most_rows();
  }

  std::int64_t most_rows() const { return by_rows_.rbegin()->first; }

  // Takes waiting calls in order, as many as fit.
  std::vector<Request*> take() const {
    std::vector<Request*> batch;
    std::int64_t rows = 0;
    while (!waiting_.empty() && rows + waiting_.front()->rows <= most_rows()) {
      batch.push_back(waiting_.front());
      rows += batch.back()->rows;
      waiting_.pop_front();
    }
    return batch;
  }

  void answer(const std::vector<Request*>& batch) const {
    try {
      std::int64_t rows = 0;
      for (const Request* one : batch) rows += one->rows;
      const auto& [size, network] = *by_rows_.lower_bound(rows);
      const bool alone = batch.size() == 1 && rows == size;
      Tensors outputs = alone ? network->run(*batch.front()->inputs) : network->run(joined(batch, size));
      require_rows(outputs, size);
      if (alone) {
        batch.front()->outputs = std::move(outputs);
      } else {
        part(outputs, batch);
      }
    } catch (...) {
      for (Request* one : batch) one->error = std::current_exception();
    }
  }

  // Padding rows are 0.
  static Tensors joined(const std::vector<Request*>& batch, std::int64_t size) {
    Tensors out;
    for (const auto& [name, first] : *batch.front()->inputs) {
      Tensor all(first.type(), with_rows(first.shape(), size));
      auto place = all.bytes().begin();
      for (const Request* one : batch) {
        const auto found = one->inputs->find(name);
        if (found == one->inputs->end() || found->second.type() != first.type() ||
            with_rows(found->second.shape(), size) != all.shape()) {
          throw Error(fmt::format("input '{}'", name), "is not the same in all calls");
        }
        place = std::ranges::copy(found->second.bytes(), place).out;
      }
      out.emplace(name, std::move(all));
    }
    return out;
  }

  static void part(const Tensors& outputs, const std::vector<Request*>& batch) {
    for (const auto& [name, all] : outputs) {
      const std::size_t size = bytes_per_row(all);
      std::size_t begin = 0;
      for (Request* one : batch) {
        Tensor its(all.type(), with_rows(all.shape(), one->rows));
        std::ranges::copy(all.bytes().subspan(begin * size, its.bytes().size()), its.bytes().begin());
        begin += static_cast<std::size_t>(one->rows);
        one->outputs.emplace(name, std::move(its));
      }
    }
  }

  const std::map<std::int64_t, std::shared_ptr<const Executable>> by_rows_;
  mutable std::mutex mutex_;
  mutable std::condition_variable_any asked_;
  mutable std::deque<Request*> waiting_;
  mutable std::int64_t unanswered_ = 0;  // calls
  mutable double crowd_ = 1;             // recent maximum of unanswered_, capped at most_rows()
  // Own threads, because OpenVINO separates concurrent runs by the calling thread.
  std::vector<std::jthread> threads_;
};

}  // namespace

std::shared_ptr<const Executable> batched(std::map<std::int64_t, std::shared_ptr<const Executable>> by_rows, int runs) {
  return std::make_shared<Batched>(std::move(by_rows), runs);
}

}  // namespace galen

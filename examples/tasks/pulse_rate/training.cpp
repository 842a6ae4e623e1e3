#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "examples/tasks/pulse_rate/session.h"
#include "galen/base/random.h"
#include "galen/nn/blocks.h"
#include "galen/nn/loss.h"

namespace galen::pulse {
namespace {

constexpr std::size_t batch_size = 16;
constexpr double beat_seconds = 0.1;  // width of a beat in the target, centred at its time

struct Item {
  std::vector<float> samples, is_beat;
  std::vector<double> beats;  // seconds
};

std::vector<Item> read_items(const TrainingRequest& request, const std::vector<const DatasetRow*>& rows,
                             const PulsePlan& plan) {
  std::vector<Item> items;
  for (const DatasetRow* row : rows) {
    check_stop();
    const Case one = request.load(*row);
    with_context("case " + row->id, [&] {
      const Signal &signal = one.signal("signal"), &truth = one.signal("beats");
      require_fit(plan, signal.rate_hz, signal.channels.size());
      if (signal.length == 0) throw Error("signal", "is empty");
      const std::vector<double> beats = true_beats(signal, truth);
      items.push_back({signal.source->read(0, 0, signal.length), truth.source->read(0, 0, signal.length), beats});
    });
  }
  return items;
}

class PulseTraining final : public Training {
 public:
  explicit PulseTraining(const TrainingRequest& request)
      : plan_(plan_from_recipe(request.recipe)),
        seed_(request.recipe.seed),
        train_(read_items(request, request.train, plan_)),
        validate_(read_items(request, request.validate, plan_)) {}

  Graph graph() const override {
    Builder b("pulse_rate", seed_);
    const std::vector<Dim> dims = {{-1, "batch"}, {1, ""}, {plan_.window, ""}};
    Value x = b.input("signal", Scalar::f32, dims);
    for (std::size_t i = 0; i < plan_.features.size(); ++i) {
      x = conv_block(b, fmt::format("layer.{}", i), x, plan_.features[i], {.kernel = {plan_.kernel}});
    }
    const Value logits = b.named(b.conv("head", x, 1, {.kernel = {1}}), "logits");
    const std::int64_t around = std::llround(beat_seconds / 2 * plan_.rate_hz);
    const Value target = b.node("MaxPool", {b.input("is_beat", Scalar::f32, dims)},
                                {{"kernel_shape", Shape{2 * around + 1}}, {"pads", Shape{around, around}}});
    b.output(logits, "logits");
    b.output(binary_cross_entropy(b, logits, target), "loss");
    return b.build();
  }

  Graph network(const Graph& trained) const override { return extract(trained, {"logits"}); }

  std::map<std::string, Tensor> batch(std::uint64_t epoch, std::uint64_t index) const override {
    const auto window = static_cast<std::size_t>(plan_.window);
    Tensor signal(Scalar::f32, {batch_size, 1, plan_.window}), truth(Scalar::f32, signal.shape());
    for (std::size_t row = 0; row < batch_size; ++row) {
      Random random(seed_, epoch, index * batch_size + row, "window");
      const Item& item = train_[random.below(train_.size())];
      const std::size_t begin = random.below(item.samples.size());
      const auto values = signal.values<float>().subspan(row * window, window);
      const auto is_beat = truth.values<float>().subspan(row * window, window);
      for (std::size_t i = 0; i < window; ++i) {
        const bool inside = begin + i < item.samples.size();
        values[i] = inside ? item.samples[begin + i] : std::nanf("");
        is_beat[i] = inside ? item.is_beat[begin + i] : 0;
      }
      if (!z_score(values)) std::ranges::fill(is_beat, 0.f);
    }
    return {{"signal", std::move(signal)}, {"is_beat", std::move(truth)}};
  }

  Validation validate(const Graph& network, Engine& engine) const override {
    if (validate_.empty()) return {};
    const Members members = compiled({network}, "logits", plan_, engine, {.precision = Precision::f32});
    const auto networks = std::make_shared<Networks>(Networks{plan_, Json::object(), members, {}});
    Validation out;
    double f1 = 0;
    for (const Item& item : validate_) {
      PulseSession session(networks);
      Finding unused;
      session.push({&item.samples, 1});
      session.finish(unused);
      f1 += f1_of(session.beats(), item.beats) / static_cast<double>(validate_.size());
    }
    out.criterion = out.values["f1"] = f1;
    return out;
  }

 private:
  PulsePlan plan_;
  std::uint64_t seed_;
  std::vector<Item> train_, validate_;
};

}  // namespace

std::unique_ptr<Training> PulseRate::training(const TrainingRequest& request) const {
  if (request.train.empty()) throw Error(request.dataset.name, "has no case in the split 'train'");
  return std::make_unique<PulseTraining>(request);
}

}  // namespace galen::pulse

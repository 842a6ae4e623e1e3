#include "examples/tasks/pulse_rate/training.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "examples/tasks/pulse_rate/beats.h"
#include "examples/tasks/pulse_rate/record.h"
#include "galen/base/random.h"
#include "galen/nn/blocks.h"
#include "galen/nn/loss.h"

namespace galen::pulse {
namespace {

constexpr double beat_width_seconds = 0.04;  // deviation of the bump that stands for a beat in the target

struct Item {
  std::vector<float> samples;
  std::vector<double> beats;  // seconds
};

class PulseTraining final : public Training {
 public:
  explicit PulseTraining(const TrainingRequest& request)
      : plan_(plan_from_recipe(request.recipe)),
        seed_(request.recipe.seed),
        train_(read(request, request.train)),
        validate_(read(request, request.validate)) {}

  Graph graph() const override;
  Graph network(const Graph& trained) const override;
  std::map<std::string, Tensor> batch(std::uint64_t epoch, std::uint64_t index) const override;
  Validation validate(const Graph& network, Engine& engine) const override;

 private:
  std::vector<Item> read(const TrainingRequest& request, const std::vector<const DatasetRow*>& rows) const;

  PulsePlan plan_;
  std::uint64_t seed_;
  std::vector<Item> train_, validate_;
};

std::vector<Item> PulseTraining::read(const TrainingRequest& request,
                                      const std::vector<const DatasetRow*>& rows) const {
  std::vector<Item> items;
  for (const DatasetRow* row : rows) {
    check_stop();
    const Case one = request.load(*row);
    with_context("case " + row->id, [&] {
      const Signal& signal = one.signal("signal");
      Item item{{}, true_beats(signal, one.signal("beats"))};
      read_pieces(signal, plan_, [&](const std::vector<float>& piece) {
        item.samples.insert(item.samples.end(), piece.begin(), piece.end());
      });
      if (item.samples.empty()) throw Error("signal", "is empty");
      items.push_back(std::move(item));
    });
  }
  return items;
}

Graph PulseTraining::graph() const {
  Builder b("pulse_rate", seed_);
  const std::vector<Dim> dims = {{plan_.batch, ""}, {1, ""}, {plan_.window, ""}};
  const Value signal = b.input("signal", Scalar::f32, dims), target = b.input("target", Scalar::f32, dims);
  Value x = signal;
  for (std::size_t i = 0; i < plan_.features.size(); ++i) {
    x = conv_block(b, fmt::format("layer.{}", i), x, plan_.features[i], {.kernel = {plan_.kernel}});
  }
  const Value logits = b.named(b.conv("head", x, 1, {.kernel = {1}}), "logits");
  b.output(logits, "logits");
  b.output(binary_cross_entropy(b, logits, target), "loss");
  return b.build();
}

Graph PulseTraining::network(const Graph& trained) const {
  Graph out = extract(trained, {"logits"});
  out.inputs.front().dims.front() = {-1, "batch"};
  out.outputs.front().dims.front() = {-1, "batch"};
  return out;
}

std::map<std::string, Tensor> PulseTraining::batch(std::uint64_t epoch, std::uint64_t index) const {
  Tensor signal(Scalar::f32, {plan_.batch, 1, plan_.window}), target(Scalar::f32, {plan_.batch, 1, plan_.window});
  const auto window = static_cast<std::size_t>(plan_.window), batch = static_cast<std::size_t>(plan_.batch);
  for (std::size_t row = 0; row < batch; ++row) {
    Random random(seed_, epoch, index * batch + row, "window");
    const Item& item = train_[random.below(train_.size())];
    const std::int64_t begin = static_cast<std::int64_t>(random.below(item.samples.size())) - plan_.window / 4;
    std::vector<float> values(window);
    const auto aim = target.values<float>().subspan(row * window, window);
    for (std::size_t i = 0; i < window; ++i) {
      const std::int64_t at = begin + static_cast<std::int64_t>(i);
      const bool inside = at >= 0 && at < static_cast<std::int64_t>(item.samples.size());
      values[i] = inside ? item.samples[static_cast<std::size_t>(at)] : std::nanf("");
      for (const double beat : item.beats) {
        const double z = (static_cast<double>(at) / plan_.rate_hz - beat) / beat_width_seconds;
        if (std::abs(z) < 4) aim[i] = std::max(aim[i], static_cast<float>(std::exp(-z * z / 2)));
      }
    }
    if (!z_score(values)) std::fill(aim.begin(), aim.end(), 0.f);
    std::copy(values.begin(), values.end(), signal.values<float>().begin() + static_cast<std::ptrdiff_t>(row * window));
  }
  return {{"signal", std::move(signal)}, {"target", std::move(target)}};
}

Validation PulseTraining::validate(const Graph& network, Engine& engine) const {
  const auto networks =
      std::make_shared<const Networks>(compile_networks(plan_, {network}, {}, engine, {.precision = Precision::f32}));
  Validation out;
  for (const Item& item : validate_) {
    BeatStream stream(networks);
    stream.push(item.samples);
    stream.finish();
    const auto& found = stream.tally().beats_at;
    const double f1 =
        2.0 * matched_beats(found, item.beats) / std::max(1.0, static_cast<double>(found.size() + item.beats.size()));
    out.criterion += f1 / static_cast<double>(validate_.size());
  }
  out.values["f1"] = out.criterion;
  return out;
}

}  // namespace

std::unique_ptr<Training> make_training(const TrainingRequest& request) {
  if (request.train.empty()) throw Error(request.dataset.name, "has no case in the split 'train'");
  return std::make_unique<PulseTraining>(request);
}

}  // namespace galen::pulse

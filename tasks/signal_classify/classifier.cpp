#include "tasks/signal_classify/classifier.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "galen/base/error.h"
#include "galen/base/progress.h"
#include "galen/engine/outputs.h"

namespace galen::classify {
namespace {

double advantage(const std::vector<double>& logits, std::size_t kind) {
  return logits[kind] - std::accumulate(logits.begin(), logits.end(), 0.0) / static_cast<double>(logits.size());
}

}  // namespace

Classifier::Classifier(const StripPlan& plan, std::size_t classes, const std::vector<Graph>& members, Engine& engine,
                       const CompileOptions& options)
    : plan_(plan), classes_(classes) {
  const auto features = std::ssize(feature_names(plan));
  CompileOptions fixed = options;
  fixed.shapes = {{"signal", {1, 2 * std::ssize(plan.channels), plan.window()}},
                  {"values", {1, features}},
                  {"known", {1, features}}};
  for (const Graph& member : members) {
    require_output(member, "logits");
    members_.push_back(engine.compile(member, fixed));
  }
}

std::vector<double> Classifier::window_logits(const Strip& strip, std::int64_t begin) const {
  check_stop();
  const auto features = std::ssize(strip.features.values);
  Tensor signal(Scalar::f32, {1, 2 * std::ssize(plan_.channels), plan_.window()});
  Tensor values(Scalar::f32, {1, features}), known(Scalar::f32, {1, features});
  put_features(strip.features, values.values<float>(), known.values<float>());
  put_window(strip, begin, plan_.window(), signal.values<float>());
  std::vector<double> out(classes_);
  for (const auto& member : members_) {
    const auto outputs = member->run({{"signal", signal}, {"values", values}, {"known", known}});
    if (has_non_finite(outputs)) throw Error("signal", "leads to values that are not numbers");
    const auto logits = output_of(outputs, "logits", {1, static_cast<std::int64_t>(classes_)});
    for (std::size_t i = 0; i < out.size(); ++i) out[i] += logits[i];
  }
  return out;
}

std::vector<double> Classifier::logits(const Strip& strip) const {
  std::vector<double> out(classes_);
  const std::vector<std::int64_t> begins = window_begins(strip.length, plan_.window());
  for (const std::int64_t begin : begins) {
    const std::vector<double> of_window = window_logits(strip, begin);
    for (std::size_t i = 0; i < out.size(); ++i) out[i] += of_window[i];
  }
  for (double& v : out) v /= static_cast<double>(begins.size() * members_.size());
  return out;
}

std::vector<double> Classifier::occlusion(const Strip& strip, std::size_t kind, double stretch_s) const {
  const std::vector<std::int64_t> windows = window_begins(strip.length, plan_.window());
  std::vector<double> whole;
  for (const std::int64_t window : windows) whole.push_back(advantage(window_logits(strip, window), kind));
  const std::int64_t stretch = std::max<std::int64_t>(1, std::llround(stretch_s * plan_.rate_hz));
  std::vector<double> out;
  for (std::int64_t begin = 0; begin < strip.length; begin += stretch) {
    Strip without = strip;
    for (std::vector<float>& channel : without.channels) {
      const auto end = channel.begin() + std::min(strip.length, begin + stretch);
      std::fill(channel.begin() + begin, end, 0.f);
    }
    double lost = 0;
    for (std::size_t w = 0; w < windows.size(); ++w) {
      if (windows[w] >= begin + stretch || windows[w] + plan_.window() <= begin) continue;
      lost += whole[w] - advantage(window_logits(without, windows[w]), kind);
    }
    out.push_back(lost / static_cast<double>(windows.size() * members_.size()));
  }
  return out;
}

PartShares Classifier::part_shares(const Strip& strip, std::size_t kind) const {
  const double whole = advantage(logits(strip), kind);
  Strip waveless = strip, featureless = strip;
  for (std::vector<float>& channel : waveless.channels) std::ranges::fill(channel, 0.f);
  std::ranges::fill(featureless.features.values, std::nanf(""));
  return {whole - advantage(logits(waveless), kind), whole - advantage(logits(featureless), kind)};
}

}  // namespace galen::classify

#include "tasks/signal_classify/task.h"

#include "tasks/signal_classify/augment_strip.h"
#include "tasks/signal_classify/phantom.h"
#include "tasks/signal_classify/record.h"

namespace galen {

std::unique_ptr<const Task> signal_classify() {
  return std::make_unique<classify::SignalClassify>();
}

namespace classify {

const TaskInfo& SignalClassify::info() const {
  static const TaskInfo info = {
      "signal_classify",
      1,
      "Classify a whole recording (a rhythm strip, an alarm) and show what decided",
      {{"signal", "signal", "an ECG, and pulse waves of the same time where there are any", "ECG", true}},
      {},
      false};
  return info;
}

Recipe SignalClassify::plan(const PlanRequest& request) const {
  StripPlan plan;
  std::vector<double> seconds;
  bool lead = false, pressure = false, pulse = false, second_lead = false;
  const std::vector<Kind> all = {Kind::ecg, Kind::ecg, Kind::pressure, Kind::pulse};
  for (const DatasetRow* row : request.rows) {
    const Case one = request.load(*row);
    with_context("case " + row->id, [&] {
      const Signal& signal = one.signal("signal");
      const auto chosen = choose_channels(signal.channels, all);
      const auto usable = [&](std::size_t i) {
        return chosen[i] && signal.rate_hz * signal.channels[*chosen[i]].samples_per_frame >= least_rate_hz(all[i]);
      };
      lead = lead || usable(0);
      second_lead = second_lead || usable(1);
      pressure = pressure || usable(2);
      pulse = pulse || usable(3);
      class_of_label(one.attributes, request.dataset.classes);
      seconds.push_back(signal.seconds());
    });
  }
  plan.channels.clear();
  if (lead || (!pressure && !pulse)) plan.channels.push_back(Kind::ecg);
  if (second_lead) plan.channels.push_back(Kind::ecg);
  if (pressure) plan.channels.push_back(Kind::pressure);
  if (pulse) plan.channels.push_back(Kind::pulse);
  std::ranges::sort(seconds);
  if (!seconds.empty()) plan.seconds = std::clamp(seconds[seconds.size() / 2], 5.0, 60.0);
  require_fit(plan, request.dataset.classes);
  Recipe recipe;
  recipe.task = info().name;
  put_into_recipe(plan, recipe);
  recipe.augmentation = to_json(StripAugmentation{});
  recipe.schedule.method = "adamw";
  recipe.schedule.learning_rate = 2e-3;
  recipe.schedule.weight_decay = 2e-2;
  recipe.schedule.decay = "cosine";
  recipe.schedule.warmup_updates = 50;
  recipe.schedule.clip_norm = 5;
  recipe.schedule.epochs = 30;
  recipe.schedule.batches_per_epoch = 40;
  recipe.schedule.ema_decay = 0.99;
  recipe.schedule.validate_every = 10;
  recipe.schedule.keep = "last";
  recipe.bundle = {{"id", request.dataset.name},
                   {"question", "Which class is this recording?"},
                   {"licence", request.dataset.licence}};
  return recipe;
}

Scores SignalClassify::score(const Bundle& bundle, const std::vector<Record>& records) const {
  return score_strips(bundle, records);
}

std::map<std::string, CaseScores> SignalClassify::case_scores(const Bundle& bundle,
                                                              const std::vector<Record>& records) const {
  return classify::case_scores(bundle, records);
}

std::map<std::string, Case> SignalClassify::goldens(const Bundle& bundle) const {
  const StripPlan plan = plan_from_recipe(recipe_of(bundle));
  std::map<std::string, Case> out;
  for (const auto& [name, options] : golden_phantoms()) {
    out[name] = {name, name, {{"signal", phantom(plan.channels, options)}}, {}, {}};
  }
  return out;
}

}  // namespace classify
}  // namespace galen

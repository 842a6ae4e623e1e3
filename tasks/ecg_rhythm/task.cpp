#include "tasks/ecg_rhythm/task.h"

#include "galen/prep/ecg_leads.h"
#include "tasks/ecg_rhythm/augment_beats.h"
#include "tasks/ecg_rhythm/reading.h"
#include "tasks/ecg_rhythm/record.h"

namespace galen {

std::unique_ptr<const Task> ecg_rhythm() {
  return std::make_unique<ecg::EcgRhythm>();
}

namespace ecg {

const TaskInfo& EcgRhythm::info() const {
  static const TaskInfo info = {
      "ecg_rhythm",
      1,
      "Classify every beat of an ECG and its rhythm over time, from a file or live",
      {{"signal", "signal", "an ECG of one or more leads, 90 samples a second or more", "ECG", true}},
      {{"annotation", "annotations", "the beats as experts marked them, in WFDB's codes", "", false}},
      true};
  return info;
}

Recipe EcgRhythm::plan(const PlanRequest& request) const {
  for (const DatasetRow* row : request.rows) {
    const Case one = request.load(*row);
    with_context("case " + row->id, [&] { require_rate(leads_of(one.signal("signal")).rate_hz); });
  }
  Recipe recipe;
  recipe.task = info().name;
  put_into_recipe(BeatPlan{}, recipe);
  recipe.augmentation = to_json(BeatAugmentation{});
  recipe.schedule.method = "adamw";
  recipe.schedule.learning_rate = 2e-3;
  recipe.schedule.weight_decay = 1e-2;
  recipe.schedule.decay = "cosine";
  recipe.schedule.warmup_updates = 50;
  recipe.schedule.clip_norm = 5;
  recipe.schedule.epochs = 24;
  recipe.schedule.batches_per_epoch = 75;
  recipe.schedule.ema_decay = 0.997;
  recipe.schedule.validate_every = 10;
  recipe.schedule.keep = "last";
  recipe.bundle = {{"id", request.dataset.name},
                   {"question", "Which beats are these, and what is the rhythm?"},
                   {"licence", request.dataset.licence}};
  return recipe;
}

Scores EcgRhythm::score(const Bundle&, const std::vector<Record>& records) const {
  return score_recordings(records);
}

std::map<std::string, CaseScores> EcgRhythm::case_scores(const Bundle&, const std::vector<Record>& records) const {
  return ecg::case_scores(records);
}

}  // namespace ecg
}  // namespace galen

// Trains the task on pulses made from a seed, with libtorch's gradients; the bundle then answers.
#include <gtest/gtest.h>

#include <sstream>

#include "examples/tasks/pulse_rate/pulse_wave_test.h"
#include "examples/tasks/pulse_rate/task.h"
#include "galen/engine/openvino/openvino.h"
#include "galen/pipeline/predict.h"
#include "galen/train/torch/torch_engine.h"
#include "galen/train/train_bundle.h"
#include "galen/train/work_folder.h"

namespace galen {
namespace {

using namespace pulse_test;

Dataset waves() {
  Dataset dataset;
  dataset.name = "waves";
  dataset.licence = "CC0-1.0";
  for (int i = 0; i < 20; ++i) {
    const std::string name = std::to_string(i);
    const Split split = i < 6 ? Split::train : i < 8 ? Split::validate : i < 18 ? Split::calibrate : Split::test;
    dataset.rows.push_back({"case-" + name, "patient-" + name, split, {}});
  }
  return dataset;
}

Case load(const DatasetRow& row) {
  const std::uint64_t seed = hash_text(row.id);
  return pulse_case(row.id, row.patient, pulse_wave(50 + static_cast<double>(seed % 60), 30, seed));
}

std::vector<double> losses(const fs::path& log) {
  std::vector<double> out;
  std::istringstream lines(read_text(log));
  for (std::string line; std::getline(lines, line);) out.push_back(Json::parse(line)["losses"]["loss"]);
  return out;
}

TEST(PulseRateTraining, TheLossFallsAndTheBundleFindsBeatsThatItNeverSaw) {
  const TemporaryFolder folder;
  std::vector<std::unique_ptr<const Task>> tasks;
  tasks.push_back(pulse_rate());
  const Registry registry(std::move(tasks));
  const Task& task = registry.task("pulse_rate");
  const auto engine = openvino_engine();

  const Dataset dataset = waves();
  Recipe recipe = task.plan({dataset, dataset.of(Split::train), load, 1, 0, 0, no_progress()});
  recipe.schedule.epochs = 4;
  recipe.schedule.batches_per_epoch = 15;
  recipe.schedule.learning_rate = 1e-2;
  recipe.schedule.validate_every = 2;
  TrainOptions options;
  options.target = folder.path() / "waves";
  train_bundle({task, recipe, dataset, load, *torch_engine(), *engine, no_progress()}, options);

  const std::vector<double> loss = losses(work_folder(options) / "splits" / "log.jsonl");
  ASSERT_EQ(loss.size(), 4u);
  EXPECT_LT(loss.back(), loss.front() / 4);

  const Service service = open_service(registry, open_bundle(options.target), *engine, {});
  EXPECT_GT(service.bundle->results["metrics"]["f1"]["value"], 0.95);
  const Wave wave = pulse_wave(75, 60, 1);
  const Finding finding = service.answer({"new", "new", {{"signal", signal_of(wave.samples)}}, {}, {}}, no_progress());
  const double truth = 60 * static_cast<double>(wave.at.size() - 1) / (wave.at.back() - wave.at.front());
  EXPECT_NEAR(finding.statements.at(0).value.value(), truth, 1);
  EXPECT_TRUE(finding.statements.at(0).interval.has_value());  // ten patients are enough for 90 %
}

}  // namespace
}  // namespace galen

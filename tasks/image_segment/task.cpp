#include "tasks/image_segment/task.h"

#include "tasks/image_segment/phantom.h"
#include "tasks/image_segment/plan.h"
#include "tasks/image_segment/predictor.h"
#include "tasks/image_segment/record.h"
#include "tasks/image_segment/training.h"

namespace galen {
namespace {

class ImageSegment final : public Task {
 public:
  const TaskInfo& info() const override {
    static const TaskInfo info = {"image_segment",
                                  1,
                                  "Outline structures in a 3D image and measure them",
                                  {{"image", "volume", "CT, MRI or another 3D image", "", true}},
                                  {{"mask", "volume", "The class of every voxel, on the image's grid", "", true}},
                                  false};
    return info;
  }
  Recipe plan(const PlanRequest& request) const override { return segment::plan_recipe(request); }
  std::unique_ptr<Training> training(const TrainingRequest& request) const override {
    return segment::make_training(request);
  }
  std::unique_ptr<Predictor> predictor(const PredictorRequest& request) const override {
    return segment::make_predictor(request);
  }
  Scores score(const Bundle&, const std::vector<Record>& records) const override {
    return segment::score_records(records);
  }
  std::map<std::string, CaseScores> case_scores(const Bundle&, const std::vector<Record>& records) const override {
    return segment::case_scores(records);
  }
  void conclude(Bundle& bundle, const std::vector<Record>& records) const override {
    segment::conclude_records(bundle, records);
  }
  std::map<std::string, Case> goldens(const Bundle& bundle) const override {
    return {{"phantom", segment::phantom(segment::plan_from_bundle(bundle), bundle.recipe.value("seed", 1))}};
  }
};

}  // namespace

std::unique_ptr<const Task> image_segment() {
  return std::make_unique<ImageSegment>();
}

}  // namespace galen

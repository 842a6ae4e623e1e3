// Tests the task through the interfaces that a program uses, with a network whose answers are known in advance.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "galen/base/message_test.h"
#include "galen/data/orientations_test.h"
#include "galen/engine/openvino/openvino.h"
#include "galen/graph/builder.h"
#include "galen/pipeline/predict.h"
#include "tasks/image_segment/infer.h"
#include "tasks/image_segment/plan.h"
#include "tasks/image_segment/prepare.h"
#include "tasks/image_segment/record.h"
#include "tasks/image_segment/task.h"
#include "tasks/image_segment/two_blocks_test.h"

namespace galen::segment {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// Class c where the voxel before it along the network's x axis has a value of about c + 1: so the answer is the image's
// classes moved by one voxel along x, which reveals the orientation of the axes.
Graph step_network(const std::string& output = "logits", std::int64_t classes = 3) {
  Builder b("step");
  const Value x = b.input("image", Scalar::f32, {{-1, "batch"}, {1, ""}, {-1, "z"}, {-1, "y"}, {-1, "x"}});
  const auto count = static_cast<std::size_t>(classes);
  std::vector<float> weights(count * 3);  // [class, kernel x]
  for (std::size_t c = 0; c < count; ++c) weights[c * 3] = static_cast<float>(20 * c);
  const Value weight = b.parameter("conv.weight", Tensor::of<float>({classes, 1, 1, 1, 3}, weights));
  // -10 (x - 1 - c)^2 without the terms common to all classes.
  const std::vector<float> biases{0, -30, -80};
  const Value bias = b.parameter("conv.bias", Tensor::of<float>({classes}, std::span(biases).first(count)));
  b.output(b.node("Conv", {x, weight, bias}, {{"kernel_shape", Shape{1, 1, 3}}, {"pads", Shape{0, 0, 1, 0, 0, 1}}}),
           output);
  b.output(b.reduce("ReduceMean", x, {2, 3, 4}), "embedding");
  return b.build();
}

SegmentPlan small_plan() {
  SegmentPlan plan;
  plan.patch = {8, 8, 8};
  plan.normalisation = {{NormalisationScheme::none}};
  plan.extent_high_mm = {100, 100, 100};
  plan.network.classes = 3;
  plan.network.features = {2, 4};
  plan.network.kernels.assign(2, Shape{3, 3, 3});
  plan.network.strides = {{1, 1, 1}, {2, 2, 2}};
  plan.network.encoder_convs = {1, 1};
  plan.network.decoder_convs = {1};
  return plan;
}

// An image whose values are its classes plus 1, as zeros at the border would be cropped.
Case case_of(const Labels& truth, const std::string& id = "c") {
  Volume image(truth.grid, Scalar::i16);
  std::ranges::transform(truth.values, image.values<std::int16_t>().begin(), [](std::uint8_t v) { return v + 1; });
  return {id, id, {{"image", image}, {"mask", volume_of(truth)}}, {}, {}};
}

Labels moved_along_x(const Labels& labels, std::int64_t by) {
  Labels out = blank_labels(labels.grid);
  const auto [nx, ny, nz] = labels.grid.size;
  for (std::int64_t row = 0; row < ny * nz; ++row) {
    for (std::int64_t x = 0; x < nx; ++x) {
      const std::int64_t from = x - by;
      if (from >= 0 && from < nx) {
        out.values[static_cast<std::size_t>(row * nx + x)] = labels.values[static_cast<std::size_t>(row * nx + from)];
      }
    }
  }
  return out;
}

class ImageSegment : public ::testing::Test {
 protected:
  Bundle described(const SegmentPlan& plan) const {
    Recipe recipe;
    recipe.task = "image_segment";
    recipe.network = to_json(plan.network);
    recipe.plan = to_json(plan);
    recipe.augmentation = to_json(plan.augmentation);
    Bundle bundle;
    bundle.id = "step";
    bundle.task = "image_segment";
    bundle.question = "Where?";
    bundle.licence = "CC0-1.0";
    bundle.classes = {{0, "background", {}}, {1, "one", {}}, {2, "two", {}}};
    bundle.networks = {{"main", {"main.onnx"}}};
    bundle.prep = recipe.plan;
    bundle.recipe = to_json(recipe);
    return bundle;
  }
  Finding answer(const Bundle& bundle, const Case& input, const Json& settings = Json::object()) {
    return service(bundle, settings).answer(input, no_progress());
  }
  Service service(const Bundle& bundle, const Json& settings = Json::object(), const Graph& network = step_network()) {
    BundleFiles files;
    files.networks["main.onnx"] = network;
    write_bundle(bundle, files, folder_.path() / "step", true);
    PredictOptions options;
    options.precision = Precision::f32;
    options.settings = settings;
    return open_service(registry_, open_bundle(folder_.path() / "step"), *engine_, options);
  }
  static const Artefact& artefact(const Finding& finding, const std::string& name) {
    return *std::ranges::find(finding.artefacts, name, &Artefact::name);
  }
  static std::vector<std::uint8_t> mask(const Finding& finding, const std::string& name = "mask") {
    const auto values = std::get<MaskArtefact>(artefact(finding, name).content).labels.values<std::uint8_t>();
    return {values.begin(), values.end()};
  }
  static std::vector<float> map(const Finding& finding) {
    const auto values = std::get<HeatMapArtefact>(artefact(finding, "probability").content).values.values<float>();
    return {values.begin(), values.end()};
  }

  TemporaryFolder folder_;
  Registry registry_{[] {
    std::vector<std::unique_ptr<const Task>> tasks;
    tasks.push_back(image_segment());
    return tasks;
  }()};
  std::unique_ptr<Engine> engine_ = openvino_engine();
};

TEST_F(ImageSegment, PutsTheMaskOnTheSourceGridWhateverItsOrientation) {
  const Labels truth = two_blocks();
  const Case canonical = case_of(truth);
  const Service step = service(described(small_plan()));
  const Volume expected = volume_of(moved_along_x(truth, 1));
  for (const std::string& letters : all_orientations()) {
    Case turned = canonical;
    turned.inputs["image"] = reoriented(canonical.volume("image"), letters);
    const Finding finding = step.answer(turned, no_progress());
    const auto& labels = std::get<MaskArtefact>(artefact(finding, "mask").content).labels;
    EXPECT_EQ(labels.grid.orientation(), letters);
    EXPECT_EQ(reoriented(labels, "LPS").voxels, expected.voxels) << letters;
  }
}

TEST_F(ImageSegment, MirrorsTheOtherSideOfTheBody) {
  SegmentPlan plan = small_plan();
  plan.side = "left";
  const Labels truth = two_blocks();
  EXPECT_EQ(mask(answer(described(plan), case_of(truth), {{"laterality", "left"}})), moved_along_x(truth, 1).values);
  EXPECT_EQ(mask(answer(described(plan), case_of(truth), {{"laterality", "right"}})), moved_along_x(truth, -1).values);
  const Finding unsaid = answer(described(plan), case_of(truth));
  EXPECT_TRUE(
      std::ranges::any_of(unsaid.warnings, [](const Warning& w) { return w.text.find("side") != w.text.npos; }));
}

TEST_F(ImageSegment, KeepsToTheRegionAndRefusesWhatIsNone) {
  const Labels truth = two_blocks();
  const auto found = mask(answer(described(small_plan()), case_of(truth), {{"roi", "0,0,0,11,9,3"}}));
  Labels expected = moved_along_x(truth, 1);
  for (std::uint8_t& value : expected.values) value = value == 2 ? 0 : value;  // class 2 begins at z = 4
  EXPECT_EQ(found, expected.values);
  for (const char* roi : {"0,0,0,12,9,3", "5,0,0,4,9,3", "1,2,3", "-1,0,0,2,2,2", "a,b,c,d,e,f", "0,0,0,2,2,2.5",
                          "0,0,0,2,2,2,2", "0,0,0,2,2,2mm"}) {
    EXPECT_THAT(message_of([&] { answer(described(small_plan()), case_of(truth), {{"roi", roi}}); }),
                HasSubstr("roi="));
  }
}

TEST_F(ImageSegment, StatesVolumesAfterCleaningUp) {
  Labels truth = two_blocks();
  truth.values[0] = 1;                      // a speck
  truth.values[12 * (4 + 10 * 3) + 5] = 0;  // a hole in class 1, at (5, 4, 3)
  Bundle bundle = described(small_plan());
  const auto volume = [&](const Finding& finding) {
    return std::ranges::find(finding.statements, "volume.one", &Statement::id)->value.value();
  };
  EXPECT_NEAR(volume(answer(bundle, case_of(truth))), 0.050, 1e-9);
  const CleanUp largest{true, false};
  bundle.decision["clean_up"] = {{"one", to_json(largest)}, {"two", to_json(CleanUp{})}};
  EXPECT_NEAR(volume(answer(bundle, case_of(truth))), 0.049, 1e-9);
  // The hole also borders on class 2 above it, so it is filled here by hand: the block then has 50 voxels.
  truth.values[12 * (4 + 10 * 3) + 5] = 1;
  EXPECT_NEAR(volume(answer(bundle, case_of(truth))), 0.050, 1e-9);
}

TEST_F(ImageSegment, TheProbabilityMapIsCalibrated) {
  Bundle bundle = described(small_plan());
  const Labels truth = two_blocks();
  const auto raw = map(answer(bundle, case_of(truth), {{"probability_map", true}}));
  bundle.calibration["calibration"] = {{"method", "temperature"}, {"classes", 1}, {"scale", {0.1}}};
  const Finding finding = answer(bundle, case_of(truth), {{"probability_map", true}});
  const auto calibrated = map(finding);
  EXPECT_THAT(artefact(finding, "probability").text, HasSubstr("temperature"));
  // Inside class 1 the logits are 0, 10, 0, and the log odds of a structure log(e^10 + 1), which are scaled to a tenth.
  const std::size_t inside = 12 * (4 + 10 * 2) + 6;
  EXPECT_NEAR(raw[inside], 1 - 1 / (2 + std::exp(10.0)), 1e-4);
  EXPECT_NEAR(calibrated[inside], 1 / (1 + std::exp(-1.0)), 1e-3);
  EXPECT_EQ(mask(finding), moved_along_x(truth, 1).values);  // the mask does not depend on it
}

TEST_F(ImageSegment, TheInclusiveMaskIsAThresholdOnTheNetworksProbability) {
  Bundle bundle = described(small_plan());
  const Labels truth = two_blocks();
  const auto included = [&](double threshold) {
    bundle.decision["inclusive_mask"] = {{"method", "conformal risk control of the false-negative rate"},
                                         {"alpha", 0.05},
                                         {"threshold", threshold},
                                         {"empirical", 0.01},
                                         {"bound", 0.04},
                                         {"patients", 30}};
    const auto inclusive = mask(answer(bundle, case_of(truth)), "mask_inclusive");
    return std::count(inclusive.begin(), inclusive.end(), 1);
  };
  EXPECT_EQ(included(1e-3), 5 * 5 * 4);
  // Background has the logits 0, -10, -40, so 4.5e-5 for a structure; but 1e-13 at x = 0, as images are 0 outside.
  EXPECT_EQ(included(1e-5), 12 * 10 * 9 - 10 * 9);
}

TEST_F(ImageSegment, RefusesImagesThatItCannotRead) {
  Bundle bundle = described(small_plan());
  Case bad = case_of(two_blocks());
  bad.inputs["image"] = Volume(Grid{.size = {8, 8, 8}}, Scalar::f32, 1, 3);
  EXPECT_THAT(message_of([&] { answer(bundle, bad); }), HasSubstr("3 frames"));
  bad.inputs["image"] = Volume(Grid{.size = {8, 8, 8}}, Scalar::f32, 2);
  EXPECT_THAT(message_of([&] { answer(bundle, bad); }), HasSubstr("has 2 channels"));
  Volume broken(Grid{.size = {8, 8, 8}}, Scalar::f32);
  broken.values<float>()[5] = std::nanf("");
  bad.inputs["image"] = broken;
  EXPECT_THAT(message_of([&] { answer(bundle, bad); }), HasSubstr("NaN"));
}

TEST(SegmentPrepare, NamesBrokenVoxelsByTheirPlaceInTheFile) {
  SegmentPlan plan = small_plan();
  plan.classes = {{0, "background", {}}, {1, "one", {}}};
  plan.orientation = "RAS";  // the grid below has x and y in the opposite direction
  Volume image(Grid{.size = {8, 9, 10}}, Scalar::f32), mask(image.grid, Scalar::i16);
  const std::size_t place = 1 + 8 * (2 + 9 * 3);  // (1, 2, 3)
  image.values<float>()[place] = std::nanf("");
  image.values<float>().back() = std::nanf("");
  PrepareOptions options;
  EXPECT_THAT(message_of([&] { prepare(image, plan, options); }), HasSubstr("2 of 720, the first at (1, 2, 3)"));
  options.roi = Box{{1, 1, 1}, {3, 3, 3}};
  EXPECT_THAT(message_of([&] { prepare(image, plan, options); }), HasSubstr("1 of 27, the first at (1, 2, 3)"));
  options.roi = Box{{2, 0, 0}, {3, 3, 3}};  // what lies outside is not checked
  EXPECT_EQ(message_of([&] { prepare(image, plan, options); }), "no error");

  std::ranges::fill(image.values<float>(), 1.0f);
  mask.values<std::int16_t>()[place] = 7;
  const Prepared sound = prepare(image, plan, {});
  EXPECT_THAT(message_of([&] { prepare_mask(mask, plan, sound); }), HasSubstr("the first at (1, 2, 3)"));
}

TEST(SegmentPrepare, TakesAMaskWhoseGridWasRoundedAndRefusesOneThatLiesElsewhere) {
  SegmentPlan plan = small_plan();
  plan.classes = {{0, "background", {}}, {1, "one", {}}, {2, "two", {}}};
  plan.spacing_mm = {0.5, 0.5, 0.5};  // samples between voxels, where a shift of the grid would show
  const Case sound = case_of(two_blocks());
  const Prepared prepared = prepare(sound.volume("image"), plan, {});
  const Labels expected = prepare_mask(sound.volume("mask"), plan, prepared);
  Volume mask = sound.volume("mask");
  mask.grid.origin_mm = {0.2, -0.2, 0.1};
  EXPECT_EQ(prepare_mask(mask, plan, prepared).values, expected.values);
  mask.grid.origin_mm = {0, 0, 0.4};
  EXPECT_THAT(message_of([&] { prepare_mask(mask, plan, prepared); }),
              AllOf(HasSubstr("as many voxels, but corners up to 0.4 voxels apart"), HasSubstr("grid of its image")));
  EXPECT_THAT(message_of([&] { prepare_mask(volume_of(two_blocks({12, 10, 8})), plan, prepared); }),
              HasSubstr("12x10x8 and 12x10x9 voxels"));
}

TEST(SegmentPrepare, ASideIsTheOtherOnlyWhereThePlanHasOne) {
  SegmentPlan plan = small_plan();
  EXPECT_FALSE(is_other_side(plan, "right"));
  EXPECT_FALSE(is_other_side(plan, "bilateral"));
  plan.side = "left";
  EXPECT_TRUE(is_other_side(plan, "right"));
  EXPECT_FALSE(is_other_side(plan, "left"));
  EXPECT_FALSE(is_other_side(plan, ""));
  EXPECT_THAT(message_of([&] { is_other_side(plan, "Right"); }), HasSubstr("is 'Right', which is no side"));
}

// The only batch when training on one case that fills the patch.
std::map<std::string, Tensor> batch_of(SegmentPlan plan, const std::string& laterality) {
  plan.batch = 1;
  plan.augmentation = no_augmentation();
  Recipe recipe;
  recipe.network = to_json(plan.network);
  recipe.plan = to_json(plan);
  recipe.augmentation = to_json(plan.augmentation);
  Dataset dataset;
  dataset.classes = {{0, "background", {}}, {1, "one", {}}, {2, "two", {}}};
  dataset.rows = {{"c", "c", Split::train, {}}};
  const LoadCase load = [&](const DatasetRow&) {
    Case one = case_of(two_blocks({8, 8, 8}));
    if (!laterality.empty()) one.attributes["laterality"] = laterality;
    return one;
  };
  return image_segment()
      ->training({recipe, dataset, {&dataset.rows.front()}, {}, load, nullptr, no_progress()})
      ->batch(0, 0);
}

template <class T>
std::vector<T> values_of(const std::map<std::string, Tensor>& batch, const std::string& name, bool mirrored) {
  const auto values = batch.at(name).values<T>();
  std::vector<T> out(values.begin(), values.end());
  for (std::size_t at = 0; mirrored && at < out.size(); at += 8) std::reverse(&out[at], &out[at] + 8);
  return out;
}

TEST(SegmentTraining, MirrorsTheOtherSideAsPredictionDoes) {
  SegmentPlan plan = small_plan();
  const auto unsided = batch_of(plan, "right");
  plan.side = "left";
  const auto left = batch_of(plan, "left"), right = batch_of(plan, "right"), unsaid = batch_of(plan, "");
  const auto labels = values_of<std::int64_t>(left, "labels", false);
  EXPECT_NE(labels, values_of<std::int64_t>(left, "labels", true));
  EXPECT_EQ(values_of<std::int64_t>(right, "labels", true), labels);
  EXPECT_EQ(values_of<float>(right, "image", true), values_of<float>(left, "image", false));
  EXPECT_EQ(values_of<std::int64_t>(unsaid, "labels", false), labels);
  EXPECT_EQ(values_of<std::int64_t>(unsided, "labels", false), labels);
  EXPECT_THAT(message_of([&] { batch_of(plan, "L"); }), HasSubstr("case c: laterality: is 'L', which is no side"));
}

TEST_F(ImageSegment, ExaminesTheStructureAsTheSumOfItsClassesOnTheImagesGrid) {
  Case one = case_of(two_blocks({12, 10, 8}));  // one tile
  Volume& mask = std::get<Volume>(one.inputs.at("mask"));
  mask.grid.spacing_mm[0] = 1.01;  // the last of twelve voxels is a ninth of a voxel off
  const Service step = service(described(small_plan()));
  const CaseRecord record = case_record_from_json({step.predictor->examine(one).values, "record"});
  EXPECT_DOUBLE_EQ(record.classes.at("one").true_ml, 0.05);
  std::set<double> logits;
  for (const VoxelSample& voxel : record.voxels) logits.insert(std::round(voxel.logit * 10) / 10);
  // Logits of background 0, of class 1 -10 or 10, of class 2 -40 or 0; log(e^10 + 1) is 10, not 9.3; others: clipped.
  EXPECT_EQ(logits, (std::set<double>{-13.8, -10, 10, 13.8}));
  mask.grid.spacing_mm[0] = 1.1;
  EXPECT_THAT(message_of([&] { step.predictor->examine(one); }), HasSubstr("corners up to 1.1 voxels apart"));
}

TEST_F(ImageSegment, WarnsOfANetworkThatGivesNoNumbers) {
  const auto engine_warnings = [&](float bias) {
    Graph network = step_network();
    network.initializers.at("conv.bias").values<float>()[1] = bias;
    const Finding finding =
        service(described(small_plan()), Json::object(), network).answer(case_of(two_blocks()), no_progress());
    return std::ranges::count(finding.warnings, "engine", &Warning::kind);
  };
  EXPECT_EQ(engine_warnings(-30), 0);
  EXPECT_EQ(engine_warnings(std::nanf("")), 1);
}

TEST_F(ImageSegment, DoesNotScoreANetworkThatGivesNoNumbers) {
  Graph network = step_network();
  const Case one = case_of(two_blocks());
  EXPECT_EQ(service(described(small_plan()), Json::object(), network).predictor->examine(one).case_id, "c");
  network.initializers.at("conv.bias").values<float>()[1] = std::nanf("");
  const Service broken = service(described(small_plan()), Json::object(), network);
  EXPECT_EQ(message_of([&] { broken.predictor->examine(one); }), "image: leads to values that are not numbers");
}

TEST_F(ImageSegment, RefusesNetworksOfAnotherMaking) {
  const Bundle bundle = described(small_plan());
  EXPECT_THAT(message_of([&] { service(bundle, Json::object(), step_network("scores")); }),
              HasSubstr("has no output 'logits' (its outputs: scores, embedding)"));
  const Service two = service(bundle, Json::object(), step_network("logits", 2));
  EXPECT_THAT(message_of([&] { two.answer(case_of(two_blocks()), no_progress()); }),
              HasSubstr("output 'logits': is f32 [1, 2, "));
}

TEST(SegmentPlan, IsReadBackAsItWasWritten) {
  Recipe recipe;
  recipe.task = "image_segment";
  SegmentPlan plan = small_plan();
  plan.side = "right";
  plan.anisotropic = true;
  recipe.network = to_json(plan.network);
  recipe.plan = to_json(plan);
  recipe.augmentation = to_json(plan.augmentation);
  EXPECT_EQ(to_json(plan_from_recipe(recipe, {})), recipe.plan);
  recipe.plan["patch"] = {8, 7, 8};
  EXPECT_THAT(message_of([&] { plan_from_recipe(recipe, {}); }), HasSubstr("7 is not a multiple of 2 along y"));
  recipe.plan["patch"] = {8, 8, 8};
  recipe.plan["pach"] = 1;
  EXPECT_THAT(message_of([&] { plan_from_recipe(recipe, {}); }), HasSubstr("unknown key 'pach'"));
  recipe.plan.erase("pach");
  recipe.plan["side"] = "Left";
  EXPECT_THAT(message_of([&] { plan_from_recipe(recipe, {}); }), HasSubstr("plan: side: is 'Left', which is no side"));
  recipe.plan["side"] = "";
  const std::vector<ClassLabel> gap = {{0, "background", {}}, {1, "one", {}}, {3, "three", {}}};
  EXPECT_THAT(message_of([&] { plan_from_recipe(recipe, gap); }), HasSubstr("'three' has the number 3, of 3 classes"));
}

TEST(SegmentTile, IsTheWholeImageWhenThatIsHardlyLarger) {
  const SegmentPlan plan = small_plan();
  EXPECT_EQ(tile_for({9, 8, 8}, plan), (Index3{10, 8, 8}));
  EXPECT_EQ(tile_for({3, 3, 3}, plan), plan.patch);
  EXPECT_EQ(tile_for({30, 30, 30}, plan), plan.patch);
}

}  // namespace
}  // namespace galen::segment

// galen train from end to end: tiny networks, volumes of a few voxels.
#include <chrono>
#include <cmath>
#include <map>
#include <thread>

#include "galen/base/random.h"
#include "tests/cli/cli_fixture.h"

namespace galen {
namespace {

/// Two stages of four and eight channels.
constexpr const char* tiny_recipe = R"({
  "task": "image_segment", "seed": 1,
  "schedule": {"epochs": 1, "batches_per_epoch": 3, "validate_every": 1, "method": "adamw", "learning_rate": 0.01},
  "network": {"dims": 3, "in_channels": 1, "classes": 2, "features": [4, 8], "kernels": [[3, 3, 3], [3, 3, 3]],
              "strides": [[1, 1, 1], [2, 2, 2]], "encoder_convs": [1, 1], "decoder_convs": [1],
              "residual": false, "deep_supervision": false, "dropout": 0.1},
  "plan": {"spacing_mm": [1, 1, 1], "patch": [8, 8, 8], "batch": 2, "normalisation": [{"scheme": "z_score"}]},
  "bundle": {"id": "balls", "question": "Where is the ball?", "licence": "CC0-1.0"}
})";

class CliTrain : public Cli {
 protected:
  void SetUp() override {
    if (!fs::exists(fs::path(GALEN_PROGRAM).parent_path() / "galen-train")) {
      GTEST_SKIP() << "galen-train is not built (GALEN_TRAIN is off)";
    }
    write_file(folder.path() / "recipe.json", std::string_view(tiny_recipe));
    write_dataset_of_balls();
  }

  /// Six patients for training, two for testing; each image is noise with a brighter ball.
  void write_dataset_of_balls() const {
    const fs::path data = folder.path() / "data";
    fs::create_directories(data);
    write_file(data / "dataset.json", std::string_view(R"({"name": "balls", "task": "image_segment", "source": "made",
      "licence": "CC0-1.0", "citation": "",
      "classes": [{"value": 0, "name": "background"}, {"value": 1, "name": "ball"}]})"));
    std::string table = "case,patient,split,image,mask\n";
    for (int i = 0; i < 8; ++i) {
      const std::string id = std::to_string(i);
      table += id + ",p" + id + (i < 6 ? ",train," : ",test,") + id + ".nii.gz," + id + "-mask.nii.gz\n";
      Random random(1, 0, static_cast<std::uint64_t>(i), "ball");
      Volume image(Grid{{12, 12, 12}, {1, 1, 1}, {0, 0, 0}, identity3}, Scalar::f32), mask(image.grid, Scalar::u8);
      const double cx = random.uniform(4, 8), cy = random.uniform(4, 8), cz = random.uniform(4, 8);
      for (std::size_t v = 0; v < mask.values<std::uint8_t>().size(); ++v) {
        const double x = static_cast<double>(v % 12), y = static_cast<double>(v / 12 % 12),
                     z = static_cast<double>(v / 144);
        const bool inside = std::hypot(x - cx, y - cy, z - cz) < 3;
        mask.values<std::uint8_t>()[v] = inside;
        image.values<float>()[v] = static_cast<float>(100 + (inside ? 60 : 0) + 10 * random.normal());
      }
      write_volume(image, data / (id + ".nii.gz"));
      write_volume(mask, data / (id + "-mask.nii.gz"));
    }
    write_file(data / "dataset.csv", table);
  }

  /// Waits until the training has written that file. Fails if the training ends before.
  void wait_for(const std::string& file, pid_t pid) const {
    for (int i = 0; i < 20'000; ++i) {
      if (fs::exists(folder.path() / file)) return;
      siginfo_t ended{};
      ::waitid(P_PID, static_cast<id_t>(pid), &ended, WEXITED | WNOHANG | WNOWAIT);
      ASSERT_EQ(ended.si_pid, 0) << "it ended before it wrote " << file;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    FAIL() << file << " does not appear";
  }

  Json json_of(const std::string& arguments) {
    const Outcome run = galen(arguments + " --json");
    EXPECT_EQ(run.status, 0) << run.err;
    return parse_json(run.out, "stdout");
  }
  std::map<std::string, Bytes> networks(const std::string& name) const {
    std::map<std::string, Bytes> out;
    for (const auto& entry : fs::directory_iterator(folder.path() / name)) {
      if (entry.path().extension() == ".onnx") out[entry.path().filename().string()] = read_bytes(entry.path());
    }
    return out;
  }
};

TEST_F(CliTrain, ATaskAndADatasetWithSplitsBecomeABundle) {
  const std::string train =
      "train image_segment data -o new --seeds 2 --set schedule.epochs=1 --set schedule.batches_per_epoch=2";
  const Json json = json_of(train);
  EXPECT_NE(json.at("protocol").get<std::string>().find("test split of 'balls': 2 cases of 2 patients"),
            std::string::npos)
      << json.at("protocol");
  EXPECT_TRUE(json.at("metrics").contains("dice.mean"));
  EXPECT_EQ(json.at("training").at("members").size(), 2u);
  EXPECT_EQ(json.at("training").at("source"), "made");
  EXPECT_EQ(networks("new").size(), 2u);
  expect_nothing_half_written();
  const Json seen = json_of("inspect new");
  EXPECT_GE(seen.at("goldens_passed").get<int>(), 1);
  EXPECT_EQ(json_of("predict new data/7.nii.gz -o found").at("findings").size(), 1u);

  expect_refused(train, 2, "--force");
}

TEST_F(CliTrain, ABundleIsTheBeginningOfAnother) {
  json_of("train recipe.json data -o first");
  const Outcome run = galen(
      "train recipe.json data -o second --from first --seed 2 --set schedule.learning_rate=0 --set schedule.keep=last");
  ASSERT_EQ(run.status, 0) << run.err;
  EXPECT_NE(run.err.find("weights are from the start"), std::string::npos) << run.err;
  EXPECT_EQ(run.err.find("as initialised"), std::string::npos) << run.err;
  EXPECT_EQ(networks("second"), networks("first"));  // nothing was learnt at that rate
  const Json training = read_json(folder.path() / "second" / "bundle.json").at("training");
  EXPECT_EQ(training.at("start").get<std::string>().find("balls "), 0u) << training.at("start");
}

TEST_F(CliTrain, ARecipeThatChangedMeanwhileIsHeededInItsWordsAndRefusedOtherwise) {
  json_of("train recipe.json data -o new --folds 2 --only-folds 0");
  Json recipe = read_json(folder.path() / "recipe.json");
  recipe["bundle"]["licence"] = "MIT";
  write_json(folder.path() / "recipe.json", recipe);
  json_of("train recipe.json data -o new --folds 2 --only-folds 1 --resume");
  EXPECT_EQ(read_json(folder.path() / "new" / "bundle.json").at("licence"), "MIT");
  fs::remove_all(folder.path() / "new");
  recipe["schedule"]["epochs"] = 2;
  write_json(folder.path() / "recipe.json", recipe);
  expect_refused("train recipe.json data -o new --folds 2 --resume", 3, "holds another training");
}

TEST_F(CliTrain, CasesThatFailShowInTheStatus) {
  write_file(folder.path() / "data" / "7.nii.gz", std::string_view("damaged"));
  const Outcome run = galen("train recipe.json data -o new --json");
  EXPECT_EQ(run.status, 4) << run.err;
  EXPECT_EQ(parse_json(run.out, "stdout").at("failed"), 1);
  EXPECT_EQ(networks("new").size(), 1u);
}

TEST_F(CliTrain, WhomAPlannedBundleIsForCanBeSaid) {
  json_of(
      "train image_segment data -o new --set schedule.epochs=1 --set schedule.batches_per_epoch=2 "
      "--set 'bundle.applies_to=Balls of nobody'");
  EXPECT_EQ(read_json(folder.path() / "new" / "bundle.json").at("applies_to"), "Balls of nobody");
}

TEST_F(CliTrain, InterruptedOrKilledItGoesOnToTheSameNetworks) {
  const std::string train = "train recipe.json data --folds 2 --threads 1 --set schedule.epochs=4 -o ";
  const Json whole = json_of(train + "whole");

  pid_t pid = start(train + "parts");
  ASSERT_NO_FATAL_FAILURE(wait_for("parts.training/fold-0/checkpoint.safetensors", pid));
  ::kill(pid, SIGINT);
  const Outcome interrupted = finish(pid);
  EXPECT_EQ(interrupted.status, 130) << interrupted.err;
  EXPECT_NE(interrupted.err.find("--resume"), std::string::npos) << interrupted.err;
  EXPECT_FALSE(fs::exists(folder.path() / "parts"));
  expect_nothing_half_written();

  pid = start(train + "parts --resume");
  ASSERT_NO_FATAL_FAILURE(wait_for("parts.training/fold-1/checkpoint.safetensors", pid));
  ::kill(pid, SIGKILL);
  EXPECT_EQ(finish(pid).status, -1);
  EXPECT_FALSE(fs::exists(folder.path() / "parts"));
  EXPECT_EQ(galen(train + "parts").status, 2);  // asked neither to resume nor to begin anew

  const Json parts = json_of(train + "parts --resume");
  EXPECT_EQ(networks("parts"), networks("whole"));
  EXPECT_EQ(parts.at("metrics"), whole.at("metrics"));
}

TEST_F(CliTrain, AnUnknownDeviceIsRefusedBeforeTheDatasetIsRead) {
  expect_refused("train image_segment none -o out --device gpu", 2, "device gpu: is not known");
}

}  // namespace
}  // namespace galen

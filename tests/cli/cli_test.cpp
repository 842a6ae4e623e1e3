// Tests the program as a user sees it: exit statuses, one line per error, nothing half-written.
#include <algorithm>
#include <cstdlib>
#include <limits>
#include <sstream>

#include "tests/cli/cli_fixture.h"

namespace galen {
namespace {

TEST_F(Cli, WrongUsageIsStatus2) {
  expect_refused("evaluate " + bundle + " data --split foo", 2, "'foo' is not a split");
  expect_refused("predict " + bundle + " a.nii.gz -o out --set pause=1", 2, "unknown key 'pause'");
  EXPECT_EQ(galen("").status, 2);
  EXPECT_EQ(galen("predict").status, 2);
  EXPECT_EQ(galen("nonsense").status, 2);
  write_crop("a.nii.gz");
  expect_refused("predict " + bundle + " a.nii.gz -o out --precision f12", 2, "f12");
  expect_refused("predict " + bundle + " a.nii.gz -o out --set sides=left", 2, "sides");
  expect_refused("predict " + bundle + " a.nii.gz -o out --set laterality=up", 2, "laterality=up");
  expect_refused("predict " + bundle + " a.nii.gz -o out --set roi=0,0,0,99,1,1", 2, "does not lie in the image");
}

TEST_F(Cli, HelpTeachesByExampleAndCompletionKnowsTheOptions) {
  for (const char* command :
       {"predict", "evaluate", "monitor", "import", "inspect", "tasks", "bundles", "bench", "demo"}) {
    const Outcome run = galen(std::string(command) + " --help");
    EXPECT_EQ(run.status, 0);
    EXPECT_NE(run.out.find("Examples:"), std::string::npos) << command;
  }
  EXPECT_NE(galen("completion").out.find("--max-ram"), std::string::npos);
  EXPECT_EQ(galen("completion bash").out, galen("completion").out);
  const std::string zsh = galen("completion zsh").out;
  EXPECT_EQ(zsh.find("#compdef galen\n"), 0u);
  EXPECT_NE(zsh.find("'predict:Answer a bundle'\\''s question"), std::string::npos);
  EXPECT_NE(zsh.find("'--max-ram:Memory limit, such as 4G; refuses cases that need more and says how much (only "
                     "image_segment takes it)'"),
            std::string::npos);
  const std::string fish = galen("completion fish").out;
  EXPECT_NE(fish.find("-a predict -d 'Answer a bundle\\'s question"), std::string::npos);
  EXPECT_NE(fish.find("from predict' -l output -s o -r -d 'Folder"), std::string::npos);
  EXPECT_NE(fish.find("from predict' -l force -d 'Replace"), std::string::npos);
  expect_refused("completion tcsh", 2, "galen: completion: knows no shell 'tcsh'");
}

TEST_F(Cli, MonitorNeedsALiveBundleAndASoundPolicy) {
  expect_refused("monitor " + bundle + " --stdin", 2, "no live sessions");
  expect_refused("monitor " + ecg_bundle, 2, "galen: monitor: has no source");
  write_file(folder.path() / "policy.json", R"({"format": 1, "name": "x", "rules": [{"event": "vt"}]})");
  expect_refused("monitor " + bundle + " --stdin --policy policy.json", 3, "rules[0]: lacks 'priority'");
}

TEST_F(Cli, TheMonitorGoesOnWithoutASinkThatNobodyReadsAndWithoutWords) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "there is no /dev/full";
  write_file(folder.path() / "lines.txt", "open a rate=250 channels=II:mV\ngap 1\ngap 1\ngap 1\nclose\n");
  const std::string line = "cd '" + folder.path().string() + "' && { '" + GALEN_PROGRAM + "' monitor '" +
                           GALEN_SOURCE_DIR +
                           "/models/ecg-rhythm' --stdin --sink ndjson:- --sink ndjson:kept <lines.txt 2>/dev/full; "
                           "echo $? >status; } | true";
  (void)std::system(line.c_str());
  EXPECT_EQ(read_text(folder.path() / "status"), "4\n");
  const std::string kept = read_text(folder.path() / "kept");
  EXPECT_EQ(std::count(kept.begin(), kept.end(), '\n'), 5) << kept;  // three gaps, their alert, the end
}

TEST_F(Cli, LinesOnStandardOutputAreNotMixedWithWords) {
  const Outcome run = galen("monitor " + ecg_bundle + " --replay " + recording + " --speed max --sink ndjson:-");
  EXPECT_EQ(run.status, 0) << run.err;
  std::istringstream lines(run.out);
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) EXPECT_NO_THROW(parse_json(line, "stdout")) << line;
  EXPECT_GT(count, 0);
  EXPECT_NE(run.err.find("patients 1"), std::string::npos) << run.err;
}

TEST_F(Cli, AResultThatStandardOutputDoesNotTakeIsNoSuccess) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "there is no /dev/full";
  EXPECT_NE(std::system(("'" + std::string(GALEN_PROGRAM) + "' tasks --json >/dev/full 2>/dev/null").c_str()), 0);
}

TEST_F(Cli, JsonIsOneDocumentOnStdout) {
  for (const char* command : {"tasks", "bundles"}) {
    const Outcome run = galen(std::string(command) + " --json");
    EXPECT_EQ(run.status, 0) << run.err;
    EXPECT_NO_THROW(parse_json(run.out, command));
  }
}

TEST_F(Cli, AnImportedDatasetSaysWhereItIsFrom) {
  for (const char* part : {"images", "labels"}) {
    fs::create_directories(folder.path() / "scans" / part);
    write_crop(std::string("scans/") + part + "/a.nii.gz");
  }
  const Outcome run = galen("import folder scans -o data --source 'Ward 3, export of 2024'");
  ASSERT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(read_json(folder.path() / "data" / "dataset.json").at("source"), "Ward 3, export of 2024");
}

TEST_F(Cli, BadImagesAreRefusedWithTheReason) {
  const auto predict = [](const std::string& file) { return " " + file + " -o out"; };
  write_file(folder.path() / "empty.nii", std::string_view());
  expect_refused("predict " + bundle + predict("empty.nii"), 3, "empty.nii");
  write_file(folder.path() / "text.nii.gz", "this is no image");
  expect_refused("predict " + bundle + predict("text.nii.gz"), 3, "text.nii.gz");
  expect_refused("predict " + bundle + predict("missing.nii.gz"), 3, "missing.nii.gz");
  write_crop("whole.nii.gz");
  const Bytes bytes = read_bytes(folder.path() / "whole.nii.gz");
  write_file(folder.path() / "cut.nii.gz", std::span(bytes).first(bytes.size() / 2));
  expect_refused("predict " + bundle + predict("cut.nii.gz"), 3, "cut.nii.gz");
  write_crop("nan.nii.gz", [](Volume& v) { v.values<float>()[5] = std::numeric_limits<float>::quiet_NaN(); });
  expect_refused("predict " + bundle + predict("nan.nii.gz"), 3, "NaN");
  Volume time(Grid{{20, 20, 20}, {1, 1, 1}, {0, 0, 0}, identity3}, Scalar::u8, 1, 3);
  write_volume(time, folder.path() / "time.nii.gz");
  expect_refused("predict " + bundle + predict("time.nii.gz"), 3, "frames");
}

TEST_F(Cli, PredictsAndDoesNotOverwrite) {
  write_crop("crop.nii.gz");
  const Outcome run = galen("predict " + bundle + " crop.nii.gz -o out --json");
  ASSERT_EQ(run.status, 0) << run.err;
  const Json json = parse_json(run.out, "stdout");
  EXPECT_EQ(json.at("findings").size(), 1u);
  for (const char* file : {"finding.json", "mask.nii.gz", "report.html"})
    EXPECT_TRUE(fs::exists(folder.path() / "out" / file)) << file;
  const Volume mask = read_volume(folder.path() / "out" / "mask.nii.gz");
  EXPECT_TRUE(mask.grid.matches(read_volume(folder.path() / "crop.nii.gz").grid));
  const Outcome again = galen("predict " + bundle + " crop.nii.gz -o out");
  EXPECT_EQ(again.status, 2);
  EXPECT_NE(again.err.find("--force"), std::string::npos);
}

TEST_F(Cli, OneBadCaseOfSeveralIsStatus4AndTheRestIsWritten) {
  write_crop("good.nii.gz");
  write_file(folder.path() / "bad.nii.gz", "no");
  const Outcome run = galen("predict " + bundle + " good.nii.gz bad.nii.gz -o out --json");
  EXPECT_EQ(run.status, 4) << run.err;
  const Json json = parse_json(run.out, "stdout");
  EXPECT_EQ(json.at("findings").size(), 1u);
  EXPECT_EQ(json.at("failed").size(), 1u);
  EXPECT_TRUE(fs::exists(folder.path() / "out" / "good" / "mask.nii.gz"));
}

TEST_F(Cli, CasesOfOneNameAreToldApart) {
  for (const char* name : {"s1/a.nii.gz", "s2/a.nii.gz", "s2/a-2.nii.gz"}) {
    fs::create_directories((folder.path() / name).parent_path());
    write_crop(name);
  }
  const Outcome run = galen("predict " + bundle + " s1/a.nii.gz s2/a.nii.gz s2/a-2.nii.gz -o out");
  EXPECT_EQ(run.status, 0) << run.err;
  for (const char* name : {"a", "a-2", "a-2-2"}) EXPECT_TRUE(fs::exists(folder.path() / "out" / name)) << name;
}

TEST_F(Cli, TooLittleMemoryNamesWhatWouldDo) {
  write_crop("crop.nii.gz");
  expect_refused("predict " + bundle + " crop.nii.gz -o out --max-ram 5M", 3, "the limit is 5 MiB); allow --max-ram");
}

TEST_F(Cli, AMemoryLimitNeedsAUnitAndATaskThatObeysIt) {
  expect_refused("predict " + bundle + " crop.nii.gz -o out --max-ram 10", 2, "less than 1 MiB; give a unit: 10G");
  expect_refused("predict " + ecg_bundle + " " + recording + " -o out --max-ram 4G", 2,
                 "is obeyed by image_segment only, not by ecg_rhythm");
}

TEST_F(Cli, ThePeakStaysWithinTheLeastMemoryThatWouldDo) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "a sanitizer takes memory of its own";
#endif
  write_crop("crop.nii.gz");
  const std::string command = "predict " + bundle + " crop.nii.gz -o out --json --threads 2 --max-ram ";
  std::string refusal = galen(command + "5M").err;  // "... allow --max-ram 230M\n"
  refusal.pop_back();
  const std::string least = refusal.substr(refusal.rfind(' ') + 1);
  const Outcome run = galen(command + least);
  ASSERT_EQ(run.status, 0) << run.err;
  const double peak = parse_json(run.out, "stdout").at("peak_memory_bytes").get<double>();
  EXPECT_LE(peak, std::stod(least) * 0x1p20);
  EXPECT_GT(peak, 0.7 * std::stod(least) * 0x1p20);  // and it is not simply far too large
}

TEST_F(Cli, InspectSaysWhatItTakes) {
  write_file(folder.path() / "text", "root:x:0:0");
  expect_refused("inspect text", 3, "give an image, a recording, annotations, an ONNX network, a bundle or a dataset");
  write_file(folder.path() / "empty", std::string_view());
  expect_refused("inspect empty", 3, "is empty");
}

TEST_F(Cli, InspectPrintsAlignedLinesNotJson) {
  write_crop("crop.nii.gz");
  const std::string image = galen("inspect crop.nii.gz").out;
  EXPECT_NE(image.find("values           0.0 to 999.0\n"), std::string::npos) << image;
  EXPECT_NE(image.find("affine_ras       -1 0 0 0\n                 0 -1 0 0\n"), std::string::npos) << image;
  const std::string ecg = galen("inspect " + recording).out;
  EXPECT_NE(ecg.find("channels\n  name  unit  rate_hz  values\n  MLII  mV    360.0"), std::string::npos) << ecg;
  const std::string network = galen("inspect " + bundle.substr(0, bundle.size() - 1) + "/fold-0.onnx'").out;
  EXPECT_NE(network.find("operators\n"), std::string::npos) << network;
  for (const std::string& text : {image, ecg, network})
    EXPECT_EQ(text.find_first_of("[]{}\""), std::string::npos) << text;
}

TEST_F(Cli, TheShippedBundlesStillAnswerAsTheyDid) {
  int bundles = 0;
  for (const auto& entry : fs::directory_iterator(std::string(GALEN_SOURCE_DIR) + "/models")) {
    if (!fs::exists(entry.path() / "bundle.json")) continue;
    ++bundles;
    const Outcome run = galen("inspect '" + entry.path().string() + "' --json");
    ASSERT_EQ(run.status, 0) << run.err;
    EXPECT_GE(parse_json(run.out, "stdout").at("goldens_passed").get<int>(), 1) << entry.path();
  }
  EXPECT_EQ(bundles, 4);
}

TEST_F(Cli, AFlippedByteInABundleIsRefused) {
  fs::copy(std::string(GALEN_SOURCE_DIR) + "/models/hippocampus-mri", folder.path() / "b", fs::copy_options::recursive);
  for (const auto& entry : fs::recursive_directory_iterator(folder.path() / "b")) {
    if (!entry.is_regular_file() || entry.path().extension() != ".onnx") continue;
    Bytes bytes = read_bytes(entry.path());
    bytes[bytes.size() / 2] ^= std::byte{1};
    write_file(entry.path(), bytes);
  }
  expect_refused("inspect b", 3, "onnx");
}

TEST_F(Cli, TwoBundlesAreComparedCaseByCase) {
  fs::create_directories(folder.path() / "data");
  write_file(folder.path() / "data" / "dataset.json",
             R"({"name": "few", "task": "image_segment", "classes": [{"value": 0, "name": "background"}]})");
  write_file(folder.path() / "data" / "dataset.csv",
             "case,patient,split,image,mask,sex\na,p,test,a.nii.gz,m.nii.gz,f\nb,q,test,a.nii.gz,m.nii.gz,m\n");
  write_crop("data/a.nii.gz");
  write_crop("data/m.nii.gz", [](Volume& mask) {
    const auto values = mask.values<float>();
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = i % 50 == 0 ? 1.0f : i % 51 == 0 ? 2.0f : 0.0f;
  });
  const std::string command = "evaluate " + bundle + " data --against " + bundle;
  const Outcome run = galen(command + " --by sex --json -o out");
  ASSERT_EQ(run.status, 0) << run.err;
  const Json json = parse_json(run.out, "stdout");
  const Json dice = json.at("against").at("metrics").at("dice.mean");
  EXPECT_EQ(dice.at("difference").at("value").get<double>(), 0);
  EXPECT_EQ(dice.at("verdict"), "not distinguishable");
  EXPECT_EQ(json.at("by").at("sex").at(1).at("name"), "m");
  EXPECT_EQ(json.at("gaps").at("sex").at("dice.mean").at("groups").size(), 2u);
  EXPECT_TRUE(fs::exists(folder.path() / "out" / "records-against.jsonl"));
  const std::string tables = galen(command + " --by sex").out;
  EXPECT_NE(tables.find("a difference above 0 favours the first"), std::string::npos);
  EXPECT_NE(tables.find("[not known]"), std::string::npos) << "of one patient no interval is known";
  EXPECT_EQ(tables.find("nan"), std::string::npos) << tables;
  EXPECT_EQ(galen(command + " --margin dice.mean").status, 2);
  EXPECT_EQ(galen("evaluate " + bundle + " data --margin dice.mean=0.1").status, 2);
}

TEST_F(Cli, DatasetsThatDoNotHoldTogetherAreRefused) {
  write_crop("image.nii.gz");
  const auto dataset = [&](const std::string& csv) {
    fs::create_directories(folder.path() / "d");
    write_file(
        folder.path() / "d" / "dataset.json",
        R"({"name":"d","task":"image_segment","source":"s","licence":"l","citation":"c","classes":[{"value":0,"name":"background"}],"roots":[".."]})");
    write_file(folder.path() / "d" / "dataset.csv", csv);
  };
  dataset("case,split,image\n1,test,image.nii.gz\n");
  expect_refused("inspect d", 3, "patient");
  dataset("case,patient,split,image\n1,p,train,image.nii.gz\n2,p,test,image.nii.gz\n");
  expect_refused("inspect d", 3, "p");
  dataset("case,patient,split,image\n1,p,test,../../etc/passwd\n");
  expect_refused("inspect d", 3, "passwd");
}

}  // namespace
}  // namespace galen

#include "galen/pipeline/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "galen/base/hash.h"
#include "galen/base/message_test.h"

namespace galen {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

const std::vector<InputSpec> roles = {{"signal", "signal", "a recording", "", true},
                                      {"annotation", "annotations", "its beats", "", false}};

class LoadRecording : public testing::Test {
 protected:
  void SetUp() override {
    write_file(at("208.hea"), "208 1 250 2\n208.dat 16 1\n");
    write_file(at("208.dat"), "abcd");
    write_file(at("208.atr"), std::string_view("\1\4\0\0", 4));
  }
  fs::path at(const std::string& name) const { return folder_.path() / name; }
  TemporaryFolder folder_;
};

TEST_F(LoadRecording, TakesARecordByItsNameAndItsAnnotations) {
  const Case read = read_case(roles, {{"signal", at("208")}, {"annotation", at("208.atr")}}, "208");
  EXPECT_EQ(read.signal("signal").length, 2);
  EXPECT_DOUBLE_EQ(read.annotations("annotation").marks.at(0).at_seconds, 1 / 250.0);
  EXPECT_EQ(read.hashes.at("annotation"), sha256_file(at("208.atr")));
  EXPECT_THAT(message_of([&] { read_case(roles, {{"signal", at("209")}}, "209"); }), HasSubstr("does not exist"));
}

TEST_F(LoadRecording, TheHashCoversHeaderAndSamples) {
  const auto hash = [&] { return read_case(roles, {{"signal", at("208.hea")}}, "208").hashes.at("signal"); };
  const std::string before = hash();
  EXPECT_EQ(hash(), before);
  write_file(at("208.dat"), "abce");
  const std::string samples = hash();
  EXPECT_NE(samples, before);
  write_file(at("208.hea"), "208 1 360 2\n208.dat 16 1\n");
  EXPECT_NE(hash(), samples);
}

TEST_F(LoadRecording, TheHashOfADetachedHeaderCoversItsVoxels) {
  const std::vector<InputSpec> images = {{"image", "volume", "a scan", "", true}};
  const auto hash = [&] { return read_case(images, {{"image", at("a.mhd")}}, "a").hashes.at("image"); };
  write_file(at("a.mhd"), "NDims = 3\nDimSize = 2 1 2\nElementType = MET_UCHAR\nElementDataFile = a.raw\n");
  write_file(at("a.raw"), "abcd");
  const std::string before = hash();
  write_file(at("a.raw"), "abce");
  EXPECT_NE(hash(), before);
}

TEST_F(LoadRecording, TheDatasetMayStateTheRateOfAFileThatDoesNot) {
  write_file(at("A1.csv"), "ECG [mV]\n0.1\n0.2\n0.3\n");
  Dataset dataset;
  TaskInfo task;
  task.inputs = roles;
  const DatasetRow row = {"A1", "A1", Split::train, {{"signal", at("A1.csv").string()}, {"label", "N"}}};
  EXPECT_THAT(message_of([&] { case_loader(task, dataset, true)(row); }), HasSubstr("rate"));
  dataset.rates_hz["signal"] = 300;
  const Case read = case_loader(task, dataset, true)(row);
  EXPECT_DOUBLE_EQ(read.signal("signal").rate_hz, 300);
  EXPECT_EQ(read.attributes.at("label"), "N");
}

TEST(LoadDataset, ARequiredColumnThatNoCaseHasIsNamedWithItsFile) {
  Dataset dataset;
  dataset.folder = "scans";
  dataset.rows = {{"a", "a", Split::test, {{"image", "a.nii"}}}, {"b", "b", Split::test, {}}};
  TaskInfo task;
  task.name = "outline";
  task.inputs = {{"image", "volume", "a scan", "", true}};
  task.truth = {{"mask", "volume", "the class of every voxel", "", true}};
  EXPECT_THAT(message_of([&] { case_loader(task, dataset, true); }),
              AllOf(HasSubstr("scans/dataset.csv"), HasSubstr("'mask'"), HasSubstr("the class of every voxel"),
                    HasSubstr("add it, with a file for each case")));
  EXPECT_EQ(message_of([&] { case_loader(task, dataset, false); }), "no error");  // only b lacks its image
  task.truth.front().required = false;
  EXPECT_EQ(message_of([&] { case_loader(task, dataset, true); }), "no error");
}

TEST(LoadDataset, ColumnsNamedLikeTheOneThatIsMissingAreOffered) {
  Dataset dataset;
  dataset.path_columns = {"image_t1", "image_flair", "mask"};
  dataset.rows = {{"a", "a", Split::test, {{"image_t1", "1.nii"}, {"image_flair", "f.nii"}, {"mask", "m.nii"}}}};
  TaskInfo task;
  task.inputs = {{"image", "volume", "a scan", "", true}};
  EXPECT_THAT(message_of([&] { require_columns(task, dataset, false); }),
              AllOf(HasSubstr("nothing in the column 'image'"),
                    HasSubstr("it has image_t1, image_flair: name the one to use 'image' there and in \"paths\"")));
}

}  // namespace
}  // namespace galen

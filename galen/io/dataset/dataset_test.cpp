#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "galen/base/message_test.h"
#include "galen/io/dataset/csv.h"
#include "galen/io/dataset/dataset_io.h"
#include "galen/io/dataset/import.h"
#include "galen/io/dataset/import_layouts.h"
#include "galen/io/volume/volume_io.h"

namespace galen {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string csv_error(std::string_view text) {
  return message_of([&] { parse_csv(text, "t.csv"); });
}

TEST(Csv, ReadsQuotesLineBreaksAndByteOrderMark) {
  const CsvTable table = parse_csv(
      "\xEF\xBB\xBF"
      "a,b\r\n\"x,\"\"y\"\"\",\"two\r\nlines\"\r\n,\xC3\xA9",
      "t.csv");
  EXPECT_THAT(table.columns, ElementsAre("a", "b"));
  ASSERT_EQ(table.rows.size(), 2u);
  EXPECT_THAT(table.rows[0].fields, ElementsAre("x,\"y\"", "two\r\nlines"));
  EXPECT_THAT(table.rows[1].fields, ElementsAre("", "\xC3\xA9"));
  EXPECT_EQ(table.rows[1].line, 4u);
}

TEST(Csv, RefusesWithTheLine) {
  EXPECT_THAT(csv_error("a,b\n1,2\n3\n"), HasSubstr("t.csv: line 3: has 1 fields (the header has 2 columns)"));
  EXPECT_THAT(csv_error("a\nx\"y\n"), HasSubstr("line 2: has a quote inside"));
  EXPECT_THAT(csv_error("a\n\"x\"y\n"), HasSubstr("line 2: has text after a closing quote"));
  EXPECT_THAT(csv_error("a\n\nx\n\"y\n\n"), HasSubstr("line 4: has a quote that is never closed"));
  EXPECT_THAT(csv_error("a\nx\ry\n"), HasSubstr("line 2: has a carriage return"));
  EXPECT_THAT(csv_error("a\nb\n\xC0\xAF\n"), HasSubstr("line 3: is not UTF-8"));
  EXPECT_THAT(csv_error("a\n\xED\xA0\x80\n"), HasSubstr("line 2: is not UTF-8"));
  EXPECT_THAT(csv_error(std::string_view("a\nb\0c\n", 6)), HasSubstr("line 2: has a control character (byte 0x00)"));
  EXPECT_THAT(csv_error("a,a\n"), HasSubstr("has the column 'a' twice"));
  EXPECT_THAT(csv_error("a,\n"), HasSubstr("column without a name"));
  EXPECT_THAT(csv_error(""), HasSubstr("is empty"));
  EXPECT_THAT(message_of([] { parse_csv("a\n1\n2\n", "t.csv", {.max_elements = 1}); }), HasSubstr("too many values"));
}

TEST(Csv, WritesWhatItReads) {
  const std::vector<std::string> fields{"plain", "with,comma", "with \"quotes\"", "two\nlines", ""};
  const std::string text = "a,b,c,d,e\n" + csv_line(fields);
  EXPECT_EQ(parse_csv(text, "t.csv").rows.at(0).fields, fields);
  EXPECT_EQ(parse_csv("a\n" + csv_line({""}), "t.csv").rows.at(0).fields, std::vector<std::string>{""});
}

/// A folder with a small, valid dataset that tests damage.
class DatasetFolder : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(path("images"));
    for (const char* name : {"a.nii", "b.nii", "c.nii"}) write_file(path("images") / name, "voxels");
    describe(R"({"name": "n", "task": "image_segment", "classes": [{"value": 0, "name": "background"}]})");
    rows("a,p1,train,images/a.nii,f\nb,p1,train,images/b.nii,\nc,p2,test,images/c.nii,m\n");
  }
  fs::path path(const std::string& name) const { return temporary.path() / "data" / name; }
  void describe(const std::string& json) { write_file(path("dataset.json"), json); }
  void rows(const std::string& text) { write_file(path("dataset.csv"), "case,patient,split,image,sex\n" + text); }
  Dataset read() const { return read_dataset(path("")); }
  std::string refusal() const {
    return message_of([&] { read(); });
  }
  TemporaryFolder temporary;
};

TEST_F(DatasetFolder, IsRead) {
  const Dataset dataset = read();
  ASSERT_EQ(dataset.rows.size(), 3u);
  EXPECT_EQ(dataset.name, "n");
  EXPECT_TRUE(dataset.patients_known);
  EXPECT_THAT(dataset.path_columns, ElementsAre("image"));
  EXPECT_EQ(dataset.rows[0].columns.at("image"), fs::canonical(path("images/a.nii")));
  EXPECT_EQ(dataset.rows[0].columns.at("sex"), "f");
  EXPECT_FALSE(dataset.rows[1].columns.contains("sex")) << "missing stays missing";
  EXPECT_EQ(dataset.rows[2].split, Split::test);
  EXPECT_EQ(dataset.fingerprint.size(), 64u);
}

TEST_F(DatasetFolder, FingerprintFollowsBothFiles) {
  const std::string before = read().fingerprint;
  rows("a,p1,train,images/a.nii,m\n");
  const std::string after = read().fingerprint;
  EXPECT_NE(before, after);
  describe(R"({"name": "other", "task": "image_segment"})");
  EXPECT_NE(after, read().fingerprint);
}

TEST_F(DatasetFolder, RefusesUnsoundTables) {
  rows("a,p1,train,images/a.nii,\na,p1,train,images/b.nii,\n");
  EXPECT_THAT(refusal(), HasSubstr("dataset.csv: line 3: has the case 'a' again (first on line 2)"));
  rows("a,p1,train,images/a.nii,\nb,p1,test,images/b.nii,\n");
  EXPECT_THAT(refusal(), HasSubstr("line 3: puts patient 'p1' in test (line 2 has the patient in train)"));
  rows("a,p1,train,images/a.nii,\nb,p1 ,test,images/b.nii,\n");
  EXPECT_THAT(refusal(), HasSubstr("begins or ends with a blank"));
  rows("a,p1,training,images/a.nii,\n");
  EXPECT_THAT(refusal(), HasSubstr("dataset.csv: line 2"));
  rows("a,p1,train,images/none.nii,\n");
  EXPECT_THAT(refusal(), HasSubstr("line 2: names 'images/none.nii' (no such file)"));
  rows("../a,p1,train,images/a.nii,\n");
  EXPECT_THAT(refusal(), HasSubstr("line 2: has the case '../a'"));
  rows(",p1,train,images/a.nii,\n");
  EXPECT_THAT(refusal(), HasSubstr("line 2: has no case"));
  rows("");
  EXPECT_THAT(refusal(), HasSubstr("has no cases"));
  write_file(path("dataset.csv"), "case,split\na,train\n");
  EXPECT_THAT(refusal(), AllOf(HasSubstr("lacks the column 'patient'"), HasSubstr("; add that column")));
}

TEST_F(DatasetFolder, StatesTheRateOfSignalsThatDoNot) {
  describe(R"({"name": "n", "task": "t", "rates_hz": {"image": 300}})");
  const Dataset dataset = read();
  EXPECT_DOUBLE_EQ(dataset.rates_hz.at("image"), 300);
  write_dataset(dataset, path(""), true);
  EXPECT_EQ(read().rates_hz, dataset.rates_hz);
}

TEST_F(DatasetFolder, RefusesUnsoundDescriptions) {
  describe(R"({"name": "n", "task": "t", "licens": "x"})");
  EXPECT_THAT(refusal(), HasSubstr("dataset.json: has an unknown key 'licens'"));
  describe(R"({"name": "n", "task": "t", "patients": "maybe"})");
  EXPECT_THAT(refusal(), HasSubstr("write \"known\" or \"unknown\""));
  describe(R"({"name": "n", "task": "t", "units": {"age": "a"}})");
  EXPECT_THAT(refusal(), HasSubstr("lacks the column 'age'"));
  describe(R"({"name": "n", "task": "t", "rates_hz": {"signal": 300}})");
  EXPECT_THAT(refusal(), HasSubstr("lacks the column 'signal'"));
  describe(R"({"name": "n", "task": "t", "rates_hz": {"image": 0}})");
  EXPECT_THAT(refusal(), HasSubstr("is no rate"));
  describe(R"({"name": "n", "task": "t", "roots": ["none"]})");
  EXPECT_THAT(refusal(), HasSubstr("no such folder"));
  describe(R"({"name": "n", "task": "t", "classes": [{"value": 1, "name": "x"}, {"value": 1, "name": "y"}]})");
  EXPECT_THAT(refusal(), HasSubstr("has the value 1 again"));
}

TEST_F(DatasetFolder, RefusesPathsThatClimbOut) {
  write_file(temporary.path() / "secret.nii", "x");
  rows("a,p1,train,../secret.nii,\n");
  EXPECT_THAT(refusal(), HasSubstr("line 2: names '../secret.nii' (it leads out"));
  rows(fmt::format("a,p1,train,{},\n", (temporary.path() / "secret.nii").string()));
  EXPECT_THAT(refusal(), HasSubstr("leads out"));
  fs::create_symlink(temporary.path() / "secret.nii", path("images/link.nii"));
  rows("a,p1,train,images/link.nii,\n");
  EXPECT_THAT(refusal(), HasSubstr("leads out"));
  fs::create_directory_symlink(temporary.path(), path("up"));
  rows("a,p1,train,up/secret.nii,\n");
  EXPECT_THAT(refusal(), HasSubstr("leads out"));
}

TEST_F(DatasetFolder, RootsHoldPathsToo) {
  fs::create_directory(temporary.path() / "store");
  write_file(temporary.path() / "store" / "d.nii", "x");
  describe(R"({"name": "n", "task": "t", "roots": ["../store"]})");
  rows("d,p1,train,d.nii,\n");
  EXPECT_EQ(read().rows[0].columns.at("image"), fs::canonical(temporary.path() / "store" / "d.nii"));
}

TEST_F(DatasetFolder, UnknownPatientsStandForThemselves) {
  write_file(path("dataset.csv"), "case,split\na,train\nb,test\n");
  describe(R"({"name": "n", "task": "t", "patients": "unknown"})");
  const Dataset dataset = read();
  EXPECT_FALSE(dataset.patients_known);
  EXPECT_EQ(dataset.rows[1].patient, "b");
}

TEST_F(DatasetFolder, IsWrittenAndReadBack) {
  Dataset dataset = read();
  dataset.roots = {dataset.folder};
  const fs::path copy = temporary.path() / "copy";
  write_dataset(dataset, copy);
  const Dataset back = read_dataset(copy);
  EXPECT_EQ(back.name, dataset.name);
  EXPECT_EQ(back.classes.size(), 1u);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(back.rows[i].columns, dataset.rows[i].columns);
  EXPECT_THAT(message_of([&] { write_dataset(dataset, copy); }), HasSubstr("already exists"));
  write_file(copy / "notes.txt", "mine");
  write_dataset(dataset, copy, true);
  EXPECT_EQ(read_text(copy / "notes.txt"), "mine") << "replacing a dataset leaves other files";
}

TEST(Splits, KeepPatientsWholeAndMeetTheShares) {
  std::vector<std::string> patients;
  for (int i = 0; i < 200; ++i) patients.push_back(fmt::format("p{}", i / 2));
  const std::vector<Split> splits =
      split_by_patient(patients, {.train = 0.7, .validate = 0.1, .calibrate = 0.1, .test = 0.1}, 7);
  for (std::size_t i = 0; i < patients.size(); i += 2) EXPECT_EQ(splits[i], splits[i + 1]);
  EXPECT_EQ(std::count(splits.begin(), splits.end(), Split::train), 140);
  EXPECT_EQ(std::count(splits.begin(), splits.end(), Split::calibrate), 20);
  EXPECT_EQ(splits, split_by_patient(patients, {.train = 0.7, .validate = 0.1, .calibrate = 0.1, .test = 0.1}, 7));
  EXPECT_NE(splits, split_by_patient(patients, {.train = 0.7, .validate = 0.1, .calibrate = 0.1, .test = 0.1}, 8));
  EXPECT_THAT(message_of([&] { split_by_patient(patients, {.train = -1}, 1); }), HasSubstr("negative share"));
}

class Import : public ::testing::Test {
 protected:
  void put(const std::string& name, const std::string& text = "x") const {
    fs::create_directories((folder.path() / name).parent_path());
    write_file(folder.path() / name, text);
  }
  TemporaryFolder folder;
};

TEST_F(Import, ReadsTheDecathlonsLayout) {
  for (const char* name : {"a", "b", "c", "d"}) {
    put(fmt::format("imagesTr/{}.nii.gz", name));
    put(fmt::format("labelsTr/{}.nii.gz", name));
  }
  put("dataset.json", R"({"name": "Hippocampus", "licence": "CC-BY-SA 4.0", "modality": {"0": "MRI"},
    "labels": {"1": "anterior", "0": "background"}, "numTraining": 2, "test": [], "training": [
    {"image": "./imagesTr/a.nii.gz", "label": "./labelsTr/a.nii.gz"},
    {"image": "./imagesTr/b.nii.gz", "label": "./labelsTr/b.nii.gz"}]})");
  const Dataset dataset = import_msd(folder.path());
  EXPECT_EQ(dataset.name, "Hippocampus");
  EXPECT_EQ(dataset.licence, "CC-BY-SA 4.0");
  ASSERT_EQ(dataset.rows.size(), 2u);
  EXPECT_EQ(dataset.rows[1].id, "b");
  EXPECT_EQ(dataset.classes.at(0).name, "background");
  EXPECT_FALSE(dataset.patients_known);
  EXPECT_TRUE(dataset.units.empty());
  write_dataset(dataset, folder.path() / "out");
  EXPECT_EQ(read_dataset(folder.path() / "out").rows.size(), 2u);
}

TEST_F(Import, RefusesSeveralModalitiesInOneFile) {
  put("dataset.json", R"({"modality": {"0": "T1", "1": "T2"}, "labels": {}, "training": []})");
  EXPECT_THAT(message_of([&] { import_msd(folder.path()); }), HasSubstr("names 2 modalities"));
}

TEST_F(Import, ReadsNnunetsLayoutWithChannelsAndTest) {
  put("dataset.json", R"({"channel_names": {"0": "T1", "1": "FLAIR"}, "labels": {"background": 0, "lesion": 1},
                          "numTraining": 1, "file_ending": ".nii.gz"})");
  for (const char* id : {"imagesTr/a", "imagesTs/z"}) {
    put(fmt::format("{}_0000.nii.gz", id));
    put(fmt::format("{}_0001.nii.gz", id));
  }
  put("labelsTr/a.nii.gz");
  put("labelsTs/z.nii.gz");
  const Dataset dataset = import_nnunet(folder.path());
  EXPECT_THAT(dataset.path_columns, ElementsAre("image_t1", "image_flair", "mask"));
  ASSERT_EQ(dataset.rows.size(), 2u);
  EXPECT_EQ(dataset.rows[1].split, Split::test);
  EXPECT_THAT(dataset.rows[0].columns.at("image_flair"), HasSubstr("a_0001.nii.gz"));
  put("labelsTr/b.nii.gz");
  EXPECT_THAT(message_of([&] { import_nnunet(folder.path()); }), HasSubstr("names 'imagesTr/b_0000.nii.gz'"));
  fs::remove(folder.path() / "labelsTr/b.nii.gz");
  put("imagesTr/c_0001.nii.gz");
  EXPECT_THAT(message_of([&] { import_nnunet(folder.path()); }),
              AllOf(HasSubstr("c_0001.nii.gz: has no mask"), HasSubstr("none named 'c' in labelsTr")));
  fs::remove(folder.path() / "imagesTr/c_0001.nii.gz");
  ImportOptions options;
  options.keep = {"sex"};
  EXPECT_THAT(message_of([&] { import_nnunet(folder.path(), options); }), HasSubstr("--cases"));
  fs::remove_all(folder.path() / "labelsTr");
  EXPECT_THAT(message_of([&] { import_nnunet(folder.path()); }), HasSubstr("no such folder"));
}

TEST_F(Import, ReadsVersion1OfNnunet) {
  put("dataset.json", R"({"name": "Old", "modality": {"0": "CT"}, "labels": {"0": "background", "1": "lesion"},
    "numTraining": 1, "training": [{"image": "./imagesTr/a.nii.gz", "label": "./labelsTr/a.nii.gz"}], "test": []})");
  put("imagesTr/a_0000.nii.gz");
  put("labelsTr/a.nii.gz");
  const Dataset dataset = import_nnunet(folder.path());
  ASSERT_EQ(dataset.rows.size(), 1u);
  EXPECT_THAT(dataset.rows[0].columns.at("image"), HasSubstr("a_0000.nii.gz"));
  ASSERT_EQ(dataset.classes.size(), 2u);
  EXPECT_EQ(dataset.classes[1].value, 1);
  EXPECT_EQ(dataset.classes[1].name, "lesion");
  EXPECT_EQ(dataset.units.at("image"), "[hnsf'U]");
  EXPECT_THAT(message_of([&] { import_msd(folder.path()); }),
              AllOf(HasSubstr("a_0000.nii.gz is there"), HasSubstr("galen import nnunet")));
}

TEST_F(Import, ATestSetOfTheLayoutIsTheWholeTest) {
  put("dataset.json",
      R"({"channel_names": {"0": "T1"}, "labels": {"background": 0, "lesion": 1}, "file_ending": ".nii.gz"})");
  for (int i = 0; i < 40; ++i) {
    put(fmt::format("imagesTr/a{}_0000.nii.gz", i));
    put(fmt::format("labelsTr/a{}.nii.gz", i));
  }
  EXPECT_EQ(import_nnunet(folder.path()).of(Split::test).size(), 6u);
  put("imagesTs/z_0000.nii.gz");
  EXPECT_EQ(import_nnunet(folder.path()).of(Split::test).size(), 6u) << "without masks it is none";
  put("labelsTs/z.nii.gz");
  const Dataset dataset = import_nnunet(folder.path());
  ASSERT_EQ(dataset.of(Split::test).size(), 1u);
  EXPECT_EQ(dataset.of(Split::test)[0]->id, "z");
  EXPECT_EQ(dataset.of(Split::validate).size(), 7u);  // 15 of 85
}

TEST_F(Import, KeepsChannelsOfNnunetThatHaveOneName) {
  put("dataset.json", R"({"channel_names": {"0": "noNorm", "1": "noNorm"}, "labels": {"background": 0, "lesion": 1},
                          "file_ending": ".nii.gz"})");
  put("imagesTr/a_0000.nii.gz");
  put("imagesTr/a_0001.nii.gz");
  put("labelsTr/a.nii.gz");
  const Dataset dataset = import_nnunet(folder.path());
  EXPECT_THAT(dataset.path_columns, ElementsAre("image_nonorm", "image_nonorm_1", "mask"));
  EXPECT_THAT(dataset.rows.at(0).columns.at("image_nonorm"), HasSubstr("a_0000.nii.gz"));
}

TEST_F(Import, SaysThatCtIsInHounsfieldUnits) {
  put("dataset.json",
      R"({"channel_names": {"0": "CT"}, "labels": {"background": 0, "liver": 1}, "file_ending": ".nii.gz"})");
  put("imagesTr/a_0000.nii.gz");
  put("labelsTr/a.nii.gz");
  EXPECT_EQ(import_nnunet(folder.path()).units.at("image"), "[hnsf'U]");
  put("dataset.json",
      R"({"channel_names": {"0": "ct"}, "labels": {"background": 0, "liver": 1}, "file_ending": ".nii.gz"})");
  EXPECT_EQ(import_nnunet(folder.path()).units.at("image"), "[hnsf'U]");
  put("imagesTr/a.nii.gz");
  put("dataset.json", R"({"modality": {"0": "Ct"}, "labels": {"0": "background", "1": "liver"},
    "training": [{"image": "imagesTr/a.nii.gz", "label": "labelsTr/a.nii.gz"}]})");
  EXPECT_EQ(import_msd(folder.path()).units.at("image"), "[hnsf'U]");
}

TEST_F(Import, RefusesRegionsOfNnunet) {
  put("dataset.json", R"({"channel_names": {"0": "T1"}, "labels": {"background": 0, "whole": [1, 2]},
                          "file_ending": ".nii.gz"})");
  EXPECT_THAT(message_of([&] { import_nnunet(folder.path()); }), HasSubstr("has 'whole'"));
}

TEST_F(Import, MatchesFoldersByNameAndTakesPatientsFromTheTable) {
  for (const char* id : {"a", "b", "c"}) {
    put(fmt::format("images/{}.nii.gz", id));
    put(fmt::format("masks/{}.nrrd", id));
  }
  put("cases.csv", "case,person,sex,name\na,1,f,X\nb,1,f,X\nc,2,,Y\n");
  ImportOptions options;
  options.cases = folder.path() / "cases.csv";
  options.patient_column = "person";
  options.keep = {"sex"};
  options.classes = {"background", "lesion"};
  const Dataset dataset = import_folder(folder.path(), options);
  ASSERT_EQ(dataset.rows.size(), 3u);
  EXPECT_EQ(dataset.rows[1].patient, "1");
  EXPECT_EQ(dataset.rows[0].split, dataset.rows[1].split);
  EXPECT_EQ(dataset.rows[0].columns.at("sex"), "f");
  EXPECT_FALSE(dataset.rows[0].columns.contains("name")) << "only columns that were asked for";
  EXPECT_EQ(dataset.classes.at(1).name, "lesion");
  options.keep = {"name", "case"};
  EXPECT_THAT(message_of([&] { import_folder(folder.path(), options); }),
              HasSubstr("is a column of the dataset itself"));
  options.keep = {"sex"};
  put("images/d.nii.gz");
  EXPECT_THAT(message_of([&] { import_folder(folder.path(), options); }), HasSubstr("d.nii.gz: has no mask"));
  put("masks/d.nii.gz");
  EXPECT_THAT(message_of([&] { import_folder(folder.path(), options); }), HasSubstr("has no row for case 'd'"));
}

TEST_F(Import, TakesWfdbRecordsWithTheirAnnotations) {
  for (const char* id : {"201", "202", "sub/208"}) {
    put(fmt::format("{}.hea", id), "# a comment\nr 1 360 10\nr.dat 16\n");
    put(fmt::format("{}.atr", id));
  }
  put("m.hea", "m/3 1 360 20\nm_layout 0\n~ 10\nm_1 10\n");
  put("m.qrs");
  put("m_layout.hea", "m_layout 1 360 0\n~ 0\n");
  put("m_1.hea", "m_1 1 360 10\nm_1.dat 16\n");
  EXPECT_THAT(message_of([&] { import_wfdb(folder.path()); }),
              HasSubstr("m.hea: has no annotations (none named .atr)"));
  ImportOptions options;
  options.annotators = {"atr", "qrs"};
  const Dataset dataset = import_wfdb(folder.path(), options);
  ASSERT_EQ(dataset.rows.size(), 4u) << "segments are no cases";
  EXPECT_EQ(dataset.rows[2].id, "m");
  EXPECT_TRUE(dataset.rows[2].columns.at("annotation").ends_with("/m.qrs"));
  EXPECT_EQ(dataset.rows[3].id, "sub_208");
  EXPECT_EQ(dataset.task, "ecg_rhythm");
  EXPECT_FALSE(dataset.patients_known);
  write_dataset(dataset, folder.path() / "out");
  EXPECT_EQ(read_dataset(folder.path() / "out").rows.size(), 4u);

  put("cases.csv", "case,patient\n201,one\n202.hea,one\nm,two\nsub_208,three\n");
  options.cases = folder.path() / "cases.csv";
  const Dataset known = import_wfdb(folder.path(), options);
  EXPECT_TRUE(known.patients_known);
  EXPECT_EQ(known.rows[0].patient, known.rows[1].patient);
  EXPECT_EQ(known.rows[0].split, known.rows[1].split);
  options.annotators = {"none"};
  EXPECT_FALSE(import_wfdb(folder.path(), options).rows[0].columns.contains("annotation"));
}

TEST(ImportFormats, StemsAreNamesWithoutTheExtension) {
  for (const char* name : {"a/b.c.nii.gz", "b.c.nrrd", "b.c.hea", "b.c.EDF"}) EXPECT_EQ(stem_of(name), "b.c") << name;
  EXPECT_EQ(stem_of("208"), "208");
  EXPECT_EQ(stem_of("208.csv"), "208.csv");
}

TEST(ImportFormats, ImagesAreWhateverThatRoomReads) {
  for (const std::string& format : volume_formats()) {  // "PNG (.png)"
    const std::size_t open = format.find('(');
    ASSERT_NE(open, std::string::npos) << format;
    std::istringstream endings(format.substr(open + 1, format.size() - open - 2));
    for (std::string ending; std::getline(endings >> std::ws, ending, ',');)
      EXPECT_TRUE(is_image_name("a" + ending)) << ending;
  }
}

TEST(ImportFormats, AreFoundByName) {
  for (const ImportFormat& format : import_formats()) EXPECT_EQ(import_format(format.name).import, format.import);
  EXPECT_THAT(message_of([] { import_format("dicom"); }), HasSubstr("choose one of msd, nnunet, folder"));
}

TEST(ImportOfRealData, HippocampusKeepsBothSidesOfAPersonTogether) {
  const fs::path source = fs::path(GALEN_TEST_DATA) / "imaging" / "msd_hippocampus";
  if (!fs::exists(source)) GTEST_SKIP() << source << " is not there";
  ImportOptions options;
  options.cases = source / "cases.csv";
  options.patient_column = "subject_pair";
  options.classes = {"background", "anterior", "posterior"};
  const TemporaryFolder folder;
  write_dataset(import_folder(source, options), folder.path() / "hippocampus");
  const Dataset dataset = read_dataset(folder.path() / "hippocampus");
  EXPECT_EQ(dataset.rows.size(), 207u);
  std::set<std::string> patients;
  for (const DatasetRow& row : dataset.rows) patients.insert(row.patient);
  EXPECT_EQ(patients.size(), 137u);
}

}  // namespace
}  // namespace galen

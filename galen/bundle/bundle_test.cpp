#include "galen/bundle/bundle.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "galen/base/message_test.h"
#include "galen/bundle/archive.h"
#include "galen/bundle/checksums.h"

namespace galen {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

Graph small_graph() {
  Graph graph;
  graph.name = "twice";
  graph.inputs = {{.name = "x", .type = Scalar::f32, .dims = {{.extent = 2, .name = ""}}}};
  graph.outputs = {{.name = "y", .type = Scalar::f32, .dims = {{.extent = 2, .name = ""}}}};
  const float weights[] = {2.0f, 0.1f};
  graph.initializers["w"] = Tensor::of<float>({2}, weights);
  graph.nodes = {{.name = "mul", .op = "Mul", .domain = "", .inputs = {"x", "w"}, .outputs = {"y"}, .attributes = {}}};
  return graph;
}

Bundle small_bundle() {
  Bundle bundle;
  bundle.id = "two-times";
  bundle.task = "scale";
  bundle.question = "What is it, twice?";
  bundle.licence = "CC0-1.0";
  bundle.applies_to = "Numbers | of any size";
  bundle.inputs = {{.role = "image", .kind = "volume", .description = "a volume", .modality = "MR"}};
  bundle.classes = {{.value = 0, .name = "background", .code = {}},
                    {.value = 1, .name = "hippocampus", .code = {"http://snomed.info/sct", "5366008", "Hippocampus"}}};
  bundle.networks = {{"main", {"a.onnx", "b.onnx"}}};
  bundle.uses = {{.role = "find_region", .bundle = "other", .hash = "00"}};
  bundle.results = Json::parse(R"({"split": "test", "protocol": "5 folds by patient",
    "metrics": {"dice.mean": {"value": 0.8912, "low": 0.88, "high": 0.9, "n": 52}}})");
  bundle.recipe = {{"task", "scale"}};
  return bundle;
}

Bytes bytes_of(std::string_view text) {
  const auto bytes = as_bytes(text);
  return {bytes.begin(), bytes.end()};
}

/// A written bundle that tests tamper with.
class BundleFolder : public ::testing::Test {
 protected:
  void SetUp() override { write_bundle(small_bundle(), files(), path(), false); }
  static BundleFiles files() {
    BundleFiles files;
    files.networks = {{"a.onnx", small_graph()}, {"b.onnx", small_graph()}};
    files.others = {{"goldens/one/case.json", bytes_of("{}")}, {"goldens/one/finding.json", bytes_of("{}")}};
    return files;
  }
  fs::path path(const std::string& file = "") const { return temporary.path() / "two-times" / file; }
  std::string refusal() const {
    return message_of([&] { open_bundle(path()); });
  }
  /// Changes bundle.json and updates SHA256SUMS to match.
  void describe(const auto& change) const {
    Json json = read_json(path("bundle.json"));
    change(json);
    write_json(path("bundle.json"), json);
    write_file(path("SHA256SUMS"), checksums_of(path()));
  }
  TemporaryFolder temporary;
};

TEST_F(BundleFolder, ComesBackAsItWas) {
  const auto bundle = open_bundle(path());
  EXPECT_EQ(to_json(*bundle), to_json(small_bundle()));
  EXPECT_EQ(bundle->recipe, small_bundle().recipe);
  EXPECT_EQ(bundle->hash.size(), 64u);
  const auto graphs = bundle->graphs("main");
  ASSERT_EQ(graphs.size(), 2u);
  EXPECT_EQ(graphs[0].outputs.at(0).name, "y");
  EXPECT_THAT(message_of([&] { bundle->graphs("other"); }), HasSubstr("has no network 'other'"));
  ASSERT_EQ(goldens_of(*bundle).size(), 1u);
  EXPECT_EQ(goldens_of(*bundle)[0].name, "one");
}

TEST_F(BundleFolder, HashNamesTheContent) {
  const std::string before = open_bundle(path())->hash;
  Bundle changed = small_bundle();
  changed.version = "2";
  write_bundle(changed, files(), path(), true);
  EXPECT_NE(open_bundle(path())->hash, before);
  write_bundle(small_bundle(), files(), path(), true);
  EXPECT_EQ(open_bundle(path())->hash, before);
}

TEST_F(BundleFolder, RefusesAFlippedByteInAnyFile) {
  for (const auto& [name, file] : files_under(path())) {
    const Bytes sound = read_bytes(file);
    Bytes flipped = sound;
    flipped[flipped.size() / 2] ^= std::byte{1};
    write_file(file, flipped);
    EXPECT_THAT(refusal(), HasSubstr(name + ": was changed or damaged"));
    write_file(file, sound);
  }
  EXPECT_EQ(refusal(), "no error");
}

TEST_F(BundleFolder, RefusesExtraMissingAndLinkedFiles) {
  write_file(path("extra.txt"), "x");
  EXPECT_THAT(refusal(), HasSubstr("extra.txt: is not listed in SHA256SUMS"));
  fs::remove(path("extra.txt"));
  fs::create_symlink("/etc/hostname", path("link"));
  EXPECT_THAT(refusal(), HasSubstr("has 'link' (not a plain file)"));
  fs::remove(path("link"));
  fs::remove(path("b.onnx"));
  EXPECT_THAT(refusal(), HasSubstr("b.onnx: is missing"));
}

TEST_F(BundleFolder, RefusesDamagedChecksums) {
  const std::string sound = read_text(path("SHA256SUMS"));
  for (const std::string& line : {std::string("short  a.onnx\n"), std::string(64, '0') + "  ../a.onnx\n",
                                  std::string(64, '0') + "  /etc/passwd\n", std::string(64, 'G') + "  a\n",
                                  sound.substr(0, sound.find('\n') + 1), std::string(64, '0') + "  cut"}) {
    write_file(path("SHA256SUMS"), sound + line);
    EXPECT_THAT(refusal(), HasSubstr("is damaged")) << line;
  }
  fs::remove(path("SHA256SUMS"));
  EXPECT_THAT(refusal(), AllOf(HasSubstr("SHA256SUMS: is missing"), HasSubstr("; get the bundle again")));
}

TEST_F(BundleFolder, RefusesUnsoundDescriptions) {
  describe([](Json& json) { json["format_version"] = 2; });
  EXPECT_THAT(refusal(), HasSubstr("has format version 2"));
  describe([](Json& json) { json["format_version"] = 1, json["colour"] = "red"; });
  EXPECT_THAT(refusal(), HasSubstr("unknown key 'colour'"));
  describe([](Json& json) { json.erase("colour"), json["status"] = "approved"; });
  EXPECT_THAT(refusal(), HasSubstr("has the status 'approved'"));
  describe([](Json& json) { json["status"] = "research", json["networks"]["main"][0] = "../x.onnx"; });
  EXPECT_THAT(refusal(), HasSubstr("names '../x.onnx'"));
  describe([](Json& json) { json["networks"]["main"][0] = "c.onnx"; });
  EXPECT_THAT(refusal(), HasSubstr("names 'c.onnx' (no such file); get the bundle again"));
  describe([](Json& json) { json["networks"]["main"][0] = "a.onnx", json["id"] = "../up"; });
  EXPECT_THAT(refusal(), HasSubstr("has the id '../up'"));
  describe([](Json& json) { json["id"] = "x", json["prep"] = 3; });
  EXPECT_THAT(refusal(), HasSubstr("prep: is not an object"));
  describe([](Json& json) { json["prep"] = Json::object(), json["inputs"] = nullptr; });
  EXPECT_THAT(refusal(), HasSubstr("inputs: is not a list; write [{\"role\": "));
  describe([](Json& json) { json["inputs"] = Json::array(), json["uses"] = Json::object(); });
  EXPECT_THAT(refusal(), HasSubstr("uses: is not a list; write [], or "));
  write_file(path("bundle.json"), "{}");
  write_file(path("SHA256SUMS"), checksums_of(path()));
  EXPECT_THAT(refusal(), HasSubstr("is not of a bundle"));
}

TEST_F(BundleFolder, IsNotOverwrittenUnlessAsked) {
  EXPECT_THAT(message_of([&] { write_bundle(small_bundle(), files(), path(), false); }), HasSubstr("already exists"));
}

TEST_F(BundleFolder, NothingAppearsOfABundleThatCannotBeOpened) {
  Bundle bundle = small_bundle();
  bundle.networks["main"].push_back("absent.onnx");
  const fs::path target = temporary.path() / "bad";
  EXPECT_THAT(message_of([&] { write_bundle(bundle, files(), target, false); }), HasSubstr("absent.onnx"));
  EXPECT_FALSE(fs::exists(target));
  EXPECT_EQ(std::distance(fs::directory_iterator(temporary.path()), {}), 1);
}

TEST_F(BundleFolder, PacksIntoAZipThatOpens) {
  const auto bundle = open_bundle(path());
  const fs::path zip = temporary.path() / "b.zip", again = temporary.path() / "c.zip";
  pack_bundle(*bundle, zip);
  ::setenv("TZ", "JST-9", 1);
  ::tzset();
  pack_bundle(*bundle, again);
  ::unsetenv("TZ");
  ::tzset();
  EXPECT_EQ(read_bytes(zip), read_bytes(again));
  const auto unpacked = open_bundle(zip);
  EXPECT_EQ(unpacked->hash, bundle->hash);
  EXPECT_TRUE(fs::exists(unpacked->folder / "a.onnx"));
  Bytes cut = read_bytes(zip);
  cut.resize(cut.size() / 2);
  write_file(zip, cut);
  EXPECT_NE(message_of([&] { open_bundle(zip); }), "no error");
}

TEST_F(BundleFolder, IsFoundByNameAndByPath) {
  ::setenv("GALEN_MODELS", temporary.path().c_str(), 1);
  EXPECT_EQ(find_bundle("two-times")->id, "two-times");
  EXPECT_THAT(list_bundles(), ::testing::Contains(temporary.path() / "two-times"));
  EXPECT_THAT(message_of([] { find_bundle("three-times"); }), HasSubstr("two-times"));
  ::unsetenv("GALEN_MODELS");
  EXPECT_EQ(find_bundle(path().string())->id, "two-times");
  EXPECT_THAT(message_of([&] { find_bundle(temporary.path().string()); }), HasSubstr("is not a bundle"));
}

/// Writes a zip with one entry, which may be hostile.
void make_zip(const fs::path& file, const std::string& name, const std::string& data, int type = AE_IFREG) {
  archive* out = archive_write_new();
  archive_write_set_format_zip(out);
  archive_write_open_filename(out, file.c_str());
  archive_entry* entry = archive_entry_new();
  archive_entry_set_pathname(entry, name.c_str());
  archive_entry_set_filetype(entry, static_cast<unsigned>(type));
  archive_entry_set_perm(entry, 0644);
  if (type == AE_IFLNK) {
    archive_entry_set_symlink(entry, data.c_str());
  } else {
    archive_entry_set_size(entry, static_cast<la_int64_t>(data.size()));
  }
  archive_write_header(out, entry);
  if (type != AE_IFLNK) archive_write_data(out, data.data(), data.size());
  archive_entry_free(entry);
  archive_write_free(out);
}

TEST(Zip, RefusesHostileEntries) {
  const TemporaryFolder folder;
  const fs::path zip = folder.path() / "z.zip", target = folder.path() / "out";
  fs::create_directory(target);
  const auto refusal = [&](const Limits& limits = {}) { return message_of([&] { unpack_zip(zip, target, limits); }); };
  for (const char* name : {"../up.txt", "/abs.txt", "a/../../up.txt", "./a", "a//b"}) {
    make_zip(zip, name, "x");
    EXPECT_THAT(refusal(), HasSubstr("not a plain path inside")) << name;
  }
  make_zip(zip, "link", "/etc/passwd", AE_IFLNK);
  EXPECT_THAT(refusal(), HasSubstr("not a plain file"));
  make_zip(zip, "big", std::string(1000, 'x'));
  EXPECT_THAT(refusal({.max_bytes = 999}), HasSubstr("unpacks to too much"));
  make_zip(zip, "bomb", std::string(64 << 20, '\0'));
  EXPECT_THAT(refusal(), HasSubstr("unpacks to too much"));
  write_file(zip, "PK nonsense");
  EXPECT_THAT(refusal(), HasSubstr("zip"));
  make_zip(zip, "cut", std::string(1000, 'x'));
  fs::resize_file(zip, 40);
  EXPECT_THAT(refusal(), AllOf(HasSubstr("z.zip: is not a sound zip"), HasSubstr("; get the bundle again")));
  write_file(zip, "");
  EXPECT_NE(refusal(), "no error");
  EXPECT_FALSE(fs::exists(folder.path() / "up.txt"));
}

TEST(Card, SaysWhatIsKnownAndWhatIsNot) {
  const std::string card = card_of(small_bundle());
  EXPECT_THAT(card, HasSubstr("| dice.mean | 0.8912 | 0.88 to 0.9 | 52 |"));
  EXPECT_THAT(card, HasSubstr("- protocol: 5 folds by patient"));
  EXPECT_THAT(card, HasSubstr("Numbers \\| of any size"));
  EXPECT_THAT(card, HasSubstr("not for decisions about patients"));
  EXPECT_THAT(card, HasSubstr("probabilities are not calibrated"));
  Bundle calibrated = small_bundle();
  calibrated.calibration = {{"method", "temperature"}};
  EXPECT_THAT(card_of(calibrated), Not(HasSubstr("not calibrated")));
}

TEST(Card, TellsWhatAPrecisionDoesToEachScore) {
  Bundle bundle = small_bundle();
  EXPECT_THAT(card_of(bundle), Not(HasSubstr("What each precision costs")));
  bundle.precisions["bf16"] = Json::parse(R"({"within_limit": true, "cases": 52, "failed": 0, "scores": {
    "dice.mean": {"f32": 0.8912, "bf16": 0.8909, "limit": 0.002}, "dice.odd": {"f32": null, "bf16": 0.5, "limit": null}}})");
  bundle.precisions["f16"] = Json::parse(R"({"within_limit": false, "cases": 52, "failed": 3, "scores": {}})");
  const std::string card = card_of(bundle);
  EXPECT_THAT(card,
              HasSubstr("### bf16\n\n- within limit: true\n- cases: 52\n- failed: 0\n\n| measure | f32 | bf16 |"));
  EXPECT_THAT(card, HasSubstr("| dice.mean | 0.8912 | 0.8909 | -0.0003 | 0.002 |"));
  EXPECT_THAT(card, HasSubstr("| dice.odd |  | 0.5 |  | none |"));
  EXPECT_THAT(card, HasSubstr("### f16\n\n- within limit: false\n- cases: 52\n- failed: 3\n\n## What it cannot do"));
}

TEST(Card, OfNetworksWithoutAProfileSaysThatNothingUnlikeIsNoticed) {
  Bundle bundle = small_bundle();
  bundle.reference = {{"members", {Json::object()}}};
  EXPECT_THAT(card_of(bundle), HasSubstr("does not notice"));
  bundle.reference["members"] = {{{"mean", {1.0}}}};
  EXPECT_THAT(card_of(bundle), Not(HasSubstr("does not notice")));
  bundle.reference = {{"members", {Json::object()}}, {"profile", {{"mean", {1.0}}}}};
  EXPECT_THAT(card_of(bundle), Not(HasSubstr("does not notice")));
}

}  // namespace
}  // namespace galen

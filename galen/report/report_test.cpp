#include "galen/report/report.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "galen/base/message_test.h"
#include "galen/io/dataset/csv.h"
#include "galen/io/volume/volume_io.h"
#include "galen/report/drawing.h"
#include "galen/report/encode.h"
#include "galen/report/html.h"
#include "galen/report/page.h"

namespace galen {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view hostile = "</script><script>alert('x')</script>\"&";

/// A repeating ramp on a grid in RAS order, in which ball_mask() is a ball: left half class 1, right half class 5.
Volume ball_image() {
  Grid grid;
  grid.size = {24, 20, 16};
  grid.spacing_mm = {1, 1, 2};
  grid.direction = {{{-1, 0, 0}, {0, -1, 0}, {0, 0, 1}}};
  Volume image(grid, Scalar::f32);
  for (std::int64_t i = 0; i < image.value_count(); ++i) image.values<float>()[i] = static_cast<float>(i % 97);
  return image;
}

MaskArtefact ball_mask() {
  MaskArtefact mask{.labels = Volume(ball_image().grid, Scalar::u8),
                    .classes = {{0, "background", {}}, {1, "left <b>", {}}, {5, "right", {}}}};
  const Index3 size = mask.labels.grid.size;
  for (std::int64_t z = 0; z < size[2]; ++z) {
    for (std::int64_t y = 0; y < size[1]; ++y) {
      for (std::int64_t x = 0; x < size[0]; ++x) {
        const bool inside = std::hypot(x - 12, y - 10, 2 * (z - 8)) < 6;
        // World x points left and voxel x points right, so low voxel x is the patient's left.
        if (inside) mask.labels.values<std::uint8_t>()[(z * size[1] + y) * size[0] + x] = x < 12 ? 1 : 5;
      }
    }
  }
  return mask;
}

StripArtefact hostile_strip() {
  const std::string text(hostile);
  return {0,   100, {{text, text, 1}}, {std::vector<float>(200, 0.5f)}, {{0.5, 0.5, "<b>", text}, {1, 1.5, text, text}},
          text};
}

ChartArtefact hostile_chart() {
  const std::string text(hostile);
  ChartArtefact chart;
  chart.x_label = chart.y_label = chart.group = text;
  chart.series = {{text, {0, 1}, {1, 2}, text}, {text, {0, 1}, {2, 1}, "quiet"}};
  return chart;
}

Finding full_finding() {
  Finding finding;
  finding.case_id = std::string("case ") + std::string(hostile);
  Statement statement;
  statement.id = "volume.left";
  statement.text = "Volume of the left part";
  statement.value = 1.234;
  statement.unit = "mL";
  statement.interval = Interval{1.1, 1.4, 0.9, "split conformal"};
  statement.probability = 0.8;
  statement.set = {std::string(hostile)};
  finding.statements = {statement};
  finding.artefacts = {{"mask", "the mask", ball_mask()},
                       {"table", "a table", TableArtefact{{"a", "b"}, {{"x,y", "say \"no\"\nagain"}}}},
                       {"marks", "beats", Annotations{0, {{1.5, 2, "N", std::string(hostile), 0.5}}}},
                       {"drawing", "slices", DrawingArtefact{"image", "mask"}},
                       {"strip", std::string(hostile), hostile_strip()},
                       {"chart", std::string(hostile), hostile_chart()}};
  finding.evidence = {{"volume.left", std::string(hostile), ""}};
  finding.warnings = {{"quality", std::string(hostile)}};
  finding.provenance.bundle = "ball";
  finding.provenance.status = "demonstration";
  finding.provenance.applies_to = std::string(hostile);
  finding.provenance.input_hashes = {{"image", std::string(64, 'a')}};
  return finding;
}

Case ball_case() {
  Case source;
  source.inputs["image"] = ball_image();
  return source;
}

TEST(Png, DecodesToItsPixels) {
  const TemporaryFolder folder;
  for (const int channels : {1, 3}) {
    std::vector<std::uint8_t> pixels;
    for (int i = 0; i < 7 * 5 * channels; ++i) pixels.push_back(static_cast<std::uint8_t>(i * 37));
    const fs::path file = folder.path() / "a.png";
    write_file(file, encode_png(7, 5, channels, pixels));
    const Volume back = read_volume(file);
    EXPECT_EQ(back.grid.size, (Index3{7, 5, 1}));
    EXPECT_EQ(back.components, channels);
    ASSERT_EQ(back.type, Scalar::u8);
    EXPECT_TRUE(std::equal(pixels.begin(), pixels.end(), back.values<std::uint8_t>().begin()));
  }
  EXPECT_THROW(encode_png(2, 2, 1, std::vector<std::uint8_t>(3)), Error);
}

TEST(Scene, PutsThePatientsLeftOnTheRight) {
  const MaskArtefact mask = ball_mask();
  const Scene scene = scene_of(ball_image(), &mask, {.margin_mm = 100});
  EXPECT_EQ(scene.size, (Index3{24, 20, 16}));
  ASSERT_EQ(scene.classes.size(), 2u);
  const auto row = [&](std::int64_t x) { return scene.labels[scene.at(x, scene.start[1], scene.start[2])]; };
  EXPECT_EQ(row(scene.size[0] / 2 + 3), 1) << "x of the scene points to the patient's left";
  EXPECT_EQ(row(scene.size[0] / 2 - 4), 2);
}

TEST(Scene, KeepsToTheMaskAndTheLimit) {
  const MaskArtefact mask = ball_mask();
  const Scene cut = scene_of(ball_image(), &mask, {.margin_mm = 2});
  EXPECT_LT(cut.size[0], 24);
  EXPECT_THAT(cut.note, HasSubstr("cut to the mask"));
  const Scene thin = scene_of(ball_image(), nullptr, {.margin_mm = 0, .max_voxels = 1000});
  EXPECT_LE(thin.size[0] * thin.size[1] * thin.size[2], 1000);
  EXPECT_THAT(thin.note, HasSubstr("every"));
  EXPECT_NEAR(static_cast<double>(thin.size[0]) * thin.spacing_mm[0], 24, thin.spacing_mm[0]);
}

TEST(Scene, RefusesAMaskOfAnotherGrid) {
  MaskArtefact mask = ball_mask();
  mask.labels.grid.origin_mm[0] += 3;
  EXPECT_THAT(message_of([&] { scene_of(ball_image(), &mask); }), HasSubstr("their grids differ"));
}

TEST(ScaleBar, IsOneTwoOrFiveTimesAPowerOfTen) {
  EXPECT_DOUBLE_EQ(scale_bar_mm(35), 10);
  EXPECT_DOUBLE_EQ(scale_bar_mm(200), 50);
  EXPECT_DOUBLE_EQ(scale_bar_mm(0.7), 0.2);
}

TEST(Drawing, ShowsOutlinesInThreePlanes) {
  const MaskArtefact mask = ball_mask();
  const Scene scene = scene_of(ball_image(), &mask);
  const std::string svg = drawing_svg(scene);
  std::size_t pictures = 0, outlines = 0;
  for (std::size_t at = 0; (at = svg.find("<image", at)) != std::string::npos; ++at) ++pictures;
  for (std::size_t at = 0; (at = svg.find("<path", at)) != std::string::npos; ++at) ++outlines;
  EXPECT_EQ(pictures, 3u);
  EXPECT_GE(outlines, 5u) << "both classes in axial and coronal, one or both in sagittal";
  EXPECT_THAT(svg, HasSubstr("left &lt;b&gt;"));
}

TEST(Page, LetsNothingRunThatCameWithTheData) {
  const Volume image = ball_image();
  Report report{.title = std::string(hostile), .introduction = std::string(hostile), .cases = {}, .sections = {}};
  report.cases.push_back({full_finding(), &image, std::string(hostile), {{"f", std::string(hostile)}}});
  report.sections.push_back({std::string(hostile), {std::string(hostile)}, {{"c"}, {{std::string(hostile)}}}});
  const std::string html = html_report(report);
  EXPECT_THAT(html, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(html, Not(HasSubstr("'x'")));
  std::size_t scripts = 0;
  for (std::size_t at = 0; (at = html.find("</script>", at)) != std::string::npos; ++at) ++scripts;
  EXPECT_EQ(scripts, 2u) << "the page's own, and the data of one viewer";
}

TEST(Page, FetchesNothing) {
  const Volume image = ball_image();
  const std::string html =
      html_report({.title = "t", .introduction = {}, .cases = {{full_finding(), &image, {}, {}}}, .sections = {}});
  std::string rest = html;  // the namespace of SVG is only a name, never fetched
  for (const std::string name = "http://www.w3.org/2000/svg"; rest.find(name) != std::string::npos;) {
    rest.erase(rest.find(name), name.size());
  }
  for (const char* fetch :
       {"http:", "https:", "//cdn", "@import", "url(", "<link rel=\"stylesheet", " src=", "fetch("}) {
    EXPECT_THAT(rest, Not(HasSubstr(fetch)));
  }
  EXPECT_THAT(html, HasSubstr("default-src 'none'"));
  EXPECT_THAT(html, HasSubstr("1.23<span class=\"unit\">mL"));
  EXPECT_THAT(html, HasSubstr("90&nbsp;% interval 1.10 to 1.40&nbsp;mL"));
}

TEST(Page, OnlyWhatIsCertainIsAHundredPerCent) {
  EXPECT_EQ(percent_text(0.996), ">99");
  EXPECT_EQ(percent_text(0.994), "99");
  EXPECT_EQ(percent_text(1), "100");
  EXPECT_EQ(percent_text(0.004), "<1");
  EXPECT_EQ(percent_text(0), "0");
  Finding finding;
  finding.statements.emplace_back().probability = 0.996;
  const std::string html =
      html_report({.title = "t", .introduction = {}, .cases = {{finding, nullptr, {}, {}}}, .sections = {}});
  EXPECT_THAT(html, HasSubstr("&gt;99<span class=\"unit\">%"));
}

TEST(Page, AHintToMoveStandsOnlyWhereThereAreSeveralSlices) {
  const auto page = [](const Volume& image) {
    return html_report({.title = "t", .introduction = {}, .cases = {{{}, &image, {}, {}}}, .sections = {}});
  };
  EXPECT_THAT(page(ball_image()), HasSubstr("<p class=\"hint\""));
  Grid flat;
  flat.size = {24, 20, 1};
  EXPECT_THAT(page(Volume(flat, Scalar::f32)), Not(HasSubstr("<p class=\"hint\"")));
}

TEST(Page, CountsHaveNoDecimals) {
  Finding finding;
  for (const double value : {8.0, 2.5}) {
    Statement statement;
    statement.value = value;
    statement.unit = "1";
    finding.statements.push_back(statement);
  }
  const std::string html =
      html_report({.title = "t", .introduction = {}, .cases = {{finding, nullptr, {}, {}}}, .sections = {}});
  EXPECT_THAT(html, HasSubstr("<p class=\"value\">8<"));
  EXPECT_THAT(html, HasSubstr("<p class=\"value\">2.50<"));
}

TEST(Page, PolicyNamesTheScriptsThatMayRun) {
  const std::string page = html_page("t", "<p>x</p>", "let a = 1;");
  // echo -n 'let a = 1;' | openssl dgst -sha256 -binary | base64
  EXPECT_THAT(page, HasSubstr("'sha256-xY6QKfH9PRsQnLz56nj6MBwiK5oHg+im1Jkpdp1x/Ck='"));
}

TEST(Numbers, AreShownWithAboutThreeFigures) {
  EXPECT_EQ(format_number(1250.4), "1250");
  EXPECT_EQ(format_number(12.345), "12.3");
  EXPECT_EQ(format_number(3.4159), "3.42");
  EXPECT_EQ(format_number(0.00314), "0.0031");
  EXPECT_EQ(format_number(0), "0.00");
  EXPECT_EQ(format_number(NAN), "not known");
}

/// Checks a value's keys against the parts of JSON Schema that docs/finding.schema.json uses for them.
void check_keys(const Json& value, const Json& rule, const Json& root, const std::string& where) {
  if (rule.contains("$ref")) {
    return check_keys(value, root.at(Json::json_pointer(rule["$ref"].get<std::string>().substr(1))), root, where);
  }
  if (value.is_object()) {
    for (const Json& key : rule.value("required", Json::array())) EXPECT_TRUE(value.contains(key)) << where << key;
    const Json properties = rule.value("properties", Json::object());
    for (const auto& [key, inner] : value.items()) {
      if (rule.value("additionalProperties", Json(true)) == Json(false)) {
        EXPECT_TRUE(properties.contains(key)) << where << "/" << key;
      }
      if (properties.contains(key)) check_keys(inner, properties[key], root, where + "/" + key);
    }
  }
  if (value.is_array() && rule.contains("items")) {
    for (const Json& one : value) check_keys(one, rule["items"], root, where + "[]");
  }
}

TEST(WriteFinding, WritesEveryArtefactAndThePage) {
  const TemporaryFolder folder;
  const fs::path out = folder.path() / "out";
  const Case source = ball_case();
  write_finding(full_finding(), &source, out);
  std::set<std::string> files;
  for (const auto& entry : fs::directory_iterator(out)) files.insert(entry.path().filename().string());
  EXPECT_EQ(files,
            (std::set<std::string>{"finding.json", "mask.nii.gz", "table.csv", "marks.csv", "drawing.svg",
                                   "drawing.png", "strip.svg", "strip.csv", "chart.svg", "chart.csv", "report.html"}));
  for (const char* picture : {"strip.svg", "chart.svg", "drawing.svg"}) {
    EXPECT_THAT(read_text(out / picture), Not(HasSubstr("<script"))) << picture;
  }
  const Volume mask = read_volume(out / "mask.nii.gz");
  EXPECT_TRUE(mask.grid.matches(ball_image().grid));
  EXPECT_EQ(mask.as_f32(), ball_mask().labels.as_f32());
  EXPECT_EQ(read_csv(out / "table.csv").rows.at(0).fields.at(1), "say \"no\"\nagain");
  EXPECT_EQ(read_csv(out / "marks.csv").rows.at(0).fields.at(3), hostile);
  EXPECT_GT(read_volume(out / "drawing.png").grid.size[0], 1000);
  EXPECT_THAT(read_text(out / "report.html"), HasSubstr("class=\"scene\""));
}

TEST(WriteFinding, IsValidByTheSchemasKeys) {
  const TemporaryFolder folder;
  const Case source = ball_case();
  write_finding(full_finding(), &source, folder.path());
  const Json schema = read_json(fs::path(GALEN_SOURCE_DIR) / "docs" / "finding.schema.json");
  check_keys(read_json(folder.path() / "finding.json"), schema, schema, "");
}

TEST(WriteFinding, WorksWithoutTheSource) {
  const TemporaryFolder folder;
  write_finding(full_finding(), nullptr, folder.path());
  EXPECT_FALSE(fs::exists(folder.path() / "drawing.svg"));
  EXPECT_THAT(read_text(folder.path() / "report.html"), Not(HasSubstr("class=\"scene\"")));
}

TEST(WriteFinding, RefusesNamesThatLeadElsewhere) {
  const TemporaryFolder folder;
  for (const char* name : {"../mask", "a/b", "", ".hidden", "a b"}) {
    Finding finding;
    finding.artefacts = {{name, "", TableArtefact{}}};
    EXPECT_THAT(message_of([&] { write_finding(finding, nullptr, folder.path()); }), HasSubstr("names a file")) << name;
  }
}

}  // namespace
}  // namespace galen

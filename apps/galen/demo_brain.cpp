#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "apps/galen/demo.h"
#include "galen/io/volume/volume_io.h"
#include "galen/pipeline/load.h"
#include "galen/pipeline/predict.h"
#include "galen/report/html.h"
#include "galen/report/report.h"

namespace galen::app {
namespace {

// Numbers of the regions in the atlas (Tzourio-Mazoyer et al., NeuroImage 15, 2002).
struct Side {
  const char* name;
  double region;
};
constexpr std::array sides = {Side{"left", 37}, Side{"right", 38}};
constexpr Index3 margin = {5, 6, 2};  // voxels of 1 mm around the region, as in the training crops

struct VoxelRegion {
  Index3 begin{}, size{};
  std::vector<std::uint8_t> mask;  // of the whole atlas
};

VoxelRegion region_of(const Volume& atlas, double number) {
  const std::vector<double> values = atlas.as_f64();
  const Index3& n = atlas.grid.size;
  VoxelRegion out;
  out.mask.resize(values.size());
  Index3 low = n, high{-1, -1, -1};
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] != number) continue;
    out.mask[i] = 1;
    const auto at = static_cast<std::int64_t>(i);
    const Index3 p = {at % n[0], at / n[0] % n[1], at / (n[0] * n[1])};
    for (std::size_t a = 0; a < 3; ++a) low[a] = std::min(low[a], p[a]), high[a] = std::max(high[a], p[a]);
  }
  if (high[0] < 0) throw Error("atlas", fmt::format("has no region {}", number));
  for (std::size_t a = 0; a < 3; ++a) {
    out.begin[a] = std::max<std::int64_t>(0, low[a] - margin[a]);
    out.size[a] = std::min(n[a] - 1, high[a] + margin[a]) - out.begin[a] + 1;
  }
  return out;
}

const Volume& mask_of(const Finding& finding) {
  return std::get<MaskArtefact>(finding.artefacts.front().content).labels;
}

double dice_with(const Volume& mask, const std::vector<std::uint8_t>& region) {
  const auto values = mask.values<std::uint8_t>();
  double both = 0, sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    both += values[i] != 0 && region[i] != 0;
    sum += (values[i] != 0) + (region[i] != 0);
  }
  return sum > 0 ? 2 * both / sum : 0;
}

// The finding of one side with masks cropped to its region, so that the page shows what matters.
Finding cut_to(Finding finding, const VoxelRegion& region) {
  for (Artefact& artefact : finding.artefacts) {
    if (auto* mask = std::get_if<MaskArtefact>(&artefact.content)) {
      mask->labels = cropped(mask->labels, region.begin, region.size);
    }
  }
  return finding;
}

struct Answer {  // of one side
  Finding finding;
  Volume image;  // cropped to the region
  double dice = 0;
};

// Segments one side and writes its finding into the folder.
Answer answer_of(Context& context, const std::shared_ptr<const Bundle>& bundle, const fs::path& brain, const Side& side,
                 const VoxelRegion& region, const fs::path& folder) {
  PredictOptions options;
  options.threads = context.threads;
  options.settings["laterality"] = side.name;
  const Index3& b = region.begin;
  const Index3& s = region.size;
  options.settings["roi"] =
      fmt::format("{},{},{},{},{},{}", b[0], b[1], b[2], b[0] + s[0] - 1, b[1] + s[1] - 1, b[2] + s[2] - 1);
  const Service service = open_service(context.registry(), bundle, context.engine(), options);
  const Case input = read_case(service.task->info().inputs, {{"image", brain}}, side.name);
  Finding finding = service.answer(input, context.progress());
  write_finding(finding, &input, folder, {".nii.gz", "", false});
  const double dice = dice_with(mask_of(finding), region.mask);
  return {std::move(finding), cropped(input.volume("image"), region.begin, region.size), dice};
}

// Prints one side's statements and adds them to the table.
void tell(Context& context, const Side& side, const Answer& answer, TableArtefact& table) {
  for (const Statement& statement : answer.finding.statements) {
    const std::string name = statement.id.substr(statement.id.find('.') + 1);
    context.print(fmt::format("{:<6} {}", side.name, statement.text));
    table.rows.push_back(
        {side.name, name, fmt::format("{:.2f}", statement.value.value_or(0)),
         statement.interval ? fmt::format("{:.2f} to {:.2f}", statement.interval->low, statement.interval->high) : "",
         name == "total" ? fmt::format("{:.2f}", answer.dice) : ""});
  }
  context.print(fmt::format("{:<6} overlap with the atlas: Dice {:.2f}", side.name, answer.dice));
}

}  // namespace

Json demo_brain(Context& context, const DemoArguments& arguments, const fs::path& folder) {
  const fs::path brain = fs::path(arguments.templates) / "ch2.nii.gz",
                 atlas_path = fs::path(arguments.templates) / "aal.nii.gz";
  if (!fs::exists(brain) || !fs::exists(atlas_path)) {
    throw Error(arguments.templates, "lacks ch2.nii.gz or aal.nii.gz", {},
                "apt-get install mricron-data, or --templates FOLDER");
  }
  const auto bundle = find_bundle(arguments.brain_bundle);
  const Volume atlas = read_volume(atlas_path);
  if (!inspect_volume(brain).grid.matches(atlas.grid)) {
    throw Error(arguments.templates, "has ch2.nii.gz and aal.nii.gz on different grids", {},
                "take both from one version of mricron-data");
  }
  Report report;
  report.title = "Both hippocampi of one brain";
  report.introduction = fmt::format(
      "A healthy adult (the Colin27 average of 27 T1-weighted scans of one person, ch2 of MRIcron), segmented by the "
      "bundle {} on this machine.",
      bundle->id);
  ReportSection table{"Volumes, and the overlap with the atlas",
                      {},
                      {{"side", "structure", "volume (ml)", "90 % interval (ml)", "Dice with AAL"}, {}}};
  std::vector<Volume> images;
  images.reserve(sides.size());
  Json document = Json::array();
  for (const Side& side : sides) {
    check_stop();
    const VoxelRegion region = region_of(atlas, side.region);
    Answer answer = answer_of(context, bundle, brain, side, region, folder / side.name);
    tell(context, side, answer, table.table);
    document.push_back({{"side", side.name}, {"dice_with_atlas", answer.dice}, {"finding", to_json(answer.finding)}});
    images.push_back(std::move(answer.image));
    report.cases.push_back(
        {cut_to(std::move(answer.finding), region),
         &images.back(),
         fmt::format("{} hippocampus", side.name),
         {{"mask", fmt::format("{}/mask.nii.gz", side.name)}, {"finding", fmt::format("{}/finding.json", side.name)}}});
  }
  table.paragraphs = {
      "The overlap is partly circular: the region of the atlas (AAL) also told where to cut. The atlas draws the "
      "hippocampus by another protocol than the training data, so even a perfect answer would not reach 1."};
  report.sections.push_back(table);
  write_file(folder / "report.html", html_report(report));
  return document;
}

}  // namespace galen::app

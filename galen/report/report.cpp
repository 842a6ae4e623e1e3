#include "galen/report/report.h"

#include <fmt/format.h>

#include <algorithm>

#include "galen/io/dataset/csv.h"
#include "galen/io/volume/volume_io.h"
#include "galen/io/wave/wave_io.h"
#include "galen/report/chart.h"
#include "galen/report/drawing.h"
#include "galen/report/fhir_observation.h"
#include "galen/report/html.h"
#include "galen/report/strip.h"

namespace galen {
namespace {

void check_name(const std::string& name) {
  const auto allowed = [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_' || c == '.'; };
  if (name.empty() || name.front() == '.' || !std::all_of(name.begin(), name.end(), allowed)) {
    throw Error("finding", fmt::format("has the artefact '{}'", name), "it names a file",
                "use letters, digits, '-', '_' and '.'");
  }
}

/// The image of a drawing, or nullptr if the case has none of this role.
const Volume* image_of(const Case* source, const std::string& role) {
  if (!source) return nullptr;
  const auto found = source->inputs.find(role);
  return found == source->inputs.end() ? nullptr : std::get_if<Volume>(&found->second);
}

const MaskArtefact* mask_named(const Finding& finding, const std::string& name) {
  for (const Artefact& artefact : finding.artefacts) {
    if (artefact.name == name) return std::get_if<MaskArtefact>(&artefact.content);
  }
  return nullptr;
}

/// Writes artefacts; returns the names of each one's files.
class ArtefactWriter {
 public:
  ArtefactWriter(const Finding& finding, const Case* source, fs::path folder, const ReportOptions& options)
      : finding_(finding), source_(source), folder_(std::move(folder)), options_(options) {}

  std::vector<std::string> write(const Artefact& artefact) {
    check_name(artefact.name);
    return std::visit([&](const auto& content) { return write(artefact, content); }, artefact.content);
  }

  /// Warnings about files that a format could not represent.
  const std::vector<Warning>& left_out() const { return left_out_; }

 private:
  std::vector<std::string> write(const Artefact& artefact, const MaskArtefact& mask) const {
    write_volume(mask.labels, folder_ / (artefact.name + options_.volume_ending));
    return {artefact.name + options_.volume_ending};
  }
  std::vector<std::string> write(const Artefact& artefact, const HeatMapArtefact& map) const {
    write_volume(map.values, folder_ / (artefact.name + options_.volume_ending));
    return {artefact.name + options_.volume_ending};
  }
  std::vector<std::string> write(const Artefact& artefact, const TableArtefact& table) const {
    std::string text = csv_line(table.columns);
    for (const auto& row : table.rows) text += csv_line(row);
    write_file(folder_ / (artefact.name + ".csv"), text);
    return {artefact.name + ".csv"};
  }
  std::vector<std::string> write(const Artefact& artefact, const Annotations& annotations) {
    std::string text = csv_line({"at_seconds", "until_seconds", "code", "text", "probability"});
    for (const auto& mark : annotations.marks) {
      text += csv_line({fmt::format("{}", mark.at_seconds), fmt::format("{}", mark.until_seconds), mark.code, mark.text,
                        mark.probability ? fmt::format("{}", *mark.probability) : ""});
    }
    write_file(folder_ / (artefact.name + ".csv"), text);
    if (!(annotations.rate_hz > 0)) return {artefact.name + ".csv"};  // WFDB annotations need a sampling rate
    try {
      write_annotations(annotations, folder_ / (artefact.name + ".atr"));
    } catch (const Error& error) {
      const std::string why = error.why().empty() ? "" : fmt::format(" ({})", error.why());
      left_out_.push_back({"output", fmt::format("{}.atr is not written: it {}{}. All is in {}.csv", artefact.name,
                                                 error.problem(), why, artefact.name)});
      return {artefact.name + ".csv"};
    }
    return {artefact.name + ".csv", artefact.name + ".atr"};
  }
  std::vector<std::string> write(const Artefact& artefact, const DrawingArtefact& drawing) const {
    const Volume* image = image_of(source_, drawing.image_role);
    if (!image) return {};
    const Scene scene = scene_of(*image, mask_named(finding_, drawing.mask_name));
    write_file(folder_ / (artefact.name + ".svg"), drawing_svg(scene));
    write_file(folder_ / (artefact.name + ".png"), drawing_png(scene));
    return {artefact.name + ".svg", artefact.name + ".png"};
  }
  std::vector<std::string> write(const Artefact& artefact, const StripArtefact& strip) const {
    write_file(folder_ / (artefact.name + ".svg"), strip_svg(strip, artefact.text));
    write_file(folder_ / (artefact.name + ".csv"), strip_csv(strip));
    return {artefact.name + ".svg", artefact.name + ".csv"};
  }
  std::vector<std::string> write(const Artefact& artefact, const ChartArtefact& chart) const {
    write_file(folder_ / (artefact.name + ".svg"),
               chart_svg(chart, artefact.text, {.alone = true, .extent = extent_of(finding_, chart)}));
    write_file(folder_ / (artefact.name + ".csv"), chart_csv(chart));
    return {artefact.name + ".svg", artefact.name + ".csv"};
  }

  const Finding& finding_;
  const Case* source_;
  fs::path folder_;
  const ReportOptions& options_;
  std::vector<Warning> left_out_;
};

/// The image that the page shows: a drawing's, or the first volume on the grid of the finding's mask.
const Volume* page_image(const Finding& finding, const Case* source) {
  if (!source) return nullptr;
  const MaskArtefact* mask = nullptr;
  for (const Artefact& artefact : finding.artefacts) {
    if (const auto* drawing = std::get_if<DrawingArtefact>(&artefact.content)) {
      if (const Volume* image = image_of(source, drawing->image_role)) return image;
    }
    if (!mask) mask = std::get_if<MaskArtefact>(&artefact.content);
  }
  for (const auto& [role, input] : source->inputs) {
    const Volume* image = std::get_if<Volume>(&input);
    if (image && role != "mask" && (!mask || mask->labels.grid.matches(image->grid))) return image;
  }
  return nullptr;
}

}  // namespace

void write_finding(const Finding& finding, const Case* source, const fs::path& folder, const ReportOptions& options) {
  std::error_code code;
  fs::create_directories(folder, code);
  if (code) throw Error(folder.string(), "cannot be created", code.message());
  ReportCase one{.finding = finding, .image = page_image(finding, source), .heading = {}, .files = {}};
  one.files.emplace_back("finding.json", "finding.json");
  ArtefactWriter writer(finding, source, folder, options);
  for (const Artefact& artefact : finding.artefacts) {
    for (const std::string& file : writer.write(artefact)) one.files.emplace_back(file, file);
  }
  std::ranges::copy(writer.left_out(), std::back_inserter(one.finding.warnings));
  write_json(folder / "finding.json", to_json(one.finding));
  if (const auto observations = fhir_observations(finding)) {
    write_json(folder / "observations.json", *observations);
    one.files.emplace_back("observations.json", "observations.json");
  }
  if (!options.page) return;
  const std::string title =
      options.title.empty() ? fmt::format("{}: {}", finding.provenance.bundle, finding.case_id) : options.title;
  write_file(folder / "report.html",
             html_report({.title = title, .introduction = {}, .cases = {std::move(one)}, .sections = {}}));
}

}  // namespace galen

#include "galen/train/training_page.h"

#include <fmt/format.h>

#include <map>

#include "galen/base/threads.h"
#include "galen/report/chart.h"
#include "galen/report/page.h"

namespace galen {
namespace {

using Series = ChartArtefact::Series;

void add_point(Series& series, const Json& line, const Json& value) {
  series.x.push_back(line["epoch"].get<double>());
  series.y.push_back(value.get<double>());
}

// One series for each key with a number in the given object of the log lines.
std::vector<Series> series_of_each(const std::vector<Json>& lines, const char* object) {
  std::map<std::string, Series> by_key;
  for (const Json& line : lines) {
    if (!line.contains(object)) continue;
    for (const auto& [key, value] : line[object].items()) {
      if (!value.is_number() || key == "seconds") continue;
      add_point(by_key.try_emplace(key, Series{key, {}, {}}).first->second, line, value);
    }
  }
  std::vector<Series> out;
  out.reserve(by_key.size());
  for (auto& [key, series] : by_key) out.push_back(std::move(series));
  return out;
}

std::vector<Series> series_of(const std::vector<Json>& lines, const char* key) {
  Series series{key, {}, {}};
  for (const Json& line : lines) {
    if (line.contains(key) && line[key].is_number()) add_point(series, line, line[key]);
  }
  if (series.y.empty()) return {};
  return {series};
}

// Each series is labelled with its last value: in the legend, or at the axis if there is only one.
std::string figure(const std::string& title, std::vector<Series> all) {
  if (all.empty()) return {};
  for (Series& series : all) series.name += fmt::format(" {:.4g}", series.y.back());
  ChartArtefact chart;
  chart.x_label = "epoch";
  chart.y_label = all.size() == 1 ? all.front().name : "value";
  chart.series = std::move(all);
  return fmt::format("<figure class=\"chart-figure\"><figcaption><b>{}</b></figcaption>{}</figure>\n",
                     escape_html(title), chart_svg(chart, title, {.alone = false}));
}

std::string summary(const std::vector<Json>& lines) {
  if (lines.empty()) return {};
  double seconds = 0;
  std::int64_t skipped = 0;
  for (const Json& line : lines) {
    seconds += line["seconds"].get<double>();
    if (line.contains("validate")) seconds += line["validate"]["seconds"].get<double>();
    skipped += line["skipped"].get<std::int64_t>();
  }
  const Json& last = lines.back();
  return fmt::format(
      "<p>{} epochs, {} updates, {:.2f} hours; {:.1f} samples/s; peak memory {}; {} batches "
      "skipped</p>\n",
      last["epoch"].get<int>(), last["updates"].get<std::int64_t>(), seconds / 3600,
      last["samples_per_second"].get<double>(), memory_text(last["peak_memory_bytes"].get<std::uint64_t>()), skipped);
}

}  // namespace

void write_training_page(const fs::path& path, const std::string& title, const std::vector<Json>& lines) {
  std::string charts = figure("Loss, mean of the epoch", series_of_each(lines, "losses"));
  charts += figure("Validation", series_of_each(lines, "validate"));
  charts += figure("Learning rate", series_of(lines, "learning_rate"));
  charts += figure("Gradient norm before clipping", series_of(lines, "gradient_norm"));
  write_file(path, html_page(title, fmt::format("<h1>{}</h1>\n{}<div class=\"charts\">\n{}</div>\n", escape_html(title),
                                                summary(lines), charts)));
}

}  // namespace galen

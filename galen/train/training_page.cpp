#include "galen/train/training_page.h"

#include <fmt/format.h>

#include <map>

#include "galen/base/threads.h"
#include "galen/report/page.h"
#include "galen/train/curves.h"

namespace galen {
namespace {

// Beside the colours of report.css: those of the curves.
constexpr const char* style = R"(<style>
.curves { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 1.5rem; }
.curves figure { margin: 0; } .curves figcaption { font-weight: 600; } .curves svg { width: 100%; height: auto; }
.legend { font-size: .85rem; color: var(--quiet); min-height: 1.5em; } .legend span { margin-right: .9em; }
.legend b { color: var(--ink); font-variant-numeric: tabular-nums; }
.legend i { display: inline-block; width: .8em; height: .2em; margin-right: .3em; vertical-align: middle;
  background: var(--stroke); }
.curves text { font-size: 11px; fill: var(--quiet); } .curves .grid { stroke: var(--line); }
.curves polyline { fill: none; stroke: var(--stroke); stroke-width: 1.8; stroke-linejoin: round; }
.curves circle { fill: var(--stroke); }
.c0 { --stroke: #2f7ed8; } .c1 { --stroke: #d9822b; } .c2 { --stroke: #3a9d6e; } .c3 { --stroke: #b05bb5; }
.c4 { --stroke: #c94f4f; } .c5 { --stroke: #5b6fc9; } .c6 { --stroke: #8a8f3c; } .c7 { --stroke: #3aa3b5; }
</style>
)";

// Curves of the numbers in one object of every line, by key.
std::vector<Curve> curves_of(const std::vector<Json>& lines, const char* object) {
  std::map<std::string, Curve> curves;
  for (const Json& line : lines) {
    if (!line.contains(object)) continue;
    for (const auto& [key, value] : line[object].items()) {
      if (!value.is_number() || key == "seconds") continue;
      curves[key].name = key;
      curves[key].points.emplace_back(line["epoch"].get<double>(), value.get<double>());
    }
  }
  std::vector<Curve> out;
  out.reserve(curves.size());
  for (auto& [key, curve] : curves) out.push_back(std::move(curve));
  return out;
}

std::vector<Curve> curve_of(const std::vector<Json>& lines, const char* key) {
  Curve curve{key, {}};
  for (const Json& line : lines) {
    if (line.contains(key) && line[key].is_number()) {
      curve.points.emplace_back(line["epoch"].get<double>(), line[key].get<double>());
    }
  }
  return {curve};
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
  std::string body = fmt::format("{}<h1>{}</h1>\n{}<div class=curves>\n", style, escape_html(title), summary(lines));
  body += draw_curves("Loss, mean of the epoch", "epoch", curves_of(lines, "losses"));
  body += draw_curves("Validation", "epoch", curves_of(lines, "validate"));
  body += draw_curves("Learning rate", "epoch", curve_of(lines, "learning_rate"));
  body += draw_curves("Gradient norm before clipping", "epoch", curve_of(lines, "gradient_norm"));
  write_file(path, html_page(title, body + "</div>\n"));
}

}  // namespace galen

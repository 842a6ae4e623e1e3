#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "galen/report/strip.h"
#include "galen/report/strip_layout.h"
#include "galen/report/svg.h"

namespace galen {
namespace {

constexpr double hundredths = 100;  // trace coordinates are in hundredths of a millimetre
constexpr double time_lane_mm = 5, text_lane_mm = 4, letter_lane_mm = 5.5, row_gap_mm = 3;
constexpr int most_text_lanes = 3;

/// A text above the beats, and its position.
struct Label {
  double x = 0;
  std::string text;
  int lane = 0;
};

bool is_stretch(const Mark& mark) {
  return mark.until_seconds > mark.at_seconds;
}

/// Codes of up to three letters are written above their beat; longer ones are treated as text.
bool has_letter(const Mark& mark) {
  return !is_stretch(mark) && !mark.code.empty() && mark.code.size() <= 3 && mark.code != "+";
}

std::string words_of(const Mark& mark) {
  return !mark.text.empty() || has_letter(mark) ? mark.text : mark.code;
}

/// The CSS class for the AAMI class (ANSI/AAMI EC57) of a WFDB code; colour only repeats what the letter says.
std::string_view class_of(const std::string& code) {
  if (code == "V" || code == "E" || code == "r") return "beat-v";
  if (code == "S" || code == "A" || code == "a" || code == "J") return "beat-s";
  return "beat";
}

std::string_view ink_of(std::string_view beat_class) {
  if (beat_class == "beat-v") return "fill=\"#b3400a\" font-weight=\"700\"";
  if (beat_class == "beat-s") return "fill=\"#0059a6\" font-weight=\"700\"";
  return "fill=\"#333\"";
}

std::string text_svg(double x, double y, double size, std::string_view attributes, std::string_view text,
                     std::size_t most = 60) {
  return fmt::format("<text x=\"{}\" y=\"{}\" font-size=\"{}\" {}>{}</text>", svg_number(x), svg_number(y),
                     svg_number(size), attributes, svg_text(text, most));
}

/// Squares of 1 and 5 mm, each set of lines drawn as the dashes of one broad line.
std::string paper_svg(double y, double height) {
  std::string out = fmt::format("<rect class=\"paper\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"#fff8f7\"/>",
                                svg_number(y), strip_width_mm, svg_number(height));
  for (const auto& [name, colour, line, step] :
       {std::tuple{"fine", "#f7d3cf", 0.1, 1.0}, std::tuple{"bold", "#e9a19a", 0.2, 5.0}}) {
    const auto lines = [&](const std::string& path, double width) {
      return fmt::format(
          "<path class=\"{0}\" d=\"{1}\" fill=\"none\" stroke=\"{2}\" stroke-width=\"{3}\" stroke-dasharray=\"{4} "
          "{5:g}\" stroke-dashoffset=\"{6:g}\"/>",
          name, path, colour, svg_number(width), line, step - line, line / 2);
    };
    out += lines(fmt::format("M0 {}h{}", svg_number(y + height / 2), strip_width_mm), height);
    out += lines(fmt::format("M{} {}v{}", strip_width_mm / 2, svg_number(y), svg_number(height)), strip_width_mm);
  }
  return out;
}

/// One row of 10 s of the strip, starting at first_second_.
class Row {
 public:
  Row(const StripArtefact& strip, const std::vector<StripBand>& bands, int index)
      : strip_(strip), bands_(bands), first_second_(index * row_seconds) {
    for (const Mark& mark : strip.marks) place(mark, index == 0);
  }

  double lanes_mm() const { return time_lane_mm + text_lane_mm * text_lanes_ + letter_lane_mm; }
  double paper_mm() const {
    double height = 0;
    for (const StripBand& band : bands_) height += band.height_mm;
    return height;
  }
  double height_mm() const { return lanes_mm() + paper_mm(); }

  std::string svg(double y) const {
    const double paper = y + lanes_mm();
    std::string out = paper_svg(paper, paper_mm());
    out += stretches_svg(paper);
    out += text_svg(0, y + 3.6, 3.4, "class=\"time\" fill=\"#333\" font-weight=\"600\"",
                    strip_time(strip_, strip_.begin_seconds + first_second_));
    for (const Label& label : labels_) {
      out += text_svg(label.x, y + time_lane_mm + text_lane_mm * (label.lane + 1) - 1, 3,
                      "class=\"words\" fill=\"#333\"", label.text, 40);
    }
    out += letters_svg(paper);
    double top = paper;
    for (std::size_t c = 0; c < bands_.size(); ++c) {
      out += channel_svg(c, top);
      top += bands_[c].height_mm;
    }
    return out;
  }

 private:
  /// Millimetres from the left edge.
  double x_of(double seconds) const {
    return strip_left_mm + (seconds - strip_.begin_seconds - first_second_) * mm_per_second;
  }
  double end_x() const {
    const double seconds = static_cast<double>(strip_length(strip_)) / strip_.rate_hz - first_second_;
    return strip_left_mm + std::clamp(seconds, 0.0, row_seconds) * mm_per_second;
  }

  void place(const Mark& mark, bool first_row) {
    const double from = x_of(mark.at_seconds), to = x_of(mark.until_seconds);
    if (!std::isfinite(from) || !std::isfinite(to)) return;
    const bool begins_here = from >= strip_left_mm && from < end_x();
    const bool reaches_in = is_stretch(mark) && from < end_x() && to > strip_left_mm;
    if (begins_here || reaches_in) marks_.push_back(&mark);
    const std::string words = words_of(mark);
    if (words.empty() || !(begins_here || (reaches_in && first_row))) return;
    Label label{std::max(from, strip_left_mm), words, 0};
    while (label.lane + 1 < most_text_lanes && lane_ends_[label.lane] > label.x) ++label.lane;
    constexpr double letter_mm = 1.75;  // approximate, for text of 3 mm
    lane_ends_[label.lane] =
        label.x + letter_mm * static_cast<double>(std::min<std::size_t>(code_points_of(words), 40) + 1);
    // a label that would leave the paper is moved to the left
    label.x = std::max(strip_left_mm, std::min(label.x, strip_width_mm - (lane_ends_[label.lane] - label.x)));
    text_lanes_ = std::max(text_lanes_, label.lane + 1);
    labels_.push_back(std::move(label));
  }

  std::string stretches_svg(double paper) const {
    std::string out;
    for (const Mark* mark : marks_) {
      if (!is_stretch(*mark)) continue;
      const double from = std::max(x_of(mark->at_seconds), strip_left_mm),
                   to = std::min(x_of(mark->until_seconds), end_x());
      const double top = paper - letter_lane_mm;
      out += fmt::format(
          "<g class=\"evidence\"><rect x=\"{0}\" y=\"{1}\" width=\"{2}\" height=\"{3}\" fill=\"#e0a100\" "
          "fill-opacity=\".22\"/><path d=\"M{0} {1}v{3}M{4} {1}v{3}M{0} {1}H{4}\" fill=\"none\" stroke=\"#7a5200\" "
          "stroke-width=\".35\"/></g>",
          svg_number(from), svg_number(top), svg_number(to - from), svg_number(letter_lane_mm + paper_mm()),
          svg_number(to));
    }
    return out;
  }

  std::string letters_svg(double paper) const {
    std::string out, ticks;
    for (const Mark* mark : marks_) {
      if (!has_letter(*mark)) continue;
      const double x = x_of(mark->at_seconds);
      const std::string_view beat_class = class_of(mark->code);
      out += text_svg(x, paper - 1.7, 3.6, fmt::format("class=\"{}\" {}", beat_class, ink_of(beat_class)), mark->code);
      ticks += fmt::format("M{} {}v2", svg_number(x), svg_number(paper - 1));
    }
    if (out.empty()) return out;
    return fmt::format(
        "<g text-anchor=\"middle\">{}</g><path class=\"tick\" d=\"{}\" stroke=\"#333\" "
        "stroke-width=\".25\"/>",
        out, ticks);
  }

  std::string channel_svg(std::size_t c, double top) const {
    const StripBand& band = bands_[c];
    const double pulse = top + std::ceil((band.height_mm + 10) / 10) * 5;  // on a bold line
    std::string out = fmt::format(
        "<path class=\"pulse\" d=\"M1 {}h2v-10h5v10h2\" fill=\"none\" stroke=\"#111\" "
        "stroke-width=\".35\"/>",
        svg_number(pulse));
    out += fmt::format(
        "<svg x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" viewBox=\"0 0 {} {}\" preserveAspectRatio=\"none\"><path "
        "class=\"trace\" d=\"{}\" fill=\"none\" stroke=\"#111\" stroke-width=\"28\" stroke-linejoin=\"round\" "
        "stroke-linecap=\"round\"/></svg>",
        strip_left_mm, svg_number(top), strip_width_mm - strip_left_mm, svg_number(band.height_mm),
        (strip_width_mm - strip_left_mm) * hundredths, svg_number(band.height_mm * hundredths), trace(c));
    std::string name = strip_.channels[c].name;
    if (!band.millivolts) name += fmt::format(" (10 mm = {})", band.ten_mm);
    if (band.cut) name += " (cut off at the edge)";
    if (band.empty) name += " (no signal)";
    return out +
           text_svg(strip_left_mm + 1, top + 4, 3.4,
                    "class=\"lead-name\" fill=\"#111\" font-weight=\"600\" stroke=\"#fff8f7\" stroke-width=\".9\" "
                    "stroke-linejoin=\"round\" paint-order=\"stroke\"",
                    name);
  }

  std::string trace(std::size_t c) const {
    constexpr double column = 0.1 * hundredths;
    const std::vector<float>& samples = strip_.samples[c];
    const auto sample_at = [&](double seconds) {
      return static_cast<std::size_t>(
          std::min(std::ceil(seconds * strip_.rate_hz), static_cast<double>(samples.size())));
    };
    std::vector<Point> points;
    // one sample more than the row, so that the trace reaches its edge
    const std::size_t end = std::min(samples.size(), sample_at(first_second_ + row_seconds) + 1);
    for (std::size_t i = sample_at(first_second_); i < end; ++i) {
      const double second = static_cast<double>(i) / strip_.rate_hz - first_second_;
      const double mm = bands_[c].top_mm - static_cast<double>(samples[i]) * bands_[c].mm_per_unit;
      points.push_back({second * mm_per_second * hundredths, mm * hundredths});
    }
    return polyline(points, column);
  }

  const StripArtefact& strip_;
  const std::vector<StripBand>& bands_;
  double first_second_;
  std::vector<const Mark*> marks_;
  std::vector<Label> labels_;
  double lane_ends_[most_text_lanes] = {};
  int text_lanes_ = 0;
};

/// A text description of the rows.
std::string description(const StripArtefact& strip, int first_row, int end_row) {
  const double begin = strip.begin_seconds + first_row * row_seconds;
  const double end =
      strip.begin_seconds + std::min(static_cast<double>(strip_length(strip)) / strip.rate_hz, end_row * row_seconds);
  const double seconds = end - begin;
  std::string text = fmt::format("{:.1f} s from {}.", seconds, strip_time(strip, begin));
  for (std::size_t c = 0; c < strip.channels.size(); ++c) {
    text += fmt::format("{} {}", c == 0 ? " Channels:" : ",", strip.channels[c].name);
  }
  std::map<std::string, int> beats;
  std::string stretches;
  for (const Mark& mark : strip.marks) {
    if (mark.at_seconds >= end || !(std::max(mark.at_seconds, mark.until_seconds) >= begin)) continue;
    if (has_letter(mark)) ++beats[mark.code];
    if (is_stretch(mark))
      stretches += fmt::format(" Shaded: {} from {} to {}.", words_of(mark), strip_time(strip, mark.at_seconds),
                               strip_time(strip, mark.until_seconds));
  }
  std::string marks;
  for (const auto& [code, count] : beats)
    marks += fmt::format("{} {} {}", marks.empty() ? " Marks:" : ",", count, code);
  return text + "." + marks + (marks.empty() ? "" : ".") + stretches;
}

}  // namespace

std::string strip_svg(const StripArtefact& strip, std::string_view title, const StripOptions& options) {
  check_strip(strip);
  std::vector<StripBand> bands;
  bands.reserve(strip.channels.size());
  for (std::size_t c = 0; c < strip.channels.size(); ++c) bands.push_back(band_of(strip.channels[c], strip.samples[c]));
  const int left = strip_rows(strip) - options.first_row;
  const int end = options.first_row + (options.max_rows > 0 ? std::min(left, options.max_rows) : left);
  const bool any_millivolts = std::ranges::any_of(bands, &StripBand::millivolts);
  std::string content = text_svg(strip_width_mm, 3.6, 3, "class=\"words\" fill=\"#333\" text-anchor=\"end\"",
                                 any_millivolts ? "25 mm/s · 10 mm/mV" : "25 mm/s");
  double y = 0;
  for (int i = options.first_row; i < end; ++i) {
    const Row row(strip, bands, i);
    content += row.svg(y);
    y += row.height_mm() + (i + 1 < end ? row_gap_mm : 0);
  }
  const std::string box = fmt::format("0 0 {} {}", strip_width_mm, svg_number(y));
  const std::string size = fmt::format(" width=\"{}mm\" height=\"{}mm\"", strip_width_mm, svg_number(y));
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"ecg\" role=\"img\" viewBox=\"{}\"{} "
      "font-family=\"sans-serif\">"
      "<title>{}</title><desc>{}</desc>{}{}</svg>\n",
      box, options.alone ? size : "", svg_text(title), svg_text(description(strip, options.first_row, end), 2000),
      options.alone ? "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>" : "", content);
}

}  // namespace galen

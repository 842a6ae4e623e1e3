#include "galen/prep/normalise.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace galen {
namespace {

constexpr std::array<std::pair<NormalisationScheme, std::string_view>, 5> scheme_names = {{
    {NormalisationScheme::none, "none"},
    {NormalisationScheme::z_score, "z_score"},
    {NormalisationScheme::z_score_foreground, "z_score_foreground"},
    {NormalisationScheme::ct, "ct"},
    {NormalisationScheme::rescale, "rescale"},
}};

struct Moments {
  double mean = 0, deviation = 0;
};

// Of the values that `counts` accepts; two passes, so that a large offset causes no cancellation.
template <class Counts>
Moments moments(std::span<const float> values, Counts&& counts) {
  double sum = 0, squares = 0, n = 0;
  for (const float v : values) {
    if (counts(v)) sum += static_cast<double>(v), ++n;
  }
  if (n == 0) return {};
  const double mean = sum / n;
  for (const float v : values) {
    if (counts(v)) squares += (static_cast<double>(v) - mean) * (static_cast<double>(v) - mean);
  }
  return {mean, std::sqrt(squares / n)};
}

// Whether an image is constant, apart from the rounding of its floats.
bool is_constant(const Moments& m) {
  return !(m.deviation > 1e-7 * std::abs(m.mean)) || m.deviation == 0;
}

void standardise(float& value, const Moments& m) {
  value = static_cast<float>((static_cast<double>(value) - m.mean) / m.deviation);
}

void z_score(std::span<float> values) {
  const Moments m = moments(values, [](float) { return true; });
  if (is_constant(m)) {
    std::fill(values.begin(), values.end(), 0.0f);
    return;
  }
  for (float& v : values) standardise(v, m);
}

void z_score_foreground(std::span<float> values) {
  const Moments m = moments(values, [](float v) { return v != 0; });
  const bool constant = is_constant(m);
  for (float& v : values) {
    if (v == 0) continue;
    if (constant) {
      v = 0;
    } else {
      standardise(v, m);
    }
  }
}

void rescale(std::span<float> values) {
  if (values.empty()) return;
  const auto [least, greatest] = std::minmax_element(values.begin(), values.end());
  const double low = *least, range = static_cast<double>(*greatest) - low;
  for (float& v : values) v = range > 0 ? static_cast<float>((static_cast<double>(v) - low) / range) : 0.0f;
}

// Interpolates linearly between order statistics, as numpy.percentile; sorts only as far as needed.
double percentile(std::vector<float>& values, double percent) {
  const double at = percent / 100 * static_cast<double>(values.size() - 1);
  const auto low = static_cast<std::ptrdiff_t>(at);
  std::nth_element(values.begin(), values.begin() + low, values.end());
  const double below = values[static_cast<std::size_t>(low)], t = at - static_cast<double>(low);
  if (t == 0) return below;
  const double above = *std::min_element(values.begin() + low + 1, values.end());
  return below + t * (above - below);
}

}  // namespace

Json to_json(const Normalisation& normalisation) {
  const auto name = std::find_if(scheme_names.begin(), scheme_names.end(),
                                 [&](const auto& n) { return n.first == normalisation.scheme; });
  Json json{{"scheme", name->second}};
  if (normalisation.scheme == NormalisationScheme::ct) {
    json["low"] = normalisation.low;
    json["high"] = normalisation.high;
    json["mean"] = normalisation.mean;
    json["deviation"] = normalisation.deviation;
  }
  return json;
}

Normalisation normalisation_from_json(const JsonView& json) {
  json.only({"scheme", "low", "high", "mean", "deviation"});
  const auto name = json.get<std::string>("scheme");
  const auto found =
      std::find_if(scheme_names.begin(), scheme_names.end(), [&](const auto& n) { return n.second == name; });
  if (found == scheme_names.end()) {
    throw Error(json.at("scheme").where(), fmt::format("is no normalisation: '{}'", name), {},
                "use none, z_score, z_score_foreground, ct or rescale");
  }
  Normalisation out{.scheme = found->first};
  if (out.scheme != NormalisationScheme::ct) return out;
  out.low = json.get<double>("low");
  out.high = json.get<double>("high");
  out.mean = json.get<double>("mean");
  out.deviation = json.get<double>("deviation");
  if (out.low > out.high) throw Error(json.where(), "has low above high", fmt::format("{} > {}", out.low, out.high));
  if (!(out.deviation > 0)) {
    throw Error(json.at("deviation").where(), "is not positive", fmt::format("{}", out.deviation));
  }
  return out;
}

NormalisationScheme choose_normalisation(std::string_view modality) {
  if (modality == "CT") return NormalisationScheme::ct;
  for (const std::string_view photograph : {"XC", "ES", "OP", "GM", "SM"}) {
    if (modality == photograph) return NormalisationScheme::rescale;
  }
  return NormalisationScheme::z_score;
}

Normalisation ct_normalisation(std::vector<float> foreground) {
  if (foreground.empty()) throw Error("intensities", "have no foreground voxels to take percentiles of");
  const Moments m = moments(foreground, [](float) { return true; });
  Normalisation out{.scheme = NormalisationScheme::ct, .mean = m.mean};
  out.low = percentile(foreground, 0.5);
  out.high = percentile(foreground, 99.5);
  out.deviation = is_constant(m) ? 1 : m.deviation;
  return out;
}

void normalise(std::span<float> values, const Normalisation& normalisation) {
  switch (normalisation.scheme) {
    case NormalisationScheme::none:
      return;
    case NormalisationScheme::z_score:
      return z_score(values);
    case NormalisationScheme::z_score_foreground:
      return z_score_foreground(values);
    case NormalisationScheme::rescale:
      return rescale(values);
    case NormalisationScheme::ct:
      for (float& v : values) {
        v = static_cast<float>(std::clamp(static_cast<double>(v), normalisation.low, normalisation.high));
        standardise(v, {normalisation.mean, normalisation.deviation});
      }
  }
}

void normalise(Image& image, std::span<const Normalisation> normalisations) {
  if (normalisations.size() != 1 && normalisations.size() != static_cast<std::size_t>(image.channels)) {
    throw defect("normalise", fmt::format("{} schemes for {} channels", normalisations.size(), image.channels));
  }
  for (int c = 0; c < image.channels; ++c) {
    normalise(image.channel(c), normalisations[normalisations.size() == 1 ? 0 : static_cast<std::size_t>(c)]);
  }
}

}  // namespace galen

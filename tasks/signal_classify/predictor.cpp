#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "galen/prep/resample_signal.h"
#include "galen/report/html.h"
#include "galen/trust/conformal.h"
#include "galen/trust/reference.h"
#include "tasks/signal_classify/classifier.h"
#include "tasks/signal_classify/conclude.h"
#include "tasks/signal_classify/task.h"

namespace galen::classify {
namespace {

constexpr double stretch_s = 3;             // occluded at a time, to see what it contributes
constexpr double least_contribution = 0.1;  // logits, of a stretch that is reported
constexpr double poor_quality = 0.5;
constexpr double longest_drawn_s = 60;

class StripPredictor final : public Predictor {
 public:
  explicit StripPredictor(const PredictorRequest& request)
      : bundle_(request.bundle),
        plan_(plan_from_recipe(recipe_of(*bundle_))),
        fits_(fits_of(*bundle_)),
        classifier_(plan_, bundle_->classes.size(), bundle_->graphs(trained_network), request.engine,
                    {.precision = request.options.precision, .threads = request.options.threads}) {
    typed([&] { JsonView(request.options.settings, "--set").only({}); });
    require_fit(plan_, bundle_->classes);
    if (bundle_->decision.contains("sets"))
      sets_ = conformal_sets_from_json({bundle_->decision["sets"], "decision: sets"});
    if (bundle_->reference.contains("profile"))
      profile_ = reference_from_json({bundle_->reference["profile"], "reference: profile"});
  }

  Finding predict(const Case& input, Progress&) const override {
    const Signal& signal = input.signal("signal");
    const Strip strip = read_strip(plan_, signal);
    Finding finding;
    finding.case_id = input.id;
    finding.provenance.precision = name_of(classifier_.precision());
    for (const std::string& remark : signal.remarks) finding.warnings.push_back({"input", remark});
    if (strip.not_assessable) {
      finding.warnings.push_back({"quality", "not assessable: " + *strip.not_assessable});
      return finding;
    }
    const std::vector<double> p =
        probabilities_of(fits_.calibration, for_calibration(classifier_.logits(strip), fits_.shift));
    const auto kind = static_cast<std::size_t>(fits_.decision.of(p));
    finding.statements.push_back(statement(p, kind));
    put_evidence(signal, strip, kind, finding);
    put_warnings(strip, finding);
    return finding;
  }

  Record examine(const Case& input) const override {
    const Strip strip = read_strip(plan_, input.signal("signal"));
    StripRecord record;
    record.truth = class_of_label(input.attributes, bundle_->classes);
    if (!strip.not_assessable) {
      record.logits = classifier_.logits(strip);
      record.features = strip.features.values;
    }
    return {input.id, input.patient, input.attributes, to_json(record)};
  }

 private:
  Statement statement(const std::vector<double>& p, std::size_t kind) const {
    Statement out;
    const ClassLabel& label = bundle_->classes[kind];
    out.id = "class";
    out.code = label.code;
    out.probability = p[kind];
    out.text = fmt::format("{} ({} %)", label.name, percent_text(p[kind]));
    const auto likeliest = static_cast<std::size_t>(std::ranges::max_element(p) - p.begin());
    if (likeliest != kind) {
      const char* reason = plan_.missed_cost > 0 ? "the cost of each mistake" : "the mean F1 that the recipe optimises";
      out.text += fmt::format("; {} is more probable ({} %), but {} favours {}", bundle_->classes[likeliest].name,
                              percent_text(p[likeliest]), reason, label.name);
    }
    if (!sets_) return out;
    for (const int one : set_of(*sets_, p)) out.set.push_back(bundle_->classes[static_cast<std::size_t>(one)].name);
    return out;
  }

  void put_evidence(const Signal& signal, const Strip& strip, std::size_t kind, Finding& finding) const {
    const std::vector<double> losses = classifier_.occlusion(strip, kind, stretch_s);
    Annotations evidence;
    for (std::size_t i = 0; i < losses.size(); ++i) {
      if (losses[i] < least_contribution) continue;
      const double begin = static_cast<double>(i) * stretch_s;
      evidence.marks.push_back({begin, std::min(begin + stretch_s, strip.seconds), bundle_->classes[kind].name,
                                fmt::format("contribution {:+.2f}", losses[i])});
    }
    const PartShares shares = classifier_.part_shares(strip, kind);
    const std::string text = fmt::format(
        "Leaving out the waveform costs this answer {:+.2f}, leaving out the measures of the whole "
        "strip (intervals, shapes) {:+.2f}, in logits. {}",
        shares.waves, shares.features,
        evidence.marks.empty() ? "No stretch of 3 s matters by itself."
                               : "Each marked stretch states what it contributes alone, with the measures unchanged.");
    finding.evidence.push_back({"class", text, evidence.marks.empty() ? "" : "evidence"});
    if (strip.seconds <= longest_drawn_s) finding.artefacts.push_back(drawn(signal, strip, evidence));
    if (!evidence.marks.empty()) {
      finding.artefacts.push_back({"evidence", "what the network leaned on, by occlusion", std::move(evidence)});
    }
  }

  Artefact drawn(const Signal& signal, const Strip& strip, const Annotations& evidence) const {
    StripArtefact out;
    out.marks = evidence.marks;
    out.recording_started_at = signal.started_at;
    std::vector<RecordedChannel> recorded;
    const auto chosen = choose_channels(signal.channels, plan_.channels);
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      if (!strip.there[i]) continue;
      out.channels.push_back(signal.channels[*chosen[i]]);
      out.channels.back().samples_per_frame = 1;
      recorded.push_back(recorded_channel(signal, *chosen[i]));
      out.rate_hz = std::max(out.rate_hz, recorded.back().rate_hz);
    }
    for (const RecordedChannel& one : recorded) out.samples.push_back(resampled(one.samples, one.rate_hz, out.rate_hz));
    return {"strip", "the recording, and the stretches that decided", std::move(out)};
  }

  void put_warnings(const Strip& strip, Finding& finding) const {
    const auto warn = [&](const char* kind, std::string text) { finding.warnings.push_back({kind, std::move(text)}); };
    const bool ecg = std::ranges::find(plan_.channels, Kind::ecg) != plan_.channels.end();
    if (ecg && strip.features.of("main.quality") < poor_quality) {
      warn("quality", fmt::format("the ECG is poor for much of the strip (quality {:.2f} of 1)",
                                  strip.features.of("main.quality")));
    }
    if (ecg && strip.features.of("main.beats") < 3) {  // counts the intervals, up to 60
      warn("quality", "fewer than 3 intervals between beats could be measured");
    }
    std::vector<std::string_view> missing;
    for (std::size_t i = 0; i < plan_.channels.size(); ++i) {
      if (!strip.there[i]) missing.push_back(name_of(plan_.channels[i]));
    }
    if (!missing.empty())
      warn("quality", fmt::format("flat, missing or sampled too slowly: {}", fmt::join(missing, ", ")));
    if (!profile_) return;
    const Similarity similar = compare_with(*profile_, {"", reference_statistics(strip.features.values), {}});
    if (similar.unlike) warn("unlike_training", warning_text("strip", similar.distance, unusual_text(similar)));
  }

  std::shared_ptr<const Bundle> bundle_;
  StripPlan plan_;
  Fits fits_;
  Classifier classifier_;
  std::optional<ConformalSets> sets_;
  std::optional<ReferenceProfile> profile_;
};

}  // namespace

std::unique_ptr<Predictor> SignalClassify::predictor(const PredictorRequest& request) const {
  return std::make_unique<StripPredictor>(request);
}

}  // namespace galen::classify

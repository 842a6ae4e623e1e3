#include "examples/tasks/pulse_rate/predictor.h"

#include <fmt/format.h>

#include "examples/tasks/pulse_rate/record.h"
#include "examples/tasks/pulse_rate/session.h"

namespace galen::pulse {
namespace {

class PulsePredictor final : public Predictor {
 public:
  explicit PulsePredictor(const PredictorRequest& request) : bundle_(request.bundle) {
    JsonView(request.options.settings, "--set").only({});
    if (const auto found = request.used.find("reference"); found != request.used.end()) reference_ = found->second;
    const PulsePlan plan = plan_from_recipe(recipe_from_json({bundle_->recipe, "recipe.json"}));
    const auto quality = bundle_->networks.contains("quality") ? bundle_->graphs("quality") : std::vector<Graph>{};
    networks_ = std::make_shared<const Networks>(
        compile_networks(plan, bundle_->graphs("main"), quality, request.engine, request.options));
  }

  Finding predict(const Case& input, Progress& progress) const override;
  Record examine(const Case& input) const override;
  std::unique_ptr<Session> session(double rate_hz, const std::vector<Channel>& channels) const override {
    require_fit(networks_->plan, rate_hz, channels.size());
    return std::make_unique<PulseSession>(networks_, bundle_);
  }

 private:
  void compare_with_reference(const Case& input, Progress& progress, Finding& finding) const;

  std::shared_ptr<const Bundle> bundle_;
  std::shared_ptr<const Networks> networks_;
  std::shared_ptr<const Predictor> reference_;
};

Finding PulsePredictor::predict(const Case& input, Progress& progress) const {
  Finding finding;
  finding.case_id = input.id;
  PulseSession session(networks_, bundle_);
  read_pieces(input.signal("signal"), networks_->plan, [&](std::vector<float> piece) { session.push({&piece, 1}); });
  session.finish(finding);
  if (input.inputs.contains("reference")) compare_with_reference(input, progress, finding);
  finding.provenance.precision = name_of(networks_->beats.front()->precision());
  return finding;
}

void PulsePredictor::compare_with_reference(const Case& input, Progress& progress, Finding& finding) const {
  Case other = input;
  other.inputs = {{"signal", input.signal("reference")}};
  const Predictor& by = reference_ ? *reference_ : *this;
  const Finding theirs = with_context("reference", [&] { return by.predict(other, progress); });
  const auto &mine = finding.statements.front().value, &reference = theirs.statements.front().value;
  if (!mine || !reference) return;
  Statement statement;
  statement.id = "rate.difference";
  statement.value = *mine - *reference;
  statement.unit = "/min";
  statement.text = fmt::format("{:+.1f} a minute beside the reference", *statement.value);
  finding.statements.push_back(statement);
  finding.evidence.push_back({statement.id, fmt::format("the reference has {:.1f} a minute", *reference), ""});
}

Record PulsePredictor::examine(const Case& input) const {
  const Signal& signal = input.signal("signal");
  BeatStream stream(networks_);
  read_pieces(signal, networks_->plan, [&](const std::vector<float>& piece) { stream.push(piece); });
  stream.finish();
  const std::vector<double> truth = true_beats(signal, input.signal("beats"));
  return {input.id, input.patient, input.attributes, compare_beats(stream.tally().beats_at, truth)};
}

}  // namespace

std::unique_ptr<Predictor> make_predictor(const PredictorRequest& request) {
  return std::make_unique<PulsePredictor>(request);
}

}  // namespace galen::pulse

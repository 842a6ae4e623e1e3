#include <fmt/format.h>

#include <algorithm>

#include "examples/tasks/pulse_rate/session.h"
#include "galen/base/json_number.h"

namespace galen::pulse {
namespace {

class PulsePredictor final : public Predictor {
 public:
  explicit PulsePredictor(const PredictorRequest& request) {
    const Bundle& bundle = *request.bundle;
    typed([&] { JsonView(request.options.settings, "--set").only({}); });
    if (const auto found = request.used.find("reference"); found != request.used.end()) reference_ = found->second;
    const PulsePlan plan = plan_from_recipe(recipe_of(bundle));
    const auto members = [&](const char* name, const char* output) {
      return compiled(bundle.graphs(name), output, plan, request.engine, request.options);
    };
    Networks networks{plan, bundle.decision, members(trained_network, "logits"), {}};
    if (bundle.networks.contains("quality")) networks.quality = members("quality", "quality");
    networks_ = std::make_shared<Networks>(std::move(networks));
  }

  Finding predict(const Case& input, Progress& progress) const override {
    Finding finding;
    finding.case_id = input.id;
    find_beats(input.signal("signal"), finding);
    if (input.inputs.contains("reference")) compare_with_reference(input, progress, finding);
    finding.provenance.precision = name_of(networks_->beats.front()->precision());
    return finding;
  }

  Record examine(const Case& input) const override {
    Finding unused;
    const std::vector<double> truth = true_beats(input.signal("signal"), input.signal("beats"));
    const std::vector<double> found = find_beats(input.signal("signal"), unused);
    const Json values = {{"f1", f1_of(found, truth)},
                         {"rate", number_or_null(rate_per_minute(found))},
                         {"true_rate", number_or_null(rate_per_minute(truth))}};
    return {input.id, input.patient, input.attributes, values};
  }

  std::unique_ptr<Session> session(double rate_hz, const std::vector<Channel>& channels) const override {
    require_fit(networks_->plan, rate_hz, channels.size());
    return std::make_unique<PulseSession>(networks_);
  }

 private:
  // A recording may be long: it is read in pieces.
  std::vector<double> find_beats(const Signal& signal, Finding& finding) const {
    constexpr std::int64_t piece = 4096;
    require_fit(networks_->plan, signal.rate_hz, signal.channels.size());
    PulseSession session(networks_);
    for (std::int64_t begin = 0; begin < signal.length; begin += piece) {
      check_stop();
      const std::vector<float> samples = signal.source->read(0, begin, std::min(piece, signal.length - begin));
      session.push({&samples, 1});
    }
    session.finish(finding);
    return session.beats();
  }

  void compare_with_reference(const Case& input, Progress& progress, Finding& finding) const {
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
    statement.text = fmt::format("{:+.1f} a minute beside the reference's {:.1f}", *statement.value, *reference);
    finding.statements.push_back(std::move(statement));
  }

  std::shared_ptr<const Networks> networks_;
  std::shared_ptr<const Predictor> reference_;
};

}  // namespace

std::unique_ptr<Predictor> PulseRate::predictor(const PredictorRequest& request) const {
  return std::make_unique<PulsePredictor>(request);
}

}  // namespace galen::pulse

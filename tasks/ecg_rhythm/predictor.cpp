#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <future>
#include <mutex>

#include "galen/base/threads.h"
#include "galen/prep/ecg_leads.h"
#include "tasks/ecg_rhythm/holter.h"
#include "tasks/ecg_rhythm/reading.h"
#include "tasks/ecg_rhythm/record.h"
#include "tasks/ecg_rhythm/session.h"
#include "tasks/ecg_rhythm/task.h"

namespace galen::ecg {
namespace {

constexpr std::size_t pieces_ahead = 4;

class EcgPredictor final : public Predictor {
 public:
  explicit EcgPredictor(const PredictorRequest& request)
      : bundle_(request.bundle),
        settings_(typed([&] { return settings_from_json(request.options.settings, "--set"); })),
        plan_(plan_from_recipe(recipe_of(*bundle_))),
        graphs_(bundle_->graphs(trained_network)),
        engine_(request.engine),
        profile_(profile_of(*bundle_)),
        options_(request.options),
        for_files_(networks_for_files(plan_, graphs_, engine_, beside_signal())) {}

  Finding predict(const Case& input, Progress& progress) const override {
    const Signal signal = leads_of(input.signal("signal"));
    require_rate(signal.rate_hz);
    Holter holter(signal, *bundle_);
    EcgStream stream(for_files_, settings_, signal.rate_hz, holter.leads.size());
    follow(stream, holter, progress);
    holter.episodes = stream.episodes();
    holter.missing_seconds = stream.missing_seconds();
    holter.non_finite = stream.non_finite();
    Finding finding;
    finding.case_id = input.id;
    finding.provenance.precision = name_of(for_files_->steps.front().network->precision());
    describe(holter, for_files_, finding);
    warn_unlike(profile_, stream.statistics(), finding);
    if (settings_.adapt) state_adaptation(counts_of(holter), finding);
    return finding;
  }

  Record examine(const Case& input) const override {
    return {input.id, input.patient, input.attributes,
            to_json(examine_recording(annotated_recording_of(input), for_files_))};
  }

  std::unique_ptr<Session> session(double rate_hz, const std::vector<Channel>& channels) const override {
    std::call_once(streams_once_, [&] { for_streams_ = networks_for_streams(plan_, graphs_, engine_, options_); });
    return std::make_unique<EcgSession>(for_streams_, settings_, rate_hz, channels, profile_);
  }

 private:
  // Signal processing runs a few pieces ahead of the networks, which take one piece after the other on another thread;
  // which of the two is slower depends on the recording.
  void follow(EcgStream& stream, Holter& holter, Progress& progress) const {
    const Signal& signal = *holter.signal;
    std::deque<std::shared_future<void>> behind;
    const auto hand_over = [&](EcgStream::Heard heard) {
      std::shared_future<void> last = behind.empty() ? std::shared_future<void>() : behind.back();
      behind.push_back(std::async(std::launch::async,
                                  [&stream, &holter, before = std::move(last), heard = std::move(heard)]() mutable {
                                    if (before.valid()) before.get();
                                    before = {};  // or each piece would keep all earlier ones alive
                                    News news;
                                    stream.follow(std::move(heard), news);
                                    holter.take(news);
                                  }));
      if (behind.size() <= pieces_ahead) return;
      behind.front().get();
      behind.pop_front();
    };
    progress.begin("reading beats", static_cast<std::uint64_t>(signal.seconds()), "s");
    double done = 0;
    for_each_piece(signal, holter.leads, [&](std::span<const std::vector<float>> samples) {
      hand_over(stream.hear(samples));
      done += static_cast<double>(samples.front().size()) / signal.rate_hz;
      progress.advance(static_cast<std::uint64_t>(done));
    });
    hand_over(stream.hear_end());
    behind.back().get();
    progress.end();
  }

  // Leaves one thread to the signal processing.
  PredictOptions beside_signal() const {
    PredictOptions options = options_;
    options.threads = std::max(1, (options_.threads > 0 ? options_.threads : thread_count()) - 1);
    return options;
  }

  std::shared_ptr<const Bundle> bundle_;
  Settings settings_;
  BeatPlan plan_;
  std::vector<Graph> graphs_;
  Engine& engine_;
  std::shared_ptr<const ReferenceProfile> profile_;
  PredictOptions options_;
  std::shared_ptr<const BeatNetworks> for_files_;
  mutable std::once_flag streams_once_;
  mutable std::shared_ptr<const BeatNetworks> for_streams_;  // made when the first session is opened
};

}  // namespace

std::unique_ptr<Predictor> EcgRhythm::predictor(const PredictorRequest& request) const {
  return std::make_unique<EcgPredictor>(request);
}

}  // namespace galen::ecg

// From onset to alarm: the shipped bundle on synthetic streams.
#include <gtest/gtest.h>

#include <cmath>

#include "galen/engine/openvino/openvino.h"
#include "galen/pipeline/predict.h"
#include "tasks/ecg_rhythm/phantom.h"
#include "tasks/ecg_rhythm/task.h"

namespace galen::ecg {
namespace {

class Alarm : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    engine_ = openvino_engine();
    std::vector<std::unique_ptr<const Task>> tasks;
    tasks.push_back(ecg_rhythm());
    registry_ = std::make_unique<Registry>(std::move(tasks));
    const auto bundle = open_bundle(fs::path(GALEN_SOURCE_DIR) / "models" / "ecg-rhythm");
    PredictOptions options;
    options.threads = 1;
    service_ = open_service(*registry_, bundle, *engine_, options);
  }
  static void TearDownTestSuite() {
    service_ = {};
    registry_.reset(), engine_.reset();
  }

  static std::vector<Event> live(const Signal& signal) {
    const auto session = service_.predictor->session(signal.rate_hz, signal.channels);
    std::vector<Event> out;
    for (std::int64_t at = 0; at < signal.length; at += 50) {
      const std::int64_t count = std::min<std::int64_t>(50, signal.length - at);
      std::vector<std::vector<float>> samples;
      for (std::size_t c = 0; c < signal.channels.size(); ++c) samples.push_back(signal.source->read(c, at, count));
      for (Event& event : session->push(samples)) out.push_back(std::move(event));
    }
    return out;
  }
  static double first(const std::vector<Event>& events, const std::string& code) {
    for (const Event& event : events) {
      if (event.code == code && event.value == 1) return event.known_seconds;
    }
    return INFINITY;
  }

  static inline std::unique_ptr<Engine> engine_;
  static inline std::unique_ptr<Registry> registry_;
  static inline Service service_;
};

TEST_F(Alarm, AsystoleIsToldWithinTenSecondsOfTheLastBeat) {
  for (const double rate_hz : {250.0, 204.8}) {  // at the second rate, three seconds are not a whole number of samples
    const Phantom made = phantom("NNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNN-----N", {.rate_hz = rate_hz});
    const double onset = static_cast<double>(made.beats[39].sample) / rate_hz;
    const double told = first(live(made.signal), "asystole");
    EXPECT_LE(told - onset, 10) << rate_hz;
    EXPECT_GE(told - onset, 4) << "before its time, " << rate_hz;
    RecordProperty("seconds", std::to_string(told - onset));
  }
}

TEST_F(Alarm, AsystoleIsNotOverInTheNoiseThatIsLeft) {
  const Phantom made = phantom(std::string(48, 'N') + std::string(14, '-'), {.rate_hz = 250, .noise_mv = 0.004});
  std::vector<double> told;
  for (const Event& event : live(made.signal)) {
    if (event.code == "asystole") told.push_back(event.value);
  }
  EXPECT_EQ(told, std::vector<double>{1});
}

TEST_F(Alarm, VentricularTachycardiaIsToldWithinTenSecondsOfItsFirstBeat) {
  const std::string sinus(40, 'N');
  const Phantom made = phantom(sinus + "VVVVVVVVVVVVVVVVVVVVVVVVVVVVVV" + sinus, {.rate_hz = 250, .per_minute = 90});
  const double onset = static_cast<double>(made.beats[40].sample) / 250;
  const std::vector<Event> events = live(made.signal);
  EXPECT_LE(first(events, "vt") - onset, 10);
  RecordProperty("seconds", std::to_string(first(events, "vt") - onset));
}

TEST_F(Alarm, VentricularFlutterIsToldWithinTenSecondsAndNothingOfItsWaves) {
  const std::string sinus(40, 'N');
  const Phantom made = phantom(sinus + std::string(60, '~') + sinus, {.rate_hz = 250});
  const double onset = static_cast<double>(made.beats[39].sample) / 250;
  const std::vector<Event> events = live(made.signal);
  const double told = first(events, "vf");
  EXPECT_LE(told - onset, 10);
  for (const Event& event : events) {
    const bool within = event.known_seconds > told + 4 && event.known_seconds < onset + 60;  // beats are told late
    EXPECT_FALSE(within && event.code != "beat" && event.value == 1 && event.code != "vf") << event.code;
  }
  RecordProperty("seconds", std::to_string(told - onset));
}

TEST_F(Alarm, ASinusRhythmAlarmsOfNothing) {
  for (const Event& event : live(phantom(std::string(120, 'N'), {.rate_hz = 250}).signal)) {
    EXPECT_EQ(event.code, "beat") << event.at_seconds;
    EXPECT_EQ(event.text, "N") << event.at_seconds;
  }
}

}  // namespace
}  // namespace galen::ecg

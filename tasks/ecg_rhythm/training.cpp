// Sequences of beats with their classes: half of them as they come, half about a beat of a rare class.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "galen/base/progress.h"
#include "galen/base/random.h"
#include "galen/graph/graph.h"
#include "galen/metric/stats.h"
#include "tasks/ecg_rhythm/augment_beats.h"
#include "tasks/ecg_rhythm/beat_namer.h"
#include "tasks/ecg_rhythm/known_rhythm.h"
#include "tasks/ecg_rhythm/network.h"
#include "tasks/ecg_rhythm/reading.h"
#include "tasks/ecg_rhythm/simulate_rhythm.h"
#include "tasks/ecg_rhythm/task.h"

namespace galen::ecg {
namespace {

constexpr std::size_t batch_size = 8;           // sequences
constexpr double about_rare = 0.5;              // share of sequences about a beat of a class below
constexpr float broad = 0.8f;                   // half of it as a natural logarithm
constexpr double of_support = 0.6;              // share of the others, where there are recordings of a known rhythm
constexpr double ventricular_of_support = 0.4;  // share of recordings that V are taken from, where some of them have V
constexpr double broadened = 0.5;               // share of simulated ventricular beats made of normal ones
constexpr double blocked = 0.15;                // share of simulated rhythms in a bundle branch block
constexpr double at_reference = 0.3;            // share with the experts' beats in place of the detector's
constexpr std::array<std::pair<Beat, double>, 5> rare = {{{Beat::supraventricular, 0.4},
                                                          {Beat::ventricular, 0.3},
                                                          {Beat::fusion, 0.1},
                                                          {Beat::none, 0.15},
                                                          {Beat::unclassified, 0.05}}};

// The beats of a recording, as the detector found them or at the reference's places.
struct View {
  std::vector<BeatToken> tokens;
  std::vector<int> classes;                                // of each token; -1: not to be learned
  std::array<std::vector<std::int64_t>, beat_classes> of;  // tokens by class

  View(std::vector<BeatToken> read, std::vector<int> known) : tokens(std::move(read)), classes(std::move(known)) {
    for (std::size_t i = 0; i < classes.size(); ++i) {
      if (classes[i] >= 0) of[static_cast<std::size_t>(classes[i])].push_back(static_cast<std::int64_t>(i));
    }
  }
};

class BeatTraining final : public Training {
 public:
  explicit BeatTraining(const TrainingRequest& request)
      : plan_(plan_from_recipe(request.recipe)),
        augmentation_(augmentation_from_json({request.recipe.augmentation, "recipe: augmentation"})),
        seed_(request.recipe.seed),
        validate_(request.validate.size()) {
    for (const DatasetRow* row : request.train) {
      check_stop();
      const Case one = request.load(*row);
      with_context("case " + row->id, [&] { read(one); });
    }
    if (views_[0].empty()) {
      throw Error(request.dataset.name, "has no annotated recording to learn from", {},
                  "give the column 'annotation'; only rows of the split 'support' may do without");
    }
    for (std::size_t i = 0; i < request.validate.size(); ++i) {
      check_stop();
      validate_[i] = request.load(*request.validate[i]);
      with_context("case " + request.validate[i]->id, [&] { annotated_recording_of(validate_[i]); });
    }
  }

  Graph graph() const override { return training_graph(plan_, seed_); }
  Graph network(const Graph& trained) const override { return extract(trained, {"logits"}); }

  std::map<std::string, Tensor> batch(std::uint64_t epoch, std::uint64_t index) const override {
    const auto time = static_cast<std::size_t>(plan_.sequence);
    const auto channels = 2 * static_cast<std::int64_t>(lead_count);
    Tensor crops(Scalar::f32, {static_cast<std::int64_t>(batch_size) * plan_.sequence, channels, plan_.crop_samples});
    Tensor features(Scalar::f32, {batch_size, plan_.sequence, static_cast<std::int64_t>(feature_count)});
    Tensor targets(Scalar::f32, {batch_size, plan_.sequence, static_cast<std::int64_t>(beat_classes)});
    const auto part = [](Tensor& tensor, std::size_t row) {
      const std::size_t size = tensor.values<float>().size() / batch_size;
      return tensor.values<float>().subspan(row * size, size);
    };
    for (std::size_t row = 0; row < batch_size; ++row) {
      Random random(seed_, epoch, index * batch_size + row, "beats");
      const auto [view, begin] = draw(random);
      const std::span<float> its_crops = part(crops, row), its_features = part(features, row);
      put(*view, begin, time, its_crops, its_features, part(targets, row));
      const BeatSequence sequence{its_crops, its_features, part(targets, row)};
      change_rate(its_features, augmentation_, random);
      if (random.chance(augmentation_.simulate) && all_normal(sequence)) {
        simulate(*view, sequence, random);
        if (random.chance(blocked)) block_bundle(sequence, plan_, random);
      }
      augment_beats(sequence, plan_, augmentation_, random);
    }
    return {{"crops", std::move(crops)}, {"features", std::move(features)}, {"targets", std::move(targets)}};
  }

  Validation validate(const Graph& network, Engine& engine) const override {
    Validation out;
    if (validate_.empty()) return out;
    const auto networks = networks_for_files(plan_, {network}, engine, {.precision = Precision::f32});
    BeatCounts counts;
    for (const Case& one : validate_) counts += compare_at_reference(annotated_recording_of(one), networks);
    std::vector<double> scores;
    for (const Beat beat : {Beat::supraventricular, Beat::ventricular}) {
      scores.push_back(counts.f1(beat));
      out.values["f1." + std::string(letter_of(beat))] = scores.back();
    }
    out.criterion = mean_of_defined(scores);
    return out;
  }

 private:
  void read(const Case& one) {
    const Recording recording = recording_of(one);
    if (recording.truth.beats.empty()) return read_support(one, recording);
    std::vector<BeatToken> detected = read_beats(plan_, recording);
    std::vector<int> classes = classes_of(detected, recording);
    leave_out_untold(detected, classes);
    views_[0].emplace_back(std::move(detected), std::move(classes));
    std::vector<BeatToken> given = read_beats(plan_, recording, recording.truth.beats);
    classes = classes_at_reference(given, recording);
    leave_out_untold(given, classes);
    views_[1].emplace_back(std::move(given), std::move(classes));
  }

  void read_support(const Case& one, const Recording& recording) {
    const auto rhythm = one.attributes.find("rhythm");
    if (rhythm == one.attributes.end()) throw Error("case", "has neither beats nor a rhythm to learn from");
    std::vector<BeatToken> tokens = read_beats(plan_, recording);
    std::vector<int> classes =
        classes_by_rhythm(tokens, known_rhythm(rhythm->second), recording.signal.rate_hz, recording.leads.size());
    View view(std::move(tokens), std::move(classes));
    const auto has = [&](Beat beat) { return !view.of[static_cast<std::size_t>(beat)].empty(); };
    if (has(Beat::normal) || has(Beat::ventricular)) support_.push_back(std::move(view));
  }

  // Supraventricular beats that are much broader than usual, or in fibrillation: what their experts saw, the beats
  // themselves do not show.
  static void leave_out_untold(std::vector<BeatToken>& tokens, std::vector<int>& classes) {
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      if (classes[i] != static_cast<int>(Beat::supraventricular)) continue;
      if (tokens[i].feature(Feature::breadth) > broad || is_fibrillating(tokens[i])) classes[i] = -1;
    }
  }

  void simulate(const View& own, const BeatSequence& sequence, Random& random) const {
    const double draw = random.uniform();
    if (draw < 0.13) return fibrillate(sequence, plan_, random);
    if (draw < 0.26) {
      fibrillate(sequence, plan_, random);  // with ventricular beats in it, below
    } else if (!is_irregular(sequence) && random.chance(0.3)) {
      change_pace(sequence, plan_, random);
    }
    if (draw > 0.55) return simulate_supraventricular(sequence, random);
    // Of one patient, as the detector finds them.
    const Beat kind = random.chance(broadened) ? Beat::normal : Beat::ventricular;
    const View* donor = kind == Beat::normal && random.chance(0.5) ? &own : draw_with(kind, views_[0], random);
    if (donor == nullptr || donor->of[static_cast<std::size_t>(kind)].empty()) return;
    const auto& places = donor->of[static_cast<std::size_t>(kind)];
    std::vector<VentricularBeat> beats;
    for (int i = 0; i < 3; ++i) {
      const auto token = static_cast<std::size_t>(places[random.below(places.size())]);
      beats.push_back(ventricular_beat(donor->tokens[token], kind, plan_, random));
    }
    make_ventricular(sequence, plan_, beats, random);
  }

  // Bundle branch blocks tell nothing of the origin.
  void simulate_supraventricular(const BeatSequence& sequence, Random& random) const {
    const double draw = random.uniform();
    if (draw < 0.35) change_conduction(sequence, plan_, random);
    if (draw > 0.25 && draw < 0.9 && !is_irregular(sequence)) make_premature(sequence, plan_, random);
  }

  // One of the recordings that have such beats; null: there is none. Ventricular ones may be of the support.
  const View* draw_with(Beat beat, const std::vector<View>& views, Random& random) const {
    const auto having = [&](const std::vector<View>& pool) {
      std::vector<const View*> out;
      for (const View& view : pool) {
        if (!view.of[static_cast<std::size_t>(beat)].empty()) out.push_back(&view);
      }
      return out;
    };
    std::vector<const View*> pool;
    if (beat == Beat::ventricular && random.chance(ventricular_of_support)) pool = having(support_);
    if (pool.empty()) pool = having(views);
    return pool.empty() ? nullptr : pool[random.below(pool.size())];
  }

  // Where a sequence begins, which may be before the first beat.
  std::pair<const View*, std::int64_t> draw(Random& random) const {
    const std::vector<View>& views = views_[random.chance(at_reference)];
    if (random.chance(about_rare)) {
      double chance = random.uniform();
      for (const auto& [beat, share] : rare) {
        chance -= share;
        if (chance >= 0) continue;
        const View* view = draw_with(beat, views, random);
        if (view == nullptr) break;
        const auto& places = view->of[static_cast<std::size_t>(beat)];
        const std::int64_t token = places[random.below(places.size())];
        const Band reach = plan_.reach();
        const auto room = static_cast<std::uint64_t>(plan_.sequence - reach.after);
        return {view, token - static_cast<std::int64_t>(random.below(room))};
      }
    }
    const std::vector<View>& pool = !support_.empty() && random.chance(of_support) ? support_ : views;
    const View* view = &pool[random.below(pool.size())];
    const std::int64_t before = plan_.reach().before;
    return {view,
            static_cast<std::int64_t>(random.below(view->tokens.size() + static_cast<std::size_t>(before))) - before};
  }

  // Beats whose successors are cut off do not count.
  void put(const View& view, std::int64_t begin, std::size_t time, std::span<float> crops, std::span<float> features,
           std::span<float> targets) const {
    const std::int64_t last = std::ssize(view.tokens), after = plan_.reach().after;
    const std::size_t size = crops.size() / time;
    for (std::size_t i = 0; i < time; ++i) {
      const std::int64_t at = begin + static_cast<std::int64_t>(i);
      if (at < 0 || at >= last) continue;
      const BeatToken& token = view.tokens[static_cast<std::size_t>(at)];
      put_crops(token, plan_.crop_samples, crops.subspan(i * size, size));
      std::ranges::copy(token.features, features.begin() + static_cast<std::ptrdiff_t>(i * feature_count));
      const int kind = view.classes[static_cast<std::size_t>(at)];
      const bool heard = static_cast<std::int64_t>(i) + after < plan_.sequence || begin + plan_.sequence >= last;
      if (kind >= 0 && heard) targets[i * beat_classes + static_cast<std::size_t>(kind)] = 1;
    }
  }

  BeatPlan plan_;
  BeatAugmentation augmentation_;
  std::uint64_t seed_;
  std::array<std::vector<View>, 2> views_;
  std::vector<Case> validate_;
  std::vector<View> support_;  // of which the rhythm is known
};

}  // namespace

std::unique_ptr<Training> EcgRhythm::training(const TrainingRequest& request) const {
  if (request.train.empty()) throw Error(request.dataset.name, "has no case in the split 'train'");
  return std::make_unique<BeatTraining>(request);
}

}  // namespace galen::ecg

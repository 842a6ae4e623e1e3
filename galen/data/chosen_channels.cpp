#include "galen/data/chosen_channels.h"

#include <memory>
#include <numeric>
#include <utility>

#include "galen/base/error.h"

namespace galen {
namespace {

class ChosenChannels final : public SampleSource {
 public:
  ChosenChannels(std::shared_ptr<const SampleSource> all, std::vector<std::size_t> chosen)
      : all_(std::move(all)), chosen_(std::move(chosen)) {}
  std::vector<float> read(std::size_t channel, std::int64_t begin, std::int64_t count) const override {
    return all_->read(chosen_.at(channel), begin, count);
  }

 private:
  std::shared_ptr<const SampleSource> all_;
  std::vector<std::size_t> chosen_;
};

}  // namespace

Signal chosen_channels(const Signal& signal, const std::vector<std::size_t>& chosen) {
  if (chosen.empty()) throw defect("chosen_channels", "none is chosen");
  Signal out = signal;
  out.channels.clear();
  int rate_factor = 0;  // the new rate, as a multiple of the signal's
  for (const std::size_t index : chosen) {
    out.channels.push_back(signal.channels.at(index));
    rate_factor = std::gcd(rate_factor, out.channels.back().samples_per_frame);
  }
  for (Channel& channel : out.channels) channel.samples_per_frame /= rate_factor;
  out.rate_hz *= rate_factor;
  out.length *= rate_factor;
  for (Gap& gap : out.gaps) gap.begin *= rate_factor, gap.count *= rate_factor;
  out.source = std::make_shared<ChosenChannels>(signal.source, chosen);
  return out;
}

}  // namespace galen

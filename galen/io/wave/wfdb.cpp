#include "galen/io/wave/wfdb.h"

#include <algorithm>

#include "galen/io/wave/wave_text.h"
#include "galen/io/wave/wfdb_record.h"

namespace galen {

bool is_wfdb(std::span<const std::byte> head, const fs::path& path) {
  if (path.extension() == ".hea") return true;
  return begins_as_wfdb(as_text(head)) && wfdb_record_name(as_text(head)) == path.stem().string();
}

Signal read_wfdb(const fs::path& path, const SignalOptions& options) {
  const auto record = std::make_shared<const WfdbRecord>(path, options.limits);
  Signal signal;
  signal.remarks = record->check_segments();
  for (const WfdbSignal& from : record->signals()) {
    signal.channels.push_back({as_utf8(from.name), ucum_unit(from.unit), from.samples_per_frame});
  }
  for (std::string& remark : signal.remarks) remark = as_utf8(remark);
  signal.rate_hz = record->header().rate_hz;
  signal.length = record->length();
  signal.started_at = record->header().started_at;
  signal.gaps = record->gaps();
  signal.source = record;
  return signal;
}

std::vector<fs::path> wfdb_files(const fs::path& path, const Limits& limits) {
  std::vector<fs::path> files = WfdbRecord(path, limits).files();
  std::ranges::sort(files);
  files.erase(std::ranges::unique(files).begin(), files.end());  // segments may share a signal file
  return files;
}

}  // namespace galen

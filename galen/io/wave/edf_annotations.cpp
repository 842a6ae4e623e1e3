#include <fmt/format.h>

#include <algorithm>

#include "galen/base/error.h"
#include "galen/base/text.h"
#include "galen/io/wave/edf.h"
#include "galen/io/wave/edf_records.h"

namespace galen {
namespace {

/// EDF+ may name one channel of an annotation after "@@".
Mark mark_of(const Tal& tal, std::string_view text, double begin, const EdfHeader& header) {
  Mark mark{.at_seconds = tal.onset - begin, .until_seconds = tal.onset - begin + tal.duration, .code = {}, .text = {}};
  const std::size_t at = text.find("@@");
  mark.code = text.substr(0, at);
  if (at == text.npos) return mark;
  mark.text = text.substr(at + 2);
  int channel = 0;
  for (const EdfSignal& signal : header.signals) {
    if (signal.annotations) continue;
    if (signal.label == mark.text) mark.channel = channel;
    ++channel;
  }
  return mark;
}

void add_marks(const EdfRecords& records, std::size_t signal, std::int64_t record, double begin, Annotations& out) {
  const std::string where = fmt::format("{}: record {}", records.where(), record + 1);
  std::string_view text = records.annotations(signal, record);
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of('\0'), text.size()));  // unused bytes
    if (text.empty()) return;
    const auto tal = take_tal(text);
    if (!tal) {
      throw Error(where, "has a list of annotations that is not as EDF+ has it",
                  "a signed onset, the texts each with their mark, a zero byte at the end");
    }
    for (const std::string_view said : tal->texts) {
      if (said.empty()) continue;  // marks the onset of the record
      if (!is_utf8(said)) throw Error(where, "has an annotation that is not UTF-8", {}, "save it again as UTF-8");
      out.marks.push_back(mark_of(*tal, said, begin, records.header()));
    }
  }
}

}  // namespace

Annotations read_edf_annotations(const fs::path& path, const Limits& limits) {
  const EdfRecords records(path, limits);
  const EdfHeader& header = records.header();
  if (!header.first_annotations()) {
    throw Error(path.string(), "has no annotations",
                header.plus ? "it has no signal for them" : "plain EDF and BDF cannot hold any");
  }
  const double begin = records.onset(0).value_or(0);
  Annotations out;
  for (std::int64_t record = 0; record < header.records; ++record) {
    for (std::size_t i = 0; i < header.signals.size(); ++i) {
      if (header.signals[i].annotations) add_marks(records, i, record, begin, out);
    }
  }
  std::ranges::stable_sort(out.marks, {}, &Mark::at_seconds);
  return out;
}

}  // namespace galen

#include "galen/pipeline/record_file.h"

#include <fmt/format.h>

namespace galen {

void write_records(const fs::path& path, const Examination& examination) {
  std::string text;
  for (const Record& record : examination.records) text += to_text(to_json(record)) + "\n";
  for (const FailedCase& failed : examination.failed) {
    text += to_text({{"case", failed.case_id}, {"failed", failed.error.what()}}) + "\n";
  }
  write_file(path, text);
}

Examination read_records(const fs::path& path) {
  const std::string text = read_text(path);
  Examination out;
  std::string_view rest = text;
  for (int number = 1; !rest.empty(); ++number) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string where = fmt::format("{}:{}", path.string(), number);
    const Json json = parse_json(rest.substr(0, end), where);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const JsonView view(json, where);
    if (view.has("failed")) {
      out.failed.push_back({view.get<std::string>("case"), Error("", view.get<std::string>("failed"))});
    } else {
      out.records.push_back(record_from_json(view));
    }
  }
  return out;
}

}  // namespace galen

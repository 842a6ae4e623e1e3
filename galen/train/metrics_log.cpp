#include "galen/train/metrics_log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "galen/base/descriptor.h"

namespace galen {
namespace {

[[noreturn]] void refuse(const fs::path& path) {
  const bool full = errno == ENOSPC || errno == EDQUOT;
  throw Error(path.string(), "cannot be written", system_reason(),
              full ? "free some space, then go on with --resume" : "");
}

}  // namespace

MetricsLog::MetricsLog(fs::path path, std::uint64_t bytes) : path_(std::move(path)), bytes_(bytes) {
  std::string text;
  if (bytes > 0) text = read_text(path_);
  if (text.size() < bytes) {
    throw Error(path_.string(), "is shorter than its checkpoint says",
                fmt::format("{} of {} bytes", text.size(), bytes), "train from the beginning with --force");
  }
  text.resize(bytes);
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    lines_.push_back(parse_json(rest.substr(0, end), fmt::format("{}:{}", path_.string(), lines_.size() + 1)));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  write_file(path_, text);
}

void MetricsLog::append(const Json& line) {
  const std::string text = line.dump() + "\n";
  const Descriptor fd(::open(path_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  if (fd.get() < 0) refuse(path_);
  for (std::string_view rest = text; !rest.empty();) {
    const ssize_t n = ::write(fd.get(), rest.data(), rest.size());
    if (n < 0 && errno != EINTR) refuse(path_);
    if (n > 0) rest.remove_prefix(static_cast<std::size_t>(n));
  }
  if (::fsync(fd.get()) != 0) refuse(path_);
  bytes_ += text.size();
  lines_.push_back(line);
}

}  // namespace galen

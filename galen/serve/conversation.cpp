#include "galen/serve/conversation.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace galen::serve {
namespace {

std::string line_to_sender(const Notice& notice) {
  return fmt::format("{} {}\n", std::holds_alternative<Alert>(notice.what) ? "alert" : "event",
                     to_text(to_json(notice)));
}

}  // namespace

Conversation::Conversation(Hub& hub, std::string who, ConversationSettings settings,
                           std::function<void(std::string)> reply)
    : hub_(hub), who_(std::move(who)), settings_(std::move(settings)), reply_(std::move(reply)) {}

Conversation::~Conversation() {
  if (ticket_) hub_.leave(*ticket_);
}

bool Conversation::feed(std::string_view bytes, Clock::time_point arrived) {
  while (!dropped_ && !bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    const std::string_view piece = bytes.substr(0, end);
    if (held_.size() + piece.size() > longest_line) {
      return refuse(fmt::format("a line is longer than {} bytes", longest_line));
    }
    if (end == std::string_view::npos) {
      held_ += piece;
      break;
    }
    bytes.remove_prefix(end + 1);
    if (held_.empty()) {
      dropped_ = !take_line(piece, arrived);
    } else {
      held_ += piece;
      dropped_ = !take_line(held_, arrived);
      held_.clear();
    }
  }
  return !dropped_;
}

void Conversation::end() {
  if (!dropped_ && !held_.empty()) take_line(std::exchange(held_, {}), Clock::now());
  if (ticket_) hub_.close(*ticket_);
  ticket_.reset();
}

bool Conversation::take_line(std::string_view line, Clock::time_point arrived) {
  ++lines_;
  try {
    std::optional<Message> message = parse_line(line);
    if (message) obey(std::move(*message), arrived);
    spoke_ = spoke_ || message.has_value();
    return true;
  } catch (const Error& error) {
    ++errors_;
    answer(error);
    if (ticket_ && errors_ < settings_.most_errors) {
      hub_.say(fmt::format("{}: line {}: {}", who_, lines_, error.what()));
      return true;
    }
    return refuse(fmt::format("line {}: {}", lines_, error.what()));
  }
}

void Conversation::obey(Message message, Clock::time_point arrived) {
  if (const auto* opening = std::get_if<Opening>(&message)) {
    if (ticket_ && settings_.patient.empty()) throw Error("open", "comes within a stream", {}, "close it first");
    if (!settings_.patient.empty() && opening->patient != settings_.patient) {
      throw Error("open", "names another patient than its topic");
    }
    if (ticket_) hub_.leave(*std::exchange(ticket_, std::nullopt));  // through a broker: the sender has restarted
    ticket_ =
        hub_.open(*opening, settings_.live, [reply = reply_](const Notice& notice) { reply(line_to_sender(notice)); });
    reply_(fmt::format("ok {} {}\n", ticket_->resumed ? "resumed" : "opened", opening->patient));
    return;
  }
  if (const auto* ack = std::get_if<Acknowledgement>(&message); ack != nullptr && !ack->patient.empty()) {
    const Hub::Sent sent = hub_.acknowledge(ack->patient, ack->rule, settings_.wait);
    if (sent == Hub::Sent::gone) throw Error("ack", "names a patient who is not monitored");
    if (sent == Hub::Sent::dropped) ask_again();
    return;
  }
  if (!ticket_) throw Error("line", "comes before an opening", {}, "begin with: open PATIENT rate=250 channels=II:mV");
  if (const auto* gap = std::get_if<Missing>(&message);
      settings_.live && gap != nullptr && gap->seconds > longest_live_gap_seconds) {
    throw Error("gap", "is longer than 10 min", {}, "send on: the index or time of what follows tells it");
  }
  if (std::holds_alternative<Closing>(message)) {
    hub_.close(*ticket_);
    ticket_.reset();
    return;
  }
  // If dropped, samples are reported as "overflow", and a gap shows in the index or time of what follows.
  const bool shows = std::holds_alternative<Samples>(message) || std::holds_alternative<Missing>(message);
  const Hub::Sent sent = hub_.send(*ticket_, std::move(message), arrived, settings_.wait);
  if (sent == Hub::Sent::gone) {
    ticket_.reset();
    throw Error("stream", "is closed, or fed by another connection");
  }
  if (sent == Hub::Sent::dropped && !shows) ask_again();
}

void Conversation::answer(const Error& error) {
  reply_(fmt::format("error line {}: {}\n", lines_, error.what()));
}

// For a line that found the queue full: not counted among the sender's errors, since it is not wrong.
void Conversation::ask_again() {
  answer(Error("stream", "is too busy for this line", {}, "send it again"));
}

bool Conversation::refuse(const std::string& why) {
  dropped_ = true;
  reply_(fmt::format("error dropped: {}\n", why));
  hub_.say(fmt::format("{}: dropped: {}", who_, why));
  return false;
}

}  // namespace galen::serve

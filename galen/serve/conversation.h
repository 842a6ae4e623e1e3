#pragma once
// One sender of the line protocol, over any transport: bytes in, messages to the hub, lines back.
#include <functional>
#include <optional>
#include <string>

#include "galen/serve/hub.h"

namespace galen::serve {

struct ConversationSettings {
  bool live = true;          ///< report silence and lost connections; a file has neither
  bool wait = false;         ///< hold the sender back instead of dropping its samples
  int most_errors = 10;      ///< invalid lines until the sender is dropped; before the opening: 1
  std::string patient = {};  ///< the only patient that it may open; empty: any
};

class Conversation {
 public:
  /// who: names the sender to the operator, e.g. "127.0.0.1:4711". reply: takes a line with its newline; may be called
  /// from any thread; must not block.
  Conversation(Hub& hub, std::string who, ConversationSettings settings, std::function<void(std::string)> reply);
  /// Leaves the patient's stream if it was not closed.
  ~Conversation();
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;

  /// False: drop the sender; it and the operator have been told why.
  bool feed(std::string_view bytes, Clock::time_point arrived);
  /// End of the input: closes a stream that is still open.
  void end();
  bool feeds() const { return ticket_.has_value(); }  ///< it has a patient's stream open
  bool spoke() const { return spoke_; }               ///< it has opened a patient, or acknowledged

 private:
  bool take_line(std::string_view line, Clock::time_point arrived);
  void obey(Message message, Clock::time_point arrived);
  void answer(const Error& error);
  void ask_again();
  bool refuse(const std::string& why);

  Hub& hub_;
  const std::string who_;
  const ConversationSettings settings_;
  const std::function<void(std::string)> reply_;
  std::string held_;  // an incomplete line
  std::optional<Hub::Ticket> ticket_;
  std::uint64_t lines_ = 0;
  int errors_ = 0;
  bool dropped_ = false, spoke_ = false;
};

}  // namespace galen::serve

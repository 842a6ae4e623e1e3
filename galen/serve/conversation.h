#pragma once
// One sender of the line protocol, whatever carries it: bytes in, messages to the hub, lines back.
#include <functional>
#include <optional>
#include <string>

#include "galen/serve/hub.h"

namespace galen::serve {

struct ConversationSettings {
  bool live = true;          ///< silence and lost connections are told; a file has neither
  bool wait = false;         ///< hold the sender back instead of dropping its samples
  int most_errors = 10;      ///< wrong lines before the sender is dropped; before the opening: 1
  std::string patient = {};  ///< the only patient that it may open; empty: any
};

class Conversation {
 public:
  /// who: for the operator's lines, "127.0.0.1:4711". reply: takes a line, with its end; from any thread; must not
  /// block.
  Conversation(Hub& hub, std::string who, ConversationSettings settings, std::function<void(std::string)> reply);
  /// Leaves the patient, if it was not closed.
  ~Conversation();
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;

  /// False: the sender is to be dropped; it was told why, and so was the operator.
  bool feed(std::string_view bytes, Clock::time_point arrived);
  /// The input is over: what was not closed is.
  void end();
  bool feeds() const { return ticket_.has_value(); }  ///< a patient's stream
  bool spoke() const { return spoke_; }               ///< it opened a patient, or acknowledged

 private:
  bool take_line(std::string_view line, Clock::time_point arrived);
  void obey(Message message, Clock::time_point arrived);
  bool refuse(const std::string& why);

  Hub& hub_;
  const std::string who_;
  const ConversationSettings settings_;
  const std::function<void(std::string)> reply_;
  std::string held_;  // a line that is not complete
  std::optional<Hub::Ticket> ticket_;
  std::uint64_t lines_ = 0;
  int errors_ = 0;
  bool dropped_ = false, spoke_ = false;
};

}  // namespace galen::serve

#pragma once
// Galen's one exception type. It prints as one line: "place: problem (why); remedy".
#include <exception>
#include <string>
#include <string_view>
#include <utility>

namespace galen {

/// What kind of failure an error is; it decides the exit status (docs/architecture.md, Errors).
enum class Fault { defect = 1, usage = 2, refused = 3, interrupted = 130 };

class Error : public std::exception {
 public:
  /// where: file, case, node or field. problem: what is wrong. why: the detail that proves it (may be empty).
  /// remedy: what the user can do (may be empty).
  Error(std::string where, std::string problem, std::string why = {}, std::string remedy = {},
        Fault fault = Fault::refused);

  const std::string& where() const { return where_; }
  const std::string& problem() const { return problem_; }
  const std::string& why() const { return why_; }
  const std::string& remedy() const { return remedy_; }
  Fault fault() const { return fault_; }
  int exit_status() const { return static_cast<int>(fault_); }

  /// Adds what was being done, outermost first when printed: "reading case 017: mask.nii.gz: ...".
  void add_context(std::string_view context);
  /// Appends another remedy to the present one, if any.
  void add_remedy(std::string_view remedy);
  /// The whole error in one line; control characters in names are escaped.
  const char* what() const noexcept override { return line_.c_str(); }

 private:
  void compose();
  std::string context_, where_, problem_, why_, remedy_, line_;
  Fault fault_;
};

/// Wrong usage of the command line: exit status 2.
Error usage_error(std::string where, std::string problem, std::string remedy = {});
/// A defect in Galen: exit status 1.
Error defect(std::string where, std::string problem);

/// Runs f and adds the context to any Error that it throws.
template <class F>
auto with_context(std::string_view context, F&& f) {
  try {
    return std::forward<F>(f)();
  } catch (Error& error) {
    error.add_context(context);
    throw;
  }
}

/// Runs f on what a user typed: refused input counts as wrong usage.
template <class F>
auto typed(F&& f) {
  try {
    return std::forward<F>(f)();
  } catch (const Error& error) {
    if (error.fault() != Fault::refused) throw;
    throw Error(error.where(), error.problem(), error.why(), error.remedy(), Fault::usage);
  }
}

}  // namespace galen

#include "galen/report/page.h"

#include <fmt/format.h>

#include "galen/base/base64.h"
#include "galen/base/hash.h"
#include "galen/report/web.h"

namespace galen {
namespace {

/// The source expression in a content security policy (W3C CSP level 3) that allows this script.
std::string policy_hash(std::string_view script) {
  const std::string hex = sha256(as_bytes(script));
  Bytes digest;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    digest.push_back(static_cast<std::byte>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return fmt::format("'sha256-{}'", base64(digest));
}

constexpr std::string_view mark =
    R"(<svg class="mark" viewBox="0 0 32 32" aria-hidden="true"><circle cx="16" cy="16" r="13"/>)"
    R"(<path d="M21 11.5a7 7 0 1 0 1.6 6H17"/></svg>)";

}  // namespace

std::string escape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string html_page(std::string_view title, std::string_view body, std::string_view script) {
  const std::string policy = fmt::format(
      "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
      "script-src {} {}",
      policy_hash(web::report_js()), policy_hash(script));
  std::string out = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n";
  out += fmt::format("<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n", policy);
  out += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
  out += "<meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"icon\" href=\"data:,\">\n";
  out +=
      fmt::format("<title>{}</title>\n<style>\n{}</style>\n</head>\n<body>\n", escape_html(title), web::report_css());
  out += "<a class=\"skip\" href=\"#main\">Skip to the content</a>\n";
  out += fmt::format("<header class=\"bar\"><span class=\"brand\">{}Galen</span>", mark);
  out += "<button type=\"button\" class=\"theme\" id=\"theme\" aria-label=\"Colours: automatic\" hidden></button>";
  out += fmt::format("</header>\n<main id=\"main\">\n{}\n</main>\n", body);
  out += fmt::format("<script>{}</script>\n", web::report_js());
  if (!script.empty()) out += fmt::format("<script>{}</script>\n", script);
  return out + "</body>\n</html>\n";
}

}  // namespace galen

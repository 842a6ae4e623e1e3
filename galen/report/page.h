#pragma once
// The shell of every page that Galen writes: one file, nothing fetched, light and dark, printable.
#include <string>
#include <string_view>

namespace galen {

/// Text as it may stand in HTML, between tags and in quoted attributes.
std::string escape_html(std::string_view text);

/// A whole document. body is HTML that stands in <main>; script is our own JavaScript, which runs after report.js. The
/// page's content security policy lets nothing else run and nothing be fetched; buttons need no inline handlers.
std::string html_page(std::string_view title, std::string_view body, std::string_view script = {});

}  // namespace galen

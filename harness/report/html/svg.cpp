#include "harness/report/html/svg.h"

#include <fmt/format.h>

namespace shortwrite {
namespace {

// A tenth of a unit is less than a pixel; more digits only make the page larger.
std::string Number(double value) {
  std::string text = fmt::format("{:.1f}", value);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text == "-0" ? "0" : text;
}

std::string Tip(std::string_view tip) {
  return tip.empty() ? "" : fmt::format("<title>{}</title>", EscapeXml(tip));
}

}  // namespace

std::string EscapeXml(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

Svg::Svg(std::string_view id, double width, double height, std::string_view title,
         std::string_view description)
    : text_(fmt::format("<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-labelledby=\"{}-t {}-d\">"
                        "<title id=\"{}-t\">{}</title><desc id=\"{}-d\">{}</desc>\n",
                        Number(width), Number(height), id, id, id, EscapeXml(title), id,
                        EscapeXml(description))) {}

void Svg::Rect(std::string_view name, double x, double y, double width, double height,
               std::string_view tip) {
  text_ +=
      fmt::format("<rect class=\"{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\">{}</rect>\n",
                  name, Number(x), Number(y), Number(width), Number(height), Tip(tip));
}

void Svg::Line(std::string_view name, double x1, double y1, double x2, double y2) {
  text_ += fmt::format("<line class=\"{}\" x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"/>\n", name,
                       Number(x1), Number(y1), Number(x2), Number(y2));
}

void Svg::Text(std::string_view name, double x, double y, std::string_view anchor,
               std::string_view text) {
  text_ += fmt::format("<text class=\"{}\" x=\"{}\" y=\"{}\" text-anchor=\"{}\">{}</text>\n", name,
                       Number(x), Number(y), anchor, EscapeXml(text));
}

void Svg::AddToPath(std::string& path, double x, double y, double width, double height) const {
  path += fmt::format("M{} {}h{}v{}h-{}z", Number(x), Number(y), Number(width), Number(height),
                      Number(width));
}

void Svg::Path(std::string_view name, const std::string& data, std::string_view tip) {
  if (data.empty()) return;
  text_ += fmt::format("<path class=\"{}\" d=\"{}\">{}</path>\n", name, data, Tip(tip));
}

std::string Svg::Finish() && {
  return std::move(text_) + "</svg>\n";
}

}  // namespace shortwrite

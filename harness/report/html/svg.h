// Writes SVG. Every text that goes in is escaped here.
#pragma once

#include <string>
#include <string_view>

namespace shortwrite {

std::string EscapeXml(std::string_view text);

class Svg {
 public:
  // A drawing of width x height units. id: unique in the page; title and description are read out
  // to who does not see it.
  Svg(std::string_view id, double width, double height, std::string_view title,
      std::string_view description);

  // name: its class in the page's style sheet. tip: shown on hovering; may be empty.
  void Rect(std::string_view name, double x, double y, double width, double height,
            std::string_view tip = "");
  void Line(std::string_view name, double x1, double y1, double x2, double y2);
  // anchor: "start", "middle", "end".
  void Text(std::string_view name, double x, double y, std::string_view anchor,
            std::string_view text);
  // Many rectangles as one path: a drawing of thousands stays small.
  void AddToPath(std::string& path, double x, double y, double width, double height) const;
  // data: as AddToPath makes it, or of numbers and path letters alone.
  void Path(std::string_view name, const std::string& data, std::string_view tip = "");

  std::string Finish() &&;

 private:
  std::string text_;
};

}  // namespace shortwrite

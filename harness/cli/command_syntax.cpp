#include "harness/cli/command_syntax.h"

#include <string_view>
#include <utility>

namespace shortwrite {
namespace {

constexpr std::string_view kList = ",...";

// "pipe[:slow]" is "pipe" and "pipe:slow".
void AddChoices(std::string_view word, std::string before, std::vector<std::string>& words) {
  const size_t open = word.find('[');
  before += word.substr(0, open);
  if (open == std::string_view::npos) {
    words.push_back(std::move(before));
    return;
  }
  const size_t close = word.find(']', open);
  const std::string_view flag = word.substr(open + 1, close - open - 1);
  const std::string_view rest = word.substr(close + 1);
  AddChoices(rest, before, words);
  AddChoices(rest, before.append(flag), words);
}

}  // namespace

bool OptionSyntax::takes_list() const {
  return value.ends_with(kList);
}

std::vector<std::string> OptionSyntax::words() const {
  std::string_view rest = value;
  if (takes_list()) rest.remove_suffix(kList.size());
  if (rest.find('|') == std::string_view::npos) return {};
  std::vector<std::string> words;
  for (;;) {
    const size_t bar = rest.find('|');
    AddChoices(rest.substr(0, bar), "", words);
    if (bar == std::string_view::npos) return words;
    rest.remove_prefix(bar + 1);
  }
}

}  // namespace shortwrite

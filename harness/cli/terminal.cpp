#include "harness/cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <string_view>

namespace shortwrite {
namespace {

std::string Variable(const char* name) {
  const char* const value = getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

bool IsTerminal(int fd) {
  return isatty(fd) == 1;
}

bool IsCapableTerminal(int fd) {
  return IsTerminal(fd) && Variable("TERM") != "dumb";
}

size_t TerminalColumns(int fd) {
  winsize size = {};
  return ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

Style StyleFor(int fd, ColourWish wish) {
  const ColourFacts facts = {.is_terminal = IsTerminal(fd),
                             .term = Variable("TERM"),
                             .no_color = Variable("NO_COLOR"),
                             .force_color = Variable("FORCE_COLOR"),
                             .clicolor_force = Variable("CLICOLOR_FORCE")};
  return {.colour = WantsColour(wish, facts),
          .columns = facts.is_terminal ? ProseColumns(TerminalColumns(fd)) : 0};
}

}  // namespace shortwrite

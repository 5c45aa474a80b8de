#include "harness/cli/explain_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include "harness/cli/command_output.h"
#include "harness/cli/terminal.h"
#include "harness/explain/explanations.h"
#include "harness/report/plain_text.h"

namespace shortwrite {
namespace {

Error UnknownWord(const std::string& word) {
  return UsageError(
      fmt::format("explain: '{}' is no verdict, class or fault{}; `shortwrite explain` lists them",
                  PlainText(word), DidYouMeanExplained(word)));
}

Status Explain(const ExplainOptions& options, const std::vector<Explanation>& explanations) {
  const Style style = StyleFor(STDOUT_FILENO, options.color);
  if (!options.json) {
    return PrintOutput(options.word.empty() ? ExplanationList(explanations, style)
                                            : ExplanationText(explanations.front(), style));
  }
  for (const Explanation& explanation : explanations) {
    if (Status s = PrintOutput(ExplanationJson(explanation) + '\n'); !s.ok()) return s;
  }
  return Ok();
}

}  // namespace

ExitStatus RunExplain(const ExplainOptions& options) {
  std::vector<Explanation> explanations;
  if (options.word.empty()) {
    explanations = AllExplanations();
  } else if (std::optional<Explanation> found = FindExplanation(options.word)) {
    explanations.push_back(*std::move(found));
  } else {
    return Fail(UnknownWord(options.word));
  }
  const Status printed = Explain(options, explanations);
  return printed.ok() ? ExitStatus::kSurvived : Fail(printed.error());
}

}  // namespace shortwrite

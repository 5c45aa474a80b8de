// Keeps what a campaign finds, as it is found:
//
//   .shortwrite/findings/TARGET/raw/HASH.sched    before it is made smaller
//   .shortwrite/findings/TARGET/SIGNATURE/        after: minimal.sched first.sched README.txt
//                                                 replay.sh count
//
// and, where a corpus was asked for, DIR/HASH.sched. Everything gets its name when it is whole.
#pragma once

#include <optional>
#include <string>

#include "harness/base/result.h"
#include "harness/campaign/campaign.h"
#include "harness/cli/findings.h"
#include "harness/report/report_context.h"

namespace shortwrite {

class FindingKeeper {
 public:
  // target: of any characters; what a file's name should not have becomes '-'. corpus: may be
  // empty. command: quoted for a shell. context must outlive this.
  FindingKeeper(const std::string& target, std::string corpus, std::string command,
                const ReportContext& context);

  // Each says what it saved, as lines for people: "saved for now: PATH\n".
  std::string KeepRaw(const Schedule& raw, const Judgement& judgement,
                      const std::optional<TrialPayload>& payload);
  // Of the schedule that KeepRaw had last. Either takes its place.
  std::string KeepExamined(const Counterexample& found);
  // It is another way to provoke what was kept as this.
  std::string DropRaw(const Counterexample& known);

 private:
  Result<std::string> MakeFolder(const Counterexample& found);
  Status WriteFolder(const std::string& path, const Counterexample& found, uint64_t count) const;

  std::string directory_;  // of the target
  std::string corpus_;
  std::string command_;
  const ReportContext& context_;
  std::optional<Finding> raw_;
  std::string raw_path_;
};

// For a file's name: letters, digits, '_', '-', '.' and '@' stay; no '.' in front; never empty.
std::string SafeName(const std::string& text);

}  // namespace shortwrite

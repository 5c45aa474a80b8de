// The suppressions of a project file, held against what a campaign finds.
#pragma once

#include <chrono>
#include <set>
#include <string>
#include <vector>

#include "harness/campaign/campaign.h"
#include "harness/project/project_file.h"
#include "harness/report/report_context.h"

namespace shortwrite {

class Suppressions {
 public:
  // those: of one target. context must outlive this.
  Suppressions(std::vector<Suppression> those, std::chrono::year_month_day today,
               const ReportContext& context)
      : those_(std::move(those)), today_(today), context_(context) {}

  // The reason of the first that holds, and until when. One that would hold, had it not expired, is
  // remembered.
  std::optional<std::string> ReasonFor(const Counterexample& found);

  // Sentences about those that have expired, and would have hidden something.
  std::vector<std::string> ExpiredNotes() const;
  // Where those stand that had anything to hide, expired or not.
  std::set<uint32_t> used_lines() const { return used_lines_; }

 private:
  std::vector<Suppression> those_;
  std::chrono::year_month_day today_;
  const ReportContext& context_;
  std::set<uint32_t> used_lines_;
  std::set<std::string> expired_;
};

// The local calendar's.
std::chrono::year_month_day Today();

}  // namespace shortwrite

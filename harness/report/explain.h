// Words for what was found, shared by all report formats. Pure.
#pragma once

#include <string>
#include <string_view>

#include "harness/campaign/campaign.h"
#include "harness/report/report_context.h"

namespace shortwrite {

// The word that a result's "verdict" has: of the worst counterexample, or of the campaign's end.
std::string VerdictWord(const CampaignResult& result);
std::string VerdictWord(const ReplayResult& result);

// What a verdict means, as half a sentence.
std::string_view VerdictMeaning(Verdict verdict);
// Of its word; "" for one that is no verdict.
std::string_view VerdictMeaning(std::string_view word);

// One sentence: what the calls did, what happened to the bytes, and what the target says of it.
std::string Mechanism(const Diagnosis& diagnosis, const Judgement& judgement,
                      const Observation& observation);

// Whether calls of several processes stand in the trace: then each must be named.
bool HasSeveralWriters(const Observation& observation);

// Of the first delivered fault: "linux", and why. Empty when nothing was delivered.
struct LegalityText {
  std::string profile;  // the strictest one under which every delivered fault is legal
  std::string reason;
};
LegalityText ExplainLegality(const Observation& observation);

// Another system that POSIX allows could show it, and this one never will: worth a fix where the
// program has to be portable, and not the explanation of a loss that was seen on Linux.
bool IsPortabilityFinding(const LegalityText& legality);

// "in profile posix: POSIX write(): ... (a portability finding...)"; empty without a fault.
std::string LegalitySentence(const LegalityText& legality);

// Of the call whose result was answered wrongly: "writer.c:42 (Flush)", "writer+0x11f2" without
// debug information; empty where the call did not come from the program itself.
std::string CallSite(const Diagnosis& diagnosis, const Observation& observation,
                     const ReportContext& context);

// "EAGAIN", or "errno 999".
std::string ErrorName(int error);

}  // namespace shortwrite

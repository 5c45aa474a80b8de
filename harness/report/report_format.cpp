#include "harness/report/report_format.h"

#include <array>

#include "harness/report/html/html_report.h"
#include "harness/report/junit_report.h"
#include "harness/report/markdown_report.h"
#include "harness/report/sarif_report.h"
#include "harness/report/tap_report.h"

namespace shortwrite {

std::span<const ReportFormat> ReportFormats() {
  static constexpr std::array kFormats = {
      ReportFormat{"html", "FILE for a page with pictures, in one piece", RenderHtml},
      ReportFormat{"junit", "FILE of JUnit's XML, for dashboards", RenderJunit},
      ReportFormat{"tap", "FILE of the Test Anything Protocol", RenderTap},
      ReportFormat{"sarif", "FILE of SARIF 2.1.0, for code scanning", RenderSarif},
      ReportFormat{"markdown", "FILE for a summary, such as that of a GitHub job", RenderMarkdown},
  };
  return kFormats;
}

}  // namespace shortwrite

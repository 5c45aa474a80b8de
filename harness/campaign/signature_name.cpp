#include "harness/campaign/signature_name.h"

#include <fmt/format.h>

#include "harness/campaign/signature.h"
#include "harness/oracle/digest.h"

namespace shortwrite {

std::string SignatureName(const Counterexample& found) {
  constexpr size_t kDigits = 8;
  const Result<Digest> digest = DigestBytes(Signature(found));
  std::string name(VerdictText(found.judgement.verdict));
  if (!found.diagnosis.class_name.empty()) name += '-' + found.diagnosis.class_name;
  if (digest.ok()) name += '-' + digest.value().md5.substr(0, kDigits);
  return name;
}

}  // namespace shortwrite

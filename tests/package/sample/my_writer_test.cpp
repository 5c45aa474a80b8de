#include "my_writer.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <shortwrite/shortwrite.h>

using namespace shortwrite::inprocess;

RC_GTEST_PROP(MyWriter, SurvivesShortWrites, (const Schedule& schedule, const Payload& payload)) {
  ScopedInjector injector(schedule, "out");
  RC_ASSERT(WriteFile(injector.path(), payload.bytes()));
  RC_ASSERT(injector.Judge(payload));
}

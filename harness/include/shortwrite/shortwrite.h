// Everything that a test in process needs; harness/docs/in-process.md has an example.
#pragma once

#include <shortwrite/generators.h>  // IWYU pragma: export
#include <shortwrite/injector.h>    // IWYU pragma: export
#include <shortwrite/main.h>        // IWYU pragma: export
#include <shortwrite/match.h>       // IWYU pragma: export
#include <shortwrite/payload.h>     // IWYU pragma: export
#include <shortwrite/schedule.h>    // IWYU pragma: export

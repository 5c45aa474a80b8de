// Gets the preload library into a test program: it starts itself again, with the library and a
// private directory, and passes the second process's exit status on.
#pragma once

namespace shortwrite::inprocess {

// Returns in a process that has the library, at once if this is one. Otherwise runs this program a
// second time with the same arguments, and exits as that did (128 + N if signal N killed it). If
// the library cannot be loaded it says so on stderr, with the remedy, and exits with 1: it never
// returns without the library. To be called first in main, while there is one thread.
//
// `library`: path of libshortwrite_preload.so (in CMake, shortwrite_add_gtest defines
// SHORTWRITE_PRELOAD_LIBRARY as it). Null or "": the environment's SHORTWRITE_PRELOAD_LIBRARY, else
// the installed one, or one beside this program.
//
// In the second process TMPDIR is the private directory, and children of it get the library too.
void StartInjected(int argc, char** argv, const char* library = nullptr);

// For a fuzzer's fork server: in a forked child of a process that returned from StartInjected,
// makes injectors possible. Only where the parent injects nothing while its child lives, since they
// share one region; with two such children at once both traces are worthless. In the parent itself,
// and when called again, without effect. Throws InjectorError if the parent was in a trial.
void TakeOverFromParent();

// main() of a GoogleTest program: StartInjected, then RUN_ALL_TESTS(). A test in which injectors
// with a schedule ran fails when no fault was delivered in any of them, or when bytes arrived that
// the library did not see. With --gtest_list_tests it only lists.
int RunAllTests(int argc, char** argv, const char* library = nullptr);

}  // namespace shortwrite::inprocess

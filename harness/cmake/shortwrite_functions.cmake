# shortwrite in ctest. Included by find_package(shortwrite).
include_guard()

# shortwrite_add_check(NAME name
#                      COMMAND program [argument...]
#                      [SINK sink...]        default: file; one test for each: pipe, pty:nonblock...
#                      [OPTIONS option...]   of `shortwrite check`
#                      [TIMEOUT seconds]     default: 300
#                      [LABELS label...])    besides `shortwrite`
#
# Registers `shortwrite check [--sink SINK] OPTIONS -- COMMAND` as the test `name`, with another sink
# than file as `name.SINK`. `program` may be the name of an executable target. In COMMAND {payload},
# {out} and {dir} mean what they mean to `shortwrite check`. The test runs in a private directory of
# the build tree, and is skipped where its backend or sink is not available. Counterexamples are kept
# in shortwrite_corpus/name/ beside the CMakeLists.txt: commit them, they are tried first.
function(shortwrite_add_check)
  cmake_parse_arguments(PARSE_ARGV 0 CHECK "" "NAME;TIMEOUT" "COMMAND;SINK;OPTIONS;LABELS")
  if(NOT CHECK_NAME OR NOT CHECK_COMMAND)
    message(FATAL_ERROR "shortwrite_add_check needs NAME and COMMAND")
  endif()
  if(CHECK_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "shortwrite_add_check(NAME ${CHECK_NAME}): "
                        "do not understand '${CHECK_UNPARSED_ARGUMENTS}'")
  endif()
  if(NOT CHECK_SINK)
    set(CHECK_SINK file)
  endif()
  if(NOT CHECK_TIMEOUT)
    set(CHECK_TIMEOUT 300)
  endif()
  set(labels shortwrite ${CHECK_LABELS})
  list(POP_FRONT CHECK_COMMAND program)
  if(TARGET ${program})
    set(program $<TARGET_FILE:${program}>)
  endif()
  foreach(sink IN LISTS CHECK_SINK)
    set(test ${CHECK_NAME})
    if(NOT sink STREQUAL "file")
      string(APPEND test ".${sink}")
    endif()
    string(MAKE_C_IDENTIFIER "${test}" directory)
    set(directory ${CMAKE_CURRENT_BINARY_DIR}/shortwrite/${directory})
    file(MAKE_DIRECTORY ${directory})
    # Each sink has a corpus of its own: what fails on a pipe need not be legal on a file.
    add_test(NAME ${test}
      COMMAND ${SHORTWRITE_PROGRAM} check --sink ${sink}
              --corpus ${CMAKE_CURRENT_SOURCE_DIR}/shortwrite_corpus/${test}
              ${CHECK_OPTIONS} -- ${program} ${CHECK_COMMAND}
      WORKING_DIRECTORY ${directory}
      COMMAND_EXPAND_LISTS)
    set_tests_properties(${test} PROPERTIES
      LABELS "${labels}"
      TIMEOUT ${CHECK_TIMEOUT}
      SKIP_RETURN_CODE 77)
  endforeach()
endfunction()

# shortwrite_add_gtest(target [OWN_MAIN] [TIMEOUT seconds] [LABELS label...] [DISCOVER_ARGS arg...])
#
# Makes the executable target a GoogleTest program that runs with the preload library in its process,
# by ctest and by hand, and registers its tests. Gives it a main(), unless OWN_MAIN: then its own has
# to call shortwrite::inprocess::RunAllTests(argc, argv, SHORTWRITE_PRELOAD_LIBRARY).
function(shortwrite_add_gtest target)
  cmake_parse_arguments(PARSE_ARGV 1 TESTS "OWN_MAIN" "TIMEOUT" "LABELS;DISCOVER_ARGS")
  if(TESTS_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "shortwrite_add_gtest(${target}): "
                        "do not understand '${TESTS_UNPARSED_ARGUMENTS}'")
  endif()
  if(NOT TESTS_TIMEOUT)
    set(TESTS_TIMEOUT 300)
  endif()
  if(NOT TESTS_OWN_MAIN)
    target_sources(${target} PRIVATE ${SHORTWRITE_GTEST_MAIN})
  endif()
  target_link_libraries(${target} PRIVATE shortwrite::shortwrite)
  target_compile_definitions(${target} PRIVATE
    SHORTWRITE_PRELOAD_LIBRARY="${SHORTWRITE_PRELOAD_LIBRARY}")
  include(GoogleTest)
  gtest_discover_tests(${target} ${TESTS_DISCOVER_ARGS}
    PROPERTIES LABELS shortwrite TIMEOUT ${TESTS_TIMEOUT})
  if(TESTS_LABELS)
    # gtest_discover_tests takes a list among the properties apart, so more than one label has to be
    # set when ctest reads the tests.
    set(script ${CMAKE_CURRENT_BINARY_DIR}/${target}_labels.cmake)
    file(WRITE ${script} "foreach(test IN LISTS ${target}_TESTS)
  set_tests_properties(\"\${test}\" PROPERTIES LABELS \"shortwrite;${TESTS_LABELS}\")
endforeach()
")
    set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${script})
  endif()
endfunction()

# Claim: the installed package serves a project outside the tree, found through CMake: green for a
# correct writer; red for a broken one, with the minimal schedule in words, from inside and outside.
# It may be moved.
#
# The page about tests in process shows the sample's own, word for word.
#
# cmake -DBUILD=DIR -DSAMPLE=DIR -DPAGE=FILE -DWORK=DIR -DCXX=COMPILER -DGENERATOR=NAME
#       -P package_test.cmake

function(Run expected_status variable)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE text ERROR_VARIABLE text)
  if((expected_status STREQUAL "fails" AND status EQUAL 0) OR
     (expected_status STREQUAL "works" AND NOT status EQUAL 0))
    message(FATAL_ERROR "exit status ${status} of ${ARGN}\n${text}")
  endif()
  set(${variable} "${text}" PARENT_SCOPE)
endfunction()

function(Demand text regex)
  if(NOT text MATCHES "${regex}")
    message(FATAL_ERROR "'${regex}' is not in:\n${text}")
  endif()
endfunction()

file(READ ${PAGE} page)
file(READ ${SAMPLE}/my_writer_test.cpp example)
string(FIND "${page}" "${example}" place)
if(place EQUAL -1)
  message(FATAL_ERROR "${PAGE} does not show ${SAMPLE}/my_writer_test.cpp as it is")
endif()

file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})
Run(works text ${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/prefix)
# A prefix may be moved as a whole: the program finds its library beside itself, and not where it was
# built or installed.
Run(works text ${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/installed)
file(RENAME ${WORK}/installed ${WORK}/moved)
Run(works text ${WORK}/moved/bin/shortwrite doctor)
Demand("${text}" "preload library +${WORK}/moved/[^\n]*/shortwrite/libshortwrite_preload.so")
Run(fails text ${CMAKE_COMMAND} -E chdir ${WORK} ${WORK}/moved/bin/shortwrite check
    --backend preload -- ${BUILD}/fixtures/broken/single_call_count_ignored {payload} {out})
Demand("${text}" "schedule    1:short=1\n")
foreach(file share/bash-completion/completions/shortwrite share/fish/vendor_completions.d/shortwrite.fish
             share/doc/shortwrite/README.md share/doc/shortwrite/cli.md
             share/doc/shortwrite/picture.svg share/shortwrite/stream.schema.json)
  if(NOT EXISTS ${WORK}/moved/${file})
    message(FATAL_ERROR "not installed: ${file}")
  endif()
endforeach()
file(READ ${WORK}/moved/share/doc/shortwrite/README.md text)
Demand("${text}" "\\]\\(picture.svg\\)")
file(READ ${WORK}/moved/share/bash-completion/completions/shortwrite text)
Demand("${text}" "complete -F _shortwrite shortwrite\n")
file(REMOVE_RECURSE ${WORK}/moved)

# Copied, so that nothing of our tree can be found beside it, and its corpus stays away from it.
file(COPY ${SAMPLE}/ DESTINATION ${WORK}/sample)
set(configure ${CMAKE_COMMAND} -S ${WORK}/sample -B ${WORK}/build -G ${GENERATOR}
    -DCMAKE_CXX_COMPILER=${CXX} -DCMAKE_PREFIX_PATH=${WORK}/prefix -DCMAKE_BUILD_TYPE=Release)
set(build ${CMAKE_COMMAND} --build ${WORK}/build)
# Seeded, so that each run sees the same cases; and without what an outer ctest has set.
set(test ${CMAKE_COMMAND} -E env --unset=RC_PARAMS RC_PARAMS=seed=1
    ${CMAKE_CTEST_COMMAND} --test-dir ${WORK}/build --output-on-failure -L shortwrite -L my_writer)

Run(works text ${configure} -DMY_WRITER=my_writer.cpp)
Run(works text ${build})
Run(works text ${test})
Demand("${text}" "MyWriter.SurvivesShortWrites \\.+ +Passed")
Demand("${text}" "my_copy \\.+ +Passed")
Demand("${text}" "my_copy.pipe \\.+ +(Passed|\\*\\*\\*Skipped)")
Demand("${text}" "100% tests passed, 0 tests failed out of 3")

# By hand, without ctest, too.
Run(works text ${WORK}/build/my_writer_test)
Demand("${text}" "\\[  PASSED  \\] 1 test")

# Without CMake: pkg-config, and the main() that the package brings.
file(GLOB_RECURSE pc ${WORK}/prefix/*/shortwrite.pc)
get_filename_component(pc_dir ${pc} DIRECTORY)
file(GLOB_RECURSE gtest_main ${WORK}/prefix/*/gtest_main.cpp)
set(ENV{PKG_CONFIG_PATH} ${pc_dir})
Run(works library pkg-config --variable=preload_library shortwrite)
string(STRIP "${library}" library)
Run(works text sh -c "\"$0\" -std=c++20 -DSHORTWRITE_PRELOAD_LIBRARY='\"${library}\"' \"$@\" \
$(pkg-config --cflags --libs shortwrite)" ${CXX} -o ${WORK}/by_hand ${WORK}/sample/my_writer_test.cpp
    ${WORK}/sample/my_writer.cpp ${gtest_main})
Run(works text ${WORK}/by_hand)
Demand("${text}" "\\[  PASSED  \\] 1 test")

Run(works text ${configure} -DMY_WRITER=my_writer_broken.cpp)
Run(works text ${build})
Run(fails text ${test})
Demand("${text}" "Falsifiable after")
Demand("${text}" "Schedule\\(\"1:short=1\"\\)")
Demand("${text}" "Payload::PositionCoded\\(2\\)")
Demand("${text}" "truncated: 1 of 2 bytes")
Demand("${text}" "my_copy \\.+ *\\*\\*\\*Failed")
Demand("${text}" "schedule    1:short=1")
file(GLOB kept ${WORK}/sample/shortwrite_corpus/my_copy/*)
if(NOT kept)
  message(FATAL_ERROR "no counterexample was kept beside the sources")
endif()

# A second run starts with what was kept, and finds it at once.
Run(fails text ${test} -R "^my_copy$")
Demand("${text}" "found       in trial 1")
file(REMOVE_RECURSE ${WORK})

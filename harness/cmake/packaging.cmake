# The Debian package: cpack -G DEB, which ci/package calls. Included at the end, as CPack demands.
option(SHORTWRITE_DEBIAN "Install what Debian's policy wants of a package, too" OFF)
set(SHORTWRITE_MAINTAINER "The shortwrite authors <shortwrite@example.org>" CACHE STRING
    "Who the package names")
set(release 1)

if(SHORTWRITE_DEBIAN)
  set(debian ${CMAKE_CURRENT_LIST_DIR}/debian)
  find_program(SHORTWRITE_GZIP gzip REQUIRED)
  configure_file(${debian}/changelog.in ${CMAKE_BINARY_DIR}/debian/changelog.Debian @ONLY)
  add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/debian/changelog.Debian.gz
    COMMAND ${SHORTWRITE_GZIP} -9nkf ${CMAKE_BINARY_DIR}/debian/changelog.Debian
    DEPENDS ${CMAKE_BINARY_DIR}/debian/changelog.Debian VERBATIM)
  add_custom_target(debian_changelog ALL DEPENDS ${CMAKE_BINARY_DIR}/debian/changelog.Debian.gz)
  install(FILES ${CMAKE_BINARY_DIR}/debian/changelog.Debian.gz ${debian}/copyright
          DESTINATION ${CMAKE_INSTALL_DOCDIR})
  install(FILES ${debian}/overrides DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides
          RENAME shortwrite)
endif()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ
    GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PACKAGE_NAME shortwrite)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "proves that programs survive partial writes")
set(CPACK_PACKAGE_CONTACT "${SHORTWRITE_MAINTAINER}")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE ${release})
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# For tests in process alone.
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "libgtest-dev, librapidcheck-dev, libfmt-dev")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"write() may accept only a part of what it is given, or nothing for now. A
program must loop; many do not, or loop wrongly, and lose data with exit
status 0.
.
shortwrite runs an unmodified program, really shortens its writes, and judges
what arrived against a synchronous reference write. It finds a schedule of
faults that loses data, makes it as small as it can, and prints a line that
replays it. There is a library for tests in process, too.")
include(CPack)

# What is installed, and the .deb that CPack makes of it.
install(FILES ${CMAKE_SOURCE_DIR}/packaging/linux/${SOCKETWRIGHT_APP_ID}.desktop
    DESTINATION ${CMAKE_INSTALL_DATADIR}/applications)
install(FILES ${CMAKE_SOURCE_DIR}/resources/icons/socketwright.png
    DESTINATION ${CMAKE_INSTALL_DATADIR}/icons/hicolor/64x64/apps RENAME ${SOCKETWRIGHT_APP_ID}.png)
install(FILES ${CMAKE_SOURCE_DIR}/resources/icons/socketwright@2x.png
    DESTINATION ${CMAKE_INSTALL_DATADIR}/icons/hicolor/128x128/apps RENAME ${SOCKETWRIGHT_APP_ID}.png)
install(FILES ${CMAKE_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/socketwright RENAME copyright)
install(FILES ${CMAKE_SOURCE_DIR}/packaging/linux/socketwright.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)

set(CPACK_PACKAGE_NAME socketwright)
set(CPACK_PACKAGE_VENDOR "The Socketwright authors")
set(CPACK_PACKAGE_CONTACT "The Socketwright authors <authors@socketwright.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY ${SOCKETWRIGHT_SUMMARY})
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "Workbench for people who debug protocols and people who teach networking:
 listeners, connections and datagram sockets, each watched as a buffer, in a window and as
 the command-line tool swright.")
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "qt6-qpa-plugins")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_GENERATOR DEB)
include(CPack)

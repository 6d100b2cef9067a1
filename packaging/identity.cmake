# One place for what the program is called; installers, the About box and --version read it.
set(SOCKETWRIGHT_NAME "Socketwright")
set(SOCKETWRIGHT_VERSION "0.1.0")
set(SOCKETWRIGHT_SUMMARY "Workbench for sockets: listen, connect, watch and send")
set(SOCKETWRIGHT_APP_ID "org.socketwright.Socketwright")

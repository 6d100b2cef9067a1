// SPDX-License-Identifier: MIT
// The system's socket headers, under one name on every platform. For .cpp files only.
#pragma once

#ifdef _WIN32
#include <winsock2.h>
// after winsock2.h
#include <afunix.h>
#include <mswsock.h>
#include <ws2tcpip.h>
#else
#include <arpa/inet.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#endif

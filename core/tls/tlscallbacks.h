// SPDX-License-Identifier: MIT
#pragma once

#include "core/tls/handles.h"
#include "core/tls/tlssession.h"

namespace sw {

/// What OpenSSL calls, and the way back from its objects to ours.
struct TlsCallbacks {
    static TlsSession* sessionOf(const SSL* ssl);

    static void info(const SSL* ssl, int where, int value);
    static int verify(X509_STORE_CTX* store, void* unused);
    static int serverName(SSL* ssl, int* alert, void* unused);
    static int selectAlpn(SSL* ssl, const unsigned char** out, unsigned char* outSize, const unsigned char* in,
                          unsigned inSize, void* context);
    static int newSession(SSL* ssl, SSL_SESSION* session);
    static void keyLog(const SSL* ssl, const char* line);
    static unsigned offerPsk(SSL* ssl, const char* hint, char* identity, unsigned identitySize, unsigned char* key,
                             unsigned keySize);
    static unsigned checkPsk(SSL* ssl, const char* identity, unsigned char* key, unsigned keySize);
    static int makeCookie(SSL* ssl, unsigned char* cookie, unsigned* size);
    static int checkCookie(SSL* ssl, const unsigned char* cookie, unsigned size);

    /// Between OpenSSL and a session's queues.
    static BIO* newBio(TlsSession* session);

private:
    static int collectProblem(int ok, X509_STORE_CTX* store);
    static int bioRead(BIO* bio, char* data, int size);
    static int bioWrite(BIO* bio, const char* data, int size);
    static long bioControl(BIO* bio, int command, long number, void* pointer);
    static const BIO_METHOD* bioMethod();
};

} // namespace sw

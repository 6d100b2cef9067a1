// SPDX-License-Identifier: MIT
// The options of curl(1) that are read; used by commandreader_curl.cpp only.
#pragma once

#include <array>

namespace sw::commands {

/// What an option of curl does here.
enum class CurlEffect {
    Nothing, ///< what is printed, or what happens anyway
    Url,
    Method,
    Head,
    Header,
    Agent,
    Referer,
    Cookie,
    User,
    Data,
    RawData,
    Target,
    UnixPath,
    AbstractPath,
    Old,
    Insecure,
    TrustFolder,
    Certificate,
    Version,
    Ciphers,
    Four,
    Six,
    Interface,
    LocalPort,
    ConnectTo,
    NoGlob,
    Option ///< the value of an option of the address, or its value after =
};

struct CurlOption {
    const char* letter;
    const char* word;
    bool takesValue;
    CurlEffect effect;
    const char* option = "";
};

constexpr std::array curlOptions{
    CurlOption{"s", "silent", false, CurlEffect::Nothing},
    CurlOption{"S", "show-error", false, CurlEffect::Nothing},
    CurlOption{"v", "verbose", false, CurlEffect::Nothing},
    CurlOption{"i", "include", false, CurlEffect::Nothing},
    CurlOption{"N", "no-buffer", false, CurlEffect::Nothing},
    CurlOption{"", "path-as-is", false, CurlEffect::Nothing},
    CurlOption{"", "http1.1", false, CurlEffect::Nothing},
    CurlOption{"", "no-alpn", false, CurlEffect::Nothing},
    CurlOption{"g", "globoff", false, CurlEffect::NoGlob},
    CurlOption{"", "url", true, CurlEffect::Url},
    CurlOption{"X", "request", true, CurlEffect::Method},
    CurlOption{"I", "head", false, CurlEffect::Head},
    CurlOption{"H", "header", true, CurlEffect::Header},
    CurlOption{"A", "user-agent", true, CurlEffect::Agent},
    CurlOption{"e", "referer", true, CurlEffect::Referer},
    CurlOption{"b", "cookie", true, CurlEffect::Cookie},
    CurlOption{"u", "user", true, CurlEffect::User},
    CurlOption{"d", "data", true, CurlEffect::Data},
    CurlOption{"", "data-ascii", true, CurlEffect::Data},
    CurlOption{"", "data-binary", true, CurlEffect::Data},
    CurlOption{"", "data-raw", true, CurlEffect::RawData},
    CurlOption{"", "request-target", true, CurlEffect::Target},
    CurlOption{"", "unix-socket", true, CurlEffect::UnixPath},
    CurlOption{"", "abstract-unix-socket", true, CurlEffect::AbstractPath},
    CurlOption{"0", "http1.0", false, CurlEffect::Old},
    CurlOption{"k", "insecure", false, CurlEffect::Insecure},
    CurlOption{"", "cacert", true, CurlEffect::Option, "ca"},
    CurlOption{"", "capath", true, CurlEffect::TrustFolder},
    CurlOption{"E", "cert", true, CurlEffect::Certificate},
    CurlOption{"", "key", true, CurlEffect::Option, "key"},
    CurlOption{"1", "tlsv1", false, CurlEffect::Option, "min=1.0"},
    CurlOption{"", "tlsv1.0", false, CurlEffect::Option, "min=1.0"},
    CurlOption{"", "tlsv1.1", false, CurlEffect::Option, "min=1.1"},
    CurlOption{"", "tlsv1.2", false, CurlEffect::Option, "min=1.2"},
    CurlOption{"", "tlsv1.3", false, CurlEffect::Option, "min=1.3"},
    CurlOption{"", "tls-max", true, CurlEffect::Option, "max-version"},
    CurlOption{"", "ciphers", true, CurlEffect::Ciphers},
    CurlOption{"", "tls13-ciphers", true, CurlEffect::Ciphers},
    CurlOption{"4", "ipv4", false, CurlEffect::Four},
    CurlOption{"6", "ipv6", false, CurlEffect::Six},
    CurlOption{"", "interface", true, CurlEffect::Interface},
    CurlOption{"", "local-port", true, CurlEffect::LocalPort},
    CurlOption{"", "connect-to", true, CurlEffect::ConnectTo},
    CurlOption{"", "connect-timeout", true, CurlEffect::Option, "timeout"},
    CurlOption{"", "tcp-nodelay", false, CurlEffect::Option, "nodelay=on"},
    CurlOption{"", "no-tcp-nodelay", false, CurlEffect::Option, "nodelay=off"},
    CurlOption{"", "no-keepalive", false, CurlEffect::Option, "keepalive=off"},
    CurlOption{"", "no-sessionid", false, CurlEffect::Option, "resume=off"},
};

} // namespace sw::commands

// SPDX-License-Identifier: MIT
// Plain socket programs for comparison, and the clients that load all of them. See the table of modes at the end.
#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <string>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

double since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

void check(bool ok, const char* what) {
    if (ok)
        return;
    std::perror(what);
    std::exit(1);
}

sockaddr_in loopback(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

int listenAndSayPort(int type) {
    const int fd = ::socket(AF_INET, type, 0);
    const int on = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    auto address = loopback(0);
    check(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0, "bind");
    if (type == SOCK_STREAM)
        check(::listen(fd, 1024) == 0, "listen");
    socklen_t length = sizeof address;
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
    std::printf("%d\n", ntohs(address.sin_port));
    std::fflush(stdout);
    return fd;
}

int connectTo(int port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    auto address = loopback(port);
    check(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0, "connect");
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

bool exchange(int fd, char* buffer, std::size_t size) {
    for (std::size_t sent = 0; sent < size;) {
        const ssize_t count = ::send(fd, buffer + sent, size - sent, MSG_NOSIGNAL);
        if (count <= 0)
            return false;
        sent += static_cast<std::size_t>(count);
    }
    for (std::size_t got = 0; got < size;) {
        const ssize_t count = ::recv(fd, buffer + got, size - got, 0);
        if (count <= 0)
            return false;
        got += static_cast<std::size_t>(count);
    }
    return true;
}

int serveDiscard(const char* file) {
    const int listener = listenAndSayPort(SOCK_STREAM);
    std::vector<char> buffer(256 * 1024);
    const int out = file == nullptr ? -1 : ::open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    for (;;) {
        const int fd = ::accept(listener, nullptr, nullptr);
        for (;;) {
            const ssize_t count = ::recv(fd, buffer.data(), buffer.size(), 0);
            if (count <= 0)
                break;
            if (out >= 0)
                check(::write(out, buffer.data(), static_cast<std::size_t>(count)) == count, "write");
        }
        ::close(fd);
    }
}

int serveEcho() {
    const int listener = listenAndSayPort(SOCK_STREAM);
    ::fcntl(listener, F_SETFL, O_NONBLOCK);
    const int set = ::epoll_create1(0);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = listener;
    ::epoll_ctl(set, EPOLL_CTL_ADD, listener, &event);
    std::vector<char> buffer(256 * 1024);
    std::array<epoll_event, 256> events{};
    for (;;) {
        const int count = ::epoll_wait(set, events.data(), static_cast<int>(events.size()), -1);
        for (int i = 0; i < count; ++i) {
            const int fd = events.at(static_cast<std::size_t>(i)).data.fd;
            if (fd == listener) {
                for (int peer = ::accept(listener, nullptr, nullptr); peer >= 0;
                     peer = ::accept(listener, nullptr, nullptr)) {
                    const int on = 1;
                    ::setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                    event.data.fd = peer;
                    ::epoll_ctl(set, EPOLL_CTL_ADD, peer, &event);
                }
                continue;
            }
            const ssize_t size = ::recv(fd, buffer.data(), buffer.size(), 0);
            if (size <= 0) {
                ::close(fd);
                continue;
            }
            for (ssize_t sent = 0; sent < size;) {
                const ssize_t more =
                    ::send(fd, buffer.data() + sent, static_cast<std::size_t>(size - sent), MSG_NOSIGNAL);
                if (more <= 0)
                    break;
                sent += more;
            }
        }
    }
}

int serveDatagrams() {
    const int fd = listenAndSayPort(SOCK_DGRAM);
    const int wanted = 4 << 20;
    ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &wanted, sizeof wanted);
    constexpr std::size_t batch = 64;
    constexpr std::size_t size = 2048;
    std::vector<char> store;
    store.reserve(512U << 20U);
    std::vector<char> buffer(batch * size);
    std::array<mmsghdr, batch> messages{};
    std::array<iovec, batch> pieces{};
    for (std::size_t i = 0; i < batch; ++i) {
        pieces.at(i) = {buffer.data() + i * size, size};
        messages.at(i).msg_hdr.msg_iov = &pieces.at(i);
        messages.at(i).msg_hdr.msg_iovlen = 1;
    }
    unsigned long total = 0;
    auto last = Clock::now();
    const timeval limit{.tv_sec = 0, .tv_usec = 200'000};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    for (;;) {
        const int count = ::recvmmsg(fd, messages.data(), batch, MSG_WAITFORONE, nullptr);
        for (int i = 0; i < count; ++i) {
            const auto& message = messages.at(static_cast<std::size_t>(i));
            const char* data = static_cast<const char*>(message.msg_hdr.msg_iov->iov_base);
            store.insert(store.end(), data, data + message.msg_len);
        }
        total += count > 0 ? static_cast<unsigned long>(count) : 0;
        if (since(last) > 0.2) {
            std::fprintf(stderr, "%lu 0\n", total);
            last = Clock::now();
        }
    }
}

int sendStream(int port, double megabytes) {
    const int fd = connectTo(port);
    const std::vector<char> buffer(256 * 1024, 'x');
    const auto total = static_cast<std::size_t>(megabytes * 1e6);
    const auto start = Clock::now();
    for (std::size_t sent = 0; sent < total;) {
        const ssize_t count = ::send(fd, buffer.data(), std::min(buffer.size(), total - sent), MSG_NOSIGNAL);
        check(count > 0, "send");
        sent += static_cast<std::size_t>(count);
    }
    ::shutdown(fd, SHUT_WR);
    char byte = 0;
    (void)!::recv(fd, &byte, 1, 0); // the server has taken everything
    std::printf("%.3f\n", megabytes / since(start));
    return 0;
}

int echoLatency(int port, int rounds, int size) {
    const int fd = connectTo(port);
    std::vector<char> buffer(static_cast<std::size_t>(size), 'x');
    std::vector<double> times;
    for (int i = 0; i < rounds + 200; ++i) {
        const auto start = Clock::now();
        check(exchange(fd, buffer.data(), buffer.size()), "echo");
        if (i >= 200) // warmed up
            times.push_back(since(start) * 1e6);
    }
    std::sort(times.begin(), times.end());
    double sum = 0;
    for (const double time : times)
        sum += time;
    std::printf("%.2f %.2f %.3f\n", times.at(times.size() / 2), times.at(times.size() * 99 / 100),
                static_cast<double>(size) * static_cast<double>(times.size()) / sum);
    return 0;
}

int connectRate(int port, int count) {
    const auto start = Clock::now();
    std::array<char, 1> byte{'x'};
    for (int i = 0; i < count; ++i) {
        const int fd = connectTo(port);
        check(exchange(fd, byte.data(), 1), "exchange");
        const linger now{.l_onoff = 1, .l_linger = 0};
        ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        ::close(fd);
    }
    std::printf("%.1f\n", count / since(start));
    return 0;
}

int manyConnections(int port, int idle, int active, int rounds) {
    std::vector<int> fds;
    const auto opening = Clock::now();
    for (int i = 0; i < idle; ++i) {
        const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
        auto from = loopback(0); // one source address has only some 28,000 ports
        from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + static_cast<uint32_t>(i % 4));
        ::bind(fd, reinterpret_cast<sockaddr*>(&from), sizeof from);
        auto address = loopback(port);
        check(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0, "connect");
        const int on = 1;
        ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        fds.push_back(fd);
    }
    std::array<char, 64> buffer{};
    check(exchange(fds.back(), buffer.data(), buffer.size()), "exchange"); // all of them are accepted now
    const double opened = idle / since(opening);
    const auto start = Clock::now();
    for (int round = 0; round < rounds; ++round) {
        for (int i = 0; i < active; ++i)
            check(::send(fds[static_cast<std::size_t>(i * (idle / active))], buffer.data(), buffer.size(),
                         MSG_NOSIGNAL) == 64,
                  "send");
        for (int i = 0; i < active; ++i) {
            for (ssize_t got = 0; got < 64;) {
                const ssize_t count =
                    ::recv(fds[static_cast<std::size_t>(i * (idle / active))], buffer.data(), buffer.size(), 0);
                check(count > 0, "recv");
                got += count;
            }
        }
    }
    std::printf("%.1f %.1f\n", opened, rounds * active / since(start));
    std::fflush(stdout);
    std::array<char, 1> wait{};
    (void)!::read(0, wait.data(), 1); // connections stay until the caller has measured
    return 0;
}

int sendDatagrams(int port, int count, double perSecond) {
    const int fd = ::socket(AF_INET, SOCK_DGRAM, 0);
    auto address = loopback(port);
    check(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0, "connect");
    const std::array<char, 64> bytes{};
    const auto start = Clock::now();
    for (int i = 0; i < count; ++i) {
        while (perSecond > 0 && since(start) * perSecond < i) {
        }
        (void)!::send(fd, bytes.data(), bytes.size(), 0);
    }
    std::printf("%.1f\n", count / since(start));
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    const std::string mode = argc > 1 ? argv[1] : "";
    const auto number = [&](int index) { return argc > index ? std::atof(argv[index]) : 0.0; };
    const auto whole = [&](int index) { return static_cast<int>(number(index)); };
    if (mode == "serve-discard")
        return serveDiscard(nullptr);
    if (mode == "serve-file")
        return serveDiscard(argv[2]);
    if (mode == "serve-echo")
        return serveEcho();
    if (mode == "serve-datagrams")
        return serveDatagrams();
    if (mode == "stream") // PORT MEGABYTES: MB/s
        return sendStream(whole(2), number(3));
    if (mode == "echo") // PORT ROUNDS SIZE: p50 and p99 in µs, MB/s
        return echoLatency(whole(2), whole(3), whole(4));
    if (mode == "connects") // PORT COUNT: connections/s
        return connectRate(whole(2), whole(3));
    if (mode == "many") // PORT IDLE ACTIVE ROUNDS: opened/s, round trips/s
        return manyConnections(whole(2), whole(3), whole(4), whole(5));
    if (mode == "datagrams") // PORT COUNT RATE: sent/s
        return sendDatagrams(whole(2), whole(3), number(4));
    std::fprintf(stderr, "bench_raw: no mode “%s”\n", mode.c_str());
    return 2;
}

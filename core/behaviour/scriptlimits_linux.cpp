// SPDX-License-Identifier: MIT
#include "core/behaviour/scriptlimits.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace sw::scriptlimits {

namespace {

#if defined(__x86_64__)
constexpr quint32 architecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr quint32 architecture = AUDIT_ARCH_AARCH64;
#else
constexpr quint32 architecture = 0; // no filter: the limits below still hold
#endif

/// A sanitizer reserves terabytes of addresses and opens what it likes.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool isSanitized = true;
#else
constexpr bool isSanitized = false;
#endif

/// What an engine needs once it runs: memory, its pipes, clocks, locks, its own end.
constexpr std::array allowedCalls {
    SYS_read, SYS_write, SYS_pread64, SYS_ppoll, SYS_mmap, SYS_munmap, SYS_mprotect, SYS_mremap, SYS_madvise, SYS_brk,
        SYS_futex, SYS_clock_gettime, SYS_gettimeofday, SYS_clock_getres, SYS_clock_nanosleep, SYS_nanosleep,
        SYS_sched_yield, SYS_getpid, SYS_gettid, SYS_getrandom, SYS_getrusage, SYS_rt_sigaction, SYS_rt_sigprocmask,
        SYS_rt_sigreturn, SYS_sigaltstack, SYS_exit, SYS_exit_group, SYS_restart_syscall, SYS_membarrier, SYS_sysinfo,
        SYS_sched_getaffinity, SYS_rseq, SYS_set_robust_list,
        SYS_writev, // the first two: a thread that has just begun
#if defined(__x86_64__)
        SYS_poll,
#endif
};

/// The descriptor of /proc/self/statm: nothing can be opened later.
int& memoryFile() {
    static int descriptor = -1; // of the whole process, which runs one script
    return descriptor;
}

long addressSpacePages() {
    std::array<char, 128> text{}; // statm is one line of seven numbers
    const ssize_t count = ::pread(memoryFile(), text.data(), text.size() - 1, 0);
    return count > 0 ? std::strtol(text.data(), nullptr, 10) : -1;
}

/// seccomp(2): everything else gives EPERM, so that a library that tries it goes on without.
bool filterCalls() {
    if (architecture == 0 || isSanitized)
        return true;
    std::vector<sock_filter> program;
    const auto add = [&](sock_filter one) { program.push_back(one); };
    add(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)));
    add(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, architecture, 1, 0));
    add(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
    add(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)));
    // its own limits, and signals for itself: the end of an abort()
    constexpr quint32 firstArgument = offsetof(seccomp_data, args); // little endian: the low half comes first
    for (const auto& [call, pid] :
         {std::pair{SYS_prlimit64, 0U}, std::pair{SYS_tgkill, static_cast<quint32>(::getpid())}}) {
        add(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<quint32>(call), 0, 4));
        add(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, firstArgument));
        add(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, pid, 0, 1));
        add(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
        add(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM));
    }
    for (const long call : allowedCalls) {
        add(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<quint32>(call), 0, 1));
        add(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    }
    add(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM));
    const sock_fprog filter{.len = static_cast<unsigned short>(program.size()), .filter = program.data()};
    // for all threads: the watchdog has begun
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &filter) == 0;
}

} // namespace

void endWithParent() {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::prctl(PR_SET_DUMPABLE, 0); // no core files with what peers sent, and nobody looks in
}

bool enter() {
    memoryFile() = ::open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    const auto limit = [](auto resource, quint64 value) {
        const rlimit both{.rlim_cur = value, .rlim_max = value};
        return ::setrlimit(resource, &both) == 0;
    };
    const long pages = addressSpacePages();
    if (pages <= 0)
        return false; // nor could the watchdog measure
    if (!isSanitized) {
        const auto now = static_cast<quint64>(pages) * static_cast<quint64>(::sysconf(_SC_PAGESIZE));
        if (!limit(RLIMIT_AS, now + addressSpace))
            return false;
    }
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_FSIZE, 0); // of regular files; the pipes are none
    renewProcessorTime();
    return limit(RLIMIT_NOFILE, 1) && filterCalls(); // not 0: poll(2) takes no more descriptors than that
}

void renewProcessorTime() {
    using Clock = std::chrono::steady_clock;
    static Clock::time_point last; // of the whole process, which runs one script
    const auto now = Clock::now();
    if (last != Clock::time_point{} && now - last < std::chrono::seconds(1))
        return;
    last = now;
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    rlimit both{};
    ::getrlimit(RLIMIT_CPU, &both);
    both.rlim_cur = static_cast<rlim_t>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + 1 + processorSeconds;
    ::setrlimit(RLIMIT_CPU, &both);
}

/// proc(5), /proc/self/statm: the second number is resident pages.
std::optional<quint64> residentMemory() {
    std::array<char, 128> text{};
    if (memoryFile() < 0 || ::pread(memoryFile(), text.data(), text.size() - 1, 0) <= 0)
        return std::nullopt;
    char* rest = nullptr;
    std::strtol(text.data(), &rest, 10);
    return std::strtoull(rest, nullptr, 10) * static_cast<quint64>(::sysconf(_SC_PAGESIZE));
}

} // namespace sw::scriptlimits

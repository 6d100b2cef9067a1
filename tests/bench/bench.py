# SPDX-License-Identifier: MIT
"""Runs Socketwright's engine beside raw socket programs (and socat where it is installed) on the same work, one after
the other in the same run, and prints ratios. bench.py BIN_DIRECTORY JSON_FILE [MEASURE]..."""
import contextlib
import json
import os
import re
import resource
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import time

BIN = sys.argv[1]
RAW = os.path.join(BIN, "bench_raw")
ENGINE = os.path.join(BIN, "bench_engine")
SOCAT = shutil.which("socat")
HAPROXY = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin")
TSHARK = shutil.which("tshark")
ROUNDS = 3
ENVIRONMENT = dict(os.environ, QT_QPA_PLATFORM="offscreen")


@contextlib.contextmanager
def serving(*command):
    """A server that prints its port on its first line."""
    errors = tempfile.TemporaryFile()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, env=ENVIRONMENT)
    try:
        process.port = int(process.stdout.readline())
        process.errors = errors
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@contextlib.contextmanager
def running(command, port, output=subprocess.DEVNULL):
    """A program that listens on a port that we chose, and what it forks."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.DEVNULL, start_new_session=True)
    process.port = port
    time.sleep(0.7)
    try:
        yield process
    finally:
        os.killpg(process.pid, 9)
        process.wait()
        time.sleep(0.2)


def chosen_port():
    return 21000 + os.getpid() % 9000  # below those that the system gives out


def serving_socat(target, *options, output=subprocess.DEVNULL):
    port = chosen_port()
    return running([SOCAT, "-b262144", *options, f"TCP-LISTEN:{port},bind=127.0.0.1,reuseaddr,fork,backlog=512", target], port, output)


def load(*arguments):
    output = subprocess.run([RAW, *map(str, arguments)], capture_output=True, check=True, timeout=180).stdout
    return [float(value) for value in output.split()]


def best(measure):
    """The median of some rounds, column by column."""
    return [statistics.median(column) for column in zip(*(measure() for _ in range(ROUNDS)))]


def engine(behaviour, address="tcp://127.0.0.1?backlog=1024"):
    return serving(ENGINE, address, behaviour)


def resident(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1))


rows = []


def report(name, unit, ours, peers, better="more"):
    row = {"name": name, "unit": unit, "socketwright": ours, "peers": peers, "better": better,
           "ratios": {peer: ours / value if value else None for peer, value in peers.items()}}
    rows.append(row)
    text = f"{name:<38} {ours:>12,.1f} {unit:<8}"
    for peer, value in peers.items():
        text += f"  {peer} {value:,.1f} ({row['ratios'][peer]:.2f}x)"
    print(text, flush=True)


def receive():
    def ours():
        with engine("discard") as server:  # a new one each time: its transcript fills the budget
            return load("stream", server.port, 1000)
    with serving(RAW, "serve-discard") as server:
        raw = best(lambda: load("stream", server.port, 1000))[0]
    with tempfile.TemporaryDirectory() as folder:
        with serving(RAW, "serve-file", os.path.join(folder, "x")) as server:
            to_file = best(lambda: load("stream", server.port, 1000))[0]
        peers = {"raw discard": raw, "raw to file": to_file}
        if SOCAT:
            with open(os.path.join(folder, "y"), "wb") as out, serving_socat("STDOUT", "-u", output=out) as server:
                peers["socat >file"] = best(lambda: load("stream", server.port, 1000))[0]
        report("receive one stream and record it", "MB/s", best(ours)[0], peers)


def echo():
    results = {}
    with engine("echo") as server:
        ours = best(lambda: load("echo", server.port, 8000, 64))
    with engine("echo") as server:
        ours_large = best(lambda: load("echo", server.port, 4000, 65536))
    with serving(RAW, "serve-echo") as server:
        results["raw epoll"] = (best(lambda: load("echo", server.port, 8000, 64)), best(lambda: load("echo", server.port, 4000, 65536)))
    if SOCAT:
        with serving_socat("PIPE") as server:
            results["socat PIPE"] = (best(lambda: load("echo", server.port, 8000, 64)), best(lambda: load("echo", server.port, 2000, 65536)))
    report("echo of 64 B, p50", "us", ours[0], {peer: value[0][0] for peer, value in results.items()}, "less")
    report("echo of 64 B, p99", "us", ours[1], {peer: value[0][1] for peer, value in results.items()}, "less")
    report("echo in pieces of 64 KiB", "MB/s", ours_large[2], {peer: value[1][2] for peer, value in results.items()})


def scripts():
    """What a call of a script, which runs in a process of its own, adds to an answer."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "echo.js")
        with open(path, "w", encoding="utf-8") as file:
            file.write("function filter(c, b) { c.send(b); }")
        with engine("echo") as server:
            builtin = best(lambda: load("echo", server.port, 8000, 64))
        with engine(f"script={path}") as server:
            script = best(lambda: load("echo", server.port, 8000, 64))
    report("echo of 64 B by a script, p50", "us", script[0], {"the built-in echo": builtin[0]}, "less")


def accepting():
    with engine("echo") as server:
        ours = best(lambda: load("connects", server.port, 5000))[0]
    with serving(RAW, "serve-echo") as server:
        peers = {"raw epoll": best(lambda: load("connects", server.port, 5000))[0]}
    if SOCAT:
        with serving_socat("PIPE") as server:
            peers["socat fork"] = best(lambda: load("connects", server.port, 300))[0]
    report("connect, exchange, close", "/s", ours, peers)


def many():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(hard, 20000)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    count = min(10000, wanted - 200)

    def measure(server):
        before = resident(server.pid)
        client = subprocess.Popen([RAW, "many", str(server.port), str(count), "100", "200"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        opened, trips = map(float, client.stdout.readline().split())
        memory = (resident(server.pid) - before) / count
        client.communicate(b"x")
        return opened, trips, memory
    with engine("echo", "tcp://127.0.0.1?backlog=1024&max=20000") as server:
        ours = measure(server)
    with serving(RAW, "serve-echo") as server:
        raw = measure(server)
    report(f"{count} connections: opened", "/s", ours[0], {"raw epoll": raw[0]})
    report(f"{count} connections, 100 talk: trips", "/s", ours[1], {"raw epoll": raw[1]})
    report(f"{count} connections: memory for each", "KiB", ours[2], {}, "less")
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def datagrams():
    count = 500_000

    def stored(server, rate):
        sent = load("datagrams", server.port, count, rate)[0]
        time.sleep(1)
        server.errors.seek(0)
        records, dropped = map(int, server.errors.read().split(b"\n")[-2].split())
        return sent, records, dropped
    results = {}
    for rate in (100_000, 0):
        with engine("discard", "udp://127.0.0.1") as server:
            sent, records, dropped = stored(server, rate)
            results[rate] = (sent * records / count, count - records, dropped)
        with serving(RAW, "serve-datagrams") as server:
            sent, records, _ = stored(server, rate)
            results[rate] += (sent * records / count,)
    for rate, (ours, lost, dropped, raw) in results.items():
        name = f"datagrams of 64 B stored, {'as fast as it goes' if rate == 0 else 'offered 100,000/s'}"
        report(name, "/s", ours, {"raw recvmmsg": raw})
        print(f"{'':<38} lost {lost:,} of {count:,}; counted by the system and shown: {dropped:,}", flush=True)
        rows[-1].update(lost=lost, shown_as_dropped=dropped)


@contextlib.contextmanager
def relaying(kind, target, *options):
    """Ours, socat or haproxy before a server of this machine."""
    port = chosen_port()
    if kind == "socat":
        with serving_socat(f"TCP:127.0.0.1:{target}"):
            yield port
        return
    command = [os.path.join(BIN, "swright"), "relay", f"tcp://127.0.0.1:{port}?backlog=1024", f"tcp://127.0.0.1:{target}", *options]
    with tempfile.NamedTemporaryFile("w", encoding="ascii") as file:
        if kind == "haproxy":
            file.write("global\n nbthread 1\n maxconn 4000\ndefaults\n mode tcp\n timeout connect 5s\n timeout client 60s\n timeout server 60s\n"
                       f"listen x\n bind 127.0.0.1:{port}\n server s 127.0.0.1:{target}\n")
            file.flush()
            command = [HAPROXY, "-db", "-f", file.name]
        with running(command, port):
            yield port


def streams(port, count):
    """MB/s of so many streams at once, together."""
    each = max(2000 // count, 1)
    begin = time.monotonic()
    senders = [subprocess.Popen([RAW, "stream", str(port), str(each)], stdout=subprocess.DEVNULL) for _ in range(count)]
    for process in senders:
        process.wait()
    return [each * count / (time.monotonic() - begin)]


def relay():
    kinds = ["ours"] + (["socat"] if SOCAT else []) + (["haproxy"] if HAPROXY else [])
    results = {}
    for kind in kinds:
        with serving(RAW, "serve-discard") as server, relaying(kind, server.port) as port:
            results[kind] = {"1 stream": best(lambda: streams(port, 1))[0], "32 streams": best(lambda: streams(port, 32))[0]}
        with serving(RAW, "serve-echo") as server, relaying(kind, server.port) as port:
            direct = best(lambda: load("echo", server.port, 8000, 64))[0]
            results[kind]["p50"] = best(lambda: load("echo", port, 8000, 64))[0] - direct
            results[kind]["rate"] = best(lambda: load("connects", port, 300 if kind == "socat" else 3000))[0]
    with tempfile.TemporaryDirectory() as folder, serving(RAW, "serve-discard") as server, \
            relaying("ours", server.port, "--record", os.path.join(folder, "x.pcapng")) as port:
        results["ours"]["recorded"] = best(lambda: streams(port, 1))[0]

    def peers(name):
        return {kind: results[kind][name] for kind in kinds[1:]}
    report("relay, one stream", "MB/s", results["ours"]["1 stream"], peers("1 stream"))
    report("relay, 32 streams", "MB/s", results["ours"]["32 streams"], peers("32 streams"))
    report("relay, one stream recorded to .pcapng", "MB/s", results["ours"]["recorded"], {"unrecorded": results["ours"]["1 stream"]})
    report("relay, added to an echo of 64 B, p50", "us", results["ours"]["p50"], peers("p50"), "less")
    report("relay, connect, exchange, close", "/s", results["ours"]["rate"], peers("rate"))


def importing():
    """A capture of 1 GiB: 16 TCP streams in segments of 1,400 bytes."""
    if not TSHARK:
        return
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "big.pcap")
        with open(path, "wb") as file:
            file.write(struct.pack("<IHHIIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101))
            payload = os.urandom(1400)
            size = number = 0
            while size < 1 << 30:
                portion = bytearray()
                for _ in range(2000):
                    port, sequence = 40000 + number % 16, number // 16 * 1400 % (1 << 32)
                    portion += struct.pack("<IIII", 1_700_000_000 + number // 100_000, number % 100_000 * 10, 1440, 1440)
                    portion += struct.pack(">BBHHHBBHII", 0x45, 0, 1440, 0, 0, 64, 6, 0, 0x0a000001, 0x0a000002)
                    portion += struct.pack(">HHIIBBHHH", port, 80, sequence, 1, 0x50, 24, 65535, 0, 0) + payload
                    number += 1
                file.write(portion)
                size += len(portion)

        def timed(*command):
            begin = time.monotonic()
            subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
            return time.monotonic() - begin
        ours = timed(os.path.join(BIN, "swright"), "show", path, "--filter", "len>1000000")
        report("import a capture of 1 GiB", "s", ours, {"tshark -q": timed(TSHARK, "-n", "-q", "-r", path)}, "less")


def bench(program, *arguments, timeout=300):
    output = subprocess.run([os.path.join(BIN, program), *arguments], capture_output=True, check=True, env=ENVIRONMENT, timeout=timeout)
    return [float(value) for value in output.stdout.split()]


def view():
    first, indexed, p50, p99, resident_mb, size = bench("bench_view", "lines", "2000000")
    report("view: first rows of 2,000,000 lines", "s", first, {}, "less")
    report("view: repaint at 1200x800, p50", "ms", p50, {}, "less")
    report("view: repaint at 1200x800, p99", "ms", p99, {}, "less")
    report("view: resident memory, 256 MiB budget", "MB", resident_mb, {}, "less")
    first, giant, p50, p99, resident_mb, giant_size = bench("bench_view", "giant", str(1 << 30))
    report("view: first rows of one line of 1 GiB", "s", first, {}, "less")
    report("view: all rows of it, for each byte", "ns", giant / giant_size * 1e9, {"lines of 75 B": indexed / size * 1e9}, "less")
    report("view: repaint in it, p99", "ms", p99, {}, "less")


def search():
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "lines")
        for budget, where in ((2048, "in memory"), (256, "three quarters on disk")):
            memmem, ours, first, pattern, *_ = bench("bench_search", "1024", str(budget), file)
            start = time.monotonic()
            subprocess.run(["grep", "-cE", "failed with code [0-9]+", file], stdout=subprocess.PIPE, check=True)  # to /dev/null it would stop at the first
            grep = time.monotonic() - start
            report(f"search 1 GiB for bytes, {where}", "MB/s", ours, {"memmem": memmem})
            report("  first hit", "ms", first, {}, "less")
            report("  regular expression of 20 hits", "s", pattern, {"grep -cE": grep}, "less")


def start():
    def once(kind):
        begin = time.monotonic()
        memory = bench("bench_start", kind)[0]
        return [time.monotonic() - begin, memory / 1024]
    empty = best(lambda: once("empty"))
    ours = best(lambda: once("full"))
    report("start to first window and end", "ms", ours[0] * 1000, {"empty QMainWindow": empty[0] * 1000}, "less")
    report("  resident memory", "MiB", ours[1], {"empty QMainWindow": empty[1]}, "less")


def main():
    print(f"Socketwright beside its peers; median of {ROUNDS} rounds. A ratio is ours divided by the peer's.")
    measures = (receive, echo, scripts, accepting, many, datagrams, relay, importing, view, search, start)
    wanted = sys.argv[3:]  # by name; all without
    for measure in measures:
        if not wanted or measure.__name__ in wanted:
            measure()
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        json.dump(rows, file, indent=2)
    print(f"written to {sys.argv[2]}")


main()

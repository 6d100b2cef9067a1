# SPDX-License-Identifier: MIT
"""What the transcript promises are tried with, at the numbers that the caller wants."""
import contextlib
import json
import os
import re
import select
import signal
import socket
import subprocess
import tempfile
import time

from harness import LIMIT, Running, connected, environment, wait_for

ENGINE = os.environ.get("BENCH_ENGINE", "")
MEGABYTE = 1 << 20


class Engine:
    """The engine with a listener that records everything it receives; see tests/bench/bench_engine.cpp."""

    def __init__(self, address="tcp://127.0.0.1", behaviour="discard", directory=None):
        arguments = [ENGINE, address, behaviour] + ([directory] if directory else [])
        self.process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                        env=environment())
        self.port = int(self.process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()

    def ask(self, line, seconds=LIMIT):
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()
        ready, _, _ = select.select([self.process.stdout], [], [], seconds)
        assert ready, "no answer in time"
        return [float(value) for value in self.process.stdout.readline().split()]

    def state(self):
        names = ("records", "bytes", "unrecorded", "recording", "memory", "journaled")
        return dict(zip(names, self.ask("state")))

    def resident(self, what="VmRSS"):
        """Megabytes of 1,000,000 bytes."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return int(re.search(what + r":\s+(\d+)", status.read()).group(1)) * 1024 / 1e6


def one_long_transcript(size):
    """Sends `size` bytes of lines with a needle at the start, in the middle and at the end. Gives the engine's largest
    resident memory in MB, the needles found, the seconds of sending and of searching, and the bytes not recorded."""
    line = b"0123456789 the quick brown fox jumps over the lazy dog and runs on, 0123456789\n"
    block = line * (8 * MEGABYTE // len(line))
    needle = b"a line with the only NEEDLE in its part\n"
    with Engine() as engine:
        start = time.monotonic()
        with connected(engine.port) as peer:
            peer.settimeout(120)
            sent = 0
            for part in range(3):
                peer.sendall(needle)
                sent += len(needle)
                while part < 2 and sent < size * (part + 1) // 2:
                    peer.sendall(block)
                    sent += len(block)
        wait_for(lambda: engine.state()["bytes"] == sent, 120)
        took = time.monotonic() - start
        found, searched = engine.ask("find NEEDLE", 300)
        return {"peak": engine.resident("VmHWM"), "needles": int(found), "seconds": took, "search": searched, "bytes": sent,
                **{key: value for key, value in engine.state().items() if key != "bytes"}}


def kill_under_load(process, port, seconds):
    """Sends a numbered line a millisecond, then kills the process. When each line was sent, and when the kill came."""
    sent = []
    with connected(port) as peer:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            peer.sendall(b"<%d>\n" % len(sent))
            sent.append(time.monotonic())
            time.sleep(0.001)  # a line a millisecond
        killed = time.monotonic()
        process.send_signal(signal.SIGKILL)
        process.wait()
    return sent, killed


def killed_recording(folder, seconds):
    """Kills a recording swright under load. Gives the age, at the kill, of the oldest line that the file lacks."""
    path = os.path.join(folder, "x.jsonl")
    with Running("listen", "tcp://127.0.0.1:0", "--record", path) as listener:
        sent, killed = kill_under_load(listener.process, listener.port(), seconds)
    text = ""
    with open(path, encoding="utf-8") as file:
        lines = file.read().split("\n")
    for line in lines[:-1]:  # the last one may be torn, or is empty
        text += json.loads(line).get("text", "")
    recorded = len(re.findall(r"<\d+>", text))
    assert [int(n) for n in re.findall(r"<(\d+)>\n", text)] == list(range(text.count(">\n")))
    return killed - sent[recorded] if recorded < len(sent) else 0.0


def killed_journal(folder, seconds):
    """The same for the journal of an engine that keeps its transcripts."""
    with Engine(directory=folder) as engine:
        sent, killed = kill_under_load(engine.process, engine.port, seconds)
    found = set()
    for root, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(root, name), "rb") as file:
                found.update(int(n) for n in re.findall(rb"<(\d+)>\n", file.read()))
    missing = [i for i in range(len(sent)) if i not in found]
    return killed - sent[missing[0]] if missing else 0.0


@contextlib.contextmanager
def small_disk(megabytes):
    """A file system of so many megabytes; None where we may not make one."""
    folder = tempfile.mkdtemp()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0700", "tmpfs", folder],
                             capture_output=True, check=False).returncode == 0
    try:
        yield folder if mounted else None
    finally:
        if mounted:
            subprocess.run(["umount", "-l", folder], check=True)
        os.rmdir(folder)


def echoed(port, count, size=65536):
    """Whether so many pieces come back."""
    with socket.create_connection(("127.0.0.1", port), timeout=LIMIT) as peer:
        for _ in range(count):
            piece = os.urandom(size)
            peer.sendall(piece)
            back = b""
            while len(back) < size:
                back += peer.recv(size - len(back))
            if back != piece:
                return False
    return True

# SPDX-License-Identifier: MIT
"""What the end-to-end tests share: the built programs, started and always ended again; plain sockets as peers."""
import codecs
import contextlib
import json
import os
import random
import re
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

SWRIGHT = os.environ["SWRIGHT"]
SOURCE = os.environ["SOURCE"]
LIMIT = 60  # seconds that anything here may take, on a slow machine that has much else to do


def environment():
    values = dict(os.environ, QT_QPA_PLATFORM="offscreen", LC_ALL="C.UTF-8")
    values.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
    return values


def swright(*arguments, data=b"", timeout=LIMIT, **options):
    """Runs swright to its end."""
    return subprocess.run([SWRIGHT, *arguments], input=data, capture_output=True, timeout=timeout, env=environment(), **options)


def wait_for(condition, seconds=LIMIT):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.01)
    raise AssertionError("the condition did not come true in time")


def settled(measure, quiet=0.5):
    """What is measured, once it has stayed the same for so many seconds: for what has no other sign that it is done."""
    value, since = measure(), time.monotonic()
    end = since + LIMIT
    while time.monotonic() < since + quiet:
        time.sleep(0.01)
        now = measure()
        if now != value:
            value, since = now, time.monotonic()
        if time.monotonic() > end:
            raise AssertionError(f"it does not settle: {value} by now")
    return value


def processor_time(pid):
    """What a program has used, in ticks of the system's clock."""
    with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def processor_seconds(*arguments):
    """What a run of swright has used of the processor, to its end."""
    program = subprocess.Popen([SWRIGHT, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment())
    _, _, usage = os.wait4(program.pid, 0)
    program.returncode = 0  # it was waited for
    return usage.ru_utime + usage.ru_stime


def content(file):
    """All of a file that a program still writes: by place, as its position belongs to the program."""
    parts = []
    at = 0
    while part := os.pread(file.fileno(), 1 << 20, at):
        parts.append(part)
        at += len(part)
    return b"".join(parts)


class Running:
    """A swright that goes on while the test talks to it."""

    def __init__(self, *arguments, stdin=subprocess.DEVNULL, prefix=None):
        self.errors = tempfile.TemporaryFile()
        self.output = tempfile.TemporaryFile()
        self.process = subprocess.Popen([*(prefix or []), SWRIGHT, *arguments], stdin=stdin, stdout=self.output,
                                        stderr=self.errors, env=environment(), **({"process_group": 0} if os.name == "posix" else {}))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.stdin:
            with contextlib.suppress(BrokenPipeError):
                self.process.stdin.close()
        if self.process.poll() is None:
            if os.name == "posix":
                os.killpg(self.process.pid, signal.SIGKILL)  # a tracer before it would leave what it traced
            else:
                self.process.kill()
        self.process.wait()
        self.errors.close()
        self.output.close()

    def said(self):
        """What it has said by now, on standard error; a character that is there in part only is left out."""
        return codecs.utf_8_decode(content(self.errors), "strict", False)[0]

    def printed(self):
        """What it has printed by now, on standard output."""
        return content(self.output)

    def events(self, kind=None, **facts):
        """The events of --json that it has told by now."""
        return events_in(self.said(), kind, **facts)

    def until(self, condition, wanted):
        """What a condition on its output gives once it comes true."""
        end = time.monotonic() + LIMIT
        while True:
            has_ended = self.process.poll() is not None  # asked first: what it said before its end counts
            value = condition()
            if value:
                return value
            if has_ended or time.monotonic() > end:
                raise AssertionError(f"{wanted}, before {'its end' if has_ended else 'the time was over'}; it said: {self.said()}")
            time.sleep(0.01)

    def at_least(self, count, kind, **facts):
        """All events of --json of this kind and with these facts, once there are so many."""
        def enough():
            found = self.events(kind, **facts)
            return found if len(found) >= count else None
        return self.until(enough, f"it did not tell {count} events “{kind}” {facts or ''}")

    def event(self, kind, **facts):
        """The first event of --json of this kind and with these facts, once it tells it."""
        return self.at_least(1, kind, **facts)[0]

    def says(self, text, count=1):
        """All it has said, once this text is there, or is there so many times."""
        return self.until(lambda: (said := self.said()).count(text) >= count and said, f"it did not say “{text}”")

    def prints(self, data):
        """All it has printed, once these bytes are there."""
        return self.until(lambda: data in (printed := self.printed()) and printed, f"it did not print {data[:100]!r}")

    def address(self):
        """The address it listens on, once it says so."""
        def found():
            said = self.said()
            match = re.search(r"^(?:listening|receiving) on ([^\s,;]+)(?=[\s,;])", said, re.M)
            started = events_in(said, "started")
            return match.group(1) if match else started[0]["address"] if started else None
        return self.until(found, "it did not listen")

    def port(self):
        return int(re.search(r":(\d+)(?:\?|$)", self.address()).group(1))

    def memory(self):
        """Resident memory in KiB."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1))

    def peak(self):
        """The most resident memory that it ever had, in KiB."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return int(re.search(r"VmHWM:\s+(\d+)", status.read()).group(1))

    def children(self):
        """The processes that it has started and that are there."""
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children", encoding="ascii") as own:
            found = set(own.read().split())
        for task in os.listdir(f"/proc/{self.process.pid}/task"):
            with contextlib.suppress(FileNotFoundError), open(f"/proc/{self.process.pid}/task/{task}/children", encoding="ascii") as theirs:
                found.update(theirs.read().split())
        return sorted(int(pid) for pid in found)

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def wait(self, timeout=LIMIT):
        return self.process.wait(timeout)


def listening_socket(family=socket.AF_INET, host="127.0.0.1"):
    server = socket.socket(family, socket.SOCK_STREAM)
    server.bind((host, 0))
    server.listen(64)
    server.settimeout(LIMIT)
    return server


@contextlib.contextmanager
def refusing_port(kind=socket.SOCK_STREAM):
    """A port at which nobody listens, and which no other program gets meanwhile."""
    with socket.socket(socket.AF_INET, kind) as holder:
        holder.bind(("127.0.0.1", 0))
        if kind == socket.SOCK_DGRAM:
            holder.connect(("127.0.0.1", 9))  # takes only what comes from there; for all others nobody is here
        yield holder.getsockname()[1]


def free_port():
    """A port for a server of another project that does not tell which one it got. Those below the range of the system's
    choice are not given to anybody meanwhile."""
    choose = random.SystemRandom()
    while True:
        port = choose.randrange(10_000, 30_000)
        with contextlib.suppress(OSError):
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                with socket.socket(socket.AF_INET, kind) as probe:
                    probe.bind(("127.0.0.1", port))
            return port


def connected(port, host="127.0.0.1"):
    return socket.create_connection((host, port), timeout=LIMIT)


def reset_by(port):
    """Connects to a listener that lets nobody in; its reset may come before connecting has ended here."""
    with contextlib.suppress(ConnectionResetError), connected(port) as peer:
        data = peer.recv(1)
        raise AssertionError(f"no reset, but {data!r}")


def receive(peer, size):
    """So many bytes, in however many pieces they come; fewer when the peer ends."""
    data = b""
    while len(data) < size and (part := peer.recv(size - len(data))):
        data += part
    return data


def read_all(peer):
    parts = []
    while True:
        part = peer.recv(1 << 20)
        if not part:
            return b"".join(parts)
        parts.append(part)


def read_until(pipe, pattern):
    """Reads what a program of another project prints until a pattern is there. The match; its `string` is all of it."""
    seen = b""
    end = time.monotonic() + LIMIT
    while not (match := re.search(pattern, seen)):
        ready, _, _ = select.select([pipe], [], [], max(end - time.monotonic(), 0))
        part = os.read(pipe.fileno(), 65536) if ready else b""
        if not part:
            raise AssertionError(f"{pattern!r} did not come, but {seen!r}")
        seen += part
    return match


def json_lines(text):
    """The events of the lines that are written whole by now."""
    return [json.loads(line) for line in text[:text.rfind("\n") + 1].split("\n") if line.startswith("{")]


def events_in(text, kind=None, **facts):
    """Those of one kind, with these facts."""
    return [event for event in json_lines(text) if kind in (None, event.get("event"))
            and all(event.get(name) == value for name, value in facts.items())]


def needs(*programs):
    missing = [program for program in programs if shutil.which(program) is None]
    return unittest.skipIf(missing, f"not installed: {', '.join(missing)}")


def not_with_qt(reason):
    """For what Qt's sockets cannot do, where the tests run over them."""
    return unittest.skipIf(os.environ.get("SOCKETWRIGHT_SOCKETS") == "qt", reason)


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind(("::1", 0))
        return True
    except OSError:
        return False

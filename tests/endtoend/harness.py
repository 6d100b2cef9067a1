# SPDX-License-Identifier: MIT
"""What the end-to-end tests share: the built programs, started and always ended again; plain sockets as peers."""
import contextlib
import fcntl
import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
import unittest

SWRIGHT = os.environ["SWRIGHT"]
SOURCE = os.environ["SOURCE"]
LIMIT = 20  # seconds that anything here may take


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


class Running:
    """A swright that goes on while the test talks to it."""

    def __init__(self, *arguments, stdin=subprocess.DEVNULL, prefix=None):
        self.errors = tempfile.TemporaryFile()
        self.output = tempfile.TemporaryFile()
        for file in (self.errors, self.output):  # we share its position, and move it when we read: writes go to the end
            fcntl.fcntl(file, fcntl.F_SETFL, fcntl.fcntl(file, fcntl.F_GETFL) | os.O_APPEND)
        self.process = subprocess.Popen([*(prefix or []), SWRIGHT, *arguments], stdin=stdin, stdout=self.output,
                                        stderr=self.errors, env=environment())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.stdin:
            with contextlib.suppress(BrokenPipeError):
                self.process.stdin.close()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.errors.close()
        self.output.close()

    def read(self, stream):
        stream.seek(0)
        return stream.read()

    def said(self):
        return self.read(self.errors).decode()

    def printed(self):
        return self.read(self.output)

    def address(self):
        """The address it listens on, once it says so."""
        def said():
            match = re.search(r"^listening on ([^\s,;]+)", self.said(), re.M)
            started = [event["address"] for event in json_lines(self.said()) if event["event"] == "started"]
            return match.group(1) if match else started[0] if started else None
        wait_for(lambda: said() or self.process.poll() is not None)
        if not said():
            raise AssertionError("it did not listen: " + self.said())
        return said()

    def port(self):
        return int(re.search(r":(\d+)(?:\?|$)", self.address()).group(1))

    def memory(self):
        """Resident memory in KiB."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1))

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


def connected(port, host="127.0.0.1"):
    peer = socket.create_connection((host, port), timeout=LIMIT)
    return peer


def read_all(peer):
    parts = []
    while True:
        part = peer.recv(1 << 20)
        if not part:
            return b"".join(parts)
        parts.append(part)


def json_lines(text):
    """The events of the lines that are written whole by now."""
    return [json.loads(line) for line in text[:text.rfind("\n") + 1].split("\n") if line.startswith("{")]


def needs(*programs):
    missing = [program for program in programs if shutil.which(program) is None]
    return unittest.skipIf(missing, f"not installed: {', '.join(missing)}")


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind(("::1", 0))
        return True
    except OSError:
        return False

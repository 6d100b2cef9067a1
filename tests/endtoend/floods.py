# SPDX-License-Identifier: MIT
"""Floods, and what somebody else notices of them. Used at small numbers by test_floods, at full numbers by promises."""
import contextlib
import os
import signal
import socket
import threading
import time

from harness import LIMIT, Running, connected, receive

RULES = """framer lines
rule big
  prefix big
  answer ${random:1048576}${random:1048576}${random:1048576}${random:1048576}${random:1048576}${random:1048576}${random:1048576}${random:1048576}${random:1048576}${random:1048576}${random:1048576}${random:1048576}${random:1048576}${random:1048576}${random:1048576}
rule delay
  prefix w
  delay 100s
  answer x
rule ping
  prefix ping
  answer pong\\n
"""
SCRIPT = "let framer = 'lines'; function filter(c, b) { if (b.startsWith('ping')) c.send('pong\\n'); }"


@contextlib.contextmanager
def flooded(port, data, reads=True):
    """A peer that sends as fast as it is taken, and reads what comes or does not."""
    over = threading.Event()
    peer = connected(port)
    peer.settimeout(1)

    def write():
        with contextlib.suppress(OSError):
            while not over.is_set():
                with contextlib.suppress(TimeoutError):
                    peer.sendall(data)

    def read():
        with contextlib.suppress(OSError):
            while not over.is_set():
                with contextlib.suppress(TimeoutError):
                    if not peer.recv(1 << 20):
                        return
    threads = [threading.Thread(target=write, daemon=True)] + ([threading.Thread(target=read, daemon=True)] if reads else [])
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        peer.close()
        for thread in threads:
            thread.join()


def answer_times(port, question, answer, seconds):
    """How long another client waits for its answers meanwhile, each on a connection of its own."""
    times = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        begin = time.monotonic()
        with connected(port) as peer:
            peer.settimeout(LIMIT)
            peer.sendall(question)
            received = receive(peer, len(answer))
        if received != answer:
            raise AssertionError(f"{received!r} instead of {answer!r}")
        times.append(time.monotonic() - begin)
        time.sleep(0.02)
    return sorted(times)


def end_time(program, how=signal.SIGTERM):
    begin = time.monotonic()
    program.process.send_signal(how)
    program.wait()
    return time.monotonic() - begin


def own_address(number):
    """An address and port that no other test binds: all of 127.0.0.0/8 is this machine, and tests run beside each other."""
    return f"127.{64 + os.getpid() // 250 % 150}.{os.getpid() % 250}.{1 + number // 50_000}", 10_000 + number % 50_000


def many_peers(test, port, count):
    """So many datagram peers, each from an address of its own; the answers that came."""
    answers = 0
    for number in range(count):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
            peer.bind(own_address(number))
            peer.settimeout(LIMIT)
            peer.sendto(b"%d" % number, ("127.0.0.1", port))
            answers += peer.recv(100) == b"%d" % number
    test.assertEqual(answers, count)


def sending_is_bounded(test, *arguments, seconds=3, most=120 * 1024):
    """What sends without end stays small, and a signal ends it."""
    with Running(*arguments) as program:
        begin = time.monotonic()
        while time.monotonic() - begin < seconds and program.process.poll() is None:
            time.sleep(0.1)
        if program.process.poll() is not None:
            test.assertIn(program.process.returncode, (0, 1), program.said())
            return
        test.assertLess(program.peak(), most)
        test.assertLess(end_time(program, signal.SIGINT), 10)


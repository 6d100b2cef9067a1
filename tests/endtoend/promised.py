# SPDX-License-Identifier: MIT
"""What several promises ask of whatever listens on a port: an endpoint of ours, or a relay before one."""
import hashlib
import os
import random
import socket
import subprocess
import threading
import time

from harness import LIMIT, Running, connected, read_all, receive

MEGABYTE = 1 << 20


def every_byte_once(test, port):
    """100 streams of 100 MiB in random pieces, both ways."""
    block = os.urandom(8 * MEGABYTE)
    failures = []

    def one(seed):
        sizes = random.Random(seed)
        peer = connected(port)
        sent, received = hashlib.sha256(), hashlib.sha256()

        def write():
            left = 100 * MEGABYTE
            while left > 0:
                start = sizes.randrange(len(block) - 1)
                piece = block[start:start + min(sizes.randrange(1, 200_000), left)]
                sent.update(piece)
                peer.sendall(piece)
                left -= len(piece)
            peer.shutdown(socket.SHUT_WR)
        writer = threading.Thread(target=write)
        writer.start()
        while True:
            part = peer.recv(MEGABYTE)
            if not part:
                break
            received.update(part)
        writer.join()
        peer.close()
        if sent.digest() != received.digest():
            failures.append(seed)
    for first in range(0, 100, 10):
        threads = [threading.Thread(target=one, args=(first + i,)) for i in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    test.assertEqual(failures, [])


def peak_at_full_speed(size, *arguments):
    """The peak in MiB of a listener that drops `size` bytes as fast as the system hands them over."""
    block = b"x" * MEGABYTE
    with Running("listen", "tcp://127.0.0.1:0", "--behaviour", "discard", *arguments) as listener, connected(listener.port()) as peer:
        for _ in range(size // MEGABYTE):
            peer.sendall(block)
        peer.shutdown(socket.SHUT_WR)
        read_all(peer)  # until it has received everything, and closes
        return listener.peak() / 1024


def every_datagram_whole(test, port):
    """One of each size, there and back."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.settimeout(LIMIT)
        peer.connect(("127.0.0.1", port))
        content = os.urandom(65507)
        for size in range(65508):
            peer.send(content[:size])
            test.assertEqual(peer.recv(70000), content[:size])


def half_closed_requests(test, target):
    """100 of nc -N, each answered."""
    for number in range(100):
        request = f"request {number}\n".encode() * (number * 50 + 1)
        answer = subprocess.run(["nc", "-N", *target], input=request, capture_output=True, timeout=LIMIT, check=True)
        test.assertEqual(answer.stdout, request)


def stuck_reader_stops_its_writer(test, program):
    """10 GiB offered to an echo whose answers nobody reads."""
    stuck = connected(program.port())
    base = program.memory()
    stuck.setblocking(False)
    taken = 0
    quiet = time.monotonic()
    # nothing is taken for a while once it stands: nothing else shows it
    while taken < 10 * 1024 * MEGABYTE and time.monotonic() - quiet < 10:
        try:
            taken += stuck.send(b"x" * MEGABYTE)
            quiet = time.monotonic()
        except BlockingIOError:
            time.sleep(0.01)
    test.assertLess(taken, 48 * MEGABYTE)  # 16 MiB of each of ours, and the systems' buffers
    test.assertLess(program.memory() - base, 32 * 1024)
    with connected(program.port()) as other:
        other.sendall(b"hello")
        test.assertEqual(receive(other, 5), b"hello")
    stuck.close()
    return taken


def resets_at_random_points(test, program, endpoints):
    """10,000 resets: a closing record for each endpoint that a connection makes."""
    port = program.port()
    choose = random.Random(8)
    for _ in range(10_000):
        peer = connected(port)
        for _ in range(choose.randrange(3)):
            peer.sendall(b"r" * choose.randrange(1, 40_000))
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        peer.close()
    def closed():
        return program.said().count('"event":"closed"')
    end = time.monotonic() + 90
    while time.monotonic() < end and closed() < 10_000 * endpoints:
        time.sleep(1)  # what it said is read as a whole each time
    test.assertEqual(closed(), 10_000 * endpoints)

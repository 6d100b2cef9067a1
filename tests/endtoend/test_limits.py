# SPDX-License-Identifier: MIT
"""Stuck readers, full descriptor tables, many connections."""
import calendar
import fcntl
import os
import resource
import socket
import struct
import subprocess
import tempfile
import termios
import threading
import time
import unittest

from harness import SWRIGHT, Running, connected, environment, listening_socket, receive, settled, wait_for
from promised import peak_at_full_speed

MEGABYTE = 1 << 20


def taken_of(most, write):
    """How much of what is offered is taken until it stands. Nothing is taken for a while then: nothing else shows it."""
    taken = 0
    quiet = time.monotonic()
    while taken < most and time.monotonic() - quiet < 1.5:
        try:
            taken += write(b"x" * 65536)
            quiet = time.monotonic()
        except BlockingIOError:
            time.sleep(0.01)
    return taken


def unread(peer):
    """The bytes that wait in the system until somebody receives them here."""
    return struct.unpack("i", fcntl.ioctl(peer, termios.FIONREAD, struct.pack("i", 0)))[0]


def seconds(event):
    """When an event was."""
    return calendar.timegm(time.strptime(event["time"][:19], "%Y-%m-%dT%H:%M:%S")) + float(event["time"][19:].rstrip("Z") or 0)


class StuckReaders(unittest.TestCase):
    OFFERED = 200 * MEGABYTE

    def test_a_peer_that_never_reads_stops_our_input(self):
        with listening_socket() as server:
            with Running("connect", f"tcp://127.0.0.1:{server.getsockname()[1]}", stdin=subprocess.PIPE) as client:
                peer, _ = server.accept()
                base = client.memory()
                os.set_blocking(client.process.stdin.fileno(), False)
                taken = taken_of(self.OFFERED, lambda data: os.write(client.process.stdin.fileno(), data))
                self.assertLess(taken, 32 * MEGABYTE)
                self.assertLess(client.memory() - base, 32 * 1024)
                peer.close()

    def test_an_echo_whose_answers_are_not_read_stops_its_peer(self):
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", "echo") as listener:
            stuck = connected(listener.port())
            base = listener.memory()
            stuck.setblocking(False)
            self.assertLess(taken_of(self.OFFERED, stuck.send), 48 * MEGABYTE)
            self.assertLess(listener.memory() - base, 32 * 1024)
            started = time.monotonic()  # others are served meanwhile
            other = connected(listener.port())
            other.sendall(b"hello")
            self.assertEqual(other.recv(5), b"hello")
            self.assertLess(time.monotonic() - started, 1)
            other.close()
            stuck.close()

    def test_a_stuck_standard_output_stops_the_peer(self):
        read_end, write_end = os.pipe()
        with listening_socket() as server:
            client = subprocess.Popen([SWRIGHT, "connect", f"tcp://127.0.0.1:{server.getsockname()[1]}"], stdin=subprocess.DEVNULL,
                                      stdout=write_end, stderr=subprocess.DEVNULL, env=environment())
            try:
                peer, _ = server.accept()
                peer.setblocking(False)
                self.assertLess(taken_of(self.OFFERED, peer.send), 32 * MEGABYTE)
                with open(f"/proc/{client.pid}/status", encoding="ascii") as status:
                    resident = int(status.read().split("VmRSS:")[1].split()[0])
                self.assertLess(resident, 64 * 1024)
                peer.close()
            finally:
                client.kill()
                client.wait()
                os.close(read_end)
                os.close(write_end)

    def test_all_of_it_arrives_once_the_reader_reads(self):
        with listening_socket() as server:
            with Running("connect", f"tcp://127.0.0.1:{server.getsockname()[1]}", stdin=subprocess.PIPE) as client:
                peer, _ = server.accept()
                amount = 50 * MEGABYTE
                writer = threading.Thread(target=lambda: (client.process.stdin.write(b"y" * amount), client.process.stdin.close()))
                writer.start()
                wait_for(lambda: unread(peer))
                settled(lambda: unread(peer))  # it is stopped, and has more to send
                received = 0
                while True:
                    part = peer.recv(MEGABYTE)
                    if not part:
                        break
                    received += len(part)
                writer.join()
                peer.close()
                self.assertEqual((received, client.wait()), (amount, 0))


class Memory(unittest.TestCase):
    def test_it_is_bounded_at_full_speed(self):
        with tempfile.TemporaryDirectory() as folder:
            for recording in ([], ["--record", os.path.join(folder, "r.bin")], ["--record", os.path.join(folder, "r.pcapng")]):
                with self.subTest(recording):
                    self.assertLessEqual(peak_at_full_speed(500 * MEGABYTE, *recording), 100)


class Descriptors(unittest.TestCase):
    def test_accepting_goes_on_after_the_table_was_full(self):
        limit = ["prlimit", "--nofile=40:40"]
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", "echo", "--json", prefix=limit) as listener:
            port = listener.port()
            peers = [connected(port) for _ in range(60)]
            reports = listener.at_least(3, "accept-failed")
            self.assertEqual({one["error"]["id"] for one in reports}, {"too-many-files"})
            times = [seconds(one) for one in reports]
            self.assertGreater(min(later - former for former, later in zip(times, times[1:])), 0.95)  # once a second at most
            for peer in peers[:30]:
                peer.close()
            started = time.monotonic()
            peers[-1].sendall(b"x")
            self.assertEqual(peers[-1].recv(1), b"x")
            self.assertLess(time.monotonic() - started, 1)
            for peer in peers[30:]:
                peer.close()

    def test_descriptors_come_back_after_a_thousand_connections(self):
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", "echo", "--json") as listener:
            port = listener.port()

            def round_trip():
                with connected(port) as peer:
                    peer.sendall(b"x")
                    self.assertEqual(peer.recv(1), b"x")
            round_trip()
            listener.event("closed")
            before = listener.descriptors()
            for _ in range(1000):
                round_trip()
            wait_for(lambda: listener.descriptors() <= before)
            self.assertLess(listener.memory(), 80 * 1024)

    def test_a_thousand_at_once(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard < 3000:
            self.skipTest("the descriptor limit here is too low")
        resource.setrlimit(resource.RLIMIT_NOFILE, (3000, hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        with Running("listen", "tcp://127.0.0.1:0?backlog=1024", "--behaviour", "talk") as listener:
            peers = [connected(listener.port()) for _ in range(1000)]
            for peer in peers:
                peer.sendall(b"hi\n")
            for peer in peers:
                self.assertEqual(receive(peer, 15), b"You sent: 'hi'\n")
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
                peer.close()
            wait_for(lambda: listener.descriptors() < 60)


if __name__ == "__main__":
    unittest.main()

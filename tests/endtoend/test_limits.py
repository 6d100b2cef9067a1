# SPDX-License-Identifier: MIT
"""Stuck readers, full descriptor tables, many connections."""
import os
import resource
import socket
import subprocess
import threading
import time
import unittest

from harness import SWRIGHT, Running, connected, environment, listening_socket, wait_for

MEGABYTE = 1 << 20


class StuckReaders(unittest.TestCase):
    OFFERED = 200 * MEGABYTE

    def test_a_peer_that_never_reads_stops_our_input(self):
        with listening_socket() as server:
            with Running("connect", f"tcp://127.0.0.1:{server.getsockname()[1]}", stdin=subprocess.PIPE) as client:
                peer, _ = server.accept()
                base = client.memory()
                taken = 0
                os.set_blocking(client.process.stdin.fileno(), False)
                quiet = time.monotonic()
                while taken < self.OFFERED and time.monotonic() - quiet < 1.5:
                    try:
                        taken += os.write(client.process.stdin.fileno(), b"x" * 65536)
                        quiet = time.monotonic()
                    except BlockingIOError:
                        time.sleep(0.01)
                self.assertLess(taken, 32 * MEGABYTE)
                self.assertLess(client.memory() - base, 32 * 1024)
                peer.close()

    def test_an_echo_whose_answers_are_not_read_stops_its_peer(self):
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", "echo") as listener:
            stuck = connected(listener.port())
            base = listener.memory()
            stuck.setblocking(False)
            taken = 0
            quiet = time.monotonic()
            while taken < self.OFFERED and time.monotonic() - quiet < 1.5:
                try:
                    taken += stuck.send(b"x" * 65536)
                    quiet = time.monotonic()
                except BlockingIOError:
                    time.sleep(0.01)
            self.assertLess(taken, 48 * MEGABYTE)
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
                taken = 0
                quiet = time.monotonic()
                while taken < self.OFFERED and time.monotonic() - quiet < 1.5:
                    try:
                        taken += peer.send(b"x" * 65536)
                        quiet = time.monotonic()
                    except BlockingIOError:
                        time.sleep(0.01)
                self.assertLess(taken, 32 * MEGABYTE)
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
                time.sleep(0.5)
                received = 0
                while True:
                    part = peer.recv(MEGABYTE)
                    if not part:
                        break
                    received += len(part)
                writer.join()
                peer.close()
                self.assertEqual((received, client.wait()), (amount, 0))


class Descriptors(unittest.TestCase):
    def test_accepting_goes_on_after_the_table_was_full(self):
        limit = ["prlimit", "--nofile=40:40"]
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", "echo", prefix=limit) as listener:
            port = listener.port()
            peers = [connected(port) for _ in range(60)]
            wait_for(lambda: "too-many-files" in listener.said())
            reports = listener.said().count("too-many-files")
            time.sleep(1.2)
            self.assertLessEqual(listener.said().count("too-many-files") - reports, 2)  # once a second at most
            for peer in peers[:30]:
                peer.close()
            started = time.monotonic()
            peers[-1].sendall(b"x")
            self.assertEqual(peers[-1].recv(1), b"x")
            self.assertLess(time.monotonic() - started, 1)
            for peer in peers[30:]:
                peer.close()

    def test_descriptors_come_back_after_a_thousand_connections(self):
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", "echo") as listener:
            port = listener.port()

            def round_trip():
                with connected(port) as peer:
                    peer.sendall(b"x")
                    self.assertEqual(peer.recv(1), b"x")
            round_trip()
            time.sleep(0.2)
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
                self.assertEqual(peer.recv(100), b"You sent: 'hi'\n")
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
                peer.close()
            wait_for(lambda: listener.descriptors() < 60)


if __name__ == "__main__":
    unittest.main()

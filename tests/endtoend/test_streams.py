# SPDX-License-Identifier: MIT
"""TCP in both roles against plain sockets: half-close, order, sending, waiting."""
import hashlib
import os
import socket
import subprocess
import tempfile
import threading
import time
import unittest

from harness import Running, connected, has_ipv6, listening_socket, not_with_qt, read_all, receive, swright


class Connecting(unittest.TestCase):
    def test_the_end_of_input_shuts_down_sending_only(self):
        with listening_socket() as server:
            def serve():
                peer, _ = server.accept()
                request = read_all(peer)  # to the end of the stream
                time.sleep(0.2)  # the answer is late on purpose
                peer.sendall(b"late answer to " + request)
                peer.close()
            thread = threading.Thread(target=serve)
            thread.start()
            result = swright("connect", f"tcp://127.0.0.1:{server.getsockname()[1]}", data=b"question")
            thread.join()
        self.assertEqual((result.returncode, result.stdout), (0, b"late answer to question"))

    @not_with_qt("Qt closes at the peer's end of stream")
    def test_the_peers_end_does_not_cut_our_input(self):
        with listening_socket() as server:
            with Running("connect", f"tcp://127.0.0.1:{server.getsockname()[1]}", stdin=subprocess.PIPE) as client:
                peer, _ = server.accept()
                peer.shutdown(socket.SHUT_WR)
                for _ in range(16):  # longer than the half second of a silent input, and each pause much shorter
                    client.process.stdin.write(b"more ")
                    client.process.stdin.flush()
                    time.sleep(0.05)
                client.process.stdin.close()
                self.assertEqual(read_all(peer), b"more " * 16)
                peer.close()
                self.assertEqual(client.wait(), 0)

    def test_an_open_but_silent_input_does_not_hold_it(self):
        with listening_socket() as server:
            with Running("connect", f"tcp://127.0.0.1:{server.getsockname()[1]}", stdin=subprocess.PIPE) as client:
                peer, _ = server.accept()
                peer.sendall(b"bye")
                peer.close()
                self.assertEqual(client.wait(), 0)
                self.assertEqual(client.printed(), b"bye")

    @not_with_qt("a reset looks like an end to Qt")
    def test_a_reset_is_status_1_and_said(self):
        with listening_socket() as server:
            with Running("connect", f"tcp://127.0.0.1:{server.getsockname()[1]}", stdin=subprocess.PIPE) as client:
                peer, _ = server.accept()
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
                peer.close()
                self.assertEqual(client.wait(), 1)
                self.assertIn("connection-reset", client.said())

    def test_crlf(self):
        with listening_socket() as server:
            with Running("connect", f"tcp://127.0.0.1:{server.getsockname()[1]}", "--crlf", "--send-only", stdin=subprocess.PIPE) as client:
                peer, _ = server.accept()
                client.process.stdin.write(b"a\nb\r\nc\n")
                client.process.stdin.close()
                self.assertEqual(read_all(peer), b"a\r\nb\r\nc\r\n")
                peer.close()
                self.assertEqual(client.wait(), 0)

    def test_receive_only(self):
        with listening_socket() as server:
            with Running("connect", f"tcp://127.0.0.1:{server.getsockname()[1]}", "--receive-only") as client:
                peer, _ = server.accept()
                peer.sendall(b"all")
                peer.close()
                self.assertEqual(client.wait(), 0)
                self.assertEqual(client.printed(), b"all")

    @unittest.skipUnless(has_ipv6(), "no IPv6 here")
    def test_ipv6(self):
        with listening_socket(socket.AF_INET6, "::1") as server:
            with Running("connect", f"tcp://[::1]:{server.getsockname()[1]}", "--receive-only") as client:
                peer, _ = server.accept()
                peer.sendall(b"six")
                peer.close()
                self.assertEqual(client.wait(), 0)
                self.assertEqual(client.printed(), b"six")


class Listening(unittest.TestCase):
    def test_once_is_wired_both_ways(self):
        with Running("listen", "tcp://127.0.0.1:0", "--once", stdin=subprocess.PIPE) as listener:
            listener.process.stdin.write(b"from standard input")
            listener.process.stdin.close()
            peer = connected(listener.port())
            self.assertEqual(read_all(peer), b"from standard input")
            peer.sendall(b"from the peer")
            peer.close()
            self.assertEqual(listener.wait(), 0)
            self.assertEqual(listener.printed(), b"from the peer")

    def test_once_takes_exactly_one(self):
        with Running("listen", "tcp://127.0.0.1:0", "--once") as listener:
            first = connected(listener.port())
            first.sendall(b"1")
            self.assertEqual(listener.prints(b"1"), b"1")
            with self.assertRaises(OSError):
                connected(listener.port())
            first.close()
            self.assertEqual(listener.wait(), 0)

    def test_input_goes_to_all_peers(self):
        with Running("listen", "tcp://127.0.0.1:0", "--verbose", stdin=subprocess.PIPE) as listener:
            peers = [connected(listener.port()) for _ in range(3)]
            listener.says("accepted by", 3)
            listener.process.stdin.write(b"to all\n")
            listener.process.stdin.flush()
            for peer in peers:
                self.assertEqual(receive(peer, 7), b"to all\n")
                peer.close()

    def test_accept_counts(self):
        with Running("listen", "tcp://127.0.0.1:0", "--accept", "2", "--behaviour", "talk") as listener:
            port = listener.port()
            for _ in range(2):
                peer = connected(port)
                peer.sendall(b"x\n")
                self.assertEqual(receive(peer, 14), b"You sent: 'x'\n")
                peer.close()
            self.assertEqual(listener.wait(), 0)

    def test_any_amount_arrives_once_and_in_order(self):
        content = os.urandom(30_000_000)
        with Running("listen", "tcp://127.0.0.1:0", "--once") as listener:
            peer = connected(listener.port())
            for start in range(0, len(content), 777_777):
                peer.sendall(content[start:start + 777_777])
            peer.close()
            self.assertEqual(listener.wait(), 0)
            self.assertEqual(hashlib.sha256(listener.printed()).digest(), hashlib.sha256(content).digest())

    def test_the_network_is_only_reached_when_asked(self):
        with Running("listen", "tcp://:0", "--verbose") as listener:
            self.assertTrue(listener.address().startswith("tcp://127.0.0.1:"))
            connected(listener.port()).close()
            self.assertNotIn("reachable", listener.says("accepted by"))
        with Running("listen", "tcp://*:0") as listener:
            listener.says("(reachable from the network)")


class Sending(unittest.TestCase):
    def sent(self, *arguments):
        with listening_socket() as server:
            with Running("send", f"tcp://127.0.0.1:{server.getsockname()[1]}", *arguments) as sender:
                peer, _ = server.accept()
                received = read_all(peer)
                peer.close()
                self.assertEqual(sender.wait(), 0)
        return received

    def test_payloads(self):
        self.assertEqual(self.sent("a\\n\\x00\\u{20ac}"), b"a\n\x00\xe2\x82\xac")
        self.assertEqual(self.sent("--hex", "0x00, 01 ff"), b"\x00\x01\xff")
        self.assertEqual(self.sent("--base64", "AAH/"), b"\x00\x01\xff")
        self.assertEqual(self.sent("x", "--ending", "crlf"), b"x\r\n")
        self.assertEqual(self.sent("x", "--repeat", "3"), b"xxx")
        with tempfile.NamedTemporaryFile() as file:
            content = os.urandom(3_000_000)
            file.write(content)
            file.flush()
            self.assertEqual(self.sent("--file", file.name), content)

    def test_the_interval_is_kept(self):
        started = time.monotonic()
        self.assertEqual(self.sent("t", "--repeat", "4", "--every", "100ms"), b"tttt")
        self.assertGreaterEqual(time.monotonic() - started, 0.28)

    def test_replies(self):
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", "talk") as listener:
            result = swright("send", f"tcp://127.0.0.1:{listener.port()}", "hi\\n", "--reply", "2s")
            self.assertEqual((result.returncode, result.stdout), (0, b"You sent: 'hi'\n"))
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", "discard") as listener:
            result = swright("send", f"tcp://127.0.0.1:{listener.port()}", "hi\\n", "--reply", "200ms")
            self.assertEqual(result.returncode, 1)

    def test_talk_without_a_window(self):
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", "talk") as listener:
            result = swright("connect", f"tcp://127.0.0.1:{listener.port()}", data=b"Hello self.\n")
            self.assertEqual((result.returncode, result.stdout), (0, b"You sent: 'Hello self.'\n"))


if __name__ == "__main__":
    unittest.main()

# SPDX-License-Identifier: MIT
"""UDP in both roles: every datagram whole."""
import os
import socket
import sys
import tempfile
import unittest

from harness import Running, json_lines, swright, wait_for


def datagram_socket():
    peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    peer.bind(("127.0.0.1", 0))
    peer.settimeout(10)
    return peer


class Datagrams(unittest.TestCase):
    SIZES = (0, 1, 2, 508, 1472, 1473, 9000, 65506, 65507)

    def test_every_size_is_echoed_whole(self):
        with Running("listen", "udp://127.0.0.1:0", "--behaviour", "echo") as listener, datagram_socket() as peer:
            for size in self.SIZES:
                content = os.urandom(size)
                peer.sendto(content, ("127.0.0.1", listener.port()))
                self.assertEqual(peer.recv(70000), content)

    def test_zero_length_ones_are_records(self):
        with tempfile.TemporaryDirectory() as folder, datagram_socket() as peer:
            path = os.path.join(folder, "d.jsonl")
            with Running("listen", "udp://127.0.0.1:0", "--record", path) as listener:
                for content in (b"", b"x", b""):
                    peer.sendto(content, ("127.0.0.1", listener.port()))
                wait_for(lambda: os.path.exists(path) and open(path, encoding="utf-8").read().count('"received"') == 3)
            with open(path, encoding="utf-8") as file:
                sizes = [r["size"] for r in json_lines(file.read()) if r["kind"] == "received"]
            self.assertEqual(sizes, [0, 1, 0])

    def test_sending(self):
        with datagram_socket() as peer:
            address = f"udp://127.0.0.1:{peer.getsockname()[1]}"
            self.assertEqual(swright("send", address, "--hex", "00 ff").returncode, 0)
            self.assertEqual(peer.recv(10), b"\x00\xff")
            self.assertEqual(swright("send", address).returncode, 0)
            self.assertEqual(peer.recv(10), b"")
            with tempfile.NamedTemporaryFile() as file:
                file.write(b"z" * 65507)
                file.flush()
                self.assertEqual(swright("send", address, "--file", file.name).returncode, 0)
            self.assertEqual(len(peer.recv(70000)), 65507)

    def test_nobody_there_is_said(self):
        with datagram_socket() as peer:
            port = peer.getsockname()[1]
        result = swright("send", f"udp://127.0.0.1:{port}", "x", "--reply", "300ms")
        self.assertEqual(result.returncode, 1)
        self.assertIn("connection-refused", result.stderr.decode())

    def test_peers_are_told_apart(self):
        with Running("listen", "udp://127.0.0.1:0", "--as", "lines") as listener, datagram_socket() as a, datagram_socket() as b:
            a.sendto(b"from a", ("127.0.0.1", listener.port()))
            b.sendto(b"from b", ("127.0.0.1", listener.port()))
            wait_for(lambda: b"from b" in listener.printed() and b"from a" in listener.printed())
            text = listener.printed().decode()
            self.assertIn(f"127.0.0.1:{a.getsockname()[1]}: from a", text)
            self.assertIn(f"127.0.0.1:{b.getsockname()[1]}: from b", text)

    @unittest.skipUnless(sys.platform.startswith("linux"), "the hop limit is asked of Linux")
    def test_a_socket_for_both_families_keeps_its_options_for_both(self):
        with Running("listen", "udp://*?ttl=5&tos=32", "--behaviour", "echo") as listener:
            port = listener.port()
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
                peer.setsockopt(socket.IPPROTO_IP, 12, 1)  # IP_RECVTTL
                peer.setsockopt(socket.IPPROTO_IP, 13, 1)  # IP_RECVTOS
                peer.settimeout(10)
                peer.sendto(b"x", ("127.0.0.1", port))
                data, facts, _, _ = peer.recvmsg(10, 200)
        self.assertEqual(data, b"x")
        found = {kind: value[0] for level, kind, value in facts if level == socket.IPPROTO_IP}
        self.assertEqual((found[2], found[1]), (5, 32))  # IP_TTL, IP_TOS


if __name__ == "__main__":
    unittest.main()

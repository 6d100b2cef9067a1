# SPDX-License-Identifier: MIT
"""Unix-domain sockets: streams, datagrams, the rules of socket files."""
import os
import socket
import stat
import sys
import tempfile
import unittest

from harness import Running, swright


class Local(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = os.path.join(self.folder.name, "s")

    def test_streams_and_their_file(self):
        with Running("listen", f"unix://{self.path}", "--behaviour", "talk") as listener:
            listener.address()
            self.assertEqual(stat.S_IMODE(os.stat(self.path).st_mode), 0o600)
            result = swright("connect", f"unix://{self.path}", data=b"hi\n")
            self.assertEqual((result.returncode, result.stdout), (0, b"You sent: 'hi'\n"))
            listener.process.terminate()
            self.assertEqual(listener.wait(), 0)
        self.assertFalse(os.path.exists(self.path))

    def test_the_mode_is_kept_whatever_the_umask(self):
        old = os.umask(0)
        try:
            with Running("listen", f"unix://{self.path}?mode=0640") as listener:
                listener.address()
                self.assertEqual(stat.S_IMODE(os.stat(self.path).st_mode), 0o640)
        finally:
            os.umask(old)

    def test_dead_sockets(self):
        with socket.socket(socket.AF_UNIX) as dead:
            dead.bind(self.path)
        result = swright("listen", f"unix://{self.path}")
        self.assertEqual(result.returncode, 1)
        self.assertIn("stale=replace", result.stderr.decode())
        with Running("listen", f"unix://{self.path}?stale=replace") as listener:
            listener.address()
            live = swright("listen", f"unix://{self.path}?stale=replace")
            self.assertEqual(live.returncode, 1)
            self.assertIn("another program serves", live.stderr.decode())

    def test_other_files_are_left_alone(self):
        with open(self.path, "w", encoding="ascii") as file:
            file.write("precious")
        result = swright("listen", f"unix://{self.path}?stale=replace")
        self.assertEqual(result.returncode, 1)
        with open(self.path, encoding="ascii") as file:
            self.assertEqual(file.read(), "precious")

    def test_abstract_names(self):
        name = f"socketwright-test-{os.getpid()}"
        with Running("listen", f"unix://@{name}", "--behaviour", "echo") as listener:
            listener.address()
            with socket.socket(socket.AF_UNIX) as peer:
                peer.connect("\0" + name)
                peer.sendall(b"x")
                self.assertEqual(peer.recv(1), b"x")

    def test_datagrams(self):
        with Running("listen", f"unixgram://{self.path}") as listener:
            listener.address()
            self.assertEqual(swright("send", f"unixgram://{self.path}", "gram").returncode, 0)
            self.assertEqual(listener.prints(b"gram"), b"gram")

    @unittest.skipUnless(sys.platform.startswith("linux"), "what is told of a peer differs")
    def test_peers_are_known(self):
        with Running("listen", f"unix://{self.path}", "--behaviour", "echo", "--json") as listener:
            listener.event("started")
            with socket.socket(socket.AF_UNIX) as peer:
                peer.connect(self.path)
                accepted = listener.event("accepted")
        who = accepted["credentials"]
        self.assertEqual((who["pid"], who["uid"], who["gid"]), (os.getpid(), os.geteuid(), os.getegid()))
        self.assertTrue(who["program"].startswith("python"))
        grams = self.path + "-grams"
        with Running("listen", f"unixgram://{grams}", "--json") as receiver:
            receiver.event("started")
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as peer:
                peer.bind(self.path + "-sender")
                for _ in range(2):
                    peer.sendto(b"gram", grams)
                self.assertEqual(receiver.prints(b"gramgram"), b"gramgram")  # of each, events come before its bytes
                told = [e for e in receiver.events() if "credentials" in e]
        self.assertEqual([e["credentials"]["pid"] for e in told], [os.getpid()])  # once

    def test_long_paths_are_said(self):
        result = swright("listen", "unix:///" + "x" * 200)
        self.assertEqual(result.returncode, 2)
        self.assertIn("2 to 107", result.stderr.decode())


if __name__ == "__main__":
    unittest.main()

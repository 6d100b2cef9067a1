# SPDX-License-Identifier: MIT
"""Every error as the system really gives it: identifier, native code, situation, and a sentence that names the cause. What
needs a second host stands in test_hosts."""
import contextlib
import os
import shutil
import socket
import stat
import struct
import subprocess
import tempfile
import threading
import unittest

from harness import LIMIT, SWRIGHT, Running, connected, environment, free_port, json_lines, listening_socket, needs, refusing_port, swright


def errors_of(text):
    return [line["error"] for line in json_lines(text) if "error" in line]


@unittest.skipUnless(os.name == "posix", "the native names here are those of POSIX")
class Errors(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        os.chmod(folder.name, 0o755)
        self.folder = folder.name

    def check(self, text, identifier, native, situation, *cause):
        found = errors_of(text)
        self.assertTrue(found, text)
        error = found[-1]
        self.assertEqual((error["id"], error.get("nativeName"), error["situation"]), (identifier, native, situation), error)
        for part in cause:
            self.assertIn(part, error["detail"])
        return error

    def failing(self, *arguments, data=b"", **options):
        result = swright(*arguments, "--json", data=data, **options)
        self.assertEqual(result.returncode, 1, result)
        return result.stderr.decode()

    def as_nobody(self, *arguments):
        """Runs a copy of swright that others may execute, without any rights."""
        program = shutil.copy(SWRIGHT, self.folder)
        result = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--bounding-set=-all",
                                 "--inh-caps=-all", program, *arguments, "--json"], stdin=subprocess.DEVNULL, capture_output=True,
                                timeout=LIMIT, env=environment(), check=False)
        self.assertEqual(result.returncode, 1, result)
        return result.stderr.decode()

    def test_refused(self):
        with refusing_port() as port:
            self.check(self.failing("connect", f"tcp://127.0.0.1:{port}"), "connection-refused", "ECONNREFUSED", "connect",
                       f"127.0.0.1:{port}", "nothing listens")

    def test_reset(self):
        with listening_socket() as server:
            with Running("connect", f"tcp://127.0.0.1:{server.getsockname()[1]}", "--json", stdin=subprocess.PIPE) as client:
                peer, _ = server.accept()
                client.event("opened")
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                peer.close()
                self.assertEqual(client.wait(), 1)
                self.check(client.said(), "connection-reset", "ECONNRESET", "receive", "reset the connection")
                self.assertEqual([line["cause"] for line in client.events("closed")], ["reset"])

    def test_in_use(self):
        with listening_socket() as taken:
            port = taken.getsockname()[1]
            self.check(self.failing("listen", f"tcp://127.0.0.1:{port}"), "address-in-use", "EADDRINUSE", "bind", f"Port {port}",
                       f"({os.getpid()})")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
            taken.bind(("127.0.0.1", 0))
            port = taken.getsockname()[1]
            self.check(self.failing("listen", f"udp://127.0.0.1:{port}"), "address-in-use", "EADDRINUSE", "bind", f"Port {port}",
                       f"({os.getpid()})")

    def listening_side_by_side(self):
        """Lets two sockets listen until the end of the test; the port of the first, and the second has the next one."""
        while True:
            port = free_port()
            pair = [socket.socket(), socket.socket()]
            for one in pair:
                self.addCleanup(one.close)
            with contextlib.suppress(OSError):  # the next port was somebody else's
                for number, one in enumerate(pair):
                    one.bind(("127.0.0.1", port + number))
                    one.listen()
                return port

    def test_a_range_that_is_all_taken(self):
        port = self.listening_side_by_side()
        self.check(self.failing("listen", f"tcp://127.0.0.1:{port}-{port + 1}"), "address-in-use", "EADDRINUSE", "bind",
                   f"Every port from {port} to {port + 1}")

    def test_an_unknown_name_ends_with_its_identifier(self):
        said = swright("connect", "tcp://a..invalid:1").stderr.decode()
        self.assertRegex(said.splitlines()[-1], r"\[name-not-found, resolve: EAI_NONAME -?\d+\]$")
        error = errors_of(self.failing("connect", "tcp://a..invalid:1"))[-1]
        self.assertEqual((error["id"], error["nativeName"]), ("name-not-found", "EAI_NONAME"))

    @needs("setpriv", "prlimit")
    def test_without_threads_it_says_so_or_goes_on(self):
        if os.geteuid() != 0:
            self.skipTest("another user is needed, whose threads are counted alone")
        program = shutil.copy(SWRIGHT, self.folder)
        script = os.path.join(self.folder, "x.js")
        nobody = str(100_000 + os.getpid())  # nobody else's processes count against this user's limit
        with open(script, "w", encoding="ascii") as file:
            file.write("function filter(connection, bytes) { connection.send(bytes); }\n")
        os.chmod(script, 0o644)
        outcomes = set()
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(20)

            def serve():
                with contextlib.suppress(OSError):
                    while True:
                        peer, _ = server.accept()
                        with peer, contextlib.suppress(OSError):
                            peer.sendall(b"hello")
                            peer.shutdown(socket.SHUT_WR)
                            while peer.recv(1024):  # closing with unread bytes would be a reset
                                pass

            threading.Thread(target=serve, daemon=True).start()
            for limit in range(1, 9):
                for arguments in (["connect", f"tcp://localhost:{server.getsockname()[1]}"], ["send", f"tcp://localhost:{server.getsockname()[1]}", "x"],
                                  ["listen", "tcp://127.0.0.1:0", "--behaviour", f"script={script}", "--for", "100ms"], ["lookup", "localhost"]):
                    with self.subTest(limit=limit, arguments=arguments):
                        result = subprocess.run(["setpriv", "--reuid", nobody, "--regid", nobody, "--clear-groups", "prlimit", f"--nproc={limit}", program, *arguments],
                                                stdin=subprocess.DEVNULL, capture_output=True, timeout=20, env=environment(), check=False)
                        said = result.stderr.decode()
                        self.assertIn(result.returncode, (0, 1), said)
                        if result.returncode == 1:
                            self.assertIn("[no-thread, thread: EAGAIN 11]", said)
                            self.assertEqual(len(said.splitlines()), 1, said)
                        outcomes.add(result.returncode)
        self.assertEqual(outcomes, {0, 1})

    @needs("strace")
    def test_a_full_epoll_set_leaves_nobody_unserved(self):
        probe = subprocess.run(["strace", "-f", "-o", "/dev/null", "-e", "inject=epoll_ctl:error=ENOSPC", "true"], capture_output=True, timeout=20)
        if probe.returncode != 0:
            self.skipTest("this system lets nobody be traced: " + probe.stderr.decode())
        for first in ("1+", "2+", "3+", "4", "5", "6+"):
            with self.subTest(first), Running("listen", "tcp://127.0.0.1:0", "--behaviour", "echo",
                                              prefix=["strace", "-f", "-o", "/dev/null", "-e", f"inject=epoll_ctl:error=ENOSPC:when={first}"]) as listener:
                for number in range(3):
                    with socket.create_connection(("127.0.0.1", listener.port()), timeout=20) as peer:
                        peer.sendall(b"%d" % number)
                        self.assertEqual(peer.recv(10), b"%d" % number)

    @needs("setpriv")
    def test_denied(self):
        if os.geteuid() != 0:
            self.skipTest("giving up rights needs them first")
        self.check(self.as_nobody("listen", "tcp://127.0.0.1:7"), "access-denied", "EACCES", "bind", "below 1024")
        closed = os.path.join(self.folder, "closed")
        os.mkdir(closed, 0o700)
        self.check(self.as_nobody("listen", f"unix://{closed}/s"), "access-denied", "EACCES", "bind", "protected directories")
        path = os.path.join(self.folder, "mine")
        with Running("listen", f"unix://{path}") as listener:
            listener.address()
            self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
            self.check(self.as_nobody("connect", f"unix://{path}"), "access-denied", "EACCES", "connect", "not yours")

    def test_not_available(self):
        self.check(self.failing("listen", "tcp://203.0.113.7:9000"), "address-not-available", "EADDRNOTAVAIL", "bind", "203.0.113.7",
                   "not an address of this machine")
        with listening_socket() as server:
            self.check(self.failing("connect", f"tcp://127.0.0.1:{server.getsockname()[1]}?bind=203.0.113.7"),
                       "address-not-available", "EADDRNOTAVAIL", "bind", "203.0.113.7")

    def test_the_same_pair_of_addresses_again(self):
        with listening_socket() as server:
            port = server.getsockname()[1]
            with socket.socket() as used:
                used.bind(("127.0.0.1", 0))
                local = used.getsockname()[1]
                used.connect(("127.0.0.1", port))
                server.accept()[0].close()
                text = self.failing("connect", f"tcp://127.0.0.1:{port}?bind=127.0.0.1:{local}")
                self.assertIn(errors_of(text)[-1]["id"], ("address-in-use", "address-not-available"))

    def test_too_large(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
            peer.bind(("127.0.0.1", 0))
            file = os.path.join(self.folder, "big")
            with open(file, "wb") as big:
                big.write(b"x" * 65508)
            text = self.failing("send", f"udp://127.0.0.1:{peer.getsockname()[1]}", "--file", file)
            self.check(text, "message-too-large", "EMSGSIZE", "send", "65,507")

    def test_broken_pipe(self):
        path = os.path.join(self.folder, "s")
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(path)
            server.listen()
            with Running("connect", f"unix://{path}", "--json", stdin=subprocess.PIPE) as client:
                peer, _ = server.accept()
                peer.shutdown(socket.SHUT_RD)
                client.process.stdin.write(b"too late")
                client.process.stdin.flush()
                self.assertEqual(client.wait(), 1)
                self.check(client.said(), "broken-pipe", "EPIPE", "send", "no longer receives")
                peer.close()

    def test_socket_files(self):
        missing = os.path.join(self.folder, "missing")
        self.check(self.failing("connect", f"unix://{missing}"), "not-found", "ENOENT", "connect", missing, "does not exist")
        self.check(self.failing("listen", f"unix://{missing}/s"), "not-found", "ENOENT", "bind", "directory")
        dead = os.path.join(self.folder, "dead")
        with socket.socket(socket.AF_UNIX) as left:
            left.bind(dead)
        self.check(self.failing("connect", f"unix://{dead}"), "connection-refused", "ECONNREFUSED", "connect", "nothing listens")
        for text in (self.failing("connect", f"unix://{dead}"), self.failing("connect", "unix://@socketwright-nobody-serves-this")):
            detail = errors_of(text)[-1]["detail"]
            self.assertIn("program", detail)
            self.assertNotIn(" port", detail)
        gone = os.path.join(self.folder, "gone")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as left:
            left.bind(gone)
        self.check(self.failing("connect", f"unixgram://{gone}"), "connection-refused", "ECONNREFUSED", "connect", "program")
        grams = os.path.join(self.folder, "grams")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server:
            server.bind(grams)
            self.check(self.failing("connect", f"unix://{grams}"), "not-supported", "EPROTOTYPE", "connect", "unixgram://")

    def test_planted_links_are_refused(self):
        target = os.path.join(self.folder, "precious")
        with open(target, "w", encoding="ascii") as file:
            file.write("precious")
        link = os.path.join(self.folder, "link")
        os.symlink(target, link)
        for stale in ("", "?stale=replace"):
            self.check(self.failing("listen", f"unix://{link}{stale}"), "address-in-use", "EADDRINUSE", "bind", "no socket")
        dangling = os.path.join(self.folder, "dangling")
        os.symlink(os.path.join(self.folder, "elsewhere"), dangling)
        self.failing("listen", f"unix://{dangling}?stale=replace")
        self.assertFalse(os.path.exists(os.path.join(self.folder, "elsewhere")))
        live = os.path.join(self.folder, "live")
        with Running("listen", f"unix://{live}", "--behaviour", "echo") as listener:
            listener.address()
            os.symlink(live, os.path.join(self.folder, "to-live"))
            self.failing("listen", f"unix://{self.folder}/to-live?stale=replace")
            self.assertEqual(swright("connect", f"unix://{live}", data=b"alive").stdout, b"alive")

    def test_a_full_table_while_accepting(self):
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", "echo", "--json", prefix=["prlimit", "--nofile=24"]) as listener:
            port = listener.port()
            peers = [connected(port) for _ in range(30)]
            listener.event("accept-failed")
            self.check(listener.said(), "too-many-files", "EMFILE", "accept", "ulimit -n")
            for peer in peers:
                peer.close()


if __name__ == "__main__":
    unittest.main()

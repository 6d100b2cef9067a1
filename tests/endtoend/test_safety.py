# SPDX-License-Identifier: MIT
"""What nobody asked for must not happen: no port open to the network by default, no command that runs more than it says."""
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.parse

from harness import LIMIT, Running, environment, free_port, json_lines, listening_socket, needs, read_all, read_until, swright, wait_for
from namespaces import TwoHosts, needs_namespaces

SHELLS = [shell for shell in ("dash", "bash", "zsh", "busybox") if shutil.which(shell)]
HOSTILE = [
    b"plain\n", b"it's", b"\"; touch MARK; \"", b"$(touch MARK)", b"`touch MARK`", b"$HOME", b"'; touch MARK #", b"-n", b"--help", b"%s%n%d\n",
    b"\\", b"\\x41\\n\\", b"!!", b"~", b"* ?", b"a\0b", b"\xff\xfe\x80", b"\r\n\t\x07\x1b[31m", b"\xe2\x80\xaetxt.exe", b"&& touch MARK",
    b"| touch MARK", b"> MARK", b"\n\ntouch MARK\n", b"${IFS}", b"\x01" + b"7", bytes(range(256)), b"x" * 50000,
]


class Receiver:
    """Takes one connection after another and keeps what each sent."""

    def __init__(self, server):
        self.server = server
        self.received = []
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while True:
            try:
                peer, _ = self.server.accept()
            except OSError:
                return
            peer.settimeout(LIMIT)
            self.received.append(read_all(peer))
            peer.close()

    def next(self, count):
        return wait_for(lambda: len(self.received) > count and self.received[count:])[0]


def escaped(data):
    """As --message takes it."""
    return "".join(chr(c) if 0x20 < c < 0x7f and c != 0x5c else f"\\x{c:02x}" for c in data)


class CopiedCommands(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def run_in(self, shell, command):
        arguments = ["busybox", "sh", "-c", command] if shell == "busybox" else [shell, "-c", command]
        return subprocess.run(arguments, stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT, cwd=self.folder,
                              env=dict(environment(), HOME="/nowhere"), check=False)

    def command(self, *arguments):
        result = swright("translate", *arguments)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout.decode()

    def assert_nothing_ran(self):
        self.assertFalse(os.path.exists(os.path.join(self.folder, "MARK")))

    @needs("ncat", "socat")
    def test_hostile_messages_arrive_as_they_are(self):
        with listening_socket() as server:
            receiver = Receiver(server)
            address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
            count = 0
            for data in HOSTILE:
                for number, tool in enumerate(("ncat", "socat", "python")):
                    shell = SHELLS[(count + number) % len(SHELLS)]
                    with self.subTest(tool=tool, shell=shell, data=data[:40]):
                        text = self.command(address, "--as", tool, "--message", escaped(data))
                        if tool == "python":
                            text = text.replace("python3", sys.executable, 1)
                        result = self.run_in(shell, text)
                        self.assertEqual(receiver.next(count), data, result.stderr)
                    count += 1
            server.shutdown(socket.SHUT_RDWR)
        self.assert_nothing_ran()

    @needs("ncat", "socat", "curl")
    def test_hostile_names_of_sockets(self):
        for number, name in enumerate(["a b", "it's", "$(touch MARK)", "`touch MARK`", "x;touch MARK", "a,b:c!d", "(x){y}[z]", "-n", "q\"q",
                                       "\\back", "%s", "new\nline", "*"]):
            path = os.path.join(self.folder, name)
            with self.subTest(name=name), socket.socket(socket.AF_UNIX) as server:
                server.bind(path)
                server.listen()
                server.settimeout(LIMIT)
                receiver = Receiver(server)
                address = "unix://" + urllib.parse.quote(path)
                tools = ["ncat", "socat", "python", "swright"]
                if "\n" in name:  # a terminal would act on it
                    for tool in ("ncat", "socat"):
                        refused = swright("translate", address, "--as", tool)
                        self.assertEqual(refused.returncode, 1)
                        self.assertIn("control characters", refused.stderr.decode())
                    tools = tools[2:]
                for count, tool in enumerate(tools):
                    text = self.command(address, "--as", tool, "--message", "hello")
                    text = text.replace("python3", sys.executable, 1).replace("swright", os.environ["SWRIGHT"], 1)
                    result = self.run_in(SHELLS[(number + count) % len(SHELLS)], text)
                    self.assertEqual(receiver.next(count), b"hello", (text, result.stderr))
                server.shutdown(socket.SHUT_RDWR)
        self.assert_nothing_ran()

    @needs("curl")
    def test_http_requests_through_curl(self):
        request = (b"POST /a?b=%27c%27&d=[1-3]{x} HTTP/1.1\r\nHost: ignored.example\r\nUser-Agent: $(touch MARK)\r\nX-Quote: it's \"q\"\r\n"
                   b"Content-Length: 11\r\n\r\n@/etc/passwd")
        with listening_socket() as server:
            text = self.command(f"tcp://127.0.0.1:{server.getsockname()[1]}", "--as", "curl", "--message", escaped(request))
            client = threading.Thread(target=self.run_in, args=(SHELLS[0], text))
            client.start()
            peer, _ = server.accept()
            peer.settimeout(LIMIT)
            got = b""
            while b"\r\n\r\n" not in got or not got.endswith(b"@/etc/passwd"):
                got += peer.recv(65536)
            peer.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
            peer.close()
            client.join()
        head = got.split(b"\r\n\r\n")[0].split(b"\r\n")
        self.assertEqual(len(head), 5, head)  # nothing of its own
        self.assertEqual(head[0], b"POST /a?b=%27c%27&d=[1-3]{x} HTTP/1.1")
        for line in (b"Host: ignored.example", b"User-Agent: $(touch MARK)", b"X-Quote: it's \"q\"", b"Content-Length: 11"):
            self.assertIn(line, head)
        self.assert_nothing_ran()

    @needs("ncat", "socat")
    def test_copied_listeners_listen(self):
        for tool in ("ncat", "socat", "python"):
            with self.subTest(tool=tool):
                port = free_port()
                text = self.command(f"tcp://127.0.0.1:{port}", "--as", tool, "--listen").replace("python3", sys.executable + " -u", 1)
                process = subprocess.Popen(["sh", "-c", "exec " + text], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                try:
                    def sent():
                        return swright("send", f"tcp://127.0.0.1:{port}", "heard").returncode == 0
                    wait_for(sent)
                    read_until(process.stdout, b"heard")
                finally:
                    process.kill()
                    process.wait()
                    for stream in (process.stdin, process.stdout, process.stderr):
                        stream.close()

    def test_what_a_shell_would_do_is_not_done(self):
        for text in ("nc localhost 80; touch MARK", "nc $(touch MARK) 80", "socat EXEC:'touch MARK' -", "rm -rf /", "nc -e /bin/sh localhost 80"):
            result = swright("translate", text, cwd=self.folder)
            self.assertEqual(result.returncode, 2)
            self.assertTrue(result.stderr)
        self.assert_nothing_ran()

    def test_commands_are_read(self):
        self.assertEqual(swright("translate", "printf 'hi\\n' | nc -u 127.0.0.1 5000").stdout,
                         b"printf 'hi\\n' | swright connect udp://127.0.0.1:5000\n")
        read = json_lines(swright("translate", "socat TCP-LISTEN:8000,fork -", "--json").stdout.decode())[0]
        self.assertEqual((read["role"], read["address"]), ("listen", "tcp://*:8000"))


class Defaults(unittest.TestCase):
    @needs_namespaces
    def test_nothing_is_reachable_that_was_not_asked_to_be(self):
        with TwoHosts() as hosts:
            for scheme in ("tcp", "udp"):
                for address, reachable in ((f"{scheme}://", False), (f"{scheme}://:7000", False), (f"{scheme}://localhost:7001", False),
                                           (f"{scheme}://?ipv6=only", False), (f"{scheme}://*:7002", True)):
                    with self.subTest(address), hosts.running(hosts.a, "listen", address, "--behaviour", "echo", "--json") as listener:
                        started = listener.event("started")
                        table = hosts.on(hosts.a, "ss", "-Hlntu")
                        bound = [line.split()[4] for line in table.splitlines() if line.split()[0] == scheme]
                        self.assertEqual(len(bound), 1, table)
                        inside = bound[0].startswith("127.0.0.1:") or bound[0].startswith("[::1]:")
                        self.assertEqual(inside, not reachable, bound)
                        port = started["local"].rsplit(":", 1)[1]
                        sent = hosts.swright(hosts.b, "send", f"{scheme}://10.77.0.1:{port}", "x", "--reply", "2s")
                        self.assertEqual(sent.stdout == b"x", reachable)

    @needs_namespaces
    def test_the_window_asks_no_name_server(self):
        with TwoHosts() as hosts:
            asked = hosts.name_server(hosts.a)
            with tempfile.TemporaryDirectory() as folder:
                process = subprocess.Popen(["ip", "netns", "exec", hosts.a, os.environ["SOCKETWRIGHT"], "--settings",
                                            os.path.join(folder, "s.ini"), "--example", "talk"], env=environment(),
                                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                try:
                    wait_for(lambda: "10244" in hosts.on(hosts.a, "ss", "-Hltn"))
                    client = hosts.swright(hosts.a, "send", "tcp://127.0.0.1:10244", "hello\\n", "--reply", "2s")
                    self.assertIn(b"You sent", client.stdout)
                    hosts.swright(hosts.a, "connect", "tcp://two.test:1")  # what was asked before it has been told by then
                    wait_for(asked)
                    self.assertEqual({question.split()[0] for question in asked()}, {"two.test"})
                finally:
                    process.terminate()
                    process.wait()
            self.assertEqual({question.split()[0] for question in asked()}, {"two.test"})


if __name__ == "__main__":
    unittest.main()

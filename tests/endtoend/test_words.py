# SPDX-License-Identifier: MIT
"""What others write into names and messages is text, and begins no line of ours (promises S4 to S6)."""
import json
import os
import socket
import subprocess
import sys
import tempfile
import unittest

from harness import LIMIT, Running, connected, environment, receive, swright

HOSTILE = "\x1b[31m\n<b>\x9b\u202e\x7f"


class Words(unittest.TestCase):
    def test_a_log_forges_no_line(self):
        with tempfile.TemporaryDirectory() as folder:
            script, rules = os.path.join(folder, "a.js"), os.path.join(folder, "a.rules")
            with open(script, "w", encoding="utf-8") as file:
                file.write("function filter(c, b) { log('x\\nswright: forged ' + b); c.send('ok'); }")
            with open(rules, "w", encoding="utf-8") as file:
                file.write("framer delimiter=\\0\nrule a\n  regex (?s)(.*)\n  log ${0}\n  answer ok\n")
            for behaviour in (f"script={script}", f"rules={rules}"):
                with self.subTest(behaviour), Running("listen", "tcp://127.0.0.1:0", "--behaviour", behaviour, "--verbose") as listener:
                    with connected(listener.port()) as peer:
                        peer.sendall(b"y\nswright: forged too\0")
                        self.assertEqual(receive(peer, 2), b"ok")
                    said = listener.says("forged")
                    self.assertFalse([line for line in said.splitlines() if line.startswith("swright: forged")], said)

    def test_json_has_no_control_characters(self):
        name = "a\u009b\u007f\u202e\U000e0041b"
        with Running("listen", "tcp://127.0.0.1:0", "--name", name, "--json") as listener:
            started = listener.event("started")
            self.assertEqual(started["name"], name)  # it says the same
            for acts in ("\u009b", "\u007f", "\u202e", "\U000e0041"):
                self.assertNotIn(acts, listener.said())

    @unittest.skipUnless(sys.platform == "linux", "names its process with prctl(2)")
    def test_a_program_that_owns_a_port_has_a_name_of_text(self):
        code = ("import ctypes, socket, sys\nctypes.CDLL(None).prctl(15, " + repr(HOSTILE.encode()[:15]) + ", 0, 0, 0)\n"
                "s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen(5); print(s.getsockname()[1], flush=True); sys.stdin.read()")
        with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as owner:
            port = owner.stdout.readline().decode().strip()
            text = swright("lookup", port).stdout.decode()
            data = json.loads(swright("lookup", port, "--json").stdout)
            owner.stdin.close()
        self.assertNotIn("\x1b", text)
        self.assertNotIn("\n<b>", text)
        self.assertTrue([fact for fact in data if "\x1b[31m" in fact["value"]], data)

    def test_the_option_parser_echoes_no_escape(self):
        for arguments in (["\x1b[31m"], ["listen", "\x1b[31m"], ["listen", "tcp://127.0.0.1:0", "--\x1b[31m"], ["send", "udp://127.0.0.1:9", "--repeat", "\x1b[31m\x9b"],
                          ["listen", "tcp://127.0.0.1:0", "--as", "\x1b[31m"], ["show", "\x1b[31m"]):
            result = swright(*arguments)
            self.assertNotEqual(result.returncode, 0)
            self.assertNotIn(b"\x1b", result.stderr)
            self.assertNotIn("\x9b".encode(), result.stderr)


class WithoutADisplay(unittest.TestCase):
    def run_window(self, *arguments):
        variables = {key: value for key, value in environment().items() if key not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
        return subprocess.run([os.environ["SOCKETWRIGHT"], *arguments], capture_output=True, timeout=LIMIT, check=False, env=variables)

    def test_help_and_version_need_none(self):
        for argument, says in (("--help", b"--settings"), ("-h", b"--settings"), ("--version", b"Socketwright"), ("-v", b"Socketwright")):
            result = self.run_window(argument)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertIn(says, result.stdout)


class WithoutMemory(unittest.TestCase):
    @unittest.skipUnless(sys.platform == "linux", "limits the address space")
    def test_it_ends_with_a_sentence(self):
        """Wherever memory ends: no abort, and no silence."""
        for megabytes in range(60, 400, 20):
            result = subprocess.run(["bash", "-c", f"ulimit -c 0; ulimit -v {megabytes * 1024}; exec \"$0\" \"$@\"", os.environ["SWRIGHT"], "listen", "tcp://127.0.0.1:0",
                                     "--for", "100ms"], capture_output=True, timeout=LIMIT, check=False, env=environment())
            self.assertIn(result.returncode, (0, 1, 127), (megabytes, result.returncode, result.stderr))
            self.assertTrue(result.returncode == 0 or result.stderr, megabytes)


class Files(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def test_pipes_are_no_files(self):
        """Opening one by its name would wait for somebody at its other end."""
        for name in ("a.rules", "a.js", "a.pem", "a.pcapng", "a.socketwright"):
            os.mkfifo(os.path.join(self.folder, name))
        path = lambda name: os.path.join(self.folder, name)
        for arguments in (("listen", "tcp://127.0.0.1:0", "--behaviour", "rules=" + path("a.rules"), "--for", "1s"),
                          ("listen", "tcp://127.0.0.1:0", "--behaviour", "script=" + path("a.js"), "--for", "1s"),
                          ("listen", f"tls://127.0.0.1:0?cert={path('a.pem')}", "--for", "1s"),
                          ("connect", f"tls://127.0.0.1:9?ca={path('a.pem')}"),
                          ("show", path("a.pcapng")), ("replay", path("a.pcapng"), "tcp://127.0.0.1:9"),
                          ("send", "tcp://127.0.0.1:9", "--file", path("a.pcapng")),
                          ("convert", path("a.pcapng"), path("b.txt")), ("open", path("a.socketwright"))):
            result = swright(*arguments)
            self.assertNotEqual(result.returncode, 0, arguments)
            self.assertIn(b"it is a pipe or a socket", result.stderr, arguments)

    def test_a_shells_pipe_is_read(self):
        result = subprocess.run(["bash", "-c", "\"$SWRIGHT\" listen tcp://127.0.0.1:0 --behaviour script=<(echo 'function filter(c, b) {}') --for 100ms"],
                                capture_output=True, timeout=LIMIT, check=False, env=environment())
        self.assertEqual(result.returncode, 0, result.stderr)

    @unittest.skipUnless(sys.platform == "linux", "reads /proc/net/unix")
    def test_a_socket_that_is_bound_but_does_not_listen_yet_is_not_replaced(self):
        path = os.path.join(self.folder, "s")
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as owner:
            owner.bind(path)
            before = os.stat(path).st_ino
            result = swright("listen", f"unix://{path}?stale=replace", "--for", "100ms")
            self.assertEqual(result.returncode, 1, result.stderr)
            self.assertIn(b"has bound", result.stderr)
            self.assertEqual(os.stat(path).st_ino, before)
        self.assertEqual(swright("listen", f"unix://{path}?stale=replace", "--for", "100ms").returncode, 0)  # dead now


if __name__ == "__main__":
    unittest.main()

# SPDX-License-Identifier: MIT
"""The command line: usage, exit statuses, output forms, signals, recordings."""
import base64
import os
import pty
import signal
import socket
import subprocess
import tempfile
import time
import unittest

from harness import SWRIGHT, Running, connected, environment, json_lines, listening_socket, swright, wait_for


class Usage(unittest.TestCase):
    def test_wrong_usage_is_status_2_and_says_what_is_accepted(self):
        for arguments, says in (
            ([], "subcommand"),
            (["listen"], "ADDRESS"),
            (["listen", "tcp://:99999"], "0 to 65535"),
            (["connect", "tcp://localhost:1?nodley=on"], "nodelay"),
            (["connect", "ws://localhost:443"], "not in this build"),
            (["listen", "tcp://:0", "--behaviour", "ecko"], "echo"),
            (["listen", "tcp://:0", "--as", "nonsense"], "hex"),
            (["listen", "tcp://:0", "--for", "soon"], "200ms"),
            (["listen", "tcp://:0", "--record", "x.docx"], ".jsonl"),
            (["send", "tcp://127.0.0.1:1", "a\\q"], "no escape"),
            (["send", "tcp://127.0.0.1:1", "--hex", "0g"], "hexadecimal"),
            (["lookup", "http/sctp"], "SERVICE/tcp"),
            (["list", "nonsense"], "behaviours"),
        ):
            with self.subTest(arguments=arguments):
                result = swright(*arguments)
                self.assertEqual(result.returncode, 2, result.stderr)
                self.assertIn(says, result.stderr.decode())
                self.assertEqual(result.stdout, b"")

    def test_the_offending_part_is_marked(self):
        lines = swright("connect", "tcp://127.0.0.1:99999").stderr.decode().splitlines()
        self.assertEqual(lines[-2:], ["  tcp://127.0.0.1:99999", " " * 18 + "^"])

    def test_help_teaches(self):
        for command in ("listen", "connect", "send", "lookup", "list"):
            text = swright(command, "--help").stdout.decode()
            self.assertIn("Examples:", text)
            self.assertIn(f"swright {command}", text)
        self.assertIn("Exit status", swright("--help").stdout.decode())
        self.assertIn("Socketwright", swright("--version").stdout.decode())

    def test_failures_are_status_1_with_their_cause(self):
        with listening_socket() as server:
            port = server.getsockname()[1]
        result = swright("connect", f"tcp://127.0.0.1:{port}")
        self.assertEqual(result.returncode, 1)
        self.assertIn("connection-refused, connect: ECONNREFUSED 111", result.stderr.decode())
        with listening_socket() as server:
            result = swright("listen", f"tcp://127.0.0.1:{server.getsockname()[1]}")
            self.assertEqual(result.returncode, 1)
            self.assertIn(f"({os.getpid()})", result.stderr.decode())  # the owner of the port

    @unittest.skipUnless(os.path.exists("/dev/full"), "there is no /dev/full")
    def test_a_full_disk_behind_standard_output_is_said(self):
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", "chargen") as listener, open("/dev/full", "wb") as full:
            result = subprocess.run([SWRIGHT, "connect", f"tcp://127.0.0.1:{listener.port()}", "--receive-only"], stdout=full,
                                    stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=20, env=environment(), check=False)
        self.assertEqual(result.returncode, 1)
        self.assertIn("standard output", result.stderr.decode().lower())
        self.assertIn("ENOSPC", result.stderr.decode())

    def test_lookups(self):
        self.assertIn("127.0.0.1", swright("lookup", "2130706433").stdout.decode())
        self.assertIn("2130706433", swright("lookup", "127.0.0.1").stdout.decode())
        self.assertIn("::ffff:127.0.0.1", swright("lookup", "127.0.0.1").stdout.decode())
        self.assertIn("80", swright("lookup", "http").stdout.decode())
        self.assertIn("53", swright("lookup", "domain/udp").stdout.decode())
        self.assertIn("loopback", swright("lookup", "localhost").stdout.decode())
        self.assertIn("http/tcp", swright("lookup", "80").stdout.decode())
        self.assertEqual(swright("lookup", "no.such.host.invalid").returncode, 1)

    def test_lists(self):
        self.assertIn("talk", swright("list", "behaviours").stdout.decode())
        self.assertIn("backlog", swright("list", "options").stdout.decode())
        self.assertIn("lo", swright("list", "interfaces").stdout.decode())
        self.assertIn("not in this build", swright("list", "schemes").stdout.decode())


class Output(unittest.TestCase):
    HOSTILE = bytes(range(256)) + "\u202e\u2066".encode()

    def test_pipes_get_exact_bytes(self):
        with Running("listen", "tcp://127.0.0.1:0", "--once") as listener:
            peer = connected(listener.port())
            peer.sendall(self.HOSTILE)
            peer.close()
            self.assertEqual(listener.wait(), 0)
            self.assertEqual(listener.printed(), self.HOSTILE)

    def test_terminals_get_nothing_that_acts(self):
        with listening_socket() as server:
            pid, terminal = pty.fork()
            if pid == 0:
                os.execve(SWRIGHT, [SWRIGHT, "connect", f"tcp://127.0.0.1:{server.getsockname()[1]}"], environment())
            peer, _ = server.accept()
            peer.sendall(self.HOSTILE + b"\nEND\n")
            peer.close()
            shown = b""
            try:
                while True:
                    part = os.read(terminal, 65536)
                    if not part:
                        break
                    shown += part
            except OSError:
                pass  # the terminal is gone with its program
            os.close(terminal)
            _, status = os.waitpid(pid, 0)
        self.assertEqual(os.waitstatus_to_exitcode(status), 0)
        self.assertIn(b"END", shown)
        text = shown.decode("utf-8")
        self.assertFalse([c for c in text if (ord(c) < 0x20 and c not in "\r\n\t") or 0x7F <= ord(c) < 0xA0])
        self.assertIn("⟦U+202E⟧", text)

    def test_forms(self):
        for form, wanted in (("hex", b"48 69 1b"), ("text", "Hi\u241b".encode()), ("lines", "Hi\u241b".encode()), ("raw", b"Hi\x1b")):
            with self.subTest(form=form), Running("listen", "tcp://127.0.0.1:0", "--once", "--as", form) as listener:
                peer = connected(listener.port())
                peer.sendall(b"Hi\x1b\n")
                peer.close()
                listener.wait()
                self.assertIn(wanted, listener.printed())

    def test_json_events_on_standard_error_only(self):
        with Running("listen", "tcp://127.0.0.1:0", "--once", "--json") as listener:
            events = wait_for(lambda: json_lines(listener.said()))
            port = int(events[0]["address"].rsplit(":", 1)[1])
            self.assertEqual(events[0]["event"], "started")
            peer = connected(port)
            peer.sendall(b"data")
            peer.close()
            self.assertEqual(listener.wait(), 0)
            names = [event["event"] for event in json_lines(listener.said())]
            for name in ("accepted", "end-of-stream", "sending-ended", "closed"):
                self.assertIn(name, names)
            self.assertEqual(listener.printed(), b"data")


class Endings(unittest.TestCase):
    def test_signals_end_it_within_a_second_with_records_flushed(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(signal=number), tempfile.TemporaryDirectory() as folder:
                record = os.path.join(folder, "r.jsonl")
                with Running("listen", "tcp://127.0.0.1:0", "--behaviour", "echo", "--record", record) as listener:
                    peer = connected(listener.port())
                    peer.sendall(b"kept")
                    self.assertEqual(peer.recv(4), b"kept")
                    started = time.monotonic()
                    listener.process.send_signal(number)
                    self.assertEqual(listener.wait(), 0)
                    self.assertLess(time.monotonic() - started, 1.0)
                    peer.close()
                with open(record, encoding="utf-8") as file:
                    records = json_lines(file.read())
                self.assertIn("kept", [r.get("text") for r in records if r["kind"] == "received"])

    def test_a_signal_ends_it_although_its_output_is_stuck(self):
        read_end, write_end = os.pipe()
        with listening_socket() as server:
            import subprocess
            process = subprocess.Popen([SWRIGHT, "connect", f"tcp://127.0.0.1:{server.getsockname()[1]}"], stdin=subprocess.DEVNULL,
                                       stdout=write_end, stderr=subprocess.DEVNULL, env=environment())
            peer, _ = server.accept()
            peer.sendall(b"x" * 1_000_000)
            time.sleep(0.3)
            started = time.monotonic()
            process.send_signal(signal.SIGINT)
            process.wait(5)
            self.assertLess(time.monotonic() - started, 2.0)
            peer.close()
        os.close(read_end)
        os.close(write_end)

    def test_a_time_limit_is_done(self):
        started = time.monotonic()
        result = swright("listen", "tcp://127.0.0.1:0", "--for", "300ms")
        self.assertEqual(result.returncode, 0)
        self.assertLess(time.monotonic() - started, 3)

    def test_idle_ends_a_datagram_socket(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
            peer.bind(("127.0.0.1", 0))
            result = swright("connect", f"udp://127.0.0.1:{peer.getsockname()[1]}", "--idle", "300ms", data=b"hello")
            self.assertEqual(result.returncode, 0)
            self.assertEqual(peer.recv(100), b"hello")

    def test_recordings_hold_both_directions(self):
        with tempfile.TemporaryDirectory() as folder, listening_socket() as server:
            path = os.path.join(folder, "both.bin")
            with Running("connect", f"tcp://127.0.0.1:{server.getsockname()[1]}", "--record", path, stdin=-1) as client:
                peer, _ = server.accept()
                client.process.stdin.write(b"up")
                client.process.stdin.flush()
                self.assertEqual(peer.recv(2), b"up")
                peer.sendall(b"down")
                peer.close()
                client.process.stdin.close()
                self.assertEqual(client.wait(), 0)
            with open(path, "rb") as received, open(os.path.join(folder, "both.sent.bin"), "rb") as sent:
                self.assertEqual((received.read(), sent.read()), (b"down", b"up"))

    def test_a_full_disk_is_loud_and_traffic_goes_on(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "full.jsonl")
            limited = ["prlimit", "--fsize=30000"]  # as a full disk: no write beyond it
            with Running("listen", "tcp://127.0.0.1:0", "--behaviour", "echo", "--record", path, prefix=limited) as listener:
                peer = connected(listener.port())
                for _ in range(5):
                    peer.sendall(b"x" * 10000)
                    self.assertTrue(peer.recv(10000))
                wait_for(lambda: "Traffic goes on" in listener.said())
                self.assertIn("File too large", listener.said())
                peer.sendall(b"still here")
                self.assertTrue(peer.recv(10))
                peer.close()
                listener.process.send_signal(signal.SIGTERM)
                self.assertEqual(listener.wait(), 1)
            with open(path, encoding="utf-8") as file:
                self.assertTrue(all(line.endswith("}\n") for line in file))

    def test_jsonl_bytes_are_exact(self):
        with tempfile.TemporaryDirectory() as folder, listening_socket() as server:
            path = os.path.join(folder, "x.jsonl")
            with Running("connect", f"tcp://127.0.0.1:{server.getsockname()[1]}", "--record", path) as client:
                peer, _ = server.accept()
                peer.sendall(Output.HOSTILE)
                peer.close()
                self.assertEqual(client.wait(), 0)
            with open(path, encoding="utf-8") as file:
                records = json_lines(file.read())
            received = b"".join(base64.b64decode(r["base64"]) for r in records if r["kind"] == "received")
            self.assertEqual(received, Output.HOSTILE)
            self.assertEqual([r["event"] for r in records if r["kind"] == "event"][-1], "closed")


if __name__ == "__main__":
    unittest.main()

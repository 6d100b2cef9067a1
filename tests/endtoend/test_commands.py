# SPDX-License-Identifier: MIT
"""The command line: usage, exit statuses, output forms, signals, recordings."""
import base64
import os
import pty
import select
import signal
import socket
import subprocess
import tempfile
import time
import unittest

from harness import (LIMIT, SWRIGHT, Running, connected, environment, json_lines, listening_socket, receive, refusing_port,
                     swright, wait_for)


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
            (["lookup", "4294967376"], "0 to 4294967295"),
            (["lookup", "192.168.001.010"], "192.168.1.10"),
            (["connect", "tcp://192.168.001.010:502"], "192.168.1.10"),
            (["connect", "tcp://127.0.0.1:1?bind=127.0.0.01"], "127.0.0.1"),
            (["listen", "udp://:0?to=010.0.0.1:5"], "10.0.0.1"),
            (["relay", "tcp://:0", "tcp://010.0.0.1:5"], "10.0.0.1"),
            (["send", "udp://0300.0250.1.1:5", "x"], "octal"),
            (["certificate", "server", "x", "--for", "010.0.0.1"], "10.0.0.1"),
            (["list", "nonsense"], "behaviours"),
        ):
            with self.subTest(arguments=arguments):
                result = swright(*arguments)
                self.assertEqual(result.returncode, 2, result.stderr)
                self.assertIn(says, result.stderr.decode())
                self.assertEqual(result.stdout, b"")

    def test_unknown_commands_and_options_are_named_with_what_is_near(self):
        for arguments, says in (
            (["foo"], "“foo” is no command of swright. There are: listen, connect,"),
            (["lisen", "tcp://:0"], "Did you mean listen?"),
            (["conv"], "Did you mean convert?"),
            (["--foo"], "“--foo” is no option of swright"),
            (["listen", "tcp://:0", "--acept", "1"], "“--acept” is no option of swright listen. Did you mean --accept?"),
            (["listen", "tcp://:0", "more"], "“more” is one argument too many: swright listen takes ADDRESS."),
            (["listen", "tcp://:0", "--accept"], "--accept needs a value"),
            (["send", "tcp://h:1", "x", "--hex", "00"], "cannot stand beside"),
        ):
            with self.subTest(arguments=arguments):
                result = swright(*arguments)
                self.assertEqual((result.returncode, result.stdout), (2, b""))
                lines = result.stderr.decode().splitlines()
                self.assertIn(says, lines[0])
                self.assertEqual(len(lines), 2)

    def test_numbers_and_words_out_of_range_are_one_short_sentence(self):
        listen, load = ["listen", "tcp://:0"], ["load", "tcp://127.0.0.1:1", "x"]
        for arguments, says in (
            ([*listen, "--accept", "0"], "--accept takes 1 to 18446744073709551615, not “0”."),
            ([*listen, "--accept", "x"], "--accept takes 1 to 18446744073709551615, not “x”."),
            ([*listen, "--accept", "-1"], "--accept takes 1 to 18446744073709551615, not “-1”."),
            ([*listen, "--accept", "1.5"], "not “1.5”."),
            ([*listen, "--accept", "18446744073709551616"], "not “18446744073709551616”."),
            ([*listen, "--as", "hexx"], "--as takes raw, text, hex or lines, not “hexx”. Did you mean hex?"),
            ([*load, "--count", "0"], "--count takes 1 to 10000000, not “0”."),
            ([*load, "--connections", "1001"], "--connections takes 1 to 1000, not “1001”."),
            ([*load, "--rate", "-1"], "--rate takes a number from 0 on, not “-1”."),
            ([*load, "--rate", "nan"], "--rate takes a number from 0 on, not “nan”."),
            (["send", "tcp://127.0.0.1:1", "x", "--repeat", "0"], "--repeat takes 1 to"),
            (["send", "tcp://127.0.0.1:1", "x", "--seed", "y"], "--seed takes 0 to"),
            (["send", "tcp://127.0.0.1:1", "x", "--ending", "y"], "--ending takes none, lf, crlf, cr or nul, not “y”."),
            (["relay", "tcp://:0", "tcp://h:1", "--seed", "1e3"], "--seed takes 0 to"),
            (["replay", "x.jsonl", "tcp://h:1", "--conversation", "0"], "--conversation takes 1 to"),
            (["certificate", "server", "x", "--days", "0"], "--days takes 1 to 3650, not “0”."),
            (["translate", "tcp://h:1", "--as", "netcat"], "--as takes ncat, socat, curl, openssl, python or swright"),
        ):
            with self.subTest(arguments=arguments):
                result = swright(*arguments)
                self.assertEqual((result.returncode, result.stdout), (2, b""))
                line = result.stderr.decode().splitlines()[0]
                self.assertIn(says, line)
                self.assertLess(len(line), 160)

    def test_arguments_never_act_on_the_terminal(self):
        evil = "\x1b]0;owned\x07\x1b[2J\u202e\u009b31m"
        for arguments in ([evil], ["--" + evil], ["listen", "tcp://:0", "--" + evil], ["listen", "tcp://:0", evil],
                          ["listen", "tcp://:0", "--accept", evil], ["listen", "tcp://:0", "--as", evil],
                          ["list", evil], ["listen", "tcp://:0", "--behaviour", evil], ["listen", "tcp://" + evil]):
            with self.subTest(arguments=arguments):
                result = swright(*arguments)
                self.assertEqual(result.returncode, 2)
                said = result.stderr.decode()
                for raw in ("\x1b", "\x07", "\u202e", "\u009b"):
                    self.assertNotIn(raw, said)

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
        with refusing_port() as port:
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
                                    stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=LIMIT, env=environment(), check=False)
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

    def test_a_service_name_is_shown_with_its_number(self):
        with Running("listen", "udp://127.0.0.1:tftp", "--json") as listener:
            if wait_for(lambda: json_lines(listener.said()) or listener.process.poll() is not None) is True:
                self.skipTest("the port is taken, or not ours to take")
            started = json_lines(listener.said())[0]
            self.assertEqual((started["address"], started["port"]), ("udp://127.0.0.1:tftp", 69))
            self.assertIn("udp://127.0.0.1:tftp (port 69)", started["text"])

    def test_names_below_localhost_are_this_machine(self):
        for host in ("LOCALHOST", "localhost.", "some.name.localhost"):
            with self.subTest(host), Running("listen", f"tcp://{host}:0", "--json") as listener:
                started = wait_for(lambda listener=listener: json_lines(listener.said()))[0]
                self.assertEqual((started["event"], started["reachable"]), ("started", False))

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
                self.assertEqual(listener.wait(), 0)
                self.assertIn(wanted, listener.printed())

    def test_json_events_on_standard_error_only(self):
        with Running("listen", "tcp://127.0.0.1:0", "--once", "--json") as listener:
            listener.event("started")
            self.assertEqual(listener.events()[0]["event"], "started")
            peer = connected(listener.port())
            peer.sendall(b"data")
            peer.shutdown(socket.SHUT_WR)
            self.assertEqual(peer.recv(1), b"")  # its end, before we are gone
            peer.close()
            self.assertEqual(listener.wait(), 0)
            names = [event["event"] for event in listener.events()]
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
                    self.assertEqual(receive(peer, 4), b"kept")
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
            process = subprocess.Popen([SWRIGHT, "connect", f"tcp://127.0.0.1:{server.getsockname()[1]}"], stdin=subprocess.DEVNULL,
                                       stdout=write_end, stderr=subprocess.DEVNULL, env=environment())
            peer, _ = server.accept()
            peer.sendall(b"x" * 1_000_000)
            wait_for(lambda: not select.select([], [write_end], [], 0)[1])  # nothing more fits into the pipe
            started = time.monotonic()
            process.send_signal(signal.SIGINT)
            process.wait(LIMIT)
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
            peer.settimeout(LIMIT)
            result = swright("connect", f"udp://127.0.0.1:{peer.getsockname()[1]}", "--idle", "1s", data=b"hello")
            self.assertEqual(result.returncode, 0)
            self.assertEqual(peer.recv(100), b"hello")

    def test_idle_before_it_is_connected_is_a_failure(self):
        with listening_socket() as server: # which never answers the handshake
            result = swright("connect", f"tls://127.0.0.1:{server.getsockname()[1]}?verify=off", "--idle", "300ms", data=b"hello")
            self.assertEqual(result.returncode, 1)
            self.assertIn("nothing happened", result.stderr.decode())

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
            # as a full disk: no write beyond it; standard output must not be what fails
            limited = ["sh", "-c", 'exec prlimit --fsize=30000 "$0" "$@" >/dev/null']
            with Running("listen", "tcp://127.0.0.1:0", "--behaviour", "echo", "--record", path, prefix=limited) as listener:
                peer = connected(listener.port())
                for _ in range(5):
                    peer.sendall(b"x" * 10000)
                    self.assertTrue(peer.recv(10000))
                listener.says("Traffic goes on")
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

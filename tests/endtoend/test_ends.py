# SPDX-License-Identifier: MIT
"""How things end: half-closes, peers that have gone, closed and failing standard descriptors, signals and time limits."""
import contextlib
import json
import os
import signal
import socket
import subprocess
import tempfile
import threading
import unittest

from harness import SWRIGHT, LIMIT, Running, connected, environment, json_lines, listening_socket, needs, not_with_qt, read_all, swright, wait_for


def closing_events(text):
    return [event for event in json_lines(text) if event["event"] == "closed"]


class HalfCloses(unittest.TestCase):
    def half_closing_peer(self, server, received):
        peer, _ = server.accept()
        peer.sendall(b"bye")
        peer.shutdown(socket.SHUT_WR)
        received.append(read_all(peer))
        peer.close()

    @not_with_qt("Qt closes at the peer's end of stream")
    def test_input_goes_on_to_its_own_end_after_the_peers(self):
        with listening_socket() as server:
            received = []
            thread = threading.Thread(target=self.half_closing_peer, args=(server, received))
            thread.start()
            with Running("connect", f"tcp://127.0.0.1:{server.getsockname()[1]}", "--json", stdin=subprocess.PIPE) as client:
                wait_for(lambda: any(e["event"] == "end-of-stream" for e in json_lines(client.said())))
                # a pause of any length: what is waited for here is longer than the peer's end takes
                wait_for(lambda: client.printed() == b"bye")
                with self.assertRaises(subprocess.TimeoutExpired):
                    client.process.wait(1.2)
                client.process.stdin.write(b"late")
                client.process.stdin.close()
                self.assertEqual(client.wait(), 0)
            thread.join()
            self.assertEqual(received, [b"late"])

    @not_with_qt("Qt closes at the peer's end of stream")
    def test_the_same_for_one_that_was_accepted(self):
        with Running("listen", "tcp://127.0.0.1:0", "--once", "--json", stdin=subprocess.PIPE) as listener:
            peer = connected(listener.port())
            peer.shutdown(socket.SHUT_WR)
            wait_for(lambda: any(e["event"] == "end-of-stream" for e in json_lines(listener.said())))
            with self.assertRaises(subprocess.TimeoutExpired):
                listener.process.wait(1.2)
            listener.process.stdin.write(b"late")
            listener.process.stdin.close()
            self.assertEqual(read_all(peer), b"late")
            peer.close()
            self.assertEqual(listener.wait(), 0)

    @not_with_qt("Qt closes at the peer's end of stream")
    def test_standard_output_ends_with_the_peers_stream(self):
        with listening_socket() as server:
            client = subprocess.Popen([SWRIGHT, "connect", f"tcp://127.0.0.1:{server.getsockname()[1]}"], stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment())
            try:
                peer, _ = server.accept()
                peer.sendall(b"all of it")
                peer.shutdown(socket.SHUT_WR)
                self.assertEqual(client.stdout.read(), b"all of it")  # to the end, while its input is still open
                self.assertIsNone(client.poll())
                client.stdin.close()
                self.assertEqual(client.wait(LIMIT), 0)
                peer.close()
            finally:
                client.kill()
                client.wait()
                client.stdout.close()

    def test_a_signal_leaves_to_the_system_what_it_has(self):
        with listening_socket() as server, tempfile.TemporaryDirectory() as folder:
            server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            record = os.path.join(folder, "x.bin")
            with Running("connect", f"tcp://127.0.0.1:{server.getsockname()[1]}", "--record", record, stdin=subprocess.PIPE) as client:
                peer, _ = server.accept()  # who does not read for now
                client.process.stdin.write(bytes(300_000))
                client.process.stdin.flush()
                sent = os.path.join(folder, "x.sent.bin")
                wait_for(lambda: os.path.exists(sent) and os.path.getsize(sent) == 300_000)
                client.process.terminate()
                self.assertEqual(client.wait(), 0)
                self.assertEqual(len(read_all(peer)), 300_000)

    @not_with_qt("Qt closes at the peer's end of stream")
    def test_a_peer_that_shuts_down_and_closes_later_is_gone(self):
        with listening_socket() as server:
            with Running("connect", f"tcp://127.0.0.1:{server.getsockname()[1]}", "--json", stdin=subprocess.PIPE) as client:
                peer, _ = server.accept()
                peer.shutdown(socket.SHUT_WR)
                wait_for(lambda: any(e["event"] == "end-of-stream" for e in json_lines(client.said())))
                self.assertIsNone(client.process.poll())
                peer.close()
                self.assertEqual(client.wait(), 0)
                self.assertEqual([e["cause"] for e in closing_events(client.said())], ["closed-by-peer"])


@needs("strace")
class PeersThatEndAtOnce(unittest.TestCase):
    """They are gone, or half closed, before the command has heard that it is connected."""

    def served(self, serve):
        late = ["strace", "-o", "/dev/null", "-e", "trace=poll", "-e", "inject=poll:delay_exit=200000"]  # the main thread alone
        if subprocess.run([*late, "true"], capture_output=True, timeout=LIMIT, check=False).returncode != 0:
            self.skipTest("this system lets nobody be traced")
        with listening_socket() as server:
            server.settimeout(LIMIT)
            received = []

            def run():
                with contextlib.suppress(OSError), server.accept()[0] as peer:
                    peer.settimeout(LIMIT)
                    received.append(serve(peer))

            thread = threading.Thread(target=run)
            thread.start()
            result = subprocess.run([*late, SWRIGHT, "send", f"tcp://localhost:{server.getsockname()[1]}", "x"], stdin=subprocess.DEVNULL,
                                    capture_output=True, timeout=LIMIT, env=environment(), check=False)
            thread.join()
            return result, received

    @not_with_qt("Qt closes at the peer's end of stream")
    def test_a_half_close_that_comes_first_is_an_open_connection(self):
        def serve(peer):
            peer.sendall(b"hello")
            peer.shutdown(socket.SHUT_WR)
            return read_all(peer)

        result, received = self.served(serve)
        self.assertEqual((result.returncode, received), (0, [b"x"]), result.stderr)

    def test_what_never_went_is_told_by_the_status(self):
        result, _ = self.served(lambda peer: peer.close())
        said = result.stderr.decode()
        self.assertEqual((result.returncode, said.count("the peer ended before everything was sent")), (1, 1), said)


class Answers(unittest.TestCase):
    def test_the_peers_end_is_the_end_of_waiting(self):
        for first, rest, status in ((b"ans", b"wer", 0), (b"", b"", 1)):
            with self.subTest(first), listening_socket() as server, \
                    Running("send", f"tcp://127.0.0.1:{server.getsockname()[1]}", "x", "--reply", "1h") as client:
                peer, _ = server.accept()
                self.assertEqual(peer.recv(1), b"x")
                peer.sendall(first)
                if first:
                    client.prints(first)  # by then it knows that everything was sent
                peer.sendall(rest)
                peer.shutdown(socket.SHUT_WR)  # it stays open, and would receive
                self.assertEqual((client.wait(), client.printed()), (status, first + rest))
                self.assertEqual(client.said(), "" if status == 0 else "swright: no answer came before the peer ended\n")
                peer.close()


class PeersThatLeft(unittest.TestCase):
    def test_the_serial_server_serves_the_next_one(self):
        with Running("listen", "tcp://127.0.0.1:0?max=1", stdin=subprocess.PIPE) as listener:
            for content in (b"one", b"two", b"three"):
                with connected(listener.port()) as peer:
                    peer.sendall(content)
                wait_for(lambda expected=content: listener.printed().endswith(expected))

    def test_their_descriptors_come_back(self):
        with Running("listen", "tcp://127.0.0.1:0", stdin=subprocess.PIPE) as listener:
            port = listener.port()
            with connected(port) as peer:
                peer.sendall(b"x")
            wait_for(lambda: listener.printed() == b"x")
            before = listener.descriptors()
            for _ in range(20):
                connected(port).close()
            wait_for(lambda: listener.descriptors() <= before)

    @needs("nc")
    def test_a_client_that_half_closes_and_waits_is_let_go(self):
        with Running("listen", "tcp://127.0.0.1:0", stdin=subprocess.PIPE) as listener:
            done = subprocess.run(["nc", "-N", "127.0.0.1", str(listener.port())], input=b"question", capture_output=True, timeout=10)
            self.assertEqual(done.returncode, 0)
            wait_for(lambda: listener.printed() == b"question")

    @not_with_qt("Qt closes at the peer's end of stream")
    def test_one_that_was_asked_to_stay_open_does(self):
        with Running("listen", "tcp://127.0.0.1:0?eof=keep", "--json", stdin=subprocess.PIPE) as listener:
            peer = connected(listener.port())
            peer.shutdown(socket.SHUT_WR)
            wait_for(lambda: any(e["event"] == "end-of-stream" for e in json_lines(listener.said())))
            listener.process.stdin.write(b"still here")
            listener.process.stdin.flush()
            self.assertEqual(peer.recv(100), b"still here")
            peer.close()

    def test_a_relay_lets_go_of_a_client_that_left(self):
        with listening_socket() as target:
            with Running("relay", "tcp://127.0.0.1:0", f"tcp://127.0.0.1:{target.getsockname()[1]}", "--json") as relay:
                client = connected(relay.port())
                client.sendall(b"hello")
                server, _ = target.accept()
                self.assertEqual(server.recv(5), b"hello")
                client.close()
                self.assertEqual(server.recv(5), b"")  # its end is passed on; the target says nothing more
                wait_for(lambda: len(closing_events(relay.said())) == 2)
                server.close()


class StandardDescriptors(unittest.TestCase):
    def run_in_shell(self, command):
        return subprocess.run(["sh", "-c", command], capture_output=True, timeout=LIMIT, env=environment())

    def test_nothing_leaves_that_was_not_given(self):
        for closed in ("0<&-", "1>&-", "2>&-", "0<&- 1>&-", "0<&- 2>&-", "1>&- 2>&-", "0<&- 1>&- 2>&-"):
            for command in ("connect {address}", "listen tcp://127.0.0.1:0 --for 300ms", "send {address} x",
                            "relay tcp://127.0.0.1:0 {address} --for 300ms", "load {address} y --count 1 --wait 200ms"):
                with self.subTest(closed=closed, command=command), listening_socket() as server:
                    received = []

                    def serve():
                        server.settimeout(2)
                        try:
                            peer, _ = server.accept()
                        except OSError:
                            return
                        peer.settimeout(3)
                        try:
                            peer.sendall(b"HELLO\n")
                            received.append(read_all(peer))
                        except OSError:
                            pass
                        peer.close()
                    thread = threading.Thread(target=serve)
                    thread.start()
                    address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
                    self.run_in_shell(f"{SWRIGHT} {command.format(address=address)} {closed}")
                    thread.join()
                    given = b"x" if command.startswith("send") else b"y" if command.startswith("load") else b""
                    self.assertIn(b"".join(received), (given, b""))

    def test_input_that_is_closed_is_at_its_end(self):
        with listening_socket() as server:
            received = []

            def serve():
                peer, _ = server.accept()
                peer.sendall(b"HELLO\n")
                received.append(read_all(peer))
                peer.close()
            thread = threading.Thread(target=serve)
            thread.start()
            done = self.run_in_shell(f"{SWRIGHT} connect tcp://127.0.0.1:{server.getsockname()[1]} 0<&-")
            thread.join()
            self.assertEqual((done.returncode, done.stdout, received), (0, b"HELLO\n", [b""]))

    def test_input_that_cannot_be_read_is_no_end_of_it(self):
        with tempfile.TemporaryDirectory() as folder:
            said = "Standard input cannot be read: Is a directory. [read-failed, read: EISDIR 21]"
            with Running("listen", "tcp://127.0.0.1:0", "--behaviour", "discard") as tcp, Running("listen", "udp://127.0.0.1:0") as udp:
                for address in (f"tcp://127.0.0.1:{tcp.port()}", f"udp://127.0.0.1:{udp.port()}"):
                    for option in ([], ["--send-only"]):
                        with self.subTest(address, option=option):
                            directory = os.open(folder, os.O_RDONLY)
                            idle = ["--idle", "500ms"] if address.startswith("udp") else []
                            result = subprocess.run([SWRIGHT, "connect", address, *option, *idle], stdin=directory, capture_output=True,
                                                    timeout=LIMIT, env=environment(), check=False)
                            os.close(directory)
                            self.assertEqual(result.returncode, 1)
                            self.assertIn(said, result.stderr.decode())

    def test_the_reason_is_that_of_the_read(self):
        with listening_socket() as server, open("/proc/self/mem", "rb") as memory:  # nothing is at its begin
            result = subprocess.run([SWRIGHT, "connect", f"tcp://127.0.0.1:{server.getsockname()[1]}", "--send-only"], stdin=memory,
                                    capture_output=True, timeout=LIMIT, env=environment(), check=False)
            self.assertEqual(result.returncode, 1)
            self.assertIn("Input/output error. [read-failed, read: EIO 5]", result.stderr.decode())

    def test_an_answer_does_not_hide_what_was_not_sent(self):
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", "daytime") as greeter:
            result = swright("send", f"tcp://127.0.0.1:{greeter.port()}", "--file", "/proc/self/mem", "--reply", "300ms")
            self.assertEqual(result.returncode, 1, result)

    def test_files_that_cannot_be_read_are_not_sent(self):
        with tempfile.TemporaryDirectory() as folder, Running("listen", "tcp://127.0.0.1:0", "--behaviour", "discard") as tcp, \
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            udp.bind(("127.0.0.1", 0))
            udp.settimeout(LIMIT)
            for address in (f"tcp://127.0.0.1:{tcp.port()}", f"udp://127.0.0.1:{udp.getsockname()[1]}"):
                for file, reason in (("/proc/self/mem", "Input/output error"), (folder, "is a directory"), ("/no/such", "No such file")):
                    with self.subTest(address, file=file):
                        result = swright("send", address, "--file", file)
                        said = result.stderr.decode()
                        self.assertEqual((result.returncode, said.count(reason), len(said.splitlines())), (1, 1, 1), said)
            result = swright("send", f"udp://127.0.0.1:{udp.getsockname()[1]}", "--file", "/dev/zero")
            self.assertEqual((result.returncode, "65,535" in result.stderr.decode()), (1, True), result.stderr)
            udp_port = udp.getsockname()[1]
            self.assertEqual(swright("send", f"udp://127.0.0.1:{udp_port}", "last").returncode, 0)
            self.assertEqual(udp.recv(100), b"last")  # nothing came before it

    def test_output_that_cannot_be_written_is_said(self):
        for command in ("list schemes", "lookup localhost", "translate tcp://127.0.0.1:5 --as ncat", "--help"):
            with self.subTest(command):
                result = self.run_in_shell(f"{SWRIGHT} {command} >/dev/full")
                self.assertEqual(result.returncode, 1)
                self.assertIn("ENOSPC", result.stderr.decode())

    def test_output_that_cannot_be_written_is_status_1(self):
        def serve(server):
            peer, _ = server.accept()
            read_all(peer)
            peer.sendall(b"late answer")
            peer.close()
        for target in (">/dev/full", ">&-"):
            for _ in range(3):
                with self.subTest(target=target), listening_socket() as server:
                    thread = threading.Thread(target=serve, args=(server,))
                    thread.start()
                    done = self.run_in_shell(f"printf q | {SWRIGHT} connect tcp://127.0.0.1:{server.getsockname()[1]} {target}")
                    thread.join()
                    self.assertEqual(done.returncode, 1)

    def test_of_every_command(self):
        with tempfile.TemporaryDirectory() as folder:
            recording = os.path.join(folder, "r.jsonl")
            with open(recording, "w", encoding="utf-8") as file:
                file.write('{"time":"2024-01-01T00:00:00.000000000Z","endpoint":"a","id":1,"kind":"received","size":1,"base64":"eA=="}\n')
            for command in ("--help", "--version", "listen --help", "list options", "lookup localhost", "document man",
                            "translate tcp://127.0.0.1:1 --as ncat", f"show {recording}", f"certificate authority test --folder {folder}"):
                with self.subTest(command=command):
                    self.assertEqual(self.run_in_shell(f"{SWRIGHT} {command} >/dev/full").returncode, 1)

    def test_a_slow_reader_of_our_output_gets_everything(self):
        content = os.urandom(3_000_000)
        with listening_socket() as server:
            client = subprocess.Popen([SWRIGHT, "connect", f"tcp://127.0.0.1:{server.getsockname()[1]}"], stdin=subprocess.DEVNULL,
                                      stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment())
            try:
                peer, _ = server.accept()
                peer.sendall(content)
                peer.close()
                with self.assertRaises(subprocess.TimeoutExpired):
                    client.wait(1.5)  # it does not give up because nobody reads
                self.assertEqual(client.stdout.read(), content)
                self.assertEqual(client.wait(LIMIT), 0)
            finally:
                client.kill()
                client.wait()
                client.stdout.close()


class EndsFromOutside(unittest.TestCase):
    def ended(self, ending, *arguments):
        """The closing events of a listener with a client, and the recording, after an end from outside."""
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "r.jsonl")
            with Running("listen", "tcp://127.0.0.1:0", "--json", "--record", path, *arguments, stdin=subprocess.PIPE) as listener:
                peer = connected(listener.port())
                peer.sendall(b"x")
                wait_for(lambda: listener.printed() == b"x")
                ending(listener)
                status = listener.wait()
                peer.close()
                with open(path, encoding="utf-8") as file:
                    recorded = [r for r in json_lines(file.read()) if r.get("event") == "closed"]
                return status, closing_events(listener.said()), recorded

    def test_each_has_one_closing_record(self):
        for name, ending, arguments in (("SIGTERM", lambda l: l.process.send_signal(signal.SIGTERM), ()),
                                        ("SIGINT", lambda l: l.process.send_signal(signal.SIGINT), ()),
                                        ("--for", lambda l: None, ("--for", "1500ms")),
                                        ("nothing happened", lambda l: None, ("--idle", "700ms"))):
            with self.subTest(name=name):
                status, events, recorded = self.ended(ending, *arguments)
                self.assertEqual(status, 0)
                self.assertEqual(len(events), 2)
                self.assertEqual({event["cause"] for event in events}, {"closed-by-us"})
                for event in events:
                    self.assertIn(name, event["text"])
                self.assertEqual(len(recorded), 2)

    @needs("tshark")
    def test_a_capture_has_both_ends(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "r.pcapng")
            with Running("listen", "tcp://127.0.0.1:0", "--record", path, stdin=subprocess.PIPE) as listener:
                peer = connected(listener.port())
                peer.sendall(b"x")
                wait_for(lambda: listener.printed() == b"x")
                listener.process.send_signal(signal.SIGTERM)
                self.assertEqual(listener.wait(), 0)
                peer.close()
            flags = subprocess.run(["tshark", "-r", path, "-Y", "tcp.flags.fin==1 || tcp.flags.reset==1", "-T", "fields", "-e", "tcp.flags"],
                                   capture_output=True, timeout=60).stdout.split()
            self.assertTrue(flags)

    def test_the_end_is_announced(self):
        with Running("listen", "tcp://127.0.0.1:0", stdin=subprocess.PIPE) as listener:
            address = listener.address()
            listener.process.send_signal(signal.SIGTERM)
            self.assertEqual(listener.wait(), 0)
            self.assertIn(f"{address}: closed by us (SIGTERM)", listener.said())

    def test_abort_resets(self):
        with listening_socket() as server:
            with Running("connect", f"tcp://127.0.0.1:{server.getsockname()[1]}", "--abort", stdin=subprocess.PIPE) as client:
                peer, _ = server.accept()
                client.process.stdin.write(b"x")
                client.process.stdin.flush()
                self.assertEqual(peer.recv(1), b"x")
                client.process.stdin.close()
                self.assertEqual(client.wait(), 0)
                with self.assertRaises(ConnectionResetError):
                    peer.recv(1)
                peer.close()


class InputBesideBehaviours(unittest.TestCase):
    def test_what_is_typed_goes_out_too(self):
        with tempfile.NamedTemporaryFile("w", suffix=".rules") as rules, listening_socket() as server:
            rules.write('rule greet\n  contains who\n  answer me\\n\n')
            rules.flush()
            received = []

            def serve():
                peer, _ = server.accept()
                peer.settimeout(LIMIT)
                peer.sendall(b"who\n")
                received.append(read_all(peer))
                peer.close()
            thread = threading.Thread(target=serve)
            thread.start()
            result = swright("connect", f"tcp://127.0.0.1:{server.getsockname()[1]}", "--behaviour", f"rules={rules.name}", data=b"typed")
            thread.join()
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertIn(b"typed", received[0])
            self.assertIn(b"me\n", received[0])

    @not_with_qt("Qt closes at the peer's end of stream")
    def test_input_goes_on_after_the_peers_end(self):
        with listening_socket() as server:
            received = []

            def serve():
                peer, _ = server.accept()
                peer.sendall(b"early")
                peer.shutdown(socket.SHUT_WR)
                received.append(read_all(peer))
                peer.close()
            thread = threading.Thread(target=serve)
            thread.start()
            with Running("connect", f"tcp://127.0.0.1:{server.getsockname()[1]}", "--behaviour", "discard", "--json", stdin=subprocess.PIPE) as client:
                client.event("end-of-stream")
                client.process.stdin.write(b"late")
                client.process.stdin.close()
                self.assertEqual(client.wait(), 0)
            thread.join()
            self.assertEqual(received, [b"late"])

    def test_without_input_the_peers_end_is_the_end(self):
        with listening_socket() as server:
            with Running("connect", f"tcp://127.0.0.1:{server.getsockname()[1]}", "--behaviour", "discard") as client:
                peer, _ = server.accept()
                peer.shutdown(socket.SHUT_WR)
                self.assertEqual(read_all(peer), b"")
                self.assertEqual(client.wait(), 0)
                peer.close()

    def test_no_input_leaves_it_to_the_behaviour(self):
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", "talk") as listener:
            with Running("connect", f"tcp://127.0.0.1:{listener.port()}", "--behaviour", "discard", "--json") as client:
                wait_for(lambda: any(e["event"] == "opened" for e in json_lines(client.said())))
                with self.assertRaises(subprocess.TimeoutExpired):
                    client.process.wait(1.5)


class ListeningLikeConnecting(unittest.TestCase):
    def test_crlf(self):
        with Running("listen", "tcp://127.0.0.1:0", "--once", "--crlf", stdin=subprocess.PIPE) as listener:
            peer = connected(listener.port())
            listener.process.stdin.write(b"a\nb\r\nc\n")
            listener.process.stdin.close()
            self.assertEqual(read_all(peer), b"a\r\nb\r\nc\r\n")
            peer.close()
            self.assertEqual(listener.wait(), 0)

    def test_send_only(self):
        with Running("listen", "tcp://127.0.0.1:0", "--once", "--send-only", stdin=subprocess.PIPE) as listener:
            peer = connected(listener.port())
            peer.sendall(b"not shown")
            listener.process.stdin.write(b"out")
            listener.process.stdin.close()
            self.assertEqual(read_all(peer), b"out")
            self.assertEqual(listener.wait(), 0)
            self.assertEqual(listener.printed(), b"")
            peer.close()

    def test_receive_only(self):
        with Running("listen", "tcp://127.0.0.1:0", "--once", "--receive-only", stdin=subprocess.PIPE) as listener:
            peer = connected(listener.port())
            peer.sendall(b"in")
            peer.shutdown(socket.SHUT_WR)
            self.assertEqual(read_all(peer), b"")
            self.assertEqual(listener.wait(), 0)
            self.assertEqual(listener.printed(), b"in")
            peer.close()


class ControlInput(unittest.TestCase):
    def test_connections_are_accepted_when_asked(self):
        with tempfile.TemporaryDirectory() as folder:
            fifo = os.path.join(folder, "control")
            os.mkfifo(fifo)

            def say(line):
                with open(fifo, "w", encoding="utf-8") as control:
                    control.write(line + "\n")
            with Running("listen", "tcp://127.0.0.1:0?accept=manual", "--json", "--control", fifo, stdin=subprocess.PIPE) as listener:
                first, second = connected(listener.port()), connected(listener.port())
                accepted = lambda: len([e for e in json_lines(listener.said()) if e["event"] == "accepted"])
                self.assertEqual(accepted(), 0)
                say("accept")
                wait_for(lambda: accepted() == 1)
                say("shutdown-receiving")
                wait_for(lambda: any(e["event"] == "receiving-ended" for e in json_lines(listener.said())))
                say("accept 1")
                wait_for(lambda: accepted() == 2)
                say("nonsense")
                wait_for(lambda: any(e["event"] == "error" and "nonsense" in json.dumps(e) for e in json_lines(listener.said())))
                say("abort")
                for peer in (first, second):
                    with self.assertRaises(ConnectionResetError):
                        peer.recv(1)
                    peer.close()
                say("quit")
                self.assertEqual(listener.wait(), 0)

    def test_files_of_a_shell_of_another_system_are_read(self):
        for encoding in ("utf-16", "utf-8-sig", "utf-16-le"):
            with self.subTest(encoding), tempfile.TemporaryDirectory() as folder:
                path = os.path.join(folder, "control")
                with open(path, "w", encoding=encoding) as control:
                    control.write("pause\r\nquit\r\n")
                with Running("listen", "tcp://127.0.0.1:0", "--json", "--control", path) as listener:
                    self.assertEqual(listener.wait(), 0)
                    self.assertEqual(len(listener.events("paused")), 1)
                    self.assertEqual(listener.events("error"), [])

    def test_both_ends_by_us_are_none_of_the_peers(self):
        with tempfile.TemporaryDirectory() as folder:
            for order in (("shutdown-sending", "shutdown-receiving"), ("shutdown-receiving", "shutdown-sending")):
                fifo = os.path.join(folder, order[0])
                os.mkfifo(fifo)
                with self.subTest(order), Running("listen", "tcp://127.0.0.1:0?eof=keep", "--json", "--control", fifo, stdin=subprocess.PIPE) as listener:
                    peer = connected(listener.port())
                    listener.event("accepted")
                    with open(fifo, "w", encoding="utf-8") as control:
                        control.write("\n".join(order) + "\n")
                    self.assertEqual(listener.event("closed")["text"], "closed by us")
                    peer.close()

    def test_what_cannot_be_read_is_said(self):
        with tempfile.TemporaryDirectory() as folder:
            for path, status in ((os.path.join(folder, "none"), 1), (folder, 1), ("", 2)):
                with self.subTest(path=path):
                    result = swright("listen", "tcp://127.0.0.1:0", "--control", path)
                    self.assertEqual(result.returncode, status)
                    self.assertIn("--control", result.stderr.decode())

    def test_a_last_line_needs_no_end(self):
        with tempfile.NamedTemporaryFile("w") as control:
            control.write("quit")
            control.flush()
            self.assertEqual(swright("listen", "tcp://127.0.0.1:0", "--control", control.name).returncode, 0)

    def test_files_without_a_name_are_refused(self):
        for option in ("--record", "--dump", "--hex-dump"):
            with self.subTest(option=option):
                result = swright("listen", "tcp://127.0.0.1:0", option, "", "--for", "100ms")
                self.assertEqual(result.returncode, 2)
                self.assertIn(option, result.stderr.decode())

    def test_names(self):
        with Running("listen", "tcp://127.0.0.1:0", "--name", "web", "--json", stdin=subprocess.PIPE) as listener:
            peer = connected(listener.port())
            wait_for(lambda: any(e["event"] == "accepted" for e in json_lines(listener.said())))
            names = {e["event"]: e["name"] for e in json_lines(listener.said()) if e["event"] in ("started", "accepted")}
            local = "127.0.0.1:%d" % peer.getsockname()[1]
            self.assertEqual(names, {"started": "web", "accepted": f"web ← {local}"})
            facts = {e["event"]: e for e in json_lines(listener.said())}
            self.assertEqual((facts["started"]["type"], facts["started"]["open"]), ("stream", "passive"))
            self.assertGreater(facts["accepted"]["descriptor"], 2)
            peer.close()


if __name__ == "__main__":
    unittest.main()

# SPDX-License-Identifier: MIT
"""Scripts and consoles run in processes of their own: what these may do, and what becomes of the program when they do not end."""
import contextlib
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest

from floods import many_peers, own_address
from harness import LIMIT, Running, SWRIGHT, connected, listening_socket, read_all, receive, swright, wait_for

HANGS = "function filter(c, b) { if (b == 'ping') { c.send('pong'); return; } function f() { try { f() } catch (e) { f() } } f(); }"


def status_of(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return dict(line.split(":\t", 1) for line in status.read().splitlines() if ":\t" in line)


def lives(pid):
    with contextlib.suppress(FileNotFoundError):
        return status_of(pid)["State"][0] not in "ZX"
    return False


@unittest.skipUnless(sys.platform == "linux", "reads /proc")
class Scripts(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def script(self, text):
        path = os.path.join(self.folder, "x.js")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return f"script={path}"

    def ask(self, port, data, size=4):
        with connected(port) as peer:
            peer.sendall(data)
            return receive(peer, size)

    def test_the_process_can_open_nothing_and_reach_nobody(self):
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", self.script("function filter(c, b) { c.send(b); }")) as listener:
            self.assertEqual(self.ask(listener.port(), b"ping"), b"ping")
            child, = listener.children()
            status = status_of(child)
            self.assertEqual(status["NoNewPrivs"], "1")
            self.assertEqual(status["Seccomp"], "2")
            with open(f"/proc/{child}/limits", encoding="ascii") as file:
                limits = {line[:26].strip(): line[26:].split()[:2] for line in file}
            self.assertEqual(limits["Max open files"], ["1", "1"])
            self.assertEqual(limits["Max file size"], ["0", "0"])
            self.assertEqual(limits["Max core file size"], ["0", "0"])
            self.assertLess(int(limits["Max address space"][0]), 2 << 30)
            self.assertLess(int(limits["Max cpu time"][0]), 60)
            if os.geteuid() != 0:
                return  # nobody else may look into it
            targets = sorted(os.readlink(f"/proc/{child}/fd/{number}") for number in os.listdir(f"/proc/{child}/fd"))
            # its pipes, its own memory's figures, and what Qt's event loop wakes itself with
            self.assertEqual([target.split(":")[0].split("/")[-1] for target in targets], ["statm", "anon_inode", "pipe", "pipe", "pipe"])
            with open(f"/proc/{child}/environ", "rb") as file:
                names = {entry.split(b"=")[0] for entry in file.read().split(b"\0")}
            self.assertNotIn(b"HOME", names)

    def test_a_call_that_cannot_be_interrupted_ends_its_process_only(self):
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", self.script(HANGS), "--json") as listener:
            port = listener.port()
            self.assertEqual(self.ask(port, b"ping"), b"pong")
            first, = listener.children()
            with connected(port) as peer:
                peer.sendall(b"hang")
                failed = listener.event("behaviour-failed")
                self.assertIn("x.js: stopped: filter() took longer than 1 s and could not be interrupted", failed["text"])
                self.assertIn("what it kept (store, data, timers) is gone", failed["text"])
                peer.sendall(b"ping")  # the connection lives
                self.assertEqual(receive(peer, 4), b"pong")
            second, = listener.children()
            self.assertNotEqual(first, second)
            self.assertFalse(lives(first))

    def test_calls_that_waited_behind_it_are_made_again(self):
        script = "let framer = 'lines';\n" + HANGS.replace("c.send('pong')", "c.send('pong\\n')")
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", self.script(script)) as listener:
            with connected(listener.port()) as peer:
                peer.sendall(b"ping\nhang\n" + b"ping\n" * 20)
                self.assertEqual(receive(peer, 5 * 21), b"pong\n" * 21)

    def test_a_hang_among_many_lines(self):
        script = "let framer = 'lines';\n" + HANGS.replace("c.send('pong')", "c.send('pong\\n')")
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", self.script(script)) as listener:
            with connected(listener.port()) as peer, connected(listener.port()) as other:
                peer.sendall(b"ping\n" * 200 + b"hang\n" + b"ping\n" * 300)
                other.sendall(b"ping\n" * 100)
                self.assertEqual(receive(peer, 5 * 500), b"pong\n" * 500)
                self.assertEqual(receive(other, 5 * 100), b"pong\n" * 100)
                peer.sendall(b"ping\n")
                self.assertEqual(receive(peer, 5), b"pong\n")

    def test_an_acceptor_that_hangs_lets_the_others_in(self):
        script = ("let n = 0; function acceptor(c) { if (c.peer.endsWith(store.bad)) { function f() { try { f() } catch (e) { f() } } f(); } return true; }\n"
                  "function filter(c, b) { c.send(b); }")
        with socket.socket() as first:
            first.bind(("127.0.0.1", 0))
            first.settimeout(LIMIT)
            script = script.replace("store.bad", repr(f":{first.getsockname()[1]}"))
            with Running("listen", "tcp://127.0.0.1:0", "--behaviour", self.script(script), "--json") as listener:
                port = listener.port()
                first.connect(("127.0.0.1", port))
                with connected(port) as one, connected(port) as two:
                    one.sendall(b"1")
                    two.sendall(b"2")
                    self.assertEqual((receive(one, 1), receive(two, 1)), (b"1", b"2"))
                with contextlib.suppress(ConnectionResetError):
                    self.assertEqual(first.recv(1), b"")
                self.assertEqual(len(listener.at_least(1, "refused")), 1)

    def test_who_waits_for_the_acceptor_loses_nothing(self):
        script = ("function acceptor(c) { const begin = Date.now(); while (Date.now() - begin < 300) ; return true; }\n"
                  "function filter(c, b) { c.send(b); }")
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", self.script(script), "--json") as listener:
            with connected(listener.port()) as peer:
                peer.sendall(b"whole")
                peer.shutdown(socket.SHUT_WR)
                self.assertEqual(read_all(peer), b"whole")
            self.assertEqual(listener.event("closed")["cause"], "closed-by-peer")
            with connected(listener.port()) as peer:
                peer.sendall(b"x")
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.assertEqual(listener.at_least(2, "closed")[1]["cause"], "reset")

    def test_datagram_peers_do_not_wait_for_one_that_hangs(self):
        script = ("function acceptor(c) { if (c.peer.endsWith(BAD)) { function f() { try { f() } catch (e) { f() } } f(); } return true; }\n"
                  "function filter(c, b) { c.send(b); }")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bad:
            bad.bind(("127.0.0.1", 0))
            script = script.replace("BAD", repr(f":{bad.getsockname()[1]}"))
            with Running("listen", "udp://127.0.0.1:0", "--behaviour", self.script(script), "--json") as listener:
                for _ in range(100):  # of one that is not let in yet
                    bad.sendto(b"x" * 1000, ("127.0.0.1", listener.port()))
                many_peers(self, listener.port(), 300)
                self.assertIn("acceptor() took longer than 1 s", listener.event("behaviour-failed")["text"])

    def test_flows_that_make_room_have_had_their_answers(self):
        """More peers than there are flows, many of them at once at a script that takes its time."""
        with Running("listen", "udp://127.0.0.1:0", "--behaviour", self.script("function filter(c, b) { c.send(b); }"), "--json") as listener:
            port = listener.port()
            for batch in range(45):
                with contextlib.ExitStack() as stack:
                    peers = [stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) for _ in range(100)]
                    for number, peer in enumerate(peers):
                        peer.bind(own_address(batch * 100 + number))
                        peer.settimeout(LIMIT)
                        peer.sendto(b"%d" % number, ("127.0.0.1", port))
                    for number, peer in enumerate(peers):
                        self.assertEqual(peer.recv(100), b"%d" % number)
            self.assertEqual(listener.events("behaviour-failed"), [])

    def test_a_flood_of_datagrams_for_a_script_stays_small(self):
        with Running("listen", "udp://127.0.0.1:0", "--behaviour", self.script("function filter(c, b) { if (b == 'ping') c.send('pong'); }")) as listener:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
                peer.connect(("127.0.0.1", listener.port()))
                end = time.monotonic() + 2
                while time.monotonic() < end:
                    peer.send(bytes(1000))
            self.assertLess(listener.peak(), 250 * 1024)
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
                other.settimeout(0.5)

                def answered():
                    other.sendto(b"ping", ("127.0.0.1", listener.port()))  # the flood may have left no room for it
                    with contextlib.suppress(TimeoutError):
                        return other.recv(10) == b"pong"
                wait_for(answered)

    def test_a_process_that_is_killed_while_it_answers(self):
        script = ("let framer = 'lines'; function filter(c, b) { if (b == 'ping') { c.send('pong\\n'); return; }\n"
                  "for (let i = 0; i < 200; ++i) c.send('x'.repeat(65536)); }")
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", self.script(script), "--json") as listener:
            with connected(listener.port()) as peer:
                peer.sendall(b"big\n" * 20)
                self.assertEqual(receive(peer, 100_000), b"x" * 100_000)
                os.kill(listener.children()[0], signal.SIGKILL)
                peer.sendall(b"ping\n")
                peer.shutdown(socket.SHUT_WR)
                answer = read_all(peer)
                self.assertTrue(answer.endswith(b"pong\n"), answer[-100:])
                self.assertEqual(answer.count(b"x") + 5, len(answer))

    def test_functions_of_one_connection_are_not_replaced_by_laxer_ones(self):
        script = ("function acceptor(c) { return { filter(c, b) { if (b == 'hang') { function f() { try { f() } catch (e) { f() } } f(); } c.send('own'); } }; }\n"
                  "function filter(c, b) { c.send('lax'); }")
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", self.script(script), "--json") as listener:
            with connected(listener.port()) as peer:
                peer.sendall(b"hang")
                with contextlib.suppress(ConnectionResetError):
                    self.assertEqual(peer.recv(3), b"")
                self.assertIn("begun anew", listener.event("closed")["text"])

    def test_what_the_user_sends_stays_in_order(self):
        """Also while it is not known yet whether the script hears it."""
        script = self.script("function filter(c, b) {}")
        data = b"".join(b"%07d\n" % number for number in range(40000))
        with listening_socket() as server:
            command = subprocess.Popen([SWRIGHT, "connect", f"tcp://127.0.0.1:{server.getsockname()[1]}", "--behaviour", script],
                                       stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            peer, _ = server.accept()
            peer.settimeout(LIMIT)
            with peer:
                for at in range(0, len(data), 4000):
                    command.stdin.write(data[at:at + 4000])
                    command.stdin.flush()
                command.stdin.close()
                self.assertEqual(read_all(peer), data)
            self.assertEqual(command.wait(LIMIT), 0)

    def test_what_a_dead_process_held_is_let_go(self):
        script = ("let framer = 'lines'; function filter(c, b) { if (b == 'hold') { c.pause(); return; }\n"
                  "if (b == 'hang') { function f() { try { f() } catch (e) { f() } } f(); } c.send(b + '\\n'); }")
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", self.script(script), "--json") as listener:
            with connected(listener.port()) as held, connected(listener.port()) as other:
                held.sendall(b"hold\n")
                other.sendall(b"hang\n")
                listener.event("behaviour-failed")
                held.sendall(b"again\n")
                self.assertEqual(receive(held, 6), b"again\n")

    def test_a_process_that_is_killed_while_it_reads_is_begun_with_the_next_connection(self):
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", self.script("function filter(c, b) { c.send(b); }"), "--json") as listener:
            port = listener.port()
            self.assertEqual(self.ask(port, b"ping"), b"ping")
            for _ in range(20):  # some of them while it begins
                for child in listener.children():
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(child, signal.SIGKILL)
                time.sleep(0.01)
            wait_for(lambda: self.tried(port) == b"ping")

    def tried(self, port):
        with contextlib.suppress(OSError):
            return self.ask(port, b"ping")

    def test_large_answers_do_not_fill_the_process(self):
        script = "let framer = 'lines'; let big = 'x'.repeat(1 << 20); function filter(c, b) { c.send(big); }"
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", self.script(script), "--json") as listener:
            with connected(listener.port()) as peer:
                peer.sendall(b"\n" * 300)
                peer.shutdown(socket.SHUT_WR)
                self.assertEqual(len(read_all(peer)), 300 << 20)
            self.assertEqual(listener.events("behaviour-failed"), [])

    def test_a_process_that_is_killed_again_while_it_begins(self):
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", self.script("function filter(c, b) { c.send(b); }"), "--json") as listener:
            with connected(listener.port()) as peer:
                peer.sendall(b"one!")
                self.assertEqual(receive(peer, 4), b"one!")
                killed = set()
                for _ in range(3):
                    child = wait_for(lambda: next((one for one in listener.children() if one not in killed), None))
                    killed.add(child)
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(child, signal.SIGKILL)
                peer.sendall(b"two!")
                self.assertEqual(receive(peer, 4), b"two!")

    def test_what_it_sent_before_it_hung_is_sent_once(self):
        script = ("let framer = 'lines'; function filter(c, b) { if (b == 'ping') { c.send('pong\\n'); return; }\n"
                  "for (let i = 0; i < 40; ++i) c.send('x'.repeat(10000)); function f() { try { f() } catch (e) { f() } } f(); }")
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", self.script(script)) as listener:
            with connected(listener.port()) as peer:
                peer.sendall(b"ping\n" * 10 + b"hang\n" + b"ping\n" * 10)
                peer.shutdown(socket.SHUT_WR)
                answer = read_all(peer)
                self.assertEqual(answer.count(b"pong\n"), 20)
                self.assertTrue(200000 <= answer.count(b"x") <= 400000, answer.count(b"x"))  # it came out once, as far as it got
                self.assertEqual(answer.replace(b"x", b""), b"pong\n" * 20)

    def test_what_the_user_sends_waits_for_the_script(self):
        """Also when the end of the input comes with it."""
        script = self.script("function sent(c, b) { c.send('len ' + b.length + '\\n'); }")
        with listening_socket() as server:
            command = subprocess.Popen([SWRIGHT, "connect", f"tcp://127.0.0.1:{server.getsockname()[1]}", "--behaviour", script],
                                       stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            command.stdin.write(b"hello")
            command.stdin.close()
            peer, _ = server.accept()
            peer.settimeout(LIMIT)
            with peer:
                self.assertEqual(read_all(peer), b"len 5\nhello")
            self.assertEqual(command.wait(LIMIT), 0, command.stderr.read())
            command.stderr.close()

    def test_a_process_that_is_killed_is_begun_anew(self):
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", self.script("function filter(c, b) { c.send(b); }"), "--json") as listener:
            port = listener.port()
            with connected(port) as peer:
                peer.sendall(b"one!")
                self.assertEqual(receive(peer, 4), b"one!")
                os.kill(listener.children()[0], signal.SIGKILL)
                listener.event("behaviour-failed")
                peer.sendall(b"two!")
                self.assertEqual(receive(peer, 4), b"two!")

    def test_sigterm_ends_a_program_whose_script_hangs(self):
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", self.script(HANGS)) as listener:
            with connected(listener.port()) as peer:
                peer.sendall(b"hang")
                child, = listener.children()
                wait_for(lambda: status_of(child)["State"][0] == "R")
                listener.process.send_signal(signal.SIGTERM)
                listener.wait()
                wait_for(lambda: not lives(child))

    def test_the_process_ends_with_the_program(self):
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", self.script(HANGS)) as listener:
            with connected(listener.port()) as peer:
                peer.sendall(b"hang")
                child, = listener.children()
                listener.process.kill()
                listener.wait()
                wait_for(lambda: not lives(child))

    def test_a_script_that_crashes_its_reader_is_refused(self):
        result = swright("listen", "tcp://127.0.0.1:0", "--behaviour", self.script("/" + "(" * 200000 + ")" * 200000 + "/;"), "--for", "1s")
        self.assertEqual(result.returncode, 2, result.stderr)
        self.assertIn("x.js:1: ", result.stderr.decode())

    def test_what_the_sentinel_logs_is_told_at_the_end(self):
        script = self.script("function sentinel(c, reason) { log('gone: ' + reason.cause); }\nfunction listenerClosed(r) { log('listener: ' + r.cause); }")
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", script, "--json") as listener:
            with connected(listener.port()):
                listener.event("accepted")
                listener.process.send_signal(signal.SIGTERM)
                listener.wait()
            self.assertIn("gone: closed-by-us", listener.said())
            self.assertIn("listener: closed-by-us", listener.said())

    def test_by_hand_it_says_what_it_is(self):
        result = subprocess.run([SWRIGHT, "script-process"], stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT, check=False)
        self.assertEqual(result.returncode, 2)
        self.assertIn(b"runs a script for Socketwright", result.stderr)
        self.assertNotIn("script-process", swright("--help").stdout.decode())


class Consoles(unittest.TestCase):
    def test_a_person_has_a_prompt(self):
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", "console") as listener, connected(listener.port()) as peer:
            peer.sendall(b"me\nlet a = 20\na + 1\nfor (;;) ;\na + 2\n")
            peer.shutdown(socket.SHUT_WR)
            said = read_all(peer).decode()
            self.assertIn("session “me” begins", said)
            self.assertRegex(said, r"> 21\n> error: .*longer than 1 s\n> 22\n")

    def test_what_is_thrown_is_an_error(self):
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", "console") as listener, connected(listener.port()) as peer:
            peer.sendall(b"me\nthrow 5\nthrow undefined\nthrow { a: 1 }\nlet e = new Error('x'); e.toString = () => undefined; throw e\n"
                         b"throw new Error('y')\nundefined\n'fine'\n")
            peer.shutdown(socket.SHUT_WR)
            said = read_all(peer).decode()
            for text in ("threw 5\n", "threw undefined\n", 'threw {"a":1}\n', "Error: x\n", "Error: y\n"):
                self.assertRegex(said, r"> error: [^\n]*" + re.escape(text))
            self.assertEqual(said.count("error:"), 5, said)

    def test_values_that_run_code_when_they_are_shown(self):
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", "console") as listener, connected(listener.port()) as peer:
            for line in (b"({ toString() { for (;;) ; }, toJSON() { for (;;) ; } }) + ''", b"({ toJSON() { for (;;) ; } })", b"throw { toString() { for (;;) ; } }",
                         b"let o = 1; for (let i = 0; i < 40; i++) o = [o, o]; JSON.stringify(o)"):
                with connected(listener.port()) as other:
                    other.sendall(b"s\n" + line + b"\n1 + 1\n")
                    other.shutdown(socket.SHUT_WR)
                    self.assertRegex(read_all(other).decode(), r"(?s)> [^\n]+\n> 2\n> $")

    def test_a_web_page_is_refused(self):
        requests = [
            b"POST /" + b"A" * 200000 + b" HTTP/1.1\r\n\r\nlog('ran')\n",
            b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/plain\r\nContent-Length: 30\r\n\r\nme\nlog('ran')\n1 + 1\n",
            b"GET /?a HTTP/1.1\r\n\r\nlog('ran')\n", b"get / http/1.0\r\n\r\nlog('ran')\n", b"GET /\r\nlog('ran')\n",
            b"ANYTHING / HTTP/1.1\r\n\r\nlog('ran')\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nlog('ran')\n",
            b"CONNECT 127.0.0.1:1 HTTP/1.1\r\n\r\nlog('ran')\n", b" \r POST / HTTP/1.1\r\n\r\nlog('ran')\n",
            bytes.fromhex("160301006f0100006b0303") + b"\nlog('ran')\n", b"me\x01\nlog('ran')\n",
        ]
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", "console", "--json") as listener:
            for count, request in enumerate(requests, 1):
                with self.subTest(request=request[:30]), connected(listener.port()) as peer:
                    peer.sendall(request)
                    with contextlib.suppress(ConnectionResetError):
                        self.assertNotIn(b"begins", read_all(peer))
                    self.assertEqual(len([event for event in listener.at_least(count, "warning") if "no console for" in event["text"]]), count)
            self.assertEqual(listener.events("behaviour-log"), [])

    def test_curl_is_refused(self):
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", "console", "--json") as listener:
            subprocess.run(["curl", "-s", "-H", "Content-Type: text/plain", "-d", "me\nlog('ran')\n1+1\n", f"http://127.0.0.1:{listener.port()}/"],
                           capture_output=True, timeout=LIMIT, check=False)
            self.assertTrue(re.search("HTTP", listener.event("warning")["text"]))
            self.assertEqual(listener.events("behaviour-log"), [])


if __name__ == "__main__":
    unittest.main()

# SPDX-License-Identifier: MIT
"""Rules and scripts as their users run them: malformed messages, ends of sending, acceptors, the listener itself."""
import os
import socket
import ssl
import subprocess
import tempfile
import threading
import unittest

from harness import LIMIT, Running, connected, json_lines, listening_socket, not_with_qt, read_all, receive, reset_by, swright, wait_for


class Programmed(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def rules(self, text):
        return "rules=" + self.write("a.rules", text)

    def script(self, text):
        return "script=" + self.write("a.js", text)

    def listening(self, behaviour, address="tcp://127.0.0.1:0", *options):
        return Running("listen", address, "--json", "--behaviour", behaviour, *options)

    @staticmethod
    def events(running, name):
        return [event for event in json_lines(running.said()) if event["event"] == name]

    def texts(self, running, name="behaviour-log"):
        return [event["text"] for event in self.events(running, name)]


class Malformed(Programmed):
    # framer, what is sent before the end of stream, what the rule `any` answers, how many are malformed
    CASES = (
        ("slip", bytes.fromhex("61db6162c0"), b"", 1),
        ("slip", bytes.fromhex("c061c0c0db62c063c0"), b"<a><c>", 1),
        ("slip", b"a", b"", 1),
        ("cobs", bytes.fromhex("056162000263 00".replace(" ", "")), b"<c>", 1),
        ("cobs", bytes.fromhex("0361"), b"", 1),
        ("fixed=4", b"abcdef", b"<abcd>", 1),
        ("length=2be", bytes.fromhex("0001610005 6263".replace(" ", "")), b"<a>", 1),
        ("length=4be", bytes.fromhex("ffffffff41"), b"", 1),
        ("lines", b"one\ntwo", b"<one><two>", 0),
        ("delimiter=;", b"one;two", b"<one><two>", 0),
    )

    @not_with_qt("Qt closes at the peer's end of stream")
    def test_it_is_never_answered_as_a_whole_message(self):
        for framer, sent, answer, malformed in self.CASES:
            rules = f"framer {framer}\nrule a\n any\n answer <${{0}}>\n"
            script = f"let framer = {framer!r};\nfunction filter(c, b) {{ c.send('<' + b + '>'); }}\n"
            for behaviour in (self.rules(rules), self.script(script)):
                with self.subTest(framer=framer, sent=sent, behaviour=behaviour), self.listening(behaviour) as running:
                    peer = connected(running.port())
                    peer.sendall(sent)
                    peer.shutdown(socket.SHUT_WR)
                    self.assertEqual(read_all(peer), answer)
                    told = wait_for(lambda: self.events(running, "closed") and [self.events(running, "malformed")])[0]
                    self.assertEqual(len(told), malformed)
                    for one in told:
                        self.assertIn(one["bytes"], sent.hex())
                        self.assertTrue(one["problem"])

    @not_with_qt("Qt closes at the peer's end of stream")
    def test_it_is_matched_on_purpose(self):
        sent = bytes.fromhex("61db6162c0")
        rules = self.rules("framer slip\nrule m\n malformed\n answer [${problem}]\nrule a\n any\n answer no\n")
        script = self.script("let framer = 'slip';\nfunction malformed(c, b, problem) { c.send('[' + problem + ']'); }\n")
        for behaviour in (rules, script):
            with self.subTest(behaviour), self.listening(behaviour) as running:
                peer = connected(running.port())
                peer.sendall(sent)
                peer.shutdown(socket.SHUT_WR)
                self.assertEqual(read_all(peer), b"[a SLIP escape that is followed by neither DC nor DD]")


class Sending(Programmed):
    def test_after_shutdown_a_script_still_hears(self):
        behaviour = self.script('function opened(c){c.send("x\\n");c.shutdown()} function filter(c,b){log("got "+b)} '
                                'function end(c){log("end")}')
        with self.listening(behaviour) as running:
            peer = connected(running.port())
            self.assertEqual(read_all(peer), b"x\n")
            peer.sendall(b"late")
            wait_for(lambda: self.texts(running) == ["got late"])
            peer.close()
            wait_for(lambda: self.texts(running) == ["got late", "end"])
            wait_for(lambda: self.events(running, "closed"))
            self.assertEqual(self.events(running, "not-sent"), [])


class SentAndOver(Programmed):
    """A rule that ends the connection because of what the user sends: that still goes out."""

    def serve_one(self, serve, rules, *arguments):
        """A client with these rules, whose user sends GO to a server that does `serve` with it: its status."""
        with listening_socket() as server:
            def accept():
                peer, _ = server.accept()
                with peer:
                    peer.settimeout(LIMIT)
                    serve(peer)
            serving = threading.Thread(target=accept, daemon=True)
            serving.start()
            done = swright("connect", f"tcp://127.0.0.1:{server.getsockname()[1]}", "--behaviour", self.rules(rules), *arguments, data=b"GO\n")
            serving.join(LIMIT)
        return done.returncode

    def talk(self, rules):
        """What a server got that says nothing and closes after the client, and the client's status."""
        got = []
        status = self.serve_one(lambda peer: got.append(read_all(peer)), rules)
        return got, status

    def test_close(self):
        self.assertEqual(self.talk("rule g\n  on sent\n  prefix GO\n  close\n"), ([b"GO\n"], 0))
        self.assertEqual(self.talk("framer lines\nrule g\n  on sent\n  prefix GO\n  close\n"), ([b"GO\n"], 0))

    def test_end(self):
        self.assertEqual(self.talk("rule g\n  on sent\n  prefix GO\n  answer A\n  end\n"), ([b"AGO\n"], 0))

    @not_with_qt("Qt closes at the peer's end of stream")
    def test_what_follows_the_end_of_sending_while_the_peer_reads_late(self):
        rules = ("framer lines\nrule b\n  prefix big\n  answer " + "${random:1048576}" * 12 + "\n  end\n  log ended\n"
                 "rule l\n  any\n  log ${0}\n")
        with self.listening(self.rules(rules)) as running:
            with connected(running.port()) as peer:
                peer.sendall(b"big\none\ntwo\n")
                peer.shutdown(socket.SHUT_WR)
                self.assertEqual(len(read_all(peer)), 12 << 20)
                wait_for(lambda: self.texts(running) == ["ended", "one", "two"])
            wait_for(lambda: self.events(running, "closed"))

    def test_what_waited_for_a_reader_goes_on_once_the_user_has_ended_sending(self):
        rules = ("framer lines\nrule b\n  prefix big\n  log big\n  answer " + "${random:1048576}" * 12 + "\nrule l\n  any\n  log ${0}\n")
        with listening_socket() as server:
            address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
            with Running("connect", address, "--behaviour", self.rules(rules), "--json", stdin=subprocess.PIPE) as client:
                peer, _ = server.accept()
                with peer:
                    peer.settimeout(LIMIT)
                    peer.sendall(b"big\none\n")
                    wait_for(lambda: self.texts(client) == ["big"])
                    client.process.stdin.write(b"x")
                    client.process.stdin.close()
                    wait_for(lambda: self.texts(client) == ["big", "one"])  # nothing of the answer was read yet
                    self.assertEqual(len(read_all(peer)), (12 << 20) + 1)

    def upgraded(self, rules, starts, sends):
        """What comes by TLS from a listener with these rules, up to its end."""
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", self.rules(rules)) as listener, connected(listener.port()) as plain:
            plain.sendall(sends)
            self.assertEqual(receive(plain, len(starts)), starts)
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            with context.wrap_socket(plain) as secure:
                return read_all(secure)

    def test_close_after_starttls(self):
        self.assertEqual(self.upgraded("framer lines\nrule s\n  prefix S\n  answer OK\n  starttls\n  answer T\n  close\n", b"OK", b"S\n"), b"T")
        self.assertEqual(self.upgraded("framer lines\nrule s\n  prefix S\n  answer OK\n  starttls\n  close\n", b"OK", b"S\n"), b"")

    def test_starttls_because_of_what_is_sent(self):
        said = []

        def serve(peer):
            said.append(peer.recv(3, socket.MSG_WAITALL))
            said.append(peer.recv(1, socket.MSG_PEEK))
        self.serve_one(serve, "rule g\n  on sent\n  prefix GO\n  starttls verify=off\n  answer X\n", "--idle", "2s")
        self.assertEqual(said, [b"GO\n", b"\x16"])  # in clear text, then the client's first message of TLS


class Scripts(Programmed):
    def test_a_failing_acceptor_lets_nobody_in(self):
        for acceptor in ("throw new Error('x')", "for (;;) ;", "nosuch()", "return {}"):
            behaviour = self.script(f"function acceptor(c) {{ {acceptor} }}\nfunction opened(c) {{ c.send('in'); }}\n")
            with self.subTest(acceptor), self.listening(behaviour) as running:
                reset_by(running.port())
                wait_for(lambda: self.events(running, "refused"))
                self.assertTrue(self.events(running, "behaviour-failed"))
        behaviour = self.script("function acceptor(c) { nosuch(); }\nfunction filter(c, b) { c.send('in'); }\n")
        with self.listening(behaviour, "udp://127.0.0.1:0") as running:
            peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            peer.sendto(b"x", ("127.0.0.1", running.port()))
            wait_for(lambda: self.events(running, "refused"))
            wait_for(lambda: self.events(running, "closed"))
            peer.setblocking(False)
            self.assertRaises(BlockingIOError, peer.recv, 10)
            peer.close()
            self.assertEqual(running.printed(), b"")  # nothing of it is kept
            self.assertEqual([event["received"] for event in self.events(running, "closed")], [0])

    def test_errors_have_the_scripts_own_line(self):
        behaviour = self.script("function filter(c, b) {\n  c.send(5);\n}\n")
        with self.listening(behaviour) as running:
            connected(running.port()).sendall(b"x")
            text = wait_for(lambda: self.texts(running, "behaviour-failed"))[0]
            self.assertTrue(text.startswith("a.js:2: TypeError"), text)

    def test_modules_are_refused_in_one_sentence(self):
        for text, says in (("import fs from 'fs'\n", "there is no import"), ("export function filter() {}\n", "leave out “export”")):
            with self.subTest(text):
                result = swright("listen", "tcp://127.0.0.1:0", "--behaviour", self.script("// a script\n" + text))
                self.assertNotEqual(result.returncode, 0)
                self.assertIn("a.js:2: ", result.stderr.decode())
                self.assertIn(says, result.stderr.decode())

    def test_the_listener_is_closed_by_its_script(self):
        behaviour = self.script("function filter(c, b) { listener.close(); c.close(); }\n"
                                "function listenerClosed(reason) { log('over: ' + reason.cause); }\n")
        with self.listening(behaviour) as running:
            connected(running.port()).sendall(b"x")
            wait_for(lambda: self.texts(running) == ["over: closed-by-us"])
            self.assertEqual(running.wait(LIMIT), 0)

    def test_peers_of_a_unix_socket_have_credentials(self):
        path = os.path.join(self.folder, "s")
        behaviour = self.script("function acceptor(c) { return c.credentials.uid === %d; }\n"
                                "function opened(c) { c.send('pid ' + c.credentials.pid); c.close(); }\n" % os.getuid())
        with self.listening(behaviour, "unix://" + path):
            peer = socket.socket(socket.AF_UNIX)
            peer.settimeout(LIMIT)
            wait_for(lambda: os.path.exists(path))
            peer.connect(path)
            self.assertEqual(read_all(peer), b"pid %d" % os.getpid())
            peer.close()


if __name__ == "__main__":
    unittest.main()

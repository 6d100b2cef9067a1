# SPDX-License-Identifier: MIT
"""The promises about who means harm, at full numbers. Run by ./dev promises."""
import os
import signal
import tempfile
import time
import unittest

from books import one_round
from floods import RULES, SCRIPT, answer_times, end_time, flooded, many_peers
from harness import Running, connected, receive

HOSTILE = {
    "iterator": "Array.prototype[Symbol.iterator] = function () { for (;;) ; }; [...[1]];",
    "getter": "const e = new Error('x'); Object.defineProperty(e, 'fileName', { get() { for (;;) ; } }); throw e;",
    "text": "const e = new Error('x'); e.toString = function () { for (;;) ; }; throw e;",
    "recursion": "function f() { try { f() } catch (e) { f() } } f();",
    "json": "let o = 1; for (let i = 0; i < 40; i++) o = [o, o]; JSON.stringify(o);",
    "proxy": "let f = {}; for (let i = 0; i < 1e6; i++) f = new Proxy(f, {}); f.x;",
    "split": "'a'.repeat(1 << 24).split('');",
    "timers": "const more = () => { setTimeout(more, 0); setTimeout(more, 0); }; more();",
    "loop": "for (;;) ;",
    "memory": "const a = []; for (;;) a.push(new Array(1000).fill(7));",
    "pattern": "new RegExp('('.repeat(1 << 20) + ')'.repeat(1 << 20)).test('x');",
    "send": "for (;;) c.send('x'.repeat(65536));",
    "log": "for (;;) log('x');",
}


class Safety(unittest.TestCase):
    def file(self, name, text):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = os.path.join(folder.name, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def test_s12_others_are_served_within_100_ms(self):
        for name, body in HOSTILE.items():
            script = self.file("x.js", f"function filter(c, b) {{ if (b == 'ping') c.send('pong'); else {{ {body} }} }}")
            workspace = self.file("w.socketwright", '{"socketwright": 1, "endpoints": [{"listen": "tcp://127.0.0.1:21811", "behaviour": "script=' + script + '"}, '
                                  '{"listen": "tcp://127.0.0.1:21812", "behaviour": "echo"}]}')
            with self.subTest(name), Running("open", workspace, "--yes") as program:
                program.says("listening on", 2)
                with connected(21811) as hostile:
                    hostile.sendall(b"hostile")
                    times = answer_times(21812, b"echo", b"echo", 3)
                    print(f"S12 {name}: another is served in {times[-1] * 1000:.0f} ms at most, memory {program.peak() // 1024} MiB", flush=True)
                    self.assertLess(times[-1], 0.1)
                with connected(21811) as peer:
                    peer.sendall(b"ping")
                    self.assertEqual(receive(peer, 4), b"pong")
                self.assertLess(end_time(program), 1)

    def test_n13_under_any_flood(self):
        rules, script = "rules=" + self.file("a.rules", RULES), "script=" + self.file("a.js", SCRIPT)
        cases = {"rules": (rules, b"ping\n" * 10000, b"ping\n", b"pong\n"), "large answers": (rules, b"big\n" * 100, b"ping\n", b"pong\n"),
                 "delays": (rules, b"w\n" * 10000, b"ping\n", b"pong\n"), "a script": (script, b"ping\n" * 10000, b"ping\n", b"pong\n"),
                 "talk": ("talk", b"\n" * 100000, b"hi\n", b"You sent: 'hi'\n"), "echo": ("echo", bytes(1 << 20), b"x", b"x")}
        for name, (behaviour, flood, question, answer) in cases.items():
            for reads in (True, False):
                with self.subTest(name, reads=reads), Running("listen", "tcp://127.0.0.1:0", "--behaviour", behaviour) as listener:
                    with flooded(listener.port(), flood, reads):
                        times = answer_times(listener.port(), question, answer, 5)
                        ended = end_time(listener)
                    print(f"N13 {name}: {times[-1] * 1000:.0f} ms at most, p50 {times[len(times) // 2] * 1000:.0f} ms, ended in {ended:.2f} s", flush=True)
                    self.assertLess(times[-1], 0.1)
                    self.assertLess(ended, 1)

    def test_1_000_000_datagram_peers(self):
        with Running("listen", "udp://127.0.0.1:0", "--behaviour", "echo") as listener:
            begin = time.monotonic()
            many_peers(self, listener.port(), 1_000_000)
            print(f"1,000,000 peers in {time.monotonic() - begin:.0f} s, peak {listener.peak() // 1024} MiB", flush=True)
            self.assertLess(listener.peak(), 300 * 1024)

    def test_n12_the_books_balance_for_10_minutes(self):
        begin, met = time.monotonic(), 0
        seed = int(os.environ.get("SEED", "1"))
        while time.monotonic() - begin < 600:
            met += one_round(self, seed, 10, 200)
            seed += 1
        print(f"N12: {met} clients, seeds up to {seed}", flush=True)

    def test_signals_while_sending(self):
        for arguments in (("send", "udp://127.0.0.1:9", "x", "--repeat", "1000000000"), ("load", "udp://127.0.0.1:9", "x", "--count", "10000000")):
            for how in (signal.SIGINT, signal.SIGTERM):
                with self.subTest(arguments=arguments, how=how), Running(*arguments) as program:
                    time.sleep(3)
                    self.assertLess(program.peak(), 100 * 1024)
                    self.assertLess(end_time(program, how), 1)

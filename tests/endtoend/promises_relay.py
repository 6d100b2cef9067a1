# SPDX-License-Identifier: MIT
"""The same promises through the relay and the readers of captures, at full numbers. Run by ./dev promises."""
import gzip
import os
import random
import resource
import signal
import socket
import tempfile
import time
import unittest

from captures import ethernet, pcap, untidy_stream
from harness import Running, connected, needs, swright
from promised import every_byte_once, every_datagram_whole, half_closed_requests, resets_at_random_points, stuck_reader_stops_its_writer
from test_captures import followed, tool


def relayed(scheme, *options, target=None):
    return Running("relay", f"{scheme}://127.0.0.1:0", target, *options)


class Relay(unittest.TestCase):
    def test_n1_every_byte_once_100_streams_of_100_mib_both_ways(self):
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", "echo") as echo, \
                relayed("tcp", target=f"tcp://127.0.0.1:{echo.port()}") as relay:
            every_byte_once(self, relay.port())

    def test_n1_every_datagram_whole_one_of_each_size(self):
        with Running("listen", "udp://127.0.0.1:0", "--behaviour", "echo") as echo, \
                relayed("udp", target=f"udp://127.0.0.1:{echo.port()}") as relay:
            every_datagram_whole(self, relay.port())

    @needs("nc")
    def test_n2_100_half_closed_requests_are_answered(self):
        with tempfile.TemporaryDirectory() as folder, Running("listen", "tcp://127.0.0.1:0", "--behaviour", "echo") as echo, \
                Running("relay", f"unix://{folder}/s", f"tcp://127.0.0.1:{echo.port()}") as local, \
                relayed("tcp", target=f"unix://{folder}/s") as relay:
            local.address()
            half_closed_requests(self, ["127.0.0.1", str(relay.port())])
            half_closed_requests(self, ["-U", f"{folder}/s"])

    def test_n3_10_gib_offered_to_a_reader_that_never_reads(self):
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", "echo") as echo, \
                relayed("tcp", target=f"tcp://127.0.0.1:{echo.port()}") as relay:
            print("taken:", stuck_reader_stops_its_writer(self, relay) >> 20, "MiB, in the relay, the echo and six buffers of the system")

    def test_n8_10_000_resets_at_random_points(self):
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", "discard") as sink, \
                relayed("tcp", "--json", target=f"tcp://127.0.0.1:{sink.port()}") as relay:
            resets_at_random_points(self, relay, 2)


@needs("tshark", "capinfos")
class Captures(unittest.TestCase):
    def test_n10_200_kills(self):
        worst = 0.0
        for number in range(200):
            with tempfile.TemporaryDirectory() as folder:
                path = os.path.join(folder, "out.pcapng")
                with Running("listen", "tcp://127.0.0.1:0", "--behaviour", "discard", "--record", path) as server:
                    client = connected(server.port())
                    begun = time.monotonic()
                    times = []
                    lines = 2000 if number % 4 == 0 else 1  # much goes to the file in whole blocks
                    while time.monotonic() < begun + 0.5 + (number % 10) * 0.11:
                        client.sendall(b"".join(b"%010d\n" % (len(times) + i) for i in range(lines)))
                        times += [time.monotonic()] * lines
                        if len(times) % 20 == 0:
                            time.sleep(0.001)  # a steady flow, not all that fits
                    server.process.send_signal(signal.SIGKILL)
                    killed = time.monotonic()
                    server.wait()
                    client.close()
                self.assertIn("Number of packets", tool("capinfos", path).stdout.decode())
                have = max(map(len, followed(path, 0))) // 11
                worst = max(worst, killed - times[min(have, len(times) - 1)])
        print(f"the oldest thing missing was {worst:.2f} s old")
        self.assertLess(worst, 1.0)

    def test_s7_names_stay_in_their_folder(self):
        choose = random.Random(7)
        names = ["../../x", "..", "/etc/passwd", "con", "a\u0000b", "n" * 300, "\u202egnp", "C:\\x", ".hidden", "x/../../y"]
        names += ["".join(map(chr, choose.choices(range(1, 0x3000), k=choose.randrange(1, 300)))) for _ in range(200)]
        with tempfile.TemporaryDirectory() as folder:
            import json
            path = os.path.join(folder, "in.jsonl")
            with open(path, "w", encoding="utf-8") as file:
                for number, name in enumerate(names):
                    file.write(json.dumps({"time": "2026-01-31T12:00:00Z", "mono": 1, "endpoint": name, "id": number,
                                           "kind": "received", "size": 1, "base64": "eA=="}) + "\n")
            inside = os.path.join(folder, "inside")
            done = swright("convert", path, inside + "/")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(len(os.listdir(inside)), len(names))
            self.assertEqual(sorted(os.listdir(folder)), ["in.jsonl", "inside"])

    def test_s9_any_capture_is_read_read_in_part_or_refused(self):
        packets, _ = untidy_stream(2, 200_000)
        whole = pcap([ethernet(packet) for packet in packets])
        choose = random.Random(4)
        worst = 0.0
        with tempfile.TemporaryDirectory() as folder:
            own = os.path.join(folder, "own.pcap")
            with open(own, "wb") as file:
                file.write(whole)
            kinds = {"pcap": whole}
            for ending in ("pcapng", "jsonl", "csv", "hex"):
                self.assertEqual(swright("convert", own, os.path.join(folder, "own." + ending)).returncode, 0)
                with open(os.path.join(folder, "own." + ending), "rb") as file:
                    kinds[ending] = file.read()
            files = [("pcap", gzip.compress(whole[:24] + b"\0" * (1 << 30), 9)), ("csv", kinds["csv"][:40] + b"," * (40 << 20)),
                     ("hex", b"# a a a " * (5 << 20)), ("jsonl", b'{"x":[' + b"0," * (20 << 20)), ("jsonl", b"\n" * (4 << 20))]
            for ending, content in kinds.items():
                for _ in range(200):
                    changed = bytearray(content[:choose.choice([len(content), choose.randrange(len(content))])])
                    for _ in range(choose.randrange(60)):
                        if changed:
                            changed[choose.randrange(len(changed))] = choose.randrange(256)
                    files.append((ending, bytes(changed)))
            for number, (ending, content) in enumerate(files):
                path = os.path.join(folder, "hostile." + ending)
                with open(path, "wb") as file:
                    file.write(content)
                begun = time.monotonic()
                done = swright("show", path, "--filter", "len>100000000",
                               preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (512 << 20, 512 << 20)))
                worst = max(worst, time.monotonic() - begun)
                self.assertIn(done.returncode, (0, 1), (number, ending, done.stderr[-300:]))
                if done.returncode:
                    self.assertTrue(done.stderr)
        print(f"{len(files)} files, the slowest took {worst:.1f} s")
        self.assertLess(worst, 5)


if __name__ == "__main__":
    unittest.main()

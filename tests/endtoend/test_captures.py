# SPDX-License-Identifier: MIT
"""Recordings that Wireshark's programs read, and captures that we read: tshark is the judge."""
import gzip
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from captures import *
from harness import *


def tool(*command, **options):
    return subprocess.run(command, capture_output=True, timeout=LIMIT, **options)


def fields(path, display, *names):
    """tshark's values of these fields in the packets that a display filter takes."""
    done = tool("tshark", "-n", "-r", path, "-Y", display, "-T", "fields", *[word for name in names for word in ("-e", name)])
    return [line.split("\t") for line in done.stdout.decode().splitlines()]


def followed(path, stream, kind="tcp"):
    """Both sides of a stream as tshark puts it together: the client's bytes, the server's."""
    sides = [b"", b""]
    for line in tool("tshark", "-n", "-r", path, "-q", "-z", f"follow,{kind},raw,{stream}").stdout.decode().splitlines():
        text = line.strip()
        if text and all(c in "0123456789abcdef" for c in text):
            sides[line.startswith("\t")] += bytes.fromhex(text)
    return sides


class Folder(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="sw-captures-")
        self.addCleanup(shutil.rmtree, self.folder, True)

    def path(self, name, content=None):
        path = os.path.join(self.folder, name)
        if content is not None:
            with open(path, "wb") as file:
                file.write(content)
        return path

    def convert(self, source, target, *options):
        done = swright("convert", source, target, *options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def records(self, path):
        jsonl = self.path(f"records-{random.random()}.jsonl")
        self.convert(path, jsonl)
        with open(jsonl, encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def sides(self, path):
        """What the local side of the only conversation sent, and received."""
        import base64
        sides = {"sent": b"", "received": b""}
        for record in self.records(path):
            if record["kind"] in sides:
                sides[record["kind"]] += base64.b64decode(record["base64"])
        return [sides["sent"], sides["received"]]


@needs("tshark", "capinfos", "tcpdump")
class Written(Folder):
    def record(self, *clients, target="tcp://127.0.0.1:0", listen="tcp://127.0.0.1:0", behaviour="talk"):
        path = self.path("out.pcapng")
        with Running("listen", target, "--behaviour", behaviour) as server:
            scheme = target.split(":")[0]
            where = target if scheme == "unix" else f"{scheme}://127.0.0.1:{server.port()}"
            if scheme == "unix":
                server.address()
            if scheme == "tls":
                where += "?verify=off"
            with Running("relay", listen, where, "--record", path, "--accept", str(len(clients))) as relay:
                for client in clients:
                    client(relay.port())
                self.assertEqual(relay.wait(), 0)
        self.assertEqual(tool("capinfos", path).returncode, 0)
        self.assertEqual(tool("tcpdump", "-n", "-r", path).returncode, 0)
        self.assertEqual(fields(path, "tcp.analysis.flags || _ws.malformed || _ws.expert.severity == error", "frame.number"), [])
        checks = ["-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE"]
        done = tool("tshark", "-n", "-r", path, *checks, "-Y", "tcp.checksum.status == 0 || ip.checksum.status == 0 || udp.checksum.status == 0")
        self.assertEqual(done.stdout, b"")
        return path

    def test_streams_follow_byte_for_byte(self):
        data = os.urandom(300_000)

        def ask(port):
            self.assertEqual(subprocess.run(["nc", "-N", "127.0.0.1", str(port)], input=data, capture_output=True, timeout=LIMIT).stdout, data)
        path = self.record(ask, ask, behaviour="echo")
        self.assertEqual(followed(path, 0), [data, data])
        self.assertEqual(len(fields(path, "tcp.flags.syn == 1 && tcp.flags.ack == 0", "tcp.stream")), 4)  # two pairs
        self.assertEqual(len(fields(path, "tcp.flags.fin == 1", "tcp.stream")), 8)
        self.assertEqual(fields(path, "tcp.flags.reset == 1", "tcp.stream"), [])
        self.assertIn("ynthesised", tool("capinfos", path).stdout.decode())

    def test_much_at_once(self):
        data = os.urandom(9_000_000)  # goes to the file in whole blocks

        def send(port):
            self.assertEqual(subprocess.run(["nc", "-N", "127.0.0.1", str(port)], input=data, capture_output=True, timeout=LIMIT).stdout, b"")
        path = self.record(send, behaviour="discard")
        self.assertEqual(followed(path, 0), [data, b""])
        self.assertEqual(followed(path, 1), [data, b""])
        self.assertEqual(swright("convert", path, self.path("again.jsonl")).returncode, 0)
        self.assertEqual(self.records(self.path("again.jsonl"))[0]["event"], "accepted")

    def test_a_pipe_is_read_while_it_is_written(self):
        path = self.path("live.pcapng")
        os.mkfifo(path)
        with subprocess.Popen(["tshark", "-n", "-l", "-r", path, "-T", "fields", "-e", "tcp.payload"], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL) as reader:
            with Running("listen", "tcp://127.0.0.1:0", "--behaviour", "echo", "--record", path) as server:
                client = connected(server.port())
                client.sendall(b"live\n")
                lines = iter(reader.stdout.readline, b"")
                self.assertEqual(next(line for line in lines if line.strip()), b"6c6976650a\n")  # while it is open
                client.close()
            reader.stdout.read()

    def test_resets_are_resets(self):
        def reset(port):
            import struct
            client = connected(port)
            client.sendall(b"hello\n")
            self.assertEqual(receive(client, 18), b"You sent: 'hello'\n")
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.close()
        path = self.record(reset)
        self.assertEqual(len(fields(path, "tcp.flags.reset == 1", "tcp.stream")), 2)
        self.assertEqual(fields(path, "tcp.flags.fin == 1", "tcp.stream"), [])

    def test_unix_sockets_have_names(self):
        path = self.record(lambda port: tool("nc", "-N", "127.0.0.1", str(port), input=b"over\n"), target=f"unix://{self.folder}/s.sock")
        names = tool("tshark", "-r", path, "-N", "n", "-T", "fields", "-e", "ipv6.dst_host", "-Y", "ipv6").stdout.decode()
        self.assertIn("/s.sock", names)
        self.assertEqual(followed(path, 1)[0], b"over\n")

    def test_tls_is_its_plain_text(self):
        path = self.record(lambda port: tool("nc", "-N", "127.0.0.1", str(port), input=b"in clear\n"), target="tls://127.0.0.1:0")
        self.assertEqual(followed(path, 1)[0], b"in clear\n")
        self.assertIn("decrypted", tool("tshark", "-r", path, "-T", "fields", "-e", "frame.comment").stdout.decode())

    def test_datagrams(self):
        path = self.path("udp.pcapng")
        with Running("listen", "udp://127.0.0.1:0", "--behaviour", "echo", "--record", path) as server:
            client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            client.connect(("127.0.0.1", server.port()))
            client.settimeout(LIMIT)
            for size in (0, 1, 500, 65507):
                client.send(b"d" * size)
                self.assertEqual(len(client.recv(70000)), size)
            client.close()
            wait_for(lambda: len(fields(path, "udp", "udp.length")) == 8)
        self.assertEqual([row[0] for row in fields(path, "udp", "udp.length")], ["8", "8", "9", "9", "508", "508", "65515", "65515"])

    def test_a_listeners_recording_keeps_its_sides(self):
        for scheme, option in (("tcp", "-N"), ("udp", "-uw1")):
            path = self.path(scheme + ".pcapng")
            with Running("listen", f"{scheme}://127.0.0.1:0", "--behaviour", "talk", "--record", path) as server:
                self.assertEqual(tool("nc", option, "127.0.0.1", str(server.port()), input=b"hello\n").stdout, b"You sent: 'hello'\n")
                wait_for(lambda: len(fields(path, "data || tcp.len > 0", "frame.number")) == 2)
            self.convert(path, self.path("again.jsonl"), "--force")
            self.assertEqual(self.sides(self.path("again.jsonl")), [b"You sent: 'hello'\n", b"hello\n"])

    def test_a_killed_recording_can_be_read(self):
        for run in range(5):
            path = self.path(f"killed-{run}.pcapng")
            with Running("listen", "tcp://127.0.0.1:0", "--behaviour", "discard", "--record", path) as server:
                client = connected(server.port())
                begun = time.monotonic()
                number = 0
                while time.monotonic() < begun + 1.2 + run * 0.13:
                    client.sendall(b"%010d\n" % number)
                    number += 1
                    if number % 50 == 0:
                        time.sleep(0.002)  # a steady flow, not all that fits
                    if time.monotonic() < begun + 0.2 + run * 0.13:
                        old = number  # sent more than a second before the kill
                server.process.send_signal(signal.SIGKILL)
                server.wait()
                client.close()
            self.assertIn("Number of packets", tool("capinfos", path).stdout.decode())
            sent = followed(path, 0)
            self.assertGreaterEqual(max(len(side) for side in sent), old * 11)

    def test_a_full_disk_ends_after_the_last_whole_packet(self):
        path = self.path("full.pcapng")
        data = os.urandom(5_000_000)
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", "echo") as server:
            limit = (7 << 20, 7 << 20)
            done = tool(os.environ["SWRIGHT"], "connect", f"tcp://127.0.0.1:{server.port()}", "--record", path, input=data,
                        restore_signals=False, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit))
        self.assertEqual((done.stdout, done.returncode), (data, 1))  # traffic goes on
        self.assertIn("Recording to " + path + " stopped: File too large", done.stderr.decode())
        self.assertEqual(tool("capinfos", path).returncode, 0)
        self.assertGreater(os.path.getsize(path), 4_000_000)

    def test_hex_dumps_are_for_xxd_and_text2pcap(self):
        source = self.path("in.bin", bytes(range(256)) * 3)
        dump = self.path("out.hex")
        self.convert(source, dump)
        with open(dump, "rb") as file:
            lines = b"".join(line for line in file if not line.startswith(b"#"))
        self.assertEqual(tool("xxd", "-r", input=lines).stdout, bytes(range(256)) * 3)
        self.assertEqual(tool("text2pcap", "-q", "-u", "1000,2000", dump, self.path("t.pcapng")).returncode, 0)
        self.assertEqual([row[0] for row in fields(self.path("t.pcapng"), "udp", "udp.length")], ["776"])
        xxd = self.path("xxd.hex", tool("xxd", source).stdout)
        self.assertEqual(self.sides(xxd)[1], bytes(range(256)) * 3)


@needs("tshark", "editcap")
class Read(Folder):
    def test_untidy_streams_as_tshark_has_them(self):
        for seed in range(8):
            packets, said = untidy_stream(seed)
            path = self.path(f"{seed}.pcap", pcap([ethernet(packet) for packet in packets]))
            self.assertEqual(followed(path, 0), said)
            self.assertEqual(self.sides(path), said)

    def test_every_container(self):
        packets, said = untidy_stream(1, 5000)
        frames = [ethernet(packet) for packet in packets]
        for order in "<>":
            for nano in (False, True):
                self.assertEqual(self.sides(self.path("c.pcap", pcap(frames, order=order, nano=nano))), said)
        plain = self.path("plain.pcap", pcap(frames))
        for kind in ("pcapng", "nsecpcap", "modpcap"):
            converted = self.path("as." + kind)
            self.assertEqual(tool("editcap", "-F", kind, plain, converted).returncode, 0)
            if kind != "modpcap":
                self.assertEqual(self.sides(converted), said, kind)
        for name in ("plain.pcap", "as.pcapng"):
            with open(self.path(name), "rb") as file:
                packed = self.path(name + ".gz", gzip.compress(file.read()))
            self.assertEqual(self.sides(packed), said)
        raw = self.path("raw.pcap", pcap(packets, link_type=101))
        self.assertEqual(self.sides(raw), said)
        tagged = self.path("vlan.pcap", pcap([ethernet(packet, tags=(7, 9)) for packet in packets]))
        self.assertEqual(self.sides(tagged), said)

    def test_what_is_missing_is_marked(self):
        packets, said = untidy_stream(3, 20_000)
        del packets[10:14]
        path = self.path("gaps.pcap", pcap([ethernet(packet) for packet in packets]))
        events = [record for record in self.records(path) if record.get("event") == "capture-gap"]
        self.assertTrue(events)
        missing = sum(record["facts"]["missing"] for record in events)
        self.assertEqual(sum(map(len, self.sides(path))) + missing, sum(map(len, said)))

    def test_our_own_come_back(self):
        packets, said = untidy_stream(5, 9000)
        path = self.path("in.pcap", pcap([ethernet(packet) for packet in packets]))
        for ending in ("pcapng", "jsonl", "csv", "hex"):
            self.convert(path, self.path("again." + ending))
            self.assertEqual(self.sides(self.path("again." + ending)), said, ending)
        self.assertEqual(followed(self.path("again.pcapng"), 0), said)
        self.convert(path, self.path("streams") + "/")
        names = sorted(os.listdir(self.path("streams")))
        self.assertEqual(names, ["010.000.000.001.40000-010.000.000.002.00080.bin", "010.000.000.002.00080-010.000.000.001.40000.bin"])
        for name, data in zip(names, said):
            with open(os.path.join(self.path("streams"), name), "rb") as file:
                self.assertEqual(file.read(), data)

    def test_show_and_filter(self):
        packets, _ = untidy_stream(5, 3000)
        path = self.path("in.pcap", pcap([ethernet(packet) for packet in packets]))
        for form in ("lines", "text", "hex", "table"):
            done = swright("show", path, "--as", form)
            self.assertEqual(done.returncode, 0)
            self.assertNotRegex(done.stdout, rb"[\x00-\x08\x0b-\x1f\x7f]")
        done = swright("show", path, "--as", "table", "--filter", "dir:received")
        self.assertTrue(done.stdout)
        self.assertNotIn(b"  > ", done.stdout)

    def test_hostile_files_are_bounded(self):
        packets, _ = untidy_stream(2, 30_000)
        whole = pcap([ethernet(packet) for packet in packets])
        choose = random.Random(4)
        files = [gzip.compress(whole[:24] + b"\0" * (300 << 20), 9), b"\x0a\x0d\x0d\x0a" + b"\xff" * 100_000, b"", b"\xd4\xc3\xb2\xa1"]
        for _ in range(20):
            changed = bytearray(whole[:choose.randrange(len(whole))])
            for _ in range(30):
                if changed:
                    changed[choose.randrange(len(changed))] = choose.randrange(256)
            files.append(bytes(changed))
        for number, content in enumerate(files):
            path = self.path("hostile.pcap", content)
            begun = time.monotonic()
            done = swright("convert", path, self.path("hostile.jsonl"), "--force",
                           preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (512 << 20, 512 << 20)))
            self.assertLess(time.monotonic() - begun, 5)
            self.assertIn(done.returncode, (0, 1), (number, done.stderr))
            if done.returncode:
                self.assertTrue(done.stderr)

    def test_what_is_shown_of_line_ends_is_written_on_the_way(self):
        import base64
        record = {"time": "2026-01-31T12:00:00Z", "mono": 1, "endpoint": "n" * 200, "id": 1, "kind": "received", "size": 3_000_000,
                  "base64": base64.b64encode(b"\n" * 3_000_000).decode()}
        path = self.path("ends.jsonl", json.dumps(record).encode() + b"\n")
        done = subprocess.run([SWRIGHT, "show", path], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=LIMIT, env=environment(),
                              preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (512 << 20, 512 << 20)))
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_unknown_endings_are_named(self):
        done = swright("convert", self.path("x.doc", b"hello"), self.path("y.jsonl"))
        self.assertEqual(done.returncode, 1)
        self.assertIn(".pcapng", done.stderr.decode())
        done = swright("convert", self.path("x.bin", b"hello"), self.path("y.doc"))
        self.assertEqual(done.returncode, 2)
        self.assertIn(".pcapng", done.stderr.decode())


class Replay(Folder):
    def recorded(self):
        path = self.path("talk.pcapng")
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", "talk") as server, \
                Running("relay", "tcp://127.0.0.1:0", f"tcp://127.0.0.1:{server.port()}", "--record", path, "--accept", "1") as relay:
            client = connected(relay.port())
            for word in (b"one", b"two", b"three"):
                client.sendall(word + b"\n")
                answer = b"You sent: '" + word + b"'\n"
                self.assertEqual(receive(client, len(answer)), answer)
            client.close()
            self.assertEqual(relay.wait(), 0)
        return path

    def test_client_against_a_live_server(self):
        path = self.recorded()
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", "talk") as server:
            done = swright("replay", path, f"tcp://127.0.0.1:{server.port()}")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("said what it said then", done.stderr.decode())
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", "echo") as server:
            done = swright("replay", path, f"tcp://127.0.0.1:{server.port()}", "--patience", "300ms")
            self.assertEqual(done.returncode, 1)
            self.assertIn("differs", done.stderr.decode())

    def test_server_for_a_live_client(self):
        path = self.recorded()
        with Running("replay", path, "tcp://127.0.0.1:0", "--side", "server") as server:
            client = connected(server.port())
            for word in (b"one", b"two", b"three"):
                client.sendall(word + b"\n")
                answer = b"You sent: '" + word + b"'\n"
                self.assertEqual(receive(client, len(answer)), answer)
            client.shutdown(socket.SHUT_WR)
            self.assertEqual(client.recv(1), b"")
            client.close()
            self.assertEqual(server.wait(), 0, server.said())

    def test_as_a_behaviour(self):
        path = self.recorded()
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", f"replay={path}") as server:
            for _ in range(2):
                client = connected(server.port())
                client.sendall(b"one\n")
                self.assertEqual(receive(client, 16), b"You sent: 'one'\n")
                client.close()

    def test_an_end_from_outside_is_no_success(self):
        path = self.recorded()
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", "silent") as server:
            done = swright("replay", path, f"tcp://127.0.0.1:{server.port()}", "--patience", "60s", "--idle", "300ms")
            self.assertEqual(done.returncode, 1, done.stderr)
            done = swright("send", f"tcp://127.0.0.1:{server.port()}", "x", "--reply", "60s", "--idle", "300ms")
            self.assertEqual(done.returncode, 1)
            self.assertIn("swright: no answer came\n", done.stderr.decode())

    def test_mistakes(self):
        for arguments, word in ((["/no/such.pcap", "tcp://127.0.0.1:9"], "cannot be read"),
                                ([self.path("e.bin", b""), "tcp://127.0.0.1:9"], "nothing to play"),
                                ([self.path("x.bin", b"x"), "udp://127.0.0.1:9"], "stream"),
                                ([self.path("x.bin", b"x"), "tcp://127.0.0.1:9", "--speed", "fast"], "max"),
                                ([self.path("x.bin", b"x"), "tcp://127.0.0.1:9", "--conversation", "4"], "counted from 1")):
            done = swright("replay", *arguments)
            self.assertIn(done.returncode, (1, 2))
            self.assertIn(word, done.stderr.decode())


if __name__ == "__main__":
    unittest.main()

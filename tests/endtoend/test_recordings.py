# SPDX-License-Identifier: MIT
"""Where recordings are written to and what is never written over; full disks; dumps; the order of what is recorded."""
import base64
import contextlib
import json
import os
import re
import shutil
import signal
import stat
import subprocess
import tempfile
import threading
import time
import unittest

from captures import *
from harness import *

ENDINGS = (".pcapng", ".jsonl", ".csv", ".txt", ".hex", ".bin")


class Folder(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="sw-recordings-")
        self.addCleanup(shutil.rmtree, self.folder, True)

    def path(self, name, content=None):
        path = os.path.join(self.folder, name)
        if content is not None:
            with open(path, "wb") as file:
                file.write(content)
        return path

    def content(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def records(self, name):
        return [json.loads(line) for line in self.content(name).splitlines()]

    def talk(self, *options, says=b"down", sends=b"up", status=0, **more):
        """A client that records, and a server that says something to it."""
        with listening_socket() as server:
            got = []

            def serve():
                peer, _ = server.accept()
                peer.sendall(says)
                peer.shutdown(socket.SHUT_WR)
                got.append(read_all(peer))
                peer.close()
            serving = threading.Thread(target=serve, daemon=True)
            serving.start()
            done = swright("connect", f"tcp://127.0.0.1:{server.getsockname()[1]}", *options, data=sends, **more)
        self.assertEqual(done.returncode, status, done.stderr)
        return done


class Places(Folder):
    def test_a_planted_link_is_never_followed(self):
        for ending in ENDINGS:
            with self.subTest(ending=ending):
                self.path("target", b"precious")
                link = self.path("link" + ending)
                os.symlink(self.path("target"), link)
                dangling = self.path("dangling" + ending)
                os.symlink(self.path("nowhere"), dangling)
                source = self.path("in.hex", b"00000000: 6869  hi\n")
                for name in (link, dangling):
                    for force in ([], ["--force"]):
                        for command in (["connect", "tcp://127.0.0.1:1", "--record", name, *force], ["convert", source, name, *force]):
                            done = swright(*command)
                            self.assertEqual(done.returncode, 1, done.stderr)
                            self.assertIn("symbolic link", done.stderr.decode())
                self.assertEqual(self.content("target"), b"precious")
                self.assertFalse(os.path.exists(self.path("nowhere")))

    def test_every_other_file_that_is_written(self):
        self.path("target", b"precious")
        link = self.path("link")
        os.symlink(self.path("target"), link)
        os.mkdir(self.path("real"))
        os.symlink(self.path("real"), self.path("folder"))
        address = "tcp://127.0.0.1:0"
        for command in (["listen", address, "--dump", link], ["listen", address, "--hex-dump", link, "--force"],
                        ["relay", address, "tcp://127.0.0.1:1", "--fault-log", link],
                        ["relay", address, "tcp://127.0.0.1:1", "--fault-log", link, "--force"],
                        ["listen", address, "--record", self.path("folder") + "/"],
                        ["listen", address, "--record", self.path("folder")],
                        ["certificate", "authority", "CA", "--folder", self.path("folder")]):
            with self.subTest(command=command):
                done = swright(*command)
                self.assertEqual(done.returncode, 1, done.stderr)
                self.assertIn("symbolic link", done.stderr.decode())
        done = swright("listen", f"tls://127.0.0.1:0?keylog={link}")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("symbolic link", done.stderr.decode())
        self.assertEqual(self.content("target"), b"precious")
        self.assertEqual(os.listdir(self.path("real")), [])

    def test_nothing_is_overwritten_without_force(self):
        source = self.path("in.hex", b"00000000: 6869  hi\n")
        for ending in ENDINGS:
            with self.subTest(ending=ending):
                path = self.path("mine" + ending, b"precious")
                os.chmod(path, 0o644)
                for command in (["connect", "tcp://127.0.0.1:1", "--record", path], ["convert", source, path]):
                    done = swright(*command)
                    self.assertEqual(done.returncode, 1)
                    self.assertRegex(done.stderr.decode(), "exists already.*--force")
                    self.assertEqual(self.content("mine" + ending), b"precious")
                self.assertEqual(swright("convert", source, path, "--force").returncode, 0)
                self.assertNotIn(b"precious", self.content("mine" + ending))
                self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)

    def test_fault_logs_and_dumps_are_not_overwritten(self):
        for option in ("--fault-log", "--dump", "--hex-dump"):
            path = self.path("mine", b"precious")
            command = ["relay", "tcp://127.0.0.1:0", "tcp://127.0.0.1:1", option, path]
            done = swright(*command)
            self.assertEqual(done.returncode, 1)
            self.assertRegex(done.stderr.decode(), "exists already.*--force")
            self.assertEqual(self.content("mine"), b"precious")
            self.assertEqual(swright(*command, "--force", "--for", "1ms").returncode, 0)
            self.assertNotIn(b"precious", self.content("mine"))

    def test_new_files_and_folders_are_private(self):
        for mask in (0, 0o022, 0o277):
            with self.subTest(mask=mask):
                name = f"new-{mask}"
                self.talk("--record", self.path(name + ".jsonl"), "--dump", self.path(name), preexec_fn=lambda: os.umask(mask))
                self.talk("--record", self.path(name + ".d/deep/"), preexec_fn=lambda: os.umask(mask))
                for file in (name + ".jsonl", name + ".d/deep"):
                    self.assertEqual(stat.S_IMODE(os.stat(self.path(file)).st_mode), 0o700 if "deep" in file else 0o600)
                for file in os.listdir(self.path(name + ".d/deep")):
                    self.assertEqual(stat.S_IMODE(os.stat(self.path(name + ".d/deep/" + file)).st_mode), 0o600)
                shutil.rmtree(self.path(name + ".d"))

    def test_a_command_that_comes_to_nothing_leaves_no_file(self):
        path = self.path("x.bin")
        self.assertEqual(swright("listen", "tcp://127.0.0.1:0", "--record", path, "--behaviour", "ecko").returncode, 2)
        self.assertFalse(os.path.exists(path))
        self.assertEqual(swright("listen", "tcp://127.0.0.1:0", "--record", path, "--dump", path).returncode, 2)
        self.assertFalse(os.path.exists(path))

    def test_one_recording_is_one_set_of_files(self):
        path = self.path("st.bin")
        self.talk("--record", path)
        self.assertEqual((self.content("st.bin"), self.content("st.sent.bin")), (b"down", b"up"))
        os.remove(path)
        self.assertIn("exists already", self.talk("--record", path, status=1).stderr.decode())
        self.assertFalse(os.path.exists(path))
        self.talk("--record", path, "--force", sends=b"")
        self.assertEqual(self.content("st.bin"), b"down")
        self.assertFalse(os.path.exists(self.path("st.sent.bin")))
        shown = swright("show", path).stdout
        self.assertNotIn(b"up", shown)

    def test_one_folder_is_one_recording(self):
        folder = self.path("streams/")
        self.talk("--record", folder)
        first = sorted(os.listdir(folder))
        self.assertEqual(len(first), 2)
        self.assertIn("mixed", self.talk("--record", folder, status=1).stderr.decode())
        self.assertEqual(sorted(os.listdir(folder)), first)
        self.path("streams/notes.txt", b"mine")
        self.talk("--record", folder, "--force", sends=b"")
        self.assertEqual(len(os.listdir(folder)), 2)  # what was received, and what is not ours
        self.assertEqual(self.content("streams/notes.txt"), b"mine")

    def test_converting_onto_itself_by_any_name_is_refused(self):
        self.path("a.bin", b"in")
        self.path("a.sent.bin", b"out")
        os.mkdir(self.path("f"))
        self.path("f/x-received.bin", b"in")
        for source, target in (("a.bin", "a.bin"), ("a.sent.bin", "a.bin"), ("f/x-received.bin", "f/")):
            done = swright("convert", self.path(source), self.path(target), "--force")
            self.assertEqual(done.returncode, 2, (source, target))
        self.assertEqual((self.content("a.bin"), self.content("a.sent.bin"), self.content("f/x-received.bin")), (b"in", b"out", b"in"))

    def test_pipes_and_devices_are_written_to(self):
        fifo = self.path("pipe.jsonl")
        os.mkfifo(fifo, 0o600)
        got = []
        reading = threading.Thread(target=lambda: got.append(self.content("pipe.jsonl")), daemon=True)
        reading.start()
        self.talk("--record", fifo)
        reading.join(LIMIT)
        self.assertIn(b'"text":"down"', got[0])
        self.assertTrue(stat.S_ISFIFO(os.stat(fifo).st_mode))
        self.talk("--dump", "/dev/null")
        self.assertTrue(stat.S_ISCHR(os.stat("/dev/null").st_mode))
        self.assertIn(self.talk("--dump", "/dev/stderr", "--send-only").stderr, (b"updown", b"downup"))

    def test_a_pipe_without_a_reader_holds_nobody_up(self):
        fifo = self.path("pipe")
        os.mkfifo(fifo, 0o600)
        done = swright("listen", f"tls://127.0.0.1:0?keylog={fifo}", "--for", "5s")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn(b"a pipe that nobody reads", done.stderr)
        with Running("relay", "tcp://127.0.0.1:0", "tcp://127.0.0.1:9", "--fault", "delay=1ms", "--fault-log", fifo) as relay:
            relay.says("waiting for somebody to read the pipe")
            relay.process.terminate()
            self.assertEqual(relay.wait(10), 1)

    def test_a_pipe_whose_reader_stops_holds_no_end_up(self):
        fifo = self.path("pipe.jsonl")
        os.mkfifo(fifo, 0o600)
        reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", "discard", "--record", fifo) as listener:
            with connected(listener.port()) as client:
                client.settimeout(1)
                with contextlib.suppress(TimeoutError):
                    for _ in range(2000):
                        client.sendall(bytes(8192))
                listener.process.terminate()
                listener.wait(10)
            self.assertIn("its reader does not take more", listener.said())
        os.close(reader)

    def test_a_slow_reader_of_a_pipe_holds_no_end_up(self):
        for name, ends in (("slow.bin", lambda program: program.process.terminate()), ("slow.jsonl", lambda program: program.process.send_signal(signal.SIGINT))):
            fifo = self.path(name)
            os.mkfifo(fifo, 0o600)
            reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
            over = threading.Event()

            def read_slowly(reader=reader, over=over):
                while not over.wait(0.05):
                    with contextlib.suppress(BlockingIOError):
                        os.read(reader, 4096)
            reading = threading.Thread(target=read_slowly, daemon=True)
            reading.start()
            with self.subTest(name=name), Running("listen", "tcp://127.0.0.1:0", "--behaviour", "discard", "--record", fifo) as listener:
                with connected(listener.port()) as client:
                    client.settimeout(1)
                    with contextlib.suppress(TimeoutError):
                        for _ in range(400):
                            client.sendall(bytes(8192))
                    ends(listener)
                    self.assertEqual(listener.wait(10), 1)
                self.assertIn("its reader does not take more", listener.said())
            over.set()
            reading.join()
            os.close(reader)

    def test_a_pipe_is_waited_for_no_longer_than_the_command_lasts(self):
        fifo = self.path("pipe.jsonl")
        os.mkfifo(fifo, 0o600)
        done = swright("listen", "tcp://127.0.0.1:0", "--behaviour", "echo", "--for", "500ms", "--record", fifo)
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"waiting for somebody to read the pipe", done.stderr)
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", "echo", "--record", fifo) as listener:
            listener.says("waiting for somebody to read the pipe")
            listener.process.terminate()
            self.assertEqual(listener.wait(10), 1)
            self.assertIn("a pipe that nobody reads", listener.said())
            self.assertNotIn("listening on", listener.said())

    def test_a_key_log_into_a_pipe(self):
        fifo = self.path("keys")
        os.mkfifo(fifo, 0o600)
        with subprocess.Popen(["cat", fifo], stdout=subprocess.PIPE) as reader:
            with Running("listen", f"tls://127.0.0.1:0?keylog={fifo}", "--behaviour", "echo") as server:
                for _ in range(2):
                    self.assertEqual(swright("send", f"tls://127.0.0.1:{server.port()}?verify=off", "hi", "--reply", "5s").returncode, 0)
                server.process.terminate()
                self.assertEqual(server.wait(), 0, server.said())
            self.assertGreaterEqual(reader.stdout.read().count(b"SECRET"), 8)

    def test_a_key_log_goes_on_and_is_private(self):
        log = self.path("keys.log", b"# mine\n")
        os.chmod(log, 0o644)
        with Running("listen", f"tls://127.0.0.1:0?keylog={log}", "--behaviour", "echo") as server:
            self.assertEqual(swright("send", f"tls://127.0.0.1:{server.port()}?verify=off", "hi", "--reply", "5s").returncode, 0)
            wait_for(lambda: b"SECRET" in self.content("keys.log"))
        self.assertTrue(self.content("keys.log").startswith(b"# mine\n"))
        self.assertEqual(stat.S_IMODE(os.stat(log).st_mode), 0o600)

    def test_a_key_log_that_fails_is_said(self):
        with Running("listen", "tls://127.0.0.1:0?keylog=/dev/full", "--behaviour", "echo", "--once") as server:
            client = swright("send", f"tls://127.0.0.1:{server.port()}?verify=off&keylog=/dev/full", "hi", "--reply", "5s")
            self.assertEqual((client.returncode, client.stdout), (1, b"hi"))  # the connection goes on
            self.assertEqual(server.wait(), 1)
            for said in (client.stderr.decode(), server.said()):
                self.assertIn("keys are missing in the key log", said)

    @unittest.skipIf(os.geteuid() != 0, "needs another user")
    def test_a_key_log_of_another_user_is_refused(self):
        log = self.path("keys.log", b"")
        os.chown(log, 65534, 65534)
        done = swright("listen", f"tls://127.0.0.1:0?keylog={log}")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("another user", done.stderr.decode())


class Disks(Folder):
    """On a real disk of 1 MiB where we may make one, and with a limit for files otherwise."""

    def small(self):
        if os.geteuid() != 0:
            self.skipTest("making a small disk needs root")
        disk = self.path("disk")
        os.mkdir(disk)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", disk], capture_output=True).returncode != 0:
            self.skipTest("no disk can be mounted here")
        self.addCleanup(subprocess.run, ["umount", disk], capture_output=True)
        return disk

    def test_a_full_disk_keeps_what_fits(self):
        disk = self.small()
        data = b"".join(b"%07d\n" % i for i in range(500_000))
        for ending in ENDINGS:
            with self.subTest(ending=ending):
                path = os.path.join(disk, "f" + ending)
                with Running("listen", "tcp://127.0.0.1:0", "--behaviour", "discard") as server:
                    done = swright("connect", f"tcp://127.0.0.1:{server.port()}", "--record", path, data=data)
                    wait_for(lambda: server.process.poll() is None)
                self.assertEqual(done.returncode, 1, done.stderr)
                self.assertIn("No space left on device", done.stderr.decode())
                self.assertEqual(done.stderr.count(b"Traffic goes on"), 1)
                files = [os.path.join(disk, name) for name in os.listdir(disk)]
                used = sum(os.path.getsize(file) for file in files)
                self.assertGreater(used, 600_000)
                if ending != ".txt":
                    for file in files:  # elsewhere: reading may need room
                        shutil.move(file, self.folder)
                    moved = self.path("f" + ending)
                    out = self.path("out.jsonl")
                    converted = swright("convert", moved, out, "--force")
                    self.assertEqual((converted.returncode, converted.stderr), (0, b""))
                    sent = b"".join(base64.b64decode(one["base64"]) for one in self.records("out.jsonl") if one["kind"] == "sent")
                    self.assertTrue(data.startswith(sent))
                    self.assertGreater(len(sent), 130_000)
                for name in os.listdir(disk):
                    os.remove(os.path.join(disk, name))

    def test_a_fault_log_that_fails_is_loud(self):
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", "echo") as server, \
                Running("relay", "tcp://127.0.0.1:0", f"tcp://127.0.0.1:{server.port()}", "--fault", "chop=1-7", "--fault-log",
                        self.path("faults.jsonl"), prefix=["prlimit", "--fsize=400"]) as relay:
            peer = connected(relay.port())
            for _ in range(30):
                peer.sendall(b"x" * 100)
                self.assertTrue(peer.recv(100))
            wait_for(lambda: "File too large" in relay.said())
            peer.close()
            relay.process.send_signal(signal.SIGTERM)
            self.assertEqual(relay.wait(), 1)
        self.assertTrue(self.content("faults.jsonl").endswith(b"}\n"))

    def test_converting_to_a_full_disk_fails_with_its_reason(self):
        disk = self.small()
        source = self.path("big.bin", os.urandom(3_000_000))
        done = swright("convert", source, os.path.join(disk, "f.pcapng"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("No space left on device", done.stderr.decode())
        self.assertGreater(os.path.getsize(os.path.join(disk, "f.pcapng")), 900_000)


class Dumps(Folder):
    def test_both_directions_in_their_order(self):
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", "echo", "--dump", self.path("dump"), "--hex-dump", self.path("x")) as listener:
            peer = connected(listener.port())
            for word in (b"one ", b"two ", b"three "):
                peer.sendall(word)
                self.assertEqual(peer.recv(10), word)
            peer.close()
            wait_for(lambda: self.content("dump") == b"one one two two three three ")
            wait_for(lambda: self.content("x").count(b"\n00000000: 74 77 6f 20") == 2)
            self.assertEqual(listener.process.poll(), None)

    def test_a_relay_dumps_what_it_passes_on_once(self):
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", "echo") as server, \
                Running("relay", "tcp://127.0.0.1:0", f"tcp://127.0.0.1:{server.port()}", "--dump", self.path("dump"), "--accept", "1") as relay:
            peer = connected(relay.port())
            for word in (b"one ", b"two "):
                peer.sendall(word)
                self.assertEqual(peer.recv(10), word)
            peer.close()
            self.assertEqual(relay.wait(), 0)
        self.assertEqual(self.content("dump"), b"one one two two ")


class Order(Folder):
    def test_records_of_many_clients_are_in_order_of_time(self):
        for options in ((), ("--as", "lines")):
            for ending in (".jsonl", ".pcapng"):
                path = self.path(f"order{len(options)}{ending}")
                with Running("listen", "tcp://127.0.0.1:0", "--behaviour", "echo") as server, \
                        Running("relay", "tcp://127.0.0.1:0", f"tcp://127.0.0.1:{server.port()}", "--record", path, "--accept", "30",
                                *options) as relay:
                    port = relay.port()

                    def client(number):
                        with connected(port) as peer:
                            for i in range(40):
                                word = b"%02d %03d\n" % (number, i)
                                peer.sendall(word)
                                got = b""
                                while len(got) < len(word):
                                    got += peer.recv(100)
                    threads = [threading.Thread(target=client, args=(number,)) for number in range(30)]
                    for thread in threads:
                        thread.start()
                    for thread in threads:
                        thread.join(LIMIT)
                    self.assertEqual(relay.wait(), 0)
                if ending == ".jsonl":
                    records = self.records(os.path.basename(path))
                    times = [one["mono"] for one in records]
                    self.assertEqual([one["time"] for one in records], sorted(one["time"] for one in records))
                    self.assertEqual(sum(one["size"] for one in records if one["kind"] == "received"), 2 * 30 * 40 * 7)
                else:
                    times = packet_times(self.content(os.path.basename(path)))
                self.assertGreater(len(times), 30 * 40 * 4)
                self.assertEqual(times, sorted(times))


def packet_times(data):
    """The times of the packets of a little-endian pcapng."""
    times, at = [], 0
    while at + 12 <= len(data):
        kind, size = struct.unpack_from("<II", data, at)
        if kind == 6:
            high, low = struct.unpack_from("<II", data, at + 12)
            times.append(high << 32 | low)
        at += size
    return times


class HeldBack(Folder):
    def test_the_begin_of_a_character_comes_before_the_end_of_its_stream(self):
        self.talk("--record", self.path("k.txt"), says=b"cut\xe4\xb8")
        self.talk("--record", self.path("k.jsonl"), says=b"cut\xe4\xb8")
        recorded = self.content("k.txt").decode().splitlines()
        shown = swright("show", self.path("k.jsonl"), "--as", "text").stdout.decode().splitlines()
        for lines in (recorded, shown):
            held = [number for number, line in enumerate(lines) if "\\xe4\\xb8" in line]
            end = [number for number, line in enumerate(lines) if "end of stream" in line]
            self.assertEqual(len(held), 1, lines)
            self.assertLess(held[0], end[0], lines)
        times = [line[:23] for line in recorded]
        self.assertEqual(times, sorted(times))

    def test_sizes_that_do_not_fit_are_told(self):
        line = b'{"time":"2026-01-31T12:00:00Z","endpoint":"x","id":1,"kind":"received","size":9,"base64":"YWJjZGVm"}\n'
        path = self.path("s.jsonl", line + line.replace(b'"size":9', b'"size":6'))
        done = swright("show", path, "--as", "text")
        self.assertIn("its size is 9, and its base64 has 6 bytes", done.stderr.decode())
        self.assertEqual(done.stdout.count(b"abcdef"), 1)


class LeftOut(Folder):
    def test_datagrams_that_the_capture_has_cut_are_counted(self):
        frame = ethernet(ipv4((10, 0, 0, 1), (10, 0, 0, 2), 17, struct.pack(">HHHH", 4000, 5000, 108, 0) + b"x" * 100))
        whole = pcap([frame])
        kept = 60
        cut = whole[:24] + struct.pack("<IIII", *struct.unpack("<IIII", whole[24:40])[:2], kept, len(frame)) + frame[:kept]
        path = self.path("cut.pcap", cut)
        says = "1 datagram was cut when it was captured"
        for command in (["show", path], ["convert", path, self.path("out.txt")]):
            self.assertIn(says, swright(*command).stderr.decode())
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
            peer.bind(("127.0.0.1", 0))
            self.assertIn(says, swright("replay", path, f"udp://127.0.0.1:{peer.getsockname()[1]}", "--patience", "100ms").stderr.decode())

    def test_packets_that_are_left_out_are_counted(self):
        host, other = (10, 0, 0, 1), (10, 0, 0, 2)
        frames = [ethernet(ipv4(host, other, 1, b"\x08" + b"\0" * 7))] * 50 + [ethernet(b"\1" * 28, 0x0806)] * 50
        frames += [ethernet(ipv4(host, other, 132, b"\0" * 12))] * 20
        frames += [ethernet(ipv4(host, other, 17, struct.pack(">HHHH", 4000, 5000, 10, 0) + b"hi"))]
        path = self.path("mixed.pcap", pcap(frames))
        for command in (["show", path], ["convert", path, self.path("out.jsonl")]):
            done = swright(*command)
            self.assertEqual(done.returncode, 0)
            self.assertEqual(done.stderr.decode(), "swright: 120 packets left out: 50 ICMP, 50 ARP, 20 SCTP.\n")

    @needs("tshark")
    def test_tunnels_have_in_them_what_tshark_finds(self):
        inner = [packet for packet in untidy_stream(3, 4000)[0]]
        said = untidy_stream(3, 4000)[1]
        outer = ((172, 16, 0, 1), (172, 16, 0, 2))
        tunnels = {
            "qinq": lambda ip: ethernet(ip, 0x0800, tags=(5, 6)),
            "pppoe": lambda ip: ethernet(struct.pack(">BBHHH", 0x11, 0, 1, len(ip) + 2, 0x21) + ip, 0x8864),
            "mpls": lambda ip: ethernet(struct.pack(">II", 0x0001003f, 0x0001113f) + ip, 0x8847),
            "gre": lambda ip: ethernet(ipv4(*outer, 47, struct.pack(">HH", 0, 0x800) + ip)),
            "erspan": lambda ip: ethernet(ipv4(*outer, 47, struct.pack(">HHI", 0x1000, 0x88be, 1) + b"\x10\0\0\0\0\0\0\0" + ethernet(ip))),
            "ipip": lambda ip: ethernet(ipv4(*outer, 4, ip)),
            "vxlan": lambda ip: ethernet(ipv4(*outer, 17, struct.pack(">HHHHII", 5, 4789, 30 + len(ip), 0, 0x08000000, 0x7b00) + ethernet(ip))),
            "geneve": lambda ip: ethernet(ipv4(*outer, 17, struct.pack(">HHHHHHI", 5, 6081, 30 + len(ip), 0, 0, 0x6558, 0x7b00) + ethernet(ip))),
        }
        for name, wrap in tunnels.items():
            with self.subTest(tunnel=name):
                path = self.path(name + ".pcap", pcap([wrap(packet) for packet in inner]))
                sides = [b"", b""]
                shark = subprocess.run(["tshark", "-n", "-r", path, "-q", "-z", "follow,tcp,raw,0"], capture_output=True, timeout=60)
                for line in shark.stdout.decode().splitlines():
                    if line.strip() and all(c in "0123456789abcdef" for c in line.strip()):
                        sides[line.startswith("\t")] += bytes.fromhex(line.strip())
                self.assertEqual(sides, said)
                out = self.path(name + ".jsonl")
                done = swright("convert", path, out)
                self.assertEqual((done.returncode, done.stderr), (0, b""))
                ours = {"sent": b"", "received": b""}
                for record in self.records(name + ".jsonl"):
                    if record["kind"] in ours:
                        ours[record["kind"]] += base64.b64decode(record["base64"])
                self.assertEqual([ours["sent"], ours["received"]], said)


class Files(Folder):
    def test_a_dump_is_read_whole_or_not_at_all(self):
        content = bytes(64) + b"tail of the data 0123456789"
        path = self.path("raw", content)
        for command in (["xxd", path], ["xxd", "-p", path], ["xxd", "-a", path], ["hexdump", "-C", path], ["hexdump", path],
                        ["od", "-A", "x", "-t", "x1z", path], ["od", "-t", "x1", path], ["od", "-x", path]):
            if shutil.which(command[0]) is None:
                continue
            with self.subTest(command=command):
                dump = self.path("dump.hex", subprocess.run(command, capture_output=True, check=True).stdout)
                done = swright("convert", dump, self.path("back.bin"), "--force")
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(self.content("back.bin"), content)
        for command in (["od", path], ["od", "-c", path], ["hexdump", "-b", path], ["xxd", "-b", path], ["xxd", "-i", path]):
            if shutil.which(command[0]) is None:
                continue
            with self.subTest(command=command):
                dump = self.path("dump.hex", subprocess.run(command, capture_output=True, check=True).stdout)
                done = swright("show", dump)
                self.assertEqual((done.returncode, done.stdout), (1, b""))
                self.assertIn("Line 1", done.stderr.decode())

    def test_files_of_spreadsheets_and_shells_are_read(self):
        recorded = self.path("a.csv")
        self.talk("--record", recorded, says=b"answer", sends=b"question")
        text = self.content("a.csv").decode()
        for encoding in ("utf-8-sig", "utf-16", "utf-16-be"):
            mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
            path = self.path("b.csv", mark + text.encode(encoding))
            done = swright("show", path, "--as", "text")
            self.assertEqual((done.returncode, done.stderr), (0, b""))
            self.assertIn(b"< answer", done.stdout)
            self.assertIn(b"> question", done.stdout)

    def test_rules_of_a_shell_are_read(self):
        rules = "framer lines\nrule ping\n  prefix ping\n  answer pong\\n\n"
        for encoding in ("utf-16", "utf-8-sig"):
            path = self.path(encoding + ".rules", rules.encode(encoding))
            with Running("listen", "tcp://127.0.0.1:0", "--behaviour", f"rules={path}") as server, connected(server.port()) as peer:
                peer.sendall(b"ping\n")
                self.assertEqual(peer.recv(10), b"pong\n")
        done = swright("listen", "tcp://127.0.0.1:0", "--behaviour", f"rules={self.path('latin.rules', b'# K' + bytes([0xe4]))}", "--for", "1ms")
        self.assertEqual(done.returncode, 2)
        self.assertIn("line 1", done.stderr.decode())


if __name__ == "__main__":
    unittest.main()

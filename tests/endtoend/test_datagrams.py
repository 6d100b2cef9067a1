# SPDX-License-Identifier: MIT
"""UDP in both roles: every datagram whole."""
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

from harness import LIMIT, Running, json_lines, not_with_qt, processor_seconds, swright, wait_for


def datagram_socket():
    peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    peer.bind(("127.0.0.1", 0))
    peer.settimeout(10)
    return peer


class Datagrams(unittest.TestCase):
    SIZES = (0, 1, 2, 508, 1472, 1473, 9000, 65506, 65507)

    def test_every_size_is_echoed_whole(self):
        with Running("listen", "udp://127.0.0.1:0", "--behaviour", "echo") as listener, datagram_socket() as peer:
            for size in self.SIZES:
                content = os.urandom(size)
                peer.sendto(content, ("127.0.0.1", listener.port()))
                self.assertEqual(peer.recv(70000), content)

    def test_zero_length_ones_are_records(self):
        with tempfile.TemporaryDirectory() as folder, datagram_socket() as peer:
            path = os.path.join(folder, "d.jsonl")
            with Running("listen", "udp://127.0.0.1:0", "--record", path) as listener:
                for content in (b"", b"x", b""):
                    peer.sendto(content, ("127.0.0.1", listener.port()))
                wait_for(lambda: os.path.exists(path) and open(path, encoding="utf-8").read().count('"received"') == 3)
            with open(path, encoding="utf-8") as file:
                sizes = [r["size"] for r in json_lines(file.read()) if r["kind"] == "received"]
            self.assertEqual(sizes, [0, 1, 0])

    def test_sending(self):
        with datagram_socket() as peer:
            address = f"udp://127.0.0.1:{peer.getsockname()[1]}"
            self.assertEqual(swright("send", address, "--hex", "00 ff").returncode, 0)
            self.assertEqual(peer.recv(10), b"\x00\xff")
            self.assertEqual(swright("send", address).returncode, 0)
            self.assertEqual(peer.recv(10), b"")
            with tempfile.NamedTemporaryFile() as file:
                file.write(b"z" * 65507)
                file.flush()
                self.assertEqual(swright("send", address, "--file", file.name).returncode, 0)
            self.assertEqual(len(peer.recv(70000)), 65507)

    def test_nobody_there_is_said(self):
        with datagram_socket() as peer:
            port = peer.getsockname()[1]
        for options in ("", "?sockets=qt"):
            for more in (("--reply", "300ms"), ("--repeat", "3", "--every", "50ms")):
                with self.subTest(options=options, more=more):
                    result = swright("send", f"udp://127.0.0.1:{port}{options}", "x", *more)
                    self.assertEqual(result.returncode, 1)
                    self.assertIn("connection-refused", result.stderr.decode())

    def test_a_handshake_that_stands_still_costs_nothing(self):
        hello_verify = bytes.fromhex("16feff 0000 000000000000 0013 03 000007 0000 000000 000007 feff 04 636f6f6b".replace(" ", ""))
        with datagram_socket() as peer:
            def answer_once():
                _, client = peer.recvfrom(70000)
                peer.sendto(hello_verify, client)
            thread = threading.Thread(target=answer_once)
            thread.start()
            used = processor_seconds("send", f"dtls://127.0.0.1:{peer.getsockname()[1]}?verify=off&handshake=2s", "waits for DTLS")
            thread.join()
        self.assertLess(used, 1)

    def test_peers_are_told_apart(self):
        with Running("listen", "udp://127.0.0.1:0", "--as", "lines") as listener, datagram_socket() as a, datagram_socket() as b:
            a.sendto(b"from a", ("127.0.0.1", listener.port()))
            b.sendto(b"from b", ("127.0.0.1", listener.port()))
            wait_for(lambda: b"from b" in listener.printed() and b"from a" in listener.printed())
            text = listener.printed().decode()
            self.assertIn(f"127.0.0.1:{a.getsockname()[1]}: from a", text)
            self.assertIn(f"127.0.0.1:{b.getsockname()[1]}: from b", text)

    @unittest.skipUnless(sys.platform.startswith("linux"), "the hop limit is asked of Linux")
    def test_a_socket_for_both_families_keeps_its_options_for_both(self):
        with Running("listen", "udp://*?ttl=5&tos=32", "--behaviour", "echo") as listener:
            port = listener.port()
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
                peer.setsockopt(socket.IPPROTO_IP, 12, 1)  # IP_RECVTTL
                peer.setsockopt(socket.IPPROTO_IP, 13, 1)  # IP_RECVTOS
                peer.settimeout(10)
                peer.sendto(b"x", ("127.0.0.1", port))
                data, facts, _, _ = peer.recvmsg(10, 200)
        self.assertEqual(data, b"x")
        found = {kind: value[0] for level, kind, value in facts if level == socket.IPPROTO_IP}
        self.assertEqual((found[2], found[1]), (5, 32))  # IP_TTL, IP_TOS

    @not_with_qt("Qt does not choose the address to answer from over IPv4")
    @unittest.skipUnless(sys.platform.startswith("linux"), "every address of 127/8 is local on Linux")
    def test_the_answer_comes_from_the_address_that_was_asked(self):
        for listen, asked in (("udp://*:0", "127.0.0.2"), ("udp://*:0?ipv6=off", "127.0.0.3"), ("dtls://*:0", "127.0.0.2")):
            with self.subTest(listen=listen), Running("listen", listen, "--behaviour", "echo") as listener:
                if listen.startswith("dtls"):
                    result = swright("send", f"dtls://{asked}:{listener.port()}?verify=off", "x", "--reply", "3s", timeout=LIMIT)
                    self.assertEqual(result.stdout, b"x", result.stderr)
                    continue
                with datagram_socket() as peer:
                    for host in (asked, "127.0.0.1", asked):
                        peer.sendto(b"x", (host, listener.port()))
                        self.assertEqual(peer.recvfrom(10), (b"x", (host, listener.port())))

    @unittest.skipUnless(sys.platform.startswith("linux"), "broadcasts on loopback are Linux's")
    def test_what_came_to_a_broadcast_address_is_answered_from_ours(self):
        with Running("listen", "udp://*:0", "--behaviour", "echo") as listener, datagram_socket() as peer:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            peer.sendto(b"who", ("127.255.255.255", listener.port()))
            content, sender = peer.recvfrom(10)
            self.assertEqual((content, sender[1]), (b"who", listener.port()))

    def test_losses_are_counted_without_another_datagram(self):
        with Running("listen", "udp://127.0.0.1:0?rcvbuf=2048", "--json") as listener, datagram_socket() as peer:
            amount = 5000
            for _ in range(amount):
                peer.sendto(b"d" * 1000, ("127.0.0.1", listener.port()))

            def kept_and_dropped():
                dropped = sum(e["count"] for e in json_lines(listener.said()) if e["event"] == "dropped")
                return len(listener.printed()) // 1000 + dropped
            wait_for(lambda: kept_and_dropped() == amount)


class Destinations(unittest.TestCase):
    def test_input_goes_to_the_default_destination(self):
        with datagram_socket() as peer:
            target = f"127.0.0.1:{peer.getsockname()[1]}"
            with Running("listen", f"udp://127.0.0.1:0?to={target}", stdin=subprocess.PIPE) as listener:
                listener.address()
                listener.process.stdin.write(b"who")
                listener.process.stdin.flush()
                content, sender = peer.recvfrom(99)
                self.assertEqual(content, b"who")
                with datagram_socket() as other:  # answers come from another port, as TFTP and discovery do
                    other.sendto(b"reply", sender)
                    wait_for(lambda: listener.printed() == b"reply")

    def test_what_is_none_is_refused(self):
        for address in ("udp://:0?to=nonsense", "udp://:0?to=127.0.0.1", "udp://:0?to=*:5", "udp://:0?to=/a/path", "unixgram:///tmp/x?to=127.0.0.1:5"):
            with self.subTest(address=address):
                result = swright("listen", address)
                self.assertEqual(result.returncode, 2)
                self.assertIn("to", result.stderr.decode())

    @unittest.skipUnless(sys.platform.startswith("linux"), "broadcasts on loopback are Linux's")
    def test_discovery_hears_every_answer(self):
        devices = []
        try:
            for host in ("127.0.0.5", "127.0.0.6"):
                device = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                device.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
                device.settimeout(10)
                devices.append((device, host))
            asked = devices[0][0]
            asked.bind(("", 0))
            port = asked.getsockname()[1]
            with Running("send", f"udp://127.255.255.255:{port}?broadcast=on", "who", "--reply", "4s", "--as", "lines") as sender:
                content, sender_address = asked.recvfrom(99)
                self.assertEqual(content, b"who")
                for device, host in devices:  # each answers from an address of its own
                    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as answer:
                        answer.bind((host, 0))
                        answer.sendto(b"here is " + host.encode(), sender_address)
                wait_for(lambda: sender.printed().count(b"here is") == 2)
                for _, host in devices:
                    self.assertRegex(sender.printed().decode(), rf"{re.escape(host)}:\d+: here is {re.escape(host)}")
        finally:
            for device, _ in devices:
                device.close()


class UnixDatagrams(unittest.TestCase):
    def serve(self, folder):
        server = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        server.bind(os.path.join(folder, "s"))
        server.settimeout(LIMIT)
        return server

    def test_a_client_can_be_answered(self):
        with tempfile.TemporaryDirectory() as folder, self.serve(folder) as server:
            with Running("send", f"unixgram://{folder}/s", "hi", "--reply", "5s") as client:
                content, sender = server.recvfrom(99)
                self.assertEqual(content, b"hi")
                self.assertTrue(sender)
                server.sendto(b"hello", sender)
                wait_for(lambda: client.printed() == b"hello")

    def test_its_name_can_be_chosen(self):
        with tempfile.TemporaryDirectory() as folder, self.serve(folder) as server:
            self.assertEqual(swright("send", f"unixgram://{folder}/s?bind={folder}/c", "hi").returncode, 0)
            content, sender = server.recvfrom(99)
            self.assertEqual((content, sender), (b"hi", f"{folder}/c"))
            self.assertFalse(os.path.exists(f"{folder}/c"))  # it goes with the socket
            refused = swright("send", f"unixgram://{folder}/s?bind=127.0.0.1", "hi")
            self.assertEqual(refused.returncode, 2)
            self.assertIn("path", refused.stderr.decode())

    def test_a_name_that_is_taken_is_named(self):
        with tempfile.TemporaryDirectory() as folder, self.serve(folder):
            with open(f"{folder}/file", "w", encoding="ascii"):
                pass
            for bind, says in (("file", f"{folder}/file"), ("s", f"{folder}/s"), ("none/c", f"{folder}/none/c")):
                with self.subTest(bind=bind):
                    result = swright("send", f"unixgram://{folder}/s?bind={folder}/{bind}", "hi")
                    self.assertEqual(result.returncode, 1)
                    self.assertIn(says, result.stderr.decode())
            dead = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            dead.bind(f"{folder}/dead")
            dead.close()
            self.assertEqual(swright("send", f"unixgram://{folder}/s?bind={folder}/dead", "hi").returncode, 1)
            self.assertEqual(swright("send", f"unixgram://{folder}/s?bind={folder}/dead&stale=replace", "hi").returncode, 0)

    def test_our_own_server_answers_our_own_client(self):
        with tempfile.TemporaryDirectory() as folder:
            with Running("listen", f"unixgram://{folder}/e", "--behaviour", "echo") as listener:
                listener.address()
                result = swright("send", f"unixgram://{folder}/e", "x", "--reply", "1s")
                self.assertEqual((result.returncode, result.stdout), (0, b"x"))


class Receiving(unittest.TestCase):
    def test_one_datagram_with_its_four_values(self):
        with Running("receive", "udp://127.0.0.1:0", "--json") as receiver, datagram_socket() as peer:
            peer.sendto(b"\x00a\xff", ("127.0.0.1", receiver.port()))
            self.assertEqual(receiver.wait(), 0)
            line = json.loads(receiver.printed())
            self.assertEqual(line, {"data": "0061ff", "size": 3, "address": "127.0.0.1", "port": peer.getsockname()[1]})

    def test_so_many_and_no_more(self):
        with Running("receive", "udp://127.0.0.1:0", "--count", "2", "--size", "4") as receiver, datagram_socket() as peer:
            port = receiver.port()
            for content in (b"first", b"2", b"third"):
                peer.sendto(content, ("127.0.0.1", port))
            self.assertEqual(receiver.wait(), 0)
            self.assertEqual(receiver.printed(), b"firs2")

    def test_nothing_came(self):
        self.assertEqual(swright("receive", "udp://127.0.0.1:0", "--for", "300ms").returncode, 1)
        self.assertEqual(swright("receive", "tcp://127.0.0.1:0").returncode, 2)


if __name__ == "__main__":
    unittest.main()

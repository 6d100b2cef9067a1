# SPDX-License-Identifier: MIT
"""Connecting through real proxies, SOCKS5 and HTTP CONNECT; and Qt's sockets as whole endpoints."""
import contextlib
import os
import re
import socket
import subprocess
import tempfile
import unittest
import unittest.mock

from harness import (SWRIGHT, Running, connected, environment, events_in, free_port, listening_socket, needs, processor_time, receive, settled,
                     swright, wait_for)


def answers(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


@contextlib.contextmanager
def started(*command, port):
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as proxy:
        try:
            wait_for(lambda: answers(port))
            yield port
        finally:
            proxy.kill()


def socks5(*options):
    port = free_port()
    return started("microsocks", "-i", "127.0.0.1", "-p", str(port), *options, port=port)


@contextlib.contextmanager
def http(allowed, user=None):
    port = free_port()
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as configuration:
        configuration.write(f"Port {port}\nListen 127.0.0.1\nTimeout 60\nMaxClients 20\nAllow 127.0.0.1\nConnectPort {allowed}\n")
        if user:
            configuration.write(f"BasicAuth {user}\n")
        configuration.flush()
        with started("tinyproxy", "-d", "-c", configuration.name, port=port):
            yield port


def through(target, proxy, *arguments, scheme="tcp", host="localhost", more="", password=None, data=b"hello\n"):
    address = f"{scheme}://{host}:{target}?proxy={proxy}{more}"
    if password:
        address += "&proxypassword=env:PROXY_PASSWORD"
    with unittest.mock.patch.dict(os.environ, {"PROXY_PASSWORD": password or ""}):
        return swright("connect", address, "--json", *arguments, data=data)


class Talking(unittest.TestCase):
    """Through a proxy to the talk server."""

    def setUp(self):
        self.server = self.enterContext(Running("listen", "tcp://127.0.0.1:0", "--behaviour", "talk"))
        self.target = self.server.port()

    def assertTalked(self, result):
        self.assertEqual((result.returncode, result.stdout), (0, b"You sent: 'hello'\n"), result.stderr)
        return events_in(result.stderr.decode(), "opened")[0]

    def assertFailed(self, result, error, *words):
        self.assertEqual(result.returncode, 1)
        closed = events_in(result.stderr.decode(), "closed")[0]
        self.assertEqual(closed["error"]["id"], error)
        for word in words:
            self.assertIn(word, closed["error"]["detail"])

    @needs("microsocks")
    def test_socks5_looks_the_name_up(self):
        with socks5() as proxy:
            opened = self.assertTalked(through(self.target, f"socks5://127.0.0.1:{proxy}", "--idle", "500ms"))
        self.assertEqual(opened["proxy"], f"socks5://127.0.0.1:{proxy}")
        self.assertEqual(opened["peer"], f"localhost:{self.target}")
        self.assertNotIn("addresses", opened["report"])  # no name is looked up here: the host's is the proxy's affair
        self.assertTrue(opened["local"].startswith("127.0.0.1:"))

    @needs("microsocks")
    def test_a_user_and_password_for_socks5(self):
        with socks5("-u", "anna", "-P", "geheim") as proxy:
            self.assertTalked(through(self.target, f"socks5://anna@127.0.0.1:{proxy}", "--idle", "500ms", password="geheim"))
            self.assertFailed(through(self.target, f"socks5://anna@127.0.0.1:{proxy}", password="falsch"), "proxy-authentication", "the user anna")
            self.assertFailed(through(self.target, f"socks5://127.0.0.1:{proxy}"), "proxy-authentication")

    @needs("tinyproxy")
    def test_http_connect(self):
        with http(self.target) as proxy:
            self.assertTalked(through(self.target, f"http://127.0.0.1:{proxy}", "--idle", "500ms"))

    @needs("tinyproxy")
    def test_a_user_and_password_for_http_connect(self):
        with http(self.target, "ben pw") as proxy:
            self.assertTalked(through(self.target, f"http://ben@127.0.0.1:{proxy}", "--idle", "500ms", password="pw"))
            self.assertFailed(through(self.target, f"http://127.0.0.1:{proxy}"), "proxy-authentication", "user")

    @needs("tinyproxy")
    def test_what_the_proxy_does_not_allow(self):
        with http(self.target + 1) as proxy:
            self.assertFailed(through(self.target, f"http://127.0.0.1:{proxy}"), "proxy-refused", f"localhost:{self.target}")

    @needs("microsocks")
    def test_what_the_proxy_says_of_the_host(self):
        with socks5() as proxy:
            with listening_socket() as gone:
                port = gone.getsockname()[1]
            self.assertFailed(through(port, f"socks5://127.0.0.1:{proxy}"), "connection-refused", "The proxy socks5://", "connection refused")
            refused = through(80, f"socks5://127.0.0.1:{proxy}", host="no.such.name.invalid")
            self.assertFailed(refused, "proxy-refused", "no.such.name.invalid:80", "general failure")  # all that it says

    def test_a_proxy_that_is_not_there(self):
        with listening_socket() as gone:
            port = gone.getsockname()[1]
        self.assertFailed(through(self.target, f"socks5://127.0.0.1:{port}"), "proxy-unreachable", "proxy", f"127.0.0.1:{port}")
        self.assertFailed(through(self.target, f"http://127.0.0.1:{port}"), "proxy-unreachable")

    @needs("microsocks")
    def test_over_qts_sockets_too(self):
        with socks5("-u", "anna", "-P", "geheim") as proxy:
            self.assertTalked(through(self.target, f"socks5://anna@127.0.0.1:{proxy}", "--idle", "500ms", more="&sockets=qt", password="geheim"))

    def test_what_comes_with_the_answer_is_the_streams(self):
        with listening_socket() as server, Running("connect", f"tcp://[2001:db8::1]:443?proxy=http://127.0.0.1:{server.getsockname()[1]}") as client:
            peer, _ = server.accept()
            request = b""
            while not request.endswith(b"\r\n\r\n"):
                request += peer.recv(1000)
            self.assertEqual(request, b"CONNECT [2001:db8::1]:443 HTTP/1.1\r\nHost: [2001:db8::1]:443\r\n\r\n")
            peer.sendall(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nVia: x\r\n\r\nhello, and goodbye\n")
            peer.close()
            self.assertEqual(client.wait(), 0)
            self.assertEqual(client.printed(), b"hello, and goodbye\n")

    def test_a_proxy_that_is_none(self):
        with listening_socket() as server:
            with Running("connect", f"tcp://localhost:1?proxy=socks5://127.0.0.1:{server.getsockname()[1]}", "--json") as client:
                peer, _ = server.accept()
                receive(peer, 3)
                peer.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
                self.assertEqual(client.wait(), 1)
                self.assertEqual(client.event("closed")["error"]["id"], "proxy-refused")
                peer.close()

    @needs("microsocks")
    def test_tls_is_with_the_host(self):
        with Running("listen", "tls://127.0.0.1:0", "--behaviour", "talk") as server, socks5() as proxy:
            result = through(server.port(), f"socks5://127.0.0.1:{proxy}", "--idle", "500ms", scheme="tls", more="&verify=off")
            self.assertTalked(result)
            established = events_in(result.stderr.decode(), "tls-established")[0]
            self.assertEqual(established["tls"]["version"], "TLS 1.3")

    @needs("microsocks")
    def test_much_passes_in_both_directions(self):
        much = os.urandom(3_000_000)
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", "echo") as server, socks5() as proxy:
            result = through(server.port(), f"socks5://127.0.0.1:{proxy}", "--idle", "2s", data=much)
        self.assertEqual(result.returncode, 0)
        self.assertEqual(result.stdout, much)

    @needs("microsocks", "tinyproxy")
    def test_a_peer_that_floods_is_stopped(self):
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", "chargen") as server:
            for kind, proxy in (("socks5", socks5()), ("http", http(server.port()))):
                with self.subTest(kind), proxy as port:
                    command = [SWRIGHT, "connect", f"tcp://localhost:{server.port()}?proxy={kind}://127.0.0.1:{port}"]
                    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=environment()) as client:
                        try:
                            settled(lambda: processor_time(client.pid), 1)  # nobody reads what it prints
                            with open(f"/proc/{client.pid}/status", encoding="ascii") as status:
                                memory = int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1))
                            self.assertLess(memory, 150_000)
                            read = 0
                            while read < 20_000_000:  # and it goes on
                                read += len(client.stdout.read1(1 << 20))
                        finally:
                            client.kill()

    @needs("microsocks", "tinyproxy")
    def test_a_peer_that_does_not_read_stops_us(self):
        much = os.urandom(1 << 20) * 64
        with listening_socket() as server:
            target = server.getsockname()[1]
            for kind, proxy in (("socks5", socks5()), ("http", http(target))):
                with self.subTest(kind), proxy as port, tempfile.NamedTemporaryFile() as file:
                    file.write(much)
                    file.flush()
                    with open(file.name, "rb") as source:
                        client = subprocess.Popen([SWRIGHT, "connect", f"tcp://localhost:{target}?proxy={kind}://127.0.0.1:{port}", "--idle", "5s"],
                                                  stdin=source, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment())
                    try:
                        peer, _ = server.accept()
                        settled(lambda: processor_time(client.pid), 1)  # what fits is on its way
                        with open(f"/proc/{client.pid}/status", encoding="ascii") as status:
                            self.assertLess(int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1)), 120_000)
                        self.assertTrue(receive(peer, len(much)) == much)  # and none of it is lost
                        peer.close()
                        self.assertEqual(client.wait(60), 0)
                    finally:
                        client.kill()
                        client.wait()

    def test_no_password_stands_in_an_address(self):
        result = swright("connect", "tcp://localhost:1?proxy=socks5://anna:geheim@127.0.0.1:1")
        self.assertEqual(result.returncode, 2)
        self.assertIn(b"proxypassword", result.stderr)
        self.assertNotIn(b"geheim", result.stderr)
        self.assertNotIn(b"anna", result.stderr)

    def test_a_proxy_is_for_what_connects(self):
        for command, address, says in (("listen", "tcp://127.0.0.1:0?proxy=socks5://127.0.0.1:1", b"proxy"),
                                       ("connect", "udp://127.0.0.1:1?proxy=socks5://127.0.0.1:1", b"proxy"),
                                       ("connect", "tcp://127.0.0.1:1?proxy=ftp://127.0.0.1:1", b"socks5://"),
                                       ("connect", "tcp://127.0.0.1:1?proxy=socks5://", b"proxy"),
                                       ("connect", "tcp://127.0.0.1:1?proxypassword=env:X", b"proxy="),
                                       ("connect", "tcp://127.0.0.1:1?proxypassword=geheim&proxy=socks5://a@127.0.0.1:1", b"env:NAME")):
            result = swright(command, address)
            self.assertEqual(result.returncode, 2, address)
            self.assertIn(says, result.stderr)

    def test_a_relay_goes_through_a_proxy(self):
        with http(self.target) as proxy, Running("relay", "tcp://127.0.0.1:0", f"tcp://127.0.0.1:{self.target}?proxy=http://127.0.0.1:{proxy}") as relay:
            with connected(relay.port()) as client:
                client.sendall(b"hello\n")
                self.assertEqual(receive(client, 18), b"You sent: 'hello'\n")


class QtSockets(unittest.TestCase):
    def test_a_listener_and_a_client(self):
        with Running("listen", "tcp://127.0.0.1:0?sockets=qt", "--behaviour", "echo", "--json") as server:
            result = swright("connect", f"tcp://127.0.0.1:{server.port()}?sockets=qt", "--json", data=b"x" * 1_000_000)
            self.assertEqual((result.returncode, result.stdout), (0, b"x" * 1_000_000))
            self.assertEqual(server.event("accepted")["sockets"], "qt")
            self.assertEqual(server.event("closed")["cause"], "closed-by-peer")

    def test_a_native_peer_may_end_first(self):
        with Running("listen", "tcp://127.0.0.1:0?sockets=qt", "--behaviour", "discard", "--json") as server:
            with connected(server.port()) as peer:
                peer.sendall(b"all of it")
                peer.shutdown(socket.SHUT_WR)
                self.assertEqual(peer.recv(1), b"")
            ended = server.event("end-of-stream")
            self.assertNotIn("can still receive", ended["text"])
            self.assertEqual(server.event("closed")["received"], 9)

    def test_the_environment_says_it_for_every_address(self):
        with unittest.mock.patch.dict(os.environ, SOCKETWRIGHT_SOCKETS="qt"):
            with Running("listen", "tcp://127.0.0.1:0", "--json") as server:
                with connected(server.port()):
                    self.assertEqual(server.event("accepted")["sockets"], "qt")
            with Running("listen", "tcp://127.0.0.1:0?sockets=native", "--json") as server:
                with connected(server.port()):
                    self.assertNotIn("sockets", server.event("accepted"))

    def test_one_at_a_time_is_one_at_a_time(self):
        with Running("listen", "tcp://127.0.0.1:0?sockets=qt&max=1", "--behaviour", "echo", "--json") as server:
            port = server.port()
            first, second = connected(port), connected(port)
            second.sendall(b"second")
            first.sendall(b"first")
            self.assertEqual(receive(first, 5), b"first")
            second.settimeout(0.3)
            self.assertRaises(TimeoutError, second.recv, 1)
            first.close()
            second.settimeout(60)
            self.assertEqual(receive(second, 6), b"second")
            second.close()

    def test_datagrams_and_their_flows(self):
        with Running("listen", "udp://127.0.0.1:0?sockets=qt", "--behaviour", "echo", "--json") as server:
            for payload in (b"one", b"two"):
                result = swright("send", f"udp://127.0.0.1:{server.port()}?sockets=qt", payload.decode(), "--reply", "5s")
                self.assertEqual((result.returncode, result.stdout), (0, payload))
            server.at_least(2, "opened")

    def test_dtls(self):
        with Running("listen", "dtls://127.0.0.1:0?sockets=qt", "--behaviour", "echo") as server:
            result = swright("send", f"dtls://127.0.0.1:{server.port()}?sockets=qt&verify=off", "secret", "--reply", "10s")
            self.assertEqual((result.returncode, result.stdout), (0, b"secret"))

    def test_a_taken_port_says_whose_it_is(self):
        with listening_socket() as holder:
            result = swright("listen", f"tcp://127.0.0.1:{holder.getsockname()[1]}?sockets=qt")
            self.assertEqual(result.returncode, 1)
            self.assertIn(b"is taken by", result.stderr)

    def test_what_qt_cannot_do_is_refused(self):
        result = swright("listen", "tcp://127.0.0.1:0?sockets=qt&reuseport=on")
        self.assertEqual(result.returncode, 1)
        self.assertIn(b"sockets=qt", result.stderr)


if __name__ == "__main__":
    unittest.main()

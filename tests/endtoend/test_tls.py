# SPDX-License-Identifier: MIT
"""TLS and DTLS against openssl, gnutls, ncat, curl and Python's ssl; bad certificates; ends that are no ends."""
import contextlib
import os
import re
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import unittest

from harness import (LIMIT, SOURCE, Running, connected, environment, events_in, listening_socket, needs, not_with_qt, processor_seconds, read_all, read_until,
                     refusing_port, swright, wait_for)

FOLDER = None

# what each bad certificate is refused for
BAD = {
    "expired": "it expired on",
    "not-yet-valid": "it is not valid before",
    "wrong-name": "it is not for “localhost”",
    "common-name-only": "it has no alternative names",
    "self-signed": "it is signed by itself",
    "unknown-authority": "the chain ends in an authority that is not trusted",
    "missing-intermediate": "its issuer is neither in the chain nor trusted",
    "client-only": "its usage (extendedKeyUsage) does not allow",
    "issued-by-leaf": "is not an authority (CA:FALSE)",
    "path-too-long": "more authorities below it than it allows",
    "outside-constraints": "not allowed to certify this name",
    "weak-key": "its key is too small",
    "weak-signature": "signed with a hash that is no longer safe",
    "expired-intermediate": "it expired on",
    "tampered": "its signature is wrong",
    "unknown-extension": "a critical extension that is not known",
}


def setUpModule():
    global FOLDER
    FOLDER = tempfile.TemporaryDirectory()
    subprocess.run(["bash", os.path.join(SOURCE, "tests/support/make-certificates"), FOLDER.name], check=True, timeout=LIMIT)


def tearDownModule():
    FOLDER.cleanup()


def path(name):
    return os.path.join(FOLDER.name, name)


def pair(name):
    return f"cert={path(name)}.pem&key={path(name)}.key"


class Server:
    """A TLS server of Python's ssl on a port of its own; counts the bytes that it was sent."""

    def __init__(self, certificate="good", serve=None, before=None, **settings):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.set_ciphers("DEFAULT:@SECLEVEL=0")
        self.context.load_cert_chain(path(certificate + ".pem"), path(certificate + ".key"))
        for name, value in settings.items():
            getattr(self.context, name)(value) if callable(getattr(self.context, name)) else setattr(self.context, name, value)
        self.serve = serve
        self.before = before
        self.received = bytearray()
        self.error = None
        self.listener = listening_socket()
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.run, daemon=True)

    def run(self):
        try:
            while True:
                plain, _ = self.listener.accept()
                plain.settimeout(LIMIT)
                try:
                    if self.before:
                        self.before(plain)
                    with self.context.wrap_socket(plain, server_side=True) as secure:
                        if self.serve:
                            self.serve(secure)
                        else:
                            while part := secure.recv(65536):
                                self.received += part
                                secure.sendall(part)
                            secure.unwrap()
                except (ssl.SSLError, OSError) as error:
                    self.error = error
                finally:
                    plain.close()
        except OSError:
            pass

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.listener.close()
        self.thread.join(0.1)


@contextlib.contextmanager
def openssl_server(*arguments, certificate="good"):
    """An openssl s_server on a port of the system's choice: the port, and the process."""
    process = subprocess.Popen(["openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", path(certificate + ".pem"), "-key",
                                path(certificate + ".key"), *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT)
    try:
        yield int(read_until(process.stdout, rb"ACCEPT 127\.0\.0\.1:(\d+)\s").group(1)), process
    finally:
        process.kill()
        process.communicate()


class Client(unittest.TestCase):
    def connect(self, port, options="", data=b"hello\n", arguments=(), host="localhost"):
        return swright("connect", f"tls://{host}:{port}?ca={path('trusted.pem')}{options}", "--json", *arguments, data=data)

    def closing(self, result):
        closed = events_in(result.stderr.decode(), "closed")
        self.assertEqual(len(closed), 1, result.stderr.decode())
        return closed[0]

    def established(self, text):
        return events_in(text, "tls-established")[0]["tls"]

    def test_a_good_chain_is_taken_and_described(self):
        with Server("good-chain") as server:
            result = self.connect(server.port)
            self.assertEqual((result.stdout, result.returncode), (b"hello\n", 0), result.stderr.decode())
            facts = self.established(result.stderr.decode())
            self.assertTrue(facts["verified"])
            self.assertEqual(facts["version"], "TLS 1.3")
            self.assertEqual(facts["serverName"], "localhost")
            self.assertEqual(len(facts["chain"]), 2)
            self.assertEqual(facts["chain"][0]["names"], ["DNS:localhost", "IP:127.0.0.1"])
            self.assertEqual(facts["chain"][0]["key"], "EC P-256")
            self.assertIn("TLS server", facts["chain"][0]["usage"])
            self.assertGreater(facts["milliseconds"], 0)
            self.assertEqual(self.closing(result)["cause"], "closed-by-us")

    def test_every_bad_certificate_is_refused_for_its_own_reason(self):
        seen = set()
        for kind, reason in BAD.items():
            with self.subTest(kind), Server(kind) as server:
                result = self.connect(server.port)
                self.assertEqual(result.returncode, 1)
                self.assertEqual(result.stdout, b"")
                closing = self.closing(result)
                self.assertEqual(closing["cause"], "tls-failure")
                self.assertEqual(closing["error"]["id"], "tls-certificate-rejected")
                self.assertIn(reason, closing["text"])
                self.assertGreaterEqual(len(closing["tls"]["chain"]), 1, "the chain is shown")
                self.assertIn("sent the alert", result.stderr.decode())
                seen.add(re.sub(r"\d.*", "", closing["text"].split("refused: ")[1]) + str(closing["tls"]["problems"][0]["depth"]))
                # it is over on the server's side too, and it got nothing
                wait_for(lambda server=server: server.error)
                self.assertEqual(server.received, b"")
        self.assertEqual(len(seen), len(BAD), "reasons that cannot be told apart")

    def test_the_override_is_for_one_connection_and_said_aloud(self):
        with Server("expired") as server:
            result = self.connect(server.port, "&verify=off")
            self.assertEqual((result.stdout, result.returncode), (b"hello\n", 0))
            event = events_in(result.stderr.decode(), "tls-established")[0]
            self.assertIn("NOT VERIFIED", event["text"])
            self.assertIn("it expired on", event["text"])
            self.assertFalse(event["tls"]["verified"])
            self.assertEqual(self.connect(server.port).returncode, 1)
            plain = swright("connect", f"tls://localhost:{server.port}?ca={path('trusted.pem')}&verify=off", data=b"x")
            self.assertIn(b"NOT VERIFIED", plain.stderr)

    def test_an_ip_address_is_checked_as_one(self):
        with Server("good") as server:
            self.assertEqual(self.connect(server.port, host="127.0.0.1").returncode, 0)
        with Server("outside-constraints") as server:  # DNS:localhost only
            self.assertIn("not for the IP address 127.0.0.1", self.closing(self.connect(server.port, host="127.0.0.1"))["text"])

    def test_the_option_name_is_asked_for_and_expected(self):
        names = []
        with Server("wrong-name", sni_callback=None) as server:
            server.context.sni_callback = lambda _, name, __: names.append(name)
            self.assertEqual(self.connect(server.port, "&name=other.example").returncode, 0)
            self.assertEqual(names, ["other.example"])

    def test_alpn_is_agreed_on_and_shown(self):
        with Server(set_alpn_protocols=["http/1.1"]) as server:
            facts = self.established(self.connect(server.port, "&alpn=h2,http/1.1").stderr.decode())
            self.assertEqual((facts["alpn"], facts["alpnOffered"]), ("http/1.1", ["h2", "http/1.1"]))

    def test_versions_and_ciphers_are_chosen(self):
        for version, number in (("1.2", "TLS 1.2"), ("1.3", "TLS 1.3")):
            with Server() as server:
                facts = self.established(self.connect(server.port, f"&min={version}&max-version={version}", arguments=("--idle", "2s")).stderr.decode())
                self.assertEqual(facts["version"], number)
        with Server() as server:
            facts = self.established(self.connect(server.port, "&ciphers=TLS_CHACHA20_POLY1305_SHA256").stderr.decode())
            self.assertEqual(facts["cipher"], "TLS_CHACHA20_POLY1305_SHA256")
        with Server(maximum_version=ssl.TLSVersion.TLSv1_2) as server:
            self.assertIn("tls-", self.closing(self.connect(server.port, "&min=1.3"))["error"]["id"])
        result = swright("connect", f"tls://localhost:1?ca={path('trusted.pem')}&ciphers=NONSENSE", "--json")
        self.assertIn("names no cipher", result.stderr.decode())

    def test_an_end_without_close_notify_is_a_truncation(self):
        def cut(secure):
            while secure.recv(65536):
                pass
            secure.sendall(b"the first half")
            os.close(secure.detach())

        with Server(serve=cut) as server:
            result = self.connect(server.port)  # its own end comes first, with standard input's
            self.assertEqual(result.stdout, b"the first half")
            self.assertEqual(result.returncode, 1)
            self.assertEqual(self.closing(result)["error"]["id"], "tls-truncated")

    def test_an_alert_names_itself(self):
        with Server(verify_mode=ssl.CERT_REQUIRED, load_verify_locations=path("trusted.pem")) as server:
            closing = self.closing(self.connect(server.port))
            self.assertEqual(closing["error"]["id"], "tls-alert")
            self.assertIn("certificate", closing["text"])
            self.assertEqual(self.connect(server.port, "&" + pair("client")).returncode, 0)

    def test_a_server_that_speaks_something_else_is_named(self):
        for greeting, what in ((b"SSH-2.0-OpenSSH_9\r\n", "SSH"), (b"220 mail.example ESMTP\r\n", "SMTP"), (b"HTTP/1.1 400 Bad\r\n\r\n", "plain HTTP")):
            listener = listening_socket()

            def serve(listener=listener, greeting=greeting):
                peer, _ = listener.accept()
                peer.sendall(greeting)
                with contextlib.suppress(OSError):
                    read_all(peer)  # it stays until the client has seen enough
                peer.close()

            thread = threading.Thread(target=serve, daemon=True)
            thread.start()
            closing = self.closing(self.connect(listener.getsockname()[1]))
            self.assertEqual(closing["error"]["id"], "tls-not-tls")
            self.assertIn(what, closing["text"])
            thread.join()
            listener.close()

    def test_a_server_that_says_nothing_is_given_up(self):
        listener = listening_socket()
        start = time.monotonic()
        closing = self.closing(self.connect(listener.getsockname()[1], "&handshake=400ms"))
        self.assertLess(time.monotonic() - start, 5)
        self.assertEqual(closing["error"]["id"], "tls-handshake-timed-out")
        self.assertIn("said nothing", closing["text"])
        listener.close()

    def test_large_streams_are_whole_both_ways(self):
        data = os.urandom(20_000_000)
        with Server() as server:
            result = self.connect(server.port, data=data)
            self.assertEqual(result.returncode, 0)
            self.assertTrue(result.stdout == data)

    def test_half_close_where_tls_has_it(self):
        def late(secure):
            received = b""
            while part := secure.recv(65536):
                received += part
            secure.sendall(b"after your end: " + received)
            secure.unwrap()

        with Server(serve=late) as server:
            result = self.connect(server.port)
            self.assertIn(b"sending-ended", result.stderr)
            self.assertIn(b"after your end: hello", result.stdout)

    def test_tls_1_2_has_no_half_close_and_says_so(self):
        with Server(maximum_version=ssl.TLSVersion.TLSv1_2) as server:
            result = self.connect(server.port)
            self.assertEqual((result.stdout, result.returncode), (b"hello\n", 0))
            self.assertIn("TLS 1.2 has no half-close", result.stderr.decode())

    def test_options_that_cannot_be_used_are_named(self):
        for options, what in (("ca=/nowhere.pem", "/nowhere.pem"), (f"cert={path('good.key')}", "no certificate"),
                              (f"cert={path('good.pem')}&key={path('client.key')}", "does not belong"), ("key=/x", "needs the certificate"),
                              ("min=1.3&max-version=1.2", "below min"), (f"cert={path('good.pem')}", "no private key")):
            result = swright("connect", f"tls://localhost:1?{options}")
            self.assertEqual(result.returncode, 1)
            self.assertIn(what, result.stderr.decode())

    def test_keys_are_written_only_when_asked_for(self):
        log = path("keys.log")
        with Server() as server:
            self.connect(server.port)
            self.assertFalse(os.path.exists(log))
            result = self.connect(server.port, f"&keylog={log}")
            self.assertIn("its keys are written to", result.stderr.decode())
            with open(log, encoding="ascii") as keys:
                self.assertIn("CLIENT_TRAFFIC_SECRET_0", keys.read())
            self.assertEqual(os.stat(log).st_mode & 0o777, 0o600)

    def test_openssl_in_all_versions(self):
        for flag, version in (("-tls1_2", "TLS 1.2"), ("-tls1_3", "TLS 1.3")):
            with openssl_server("-rev", flag) as (port, _):
                result = self.connect(port, data=b"abc\n", arguments=("--idle", "2s"))
                self.assertEqual(result.stdout, b"cba\n", result.stderr.decode())
                self.assertEqual(self.established(result.stderr.decode())["version"], version)


    def test_a_peer_that_cuts_tls_off_while_we_close_costs_nothing(self):
        over = threading.Event()
        def cut(secure):
            time.sleep(0.5)  # late on purpose: when everything was handed to the system, and we wait for its delivery
            secure.shutdown(socket.SHUT_WR)  # a bare end, without TLS's own; nothing was read
            over.wait(LIMIT)
        with tempfile.NamedTemporaryFile() as file, Server(serve=cut, before=lambda plain: plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)) as server:
            file.write(bytes(300_000))
            file.flush()
            used = processor_seconds("send", f"tls://localhost:{server.port}?verify=off&ipv6=off&linger=2", "--file", file.name)
            over.set()
        self.assertLess(used, 1)


class Listening(unittest.TestCase):
    def listen(self, options="", behaviour="echo", arguments=()):
        return Running("listen", f"tls://127.0.0.1:0?{options}", "--behaviour", behaviour, "--json", *arguments)

    def address_port(self, running):
        return int(running.event("started")["local"].rsplit(":", 1)[1])

    def client(self, port, certificate=None, versions=None, alpn=None):
        context = ssl.create_default_context(cafile=path("trusted.pem"))
        if certificate:
            context.load_cert_chain(path(certificate + ".pem"), path(certificate + ".key"))
        if versions:
            context.minimum_version = context.maximum_version = versions
        if alpn:
            context.set_alpn_protocols(alpn)
        return context.wrap_socket(connected(port), server_hostname="localhost")

    def test_every_known_client_gets_its_echo(self):
        with self.listen(pair("good")) as running:
            port = self.address_port(running)
            commands = {
                "openssl": ["openssl", "s_client", "-connect", f"localhost:{port}", "-CAfile", path("trusted.pem"), "-verify_return_error", "-quiet"],
                "gnutls": ["gnutls-cli", "--x509cafile", path("trusted.pem"), "-p", str(port), "localhost"],
                "ncat": ["ncat", "--ssl-verify", "--ssl-trustfile", path("trusted.pem"), "localhost", str(port)],
                "socat": ["socat", "-", f"OPENSSL:localhost:{port},cafile={path('trusted.pem')}"],
            }
            for name, command in commands.items():
                with self.subTest(name):
                    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
                        process.stdin.write(b"the message of " + name.encode() + b"\n")
                        process.stdin.flush()
                        read_until(process.stdout, b"the message of " + name.encode())
                        process.kill()

    @needs("curl")
    def test_curl_fetches_from_a_rule_like_answer(self):
        with self.listen(pair("good"), behaviour="daytime") as running:
            result = subprocess.run(["curl", "-s", "--http0.9", "--cacert", path("trusted.pem"), f"https://localhost:{self.address_port(running)}/"],
                                    capture_output=True, timeout=LIMIT, check=False)
            self.assertRegex(result.stdout, rb"UTC")

    def test_a_throw_away_certificate_is_made_and_said(self):
        with self.listen() as running:
            port = self.address_port(running)
            started = running.event("started")
            self.assertIn("throw-away certificate for localhost", started["text"])
            context = ssl.create_default_context(cadata=started["throwAway"])
            with context.wrap_socket(connected(port), server_hostname="localhost") as secure:
                secure.sendall(b"x")
                self.assertEqual(secure.recv(1), b"x")

    def test_client_certificates_are_asked_for_required_and_refused(self):
        trust = f"&ca={path('trusted.pem')}"
        with self.listen(pair("good") + trust + "&clientcert=ask") as running:
            port = self.address_port(running)
            for certificate in (None, "client"):
                with self.client(port, certificate) as secure:
                    secure.sendall(b"x")
                    self.assertEqual(secure.recv(1), b"x")
            said = [event["tls"] for event in running.at_least(2, "tls-established")]
            self.assertEqual([one["verified"] for one in said], [False, True])
            self.assertIn("O=client", said[1]["chain"][0]["subject"])
        with self.listen(pair("good") + trust + "&clientcert=require") as running:
            port = self.address_port(running)
            with self.client(port, "client") as secure:
                secure.sendall(b"x")
                self.assertEqual(secure.recv(1), b"x")
                secure.unwrap()
            for certificate, reason in ((None, "showed no certificate"), ("self-signed", "client's certificate is refused")):
                with self.assertRaises((ssl.SSLError, OSError)), self.client(port, certificate) as secure:
                    secure.sendall(b"x")
                    secure.recv(1)
                running.says(reason)
        result = swright("listen", f"tls://127.0.0.1:0?{pair('good')}&clientcert=require")
        self.assertIn("need ca=FILE", result.stderr.decode())

    def test_resumption_is_shown(self):
        with self.listen(pair("good")) as running:
            port = self.address_port(running)
            context = ssl.create_default_context(cafile=path("trusted.pem"))
            context.maximum_version = ssl.TLSVersion.TLSv1_2
            session = None
            for _ in range(2):
                with context.wrap_socket(connected(port), server_hostname="localhost", session=session) as secure:
                    secure.sendall(b"x")
                    secure.recv(1)
                    session = secure.session
            said = running.at_least(2, "tls-established")
            self.assertEqual([event["tls"]["resumed"] for event in said], [False, True])

    def test_sni_and_alpn_of_clients_are_shown(self):
        with self.listen(pair("good") + "&alpn=h2,http/1.1") as running:
            port = self.address_port(running)
            with self.client(port, alpn=["http/1.1", "spdy/1"]) as secure:
                self.assertEqual(secure.selected_alpn_protocol(), "http/1.1")
            with self.assertRaises(ssl.SSLError), self.client(port, alpn=["spdy/1"]):
                pass
            facts = running.event("tls-established")["tls"]
            self.assertEqual((facts["serverName"], facts["alpn"], facts["alpnOffered"]), ("localhost", "http/1.1", ["http/1.1", "spdy/1"]))
            running.says("The client offered spdy/1, and we take h2, http/1.1")

    def test_plain_text_to_a_tls_port_is_named(self):
        with self.listen(pair("good")) as running:
            port = self.address_port(running)
            for text, what in ((b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "plain HTTP"), (b"HELO me\r\n", "no TLS")):
                with connected(port) as peer:
                    peer.sendall(text)
                    peer.settimeout(LIMIT)
                    with contextlib.suppress(OSError):
                        read_all(peer)
            closings = running.at_least(2, "closed")
            self.assertEqual({one["error"]["id"] for one in closings}, {"tls-not-tls"})
            self.assertIn("plain HTTP", closings[0]["text"])
            self.assertIn("HELO me", closings[1]["text"])

    def test_silence_and_half_a_hello_end_with_the_handshake(self):
        with self.listen(pair("good") + "&handshake=2s") as running:
            port = self.address_port(running)
            silent, half = connected(port), connected(port)
            half.sendall(bytes.fromhex("16030101"))
            closings = running.at_least(2, "closed")
            self.assertEqual({one["error"]["id"] for one in closings}, {"tls-handshake-timed-out"})
            self.assertEqual(sorted("said nothing" in one["text"] for one in closings), [False, True])
            silent.close()
            half.close()

    @not_with_qt("a reset looks like an end to Qt")
    def test_a_reset_and_an_end_in_the_handshake_have_their_own_record(self):
        with self.listen(pair("good")) as running:
            port = self.address_port(running)
            with connected(port):
                pass
            self.assertIn("closed the connection during the TLS handshake", running.at_least(1, "closed")[0]["text"])
            peer = connected(port)
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            running.at_least(2, "tls-started")
            peer.close()
            last = running.at_least(2, "closed")[1]
            self.assertEqual(last["cause"], "reset")
            self.assertIn("during the TLS handshake", last["text"])

    def test_noise_never_stops_the_listener(self):
        with self.listen(pair("good")) as running:
            port = self.address_port(running)
            for seed in range(60):
                noise = bytes((seed * 7 + i * i * 31) % 256 for i in range(seed * 13))
                with connected(port) as peer:
                    peer.sendall(bytes.fromhex("160301") + noise if seed % 2 else noise)
            with self.client(port) as secure:
                secure.sendall(b"still here")
                self.assertEqual(secure.recv(64), b"still here")
            self.assertEqual(len(running.at_least(61, "closed")), 61)


class Datagrams(unittest.TestCase):
    def test_dtls_both_ways_with_openssl(self):
        with Running("listen", f"dtls://127.0.0.1:0?{pair('good')}", "--behaviour", "talk", "--json") as running:
            port = running.port()
            with subprocess.Popen(["openssl", "s_client", "-dtls", "-connect", f"127.0.0.1:{port}", "-CAfile", path("trusted.pem"), "-quiet"],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
                process.stdin.write(b"hi\n")
                process.stdin.flush()
                self.assertEqual(read_until(process.stdout, b"\n").string, b"You sent: 'hi'\n")
                process.kill()
            running.says("DTLS 1.2")
        with openssl_server("-dtls") as (port, process):
            result = swright("connect", f"dtls://localhost:{port}?ca={path('trusted.pem')}", "--idle", "2s", "--json", data=b"to the server\n")
            self.assertIn("verified as “localhost”", result.stderr.decode())
            read_until(process.stdout, b"to the server")

    def test_bad_certificates_are_refused_over_datagrams_too(self):
        with openssl_server("-dtls", certificate="expired") as (port, _):
            result = swright("connect", f"dtls://localhost:{port}?ca={path('trusted.pem')}", data=b"x")
            self.assertEqual(result.returncode, 1)
            self.assertIn("it expired on", result.stderr.decode())

    def test_nothing_is_kept_of_who_brings_no_cookie(self):
        with Running("listen", "dtls://127.0.0.1:0", "--json") as running:
            port = running.port()
            # a first ClientHello, as a client without a cookie sends it
            catcher = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            catcher.bind(("127.0.0.1", 0))
            catcher.settimeout(LIMIT)
            with subprocess.Popen([os.environ["SWRIGHT"], "connect", f"dtls://127.0.0.1:{catcher.getsockname()[1]}"], stdin=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL, env=environment()) as process:
                hello = catcher.recv(65536)
                process.kill()
            for _ in range(50):
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as spoofed:
                    spoofed.settimeout(LIMIT)
                    spoofed.sendto(hello, ("127.0.0.1", port))
                    answer = spoofed.recv(65536)
                    self.assertEqual(answer[13], 3, "HelloVerifyRequest")
                    self.assertLess(len(answer), len(hello), "no amplification")
            catcher.close()
            self.assertEqual(swright("send", f"dtls://127.0.0.1:{port}?verify=off", "x").returncode, 0)  # brings its cookie
            running.event("tls-established")
            told = [event["event"] for event in running.events()]
            self.assertEqual((told[:2], told.count("opened")), (["started", "opened"], 1))

    @not_with_qt("Qt does not pass on what ICMP says")
    def test_nobody_there_is_said(self):
        with refusing_port(socket.SOCK_DGRAM) as port:
            result = swright("connect", f"dtls://127.0.0.1:{port}?handshake={LIMIT}s", data=b"x")
        self.assertEqual(result.returncode, 1)
        self.assertIn("connection-refused", result.stderr.decode())
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
            silent.bind(("127.0.0.1", 0))
            result = swright("connect", f"dtls://127.0.0.1:{silent.getsockname()[1]}?handshake=500ms", data=b"x")
            self.assertIn("said nothing", result.stderr.decode())



class Upgrades(unittest.TestCase):
    """TLS that begins in the middle of a stream: nothing that somebody on the way puts behind the request in clear text may be taken for what came
    by TLS (as CVE-2011-0411), however soon or late the handshake is over."""
    RULES = ("framer lines\nrule s\n  equals STARTTLS\n  answer go\\n\n  starttls\nrule slow\n  equals SLOW\n  answer go\\n\n  delay 200ms\n  starttls\n"
             "rule late\n  equals LATE\n  delay 200ms\n  answer go\\n\n  starttls\nrule e\n  any\n  answer E:${0}\\n\n")
    SCRIPT = ("let framer = 'lines'; function wait() { const begin = Date.now(); while (Date.now() - begin < 200) ; }\n"
              "function filter(c, b) { if (b == 'STARTTLS') { c.send('go\\n'); c.startTls(); } else if (b == 'LATE') { wait(); c.send('go\\n'); c.startTls(); }\n"
              "else c.send('E:' + b + '\\n'); }")

    def upgraded(self, port, pieces, pause=0):
        """What comes by TLS for a line that goes by TLS, after these pieces in clear text."""
        with connected(port) as plain:
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for piece in pieces:
                plain.sendall(piece)
                time.sleep(pause)
            said = b""
            while not said.endswith(b"go\n"):
                part = plain.recv(1)
                if not part:
                    return None
                said += part
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            with context.wrap_socket(plain) as secure:
                secure.sendall(b"hello\n")
                answer = b""
                while not answer.endswith(b"hello\n"):
                    part = secure.recv(1000)
                    if not part:
                        break
                    answer += part
                return answer

    def holds(self, behaviour, requests):
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", behaviour, "--json") as listener:
            port = listener.port()
            for request in requests:
                for pieces, pause in (([request + b"\nINJ"], 0), ([request + b"\nINJECTED\n"], 0), ([request + b"\nINJECTED\nINJ"], 0),
                                      ([request + b"\n", b"INJECTED\n"], 0), ([request + b"\n", b"INJ"], 0.0002),
                                      ([request[:3], request[3:] + b"\nINJ"], 0), ([request + b"\n" + b"INJECTED\n" * 1000], 0)):
                    for _ in range(4):
                        with self.subTest(request=request, pieces=pieces):
                            try:
                                answer = self.upgraded(port, pieces, pause)
                            except (ssl.SSLError, ConnectionResetError):
                                continue  # what is not taken for TLS's own has ended the handshake
                            self.assertEqual(answer, b"E:hello\n")
            for request in requests:  # and who says nothing in between is served
                self.assertEqual(self.upgraded(port, [request + b"\n"]), b"E:hello\n")

    def test_rules(self):
        with tempfile.NamedTemporaryFile("w", suffix=".rules") as file:
            file.write(self.RULES)
            file.flush()
            self.holds(f"rules={file.name}", (b"STARTTLS", b"LATE", b"SLOW"))

    def test_scripts(self):
        with tempfile.NamedTemporaryFile("w", suffix=".js") as file:
            file.write(self.SCRIPT)
            file.flush()
            self.holds(f"script={file.name}", (b"STARTTLS", b"LATE"))


if __name__ == "__main__":
    unittest.main()

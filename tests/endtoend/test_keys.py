# SPDX-License-Identifier: MIT
"""Keys and certificates as people have them, pre-shared keys against openssl, and ends of TLS before 1.3."""
import contextlib
import os
import pty
import select
import socket
import ssl
import subprocess
import tempfile
import threading
import unittest

from harness import (LIMIT, SOURCE, SWRIGHT, Running, environment, json_lines, listening_socket, needs, swright, wait_for)

FOLDER = None
PASSPHRASE = "geheim"
KEY = "1a2b3c4d5e6f"


def setUpModule():
    global FOLDER
    FOLDER = tempfile.TemporaryDirectory()
    subprocess.run(["bash", os.path.join(SOURCE, "tests/support/make-certificates"), FOLDER.name], check=True, timeout=LIMIT)
    for name, text in (("passphrase", PASSPHRASE + "\n"), ("wrong", "guess\n"), ("psk", KEY + "\n"), ("psk2", KEY[::-1] + "\n")):
        with open(path(name), "w", encoding="utf-8") as file:
            file.write(text)
    for arguments in (["pkcs8", "-topk8", "-in", "good.key", "-passout", "file:passphrase", "-out", "good.enc"],
                      ["pkey", "-in", "good.key", "-outform", "DER", "-out", "good.key.der"],
                      ["x509", "-in", "good.crt", "-outform", "DER", "-out", "good.der"],
                      ["x509", "-in", "trusted.pem", "-outform", "DER", "-out", "trusted.der"],
                      ["pkcs12", "-export", "-in", "good-chain.pem", "-inkey", "good-chain.key", "-passout", "file:passphrase", "-out", "chain.p12"]):
        subprocess.run(["openssl", *arguments], cwd=FOLDER.name, check=True, capture_output=True, timeout=LIMIT)


def tearDownModule():
    FOLDER.cleanup()


def path(name):
    return os.path.join(FOLDER.name, name)


class Files(unittest.TestCase):
    def serve_and_ask(self, options, scheme="tls", ca="trusted.pem", env=None):
        os.environ.update(env or {})
        with Running("listen", f"{scheme}://127.0.0.1:0?{options}", "--behaviour", "echo", "--json") as server:
            result = swright("connect", f"{scheme}://localhost:{server.port()}?ca={path(ca)}&ipv6=off", "--json", *(() if scheme == "tls" else ("--idle", "500ms")), data=b"hi\n")
            self.assertEqual((result.stdout, result.returncode), (b"hi\n", 0), result.stderr.decode() + server.said())
            self.assertNotIn(PASSPHRASE, server.said() + result.stderr.decode())
            return next(one["tls"] for one in json_lines(result.stderr.decode()) if one["event"] == "tls-established")

    def test_an_encrypted_key_with_its_passphrase_elsewhere(self):
        os.environ["SW_TEST_PASSPHRASE"] = PASSPHRASE
        for place in (f"file:{path('passphrase')}", "env:SW_TEST_PASSPHRASE"):
            for scheme in ("tls", "dtls"):
                facts = self.serve_and_ask(f"cert={path('good.pem')}&key={path('good.enc')}&passphrase={place}", scheme)
                self.assertTrue(facts["verified"])

    def test_pkcs12_with_its_chain_and_der(self):
        facts = self.serve_and_ask(f"cert={path('chain.p12')}&passphrase=file:{path('passphrase')}")
        self.assertEqual(len(facts["chain"]), 2)
        facts = self.serve_and_ask(f"cert={path('good.der')}&key={path('good.key.der')}", ca="trusted.der")
        self.assertTrue(facts["verified"])

    def test_a_client_shows_a_certificate_out_of_pkcs12(self):
        options = f"cert={path('good.pem')}&key={path('good.key')}&clientcert=require&verify=off"
        with Running("listen", f"tls://127.0.0.1:0?{options}", "--behaviour", "echo") as server:
            result = swright("connect", f"tls://localhost:{server.port()}?ipv6=off&ca={path('trusted.pem')}&cert={path('chain.p12')}&passphrase=file:{path('passphrase')}", data=b"hi\n")
            self.assertEqual((result.stdout, result.returncode), (b"hi\n", 0), result.stderr.decode())

    def test_true_reasons(self):
        good = f"cert={path('good.pem')}"
        for options, says in ((f"cert={path('nothing.pem')}", "No such file or directory"), (f"cert={FOLDER.name}", "is a folder"),
                              (f"ca={path('nothing.pem')}", "No such file or directory"), ("ca=/dev/null", "is empty"),
                              (f"{good}&key={path('good.der')}", "holds no private key but a certificate"),
                              (f"{good}&key={path('client.key')}", "does not belong to the first certificate"),
                              (f"{good}&key={path('good.enc')}", "passphrase=env:NAME"),
                              (f"{good}&key={path('good.enc')}&passphrase=file:{path('wrong')}", "The passphrase is not that of"),
                              (f"{good}&key={path('good.enc')}&passphrase=file:{path('nothing')}", "No such file or directory"),
                              (f"{good}&key={path('good.enc')}&passphrase=env:SW_NOT_SET", "no variable SW_NOT_SET"),
                              (f"cert={path('chain.p12')}", "passphrase=env:NAME")):
            for command in ("listen", "connect"):
                with self.subTest(options=options, command=command):
                    result = swright(command, f"tls://127.0.0.1:1?{options}")
                    self.assertNotEqual(result.returncode, 0)
                    self.assertIn(says, result.stderr.decode())

    def test_a_secret_in_an_address_is_refused_and_not_repeated(self):
        for option in ("passphrase", "psk"):
            result = swright("listen", f"tls://127.0.0.1:0?{option}=geheim&backlog=1")
            self.assertEqual(result.returncode, 2)
            self.assertIn("env:NAME or file:PATH", result.stderr.decode())
            self.assertNotIn("geheim", result.stderr.decode())

    def test_starttls_takes_the_same_files(self):
        rules = path("start.rules")
        with open(rules, "w", encoding="utf-8") as file:
            file.write(f"framer lines\nrule start\n  equals STARTTLS\n  answer go\\n\n"
                       f"  starttls cert={path('good.pem')}&key={path('good.enc')}&passphrase=file:{path('passphrase')}\n")
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", f"rules={rules}") as server:
            with socket.create_connection(("127.0.0.1", server.port()), timeout=LIMIT) as plain:
                plain.sendall(b"STARTTLS\n")
                self.assertEqual(plain.recv(3), b"go\n", server.said())
                context = ssl.create_default_context(cafile=path("trusted.pem"))
                with context.wrap_socket(plain, server_hostname="localhost") as secure:
                    self.assertEqual(secure.version(), "TLSv1.3")

    def test_on_a_terminal_it_asks_without_showing_what_is_typed(self):
        leader, follower = pty.openpty()
        try:
            server = subprocess.Popen([SWRIGHT, "listen", f"tls://127.0.0.1:0?cert={path('good.pem')}&key={path('good.enc')}"], stdin=follower,
                                      stdout=follower, stderr=follower, env=environment(), start_new_session=True)
            seen = bytearray()

            def read_until(text):
                while text not in seen:
                    self.assertTrue(select.select([leader], [], [], LIMIT)[0], bytes(seen))
                    seen.extend(os.read(leader, 4096))

            try:
                read_until(b"Passphrase of")
                os.write(leader, b"guess\n")
                read_until(b"The passphrase is not that of")
                while seen.count(b"Passphrase of") < 2:
                    self.assertTrue(select.select([leader], [], [], LIMIT)[0], bytes(seen))
                    seen.extend(os.read(leader, 4096))
                os.write(leader, PASSPHRASE.encode() + b"\n")
                read_until(b"listening on")
                self.assertNotIn(PASSPHRASE.encode(), seen)
            finally:
                server.kill()
                server.wait()
        finally:
            os.close(leader)
            os.close(follower)


@contextlib.contextmanager
def openssl_server(*arguments, datagram=False):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM if datagram else socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(["openssl", "s_server", "-accept", f"127.0.0.1:{port}", *arguments], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        line = process.stdout.readline()
        while line and b"ACCEPT" not in line:
            line = process.stdout.readline()
        yield port, process
    finally:
        process.kill()
        process.communicate()


@needs("openssl")
class PreSharedKeys(unittest.TestCase):
    VERSIONS = (("-tls1_2", "max-version=1.2", "TLS 1.2"), ("-tls1_3", "min=1.3", "TLS 1.3"))

    def test_a_client_against_openssl(self):
        for flag, option, version in self.VERSIONS:
            for identity in ("Client_identity", "me"):
                with self.subTest(version=version, identity=identity), openssl_server("-psk", KEY, "-psk_identity", identity, "-nocert", flag, "-rev") as (port, _):
                    named = "" if identity == "Client_identity" else "&pskid=me"
                    result = swright("connect", f"tls://localhost:{port}?ipv6=off&psk=file:{path('psk')}{named}&{option}", "--json", data=b"abc\n")
                    self.assertEqual((result.stdout, result.returncode), (b"cba\n", 0), result.stderr.decode())
                    facts = next(one["tls"] for one in json_lines(result.stderr.decode()) if one["event"] == "tls-established")
                    self.assertEqual((facts["version"], facts["psk"], facts["resumed"]), (version, identity, False))
                    self.assertNotIn(KEY, result.stderr.decode())

    def test_a_server_against_openssl(self):
        for flag, option, _ in self.VERSIONS:
            with self.subTest(flag), Running("listen", f"tls://127.0.0.1:0?psk=file:{path('psk')}&pskid=me&{option}", "--behaviour", "echo", "--json") as server:
                client = subprocess.Popen(["openssl", "s_client", "-connect", f"127.0.0.1:{server.port()}", "-psk", KEY, "-psk_identity", "me", flag, "-quiet"],
                                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                try:
                    client.stdin.write(b"hello\n")
                    client.stdin.flush()
                    self.assertEqual(client.stdout.readline(), b"hello\n", server.said())
                finally:
                    client.kill()
                    client.communicate()
                self.assertNotIn(KEY, server.says("pre-shared key “me”"))

    def test_datagrams_both_ways(self):
        with openssl_server("-psk", KEY, "-nocert", "-dtls1_2", datagram=True) as (port, server):
            with Running("connect", f"dtls://127.0.0.1:{port}?psk=file:{path('psk')}", stdin=subprocess.PIPE) as client:
                client.process.stdin.write(b"question\n")
                client.process.stdin.flush()
                for line in server.stdout:
                    if b"question" in line:
                        break
                server.stdin.write(b"answer\n")
                server.stdin.flush()
                client.prints(b"answer\n")
        with Running("listen", f"dtls://127.0.0.1:0?psk=file:{path('psk')}", "--behaviour", "echo") as server:
            result = swright("connect", f"dtls://127.0.0.1:{server.port()}?psk=file:{path('psk')}", "--idle", "500ms", data=b"abc\n")
            self.assertEqual((result.stdout, result.returncode), (b"abc\n", 0), result.stderr.decode() + server.said())

    def test_another_key_or_name_is_refused_and_said(self):
        for _, option, version in self.VERSIONS:
            for mine, theirs in (("psk", "psk2&pskid=me"), ("psk", "psk&pskid=you")):
                with self.subTest(version=version, theirs=theirs), Running("listen", f"tls://127.0.0.1:0?psk=file:{path(mine)}&pskid=me&{option}", "--json") as server:
                    result = swright("connect", f"tls://127.0.0.1:{server.port()}?psk=file:{path('').rstrip('/')}/{theirs}&{option}", data=b"x")
                    self.assertEqual(result.returncode, 1)
                    self.assertIn("pre-shared key", result.stderr.decode())
                    self.assertEqual(result.stdout, b"")

    def test_a_client_with_a_key_does_not_trust_any_certificate(self):
        with Running("listen", "tls://127.0.0.1:0", "--behaviour", "echo") as server:
            result = swright("connect", f"tls://127.0.0.1:{server.port()}?psk=file:{path('psk')}", data=b"x")
            self.assertEqual((result.returncode, result.stdout), (1, b""))
            self.assertIn("tls-certificate-rejected", swright("connect", f"tls://127.0.0.1:{server.port()}?psk=file:{path('psk')}", "--json").stderr.decode())

    def test_a_server_with_a_key_only_says_what_a_client_without_lacks(self):
        with Running("listen", f"tls://127.0.0.1:0?psk=file:{path('psk')}", "--json") as server:
            result = swright("connect", f"tls://127.0.0.1:{server.port()}?verify=off")
            self.assertEqual(result.returncode, 1)
            wait_for(lambda: "pre-shared key" in server.said())


class EndsBeforeTls13(unittest.TestCase):
    """TLS 1.2 has no half-close; the end of input says close_notify, and what still comes is received, as with ncat and socat."""

    def serve(self, serve):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path("good.pem"), path("good.key"))
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        listener = listening_socket()
        self.addCleanup(listener.close)

        def run():
            with contextlib.suppress(OSError):
                plain, _ = listener.accept()
                plain.settimeout(LIMIT)
                with plain:
                    serve(context.wrap_socket(plain, server_side=True))

        threading.Thread(target=run, daemon=True).start()
        return listener.getsockname()[1]

    def ask(self, port, *arguments, command=("connect",), data=b"abc\n"):
        return swright(*command, f"tls://localhost:{port}?ipv6=off&ca={path('trusted.pem')}", *arguments, data=data)

    @needs("openssl")
    def test_openssl_answers_and_it_ends(self):
        with openssl_server("-cert", path("good.pem"), "-key", path("good.key"), "-tls1_2", "-rev") as (port, _):
            for _ in range(3):
                result = self.ask(port)
                self.assertEqual((result.stdout, result.returncode), (b"cba\n", 0), result.stderr.decode())

    def test_an_answer_that_comes_after_our_end(self):
        def late(secure):
            while secure.recv(100):  # until its close_notify
                pass
            secure.unwrap().close()

        result = self.ask(self.serve(late))
        self.assertEqual((result.stdout, result.returncode), (b"", 0), result.stderr.decode())

        gate = threading.Event()

        def slow(secure):
            received = secure.recv(100)
            gate.wait(0.3)  # our end is there by now, or not: the answer is received either way
            secure.sendall(b"late " + received)
            secure.unwrap()

        result = self.ask(self.serve(slow))
        self.assertEqual((result.stdout, result.returncode), (b"late abc\n", 0), result.stderr.decode())

    def test_a_server_that_closes_without_its_own_end(self):
        def bare(secure):
            while secure.recv(100):
                pass
            os.close(secure.detach())

        result = self.ask(self.serve(bare))
        self.assertEqual((result.stdout, result.returncode), (b"", 0), result.stderr.decode())

        def cut(secure):
            while secure.recv(100):
                pass
            secure.sendall(b"the first half")  # after our end
            os.close(secure.detach())

        result = self.ask(self.serve(cut), "--json")
        self.assertEqual(result.stdout, b"the first half")
        self.assertEqual(result.returncode, 1, "an answer that may be cut short")

    def test_what_is_said_of_it(self):
        def until_end(secure):
            while secure.recv(100):
                pass
            secure.unwrap()

        said = self.ask(self.serve(until_end), "--json").stderr.decode()
        ended = next(one for one in json_lines(said) if one["event"] == "sending-ended")
        self.assertIn("TLS 1.2 has no half-close", ended["text"])

    def test_send_waits_for_the_reply(self):
        def answer(secure):
            received = secure.recv(100)
            secure.sendall(b"answer to " + received)
            with contextlib.suppress(OSError):
                secure.recv(100)
                secure.unwrap()

        port = self.serve(answer)
        result = swright("send", f"tls://localhost:{port}?ipv6=off&ca={path('trusted.pem')}", "abc\\n", "--reply", "5s")
        self.assertEqual((result.stdout, result.returncode), (b"answer to abc\n", 0), result.stderr.decode())

    def test_a_listener_ends_with_its_input(self):
        with Running("listen", f"tls://127.0.0.1:0?cert={path('good.pem')}&key={path('good.key')}&max-version=1.2", "--once", stdin=subprocess.PIPE) as server:
            server.process.stdin.write(b"all there is\n")
            server.process.stdin.close()
            server.process.stdin = None
            context = ssl.create_default_context(cafile=path("trusted.pem"))
            with socket.create_connection(("127.0.0.1", server.port()), timeout=LIMIT) as plain:
                with context.wrap_socket(plain, server_hostname="localhost") as secure:
                    secure.sendall(b"mine\n")
                    received = b""
                    while part := secure.recv(100):
                        received += part
                    self.assertEqual(received, b"all there is\n")
                    secure.unwrap()
            self.assertEqual(server.wait(), 0, server.said())
            self.assertEqual(server.printed(), b"mine\n")

    def test_rules_and_scripts_end_it(self):
        with open(path("end.rules"), "w", encoding="utf-8") as file:
            file.write("framer lines\nrule end\n  any\n  answer bye\\n\n  end\n")
        with Running("listen", f"tls://127.0.0.1:0?cert={path('good.pem')}&key={path('good.key')}&max-version=1.2", "--behaviour", f"rules={path('end.rules')}") as server:
            result = self.ask(server.port())
            self.assertEqual((result.stdout, result.returncode), (b"bye\n", 0), result.stderr.decode())


if __name__ == "__main__":
    unittest.main()

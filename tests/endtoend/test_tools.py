# SPDX-License-Identifier: MIT
"""Behaviours, workspaces, templates, load and certificates on the command line."""
import json
import os
import re
import socket
import stat
import subprocess
import tempfile
import unittest

from harness import LIMIT, SOURCE, SWRIGHT, Running, connected, environment, has_ipv6, needs, read_all, read_until, swright

EXAMPLES = os.path.join(SOURCE, "resources/examples")


class Behaviours(unittest.TestCase):
    def test_the_lists_name_them_all(self):
        names = swright("list", "behaviours").stdout.decode()
        for name in ("manual", "rules=FILE", "script=FILE", "console", "never-accept", "reset-after=N", "garbage[=N]", "tls-expired"):
            self.assertRegex(names, rf"(?m)^{re.escape(name)} ")
        self.assertIn("length=2be", swright("list", "framers").stdout.decode())
        self.assertIn("${crc16-modbus}", swright("list", "fields").stdout.decode())
        self.assertIn("declare function filter", swright("list", "script").stdout.decode())

    def test_the_talk_server_three_times_with_nc(self):
        for behaviour in ("talk", f"rules={EXAMPLES}/talk.rules", f"script={EXAMPLES}/talk.js"):
            with self.subTest(behaviour), Running("listen", "tcp://127.0.0.1:0", "--behaviour", behaviour) as running:
                result = subprocess.run(["nc", "-N", "127.0.0.1", str(running.port())], input=b"Hello self.\nlast", capture_output=True, timeout=LIMIT, check=True)
                self.assertEqual(result.stdout, b"You sent: 'Hello self.'\nYou sent: 'last'\n")

    @needs("curl")
    def test_rules_can_be_an_http_server_that_curl_believes(self):
        with tempfile.NamedTemporaryFile("w", suffix=".rules") as rules:
            rules.write("framer delimiter=\\r\\n\\r\\n\nrule get\n  regex ^GET /(?<path>\\S*) HTTP\n"
                        "  answer HTTP/1.1 200 OK\\r\\nContent-Length: 8\\r\\n\\r\\n<${path}>\n")
            rules.flush()
            with Running("listen", "tcp://127.0.0.1:0", "--behaviour", f"rules={rules.name}") as running:
                result = subprocess.run(["curl", "-s", f"http://127.0.0.1:{running.port()}/abcdef"], capture_output=True, timeout=LIMIT, check=True)
                self.assertEqual(result.stdout, b"<abcdef>")

    def test_starttls_by_a_rule_as_openssl_smtp_wants_it(self):
        with tempfile.NamedTemporaryFile("w", suffix=".js") as script:
            script.write("""
let framer = "lines";
function opened(c) { if (!c.data.greeted) { c.data.greeted = true; c.send("220 test ESMTP\\r\\n"); } }
function filter(c, line) {
    if (line.startsWith("EHLO")) c.send("250-test\\r\\n250 STARTTLS\\r\\n");
    else if (line.startsWith("STARTTLS")) { c.send("220 go ahead\\r\\n"); c.startTls(); }
    else c.send("250 secure " + line + "\\r\\n");
}""")
            script.flush()
            with Running("listen", "tcp://127.0.0.1:0", "--behaviour", f"script={script.name}", "--json") as running:
                with subprocess.Popen(["openssl", "s_client", "-starttls", "smtp", "-connect", f"127.0.0.1:{running.port()}", "-quiet", "-crlf"],
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
                    process.stdin.write(b"NOOP\n")
                    process.stdin.flush()
                    read_until(process.stdout, b"secure NOOP")
                    process.kill()
                self.assertTrue(running.event("tls-started")["upgrade"])

    def test_script_errors_go_to_standard_error_and_the_server_stays(self):
        with tempfile.NamedTemporaryFile("w", suffix=".js") as script:
            script.write("function filter(c, b) {\n  log('got ' + b.length);\n  if (b == 'bad') for (;;) ;\n  c.send('ok');\n}\n")
            script.flush()
            with Running("listen", "tcp://127.0.0.1:0", "--behaviour", f"script={script.name}") as running:
                with connected(running.port()) as peer:
                    peer.sendall(b"bad")
                    running.says("longer than 1 s")
                    peer.sendall(b"good")
                    self.assertEqual(peer.recv(10), b"ok")
                running.says("got 3")

    def test_wrong_behaviours_are_wrong_usage(self):
        for behaviour, says in (("ecko", "is no behaviour"), ("rules=/nowhere", "cannot be read"), ("reset-after=x", "takes a number"),
                                ("tls-expired", "for listeners on tls"), ("echo=1", "takes no value"), ("rules", "takes a file")):
            result = swright("listen", "tcp://127.0.0.1:0", "--behaviour", behaviour)
            self.assertEqual(result.returncode, 2, behaviour)
            self.assertIn(says, result.stderr.decode())
        result = swright("listen", "tcp://*:0", "--behaviour", "console")
        self.assertEqual(result.returncode, 2)
        self.assertIn("allowed each time", result.stderr.decode())

    def test_curl_refuses_each_bad_tls_server(self):
        for behaviour in ("tls-expired", "tls-wrong-name", "tls-self-signed"):
            with Running("listen", "tls://127.0.0.1:0", "--behaviour", behaviour, "--json") as running:
                started = running.event("started")
                with tempfile.NamedTemporaryFile("w", suffix=".pem") as authority:
                    authority.write(started["throwAway"] if behaviour != "tls-self-signed" else "")
                    authority.flush()
                    trust = ["--cacert", authority.name] if behaviour != "tls-self-signed" else []
                    result = subprocess.run(["curl", "-sS", *trust, f"https://localhost:{started['local'].rsplit(':', 1)[1]}/"],
                                            capture_output=True, timeout=LIMIT, check=False)
                self.assertEqual(result.returncode, 60, result.stderr)


class Translations(unittest.TestCase):
    """Commands that were printed, run against real servers."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        path = cls.folder.name
        swright("certificate", "authority", "Our CA", "--folder", path)
        swright("certificate", "server", "server", "--for", "localhost", "--for", "127.0.0.1", "--signed-by", f"{path}/authority", "--folder", path)
        os.rename(f"{path}/server.crt", f"{path}/good.crt")
        os.rename(f"{path}/server.key", f"{path}/good.key")
        swright("certificate", "server", "other.example", "--for", "other.example", "--signed-by", f"{path}/authority", "--folder", path)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def answer(self, command):
        """What the printed command prints, in a shell; one that goes on after its answer is ended."""
        with subprocess.Popen(["timeout", "5", "sh", "-c", command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL) as process:
            seen = b""
            while b"You sent" not in seen:
                part = os.read(process.stdout.fileno(), 4096)
                if not part:
                    break
                seen += part
            process.kill()
        return seen

    def translated(self, address, program):
        result = swright("translate", address, "--as", program, "--message", "hi\\n")
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout.decode()

    @needs("ncat", "socat", "openssl")
    def test_tls_clients_are_as_strict_as_the_address(self):
        path = self.folder.name
        with Running("listen", f"tls://127.0.0.1:0?cert={path}/good.crt&key={path}/good.key", "--behaviour", "talk") as good, \
                Running("listen", f"tls://127.0.0.1:0?cert={path}/server.crt&key={path}/server.key", "--behaviour", "talk") as other:
            for program in ("ncat", "socat", "openssl", "python"):
                for address, isTaken in (
                    (f"tls://localhost:{good.port()}?ca={path}/authority.crt", True),
                    (f"tls://localhost:{good.port()}", False),  # nobody knows our authority
                    (f"tls://localhost:{good.port()}?verify=off", True),
                    (f"tls://localhost:{other.port()}?ca={path}/authority.crt", False),
                    (f"tls://127.0.0.1:{other.port()}?ca={path}/authority.crt&name=other.example", True),
                    (f"tls://127.0.0.1:{good.port()}?ca={path}/authority.crt&name=other.example", False),
                ):
                    with self.subTest(program, address=address):
                        answer = self.answer(self.translated(address, program))
                        self.assertEqual(b"You sent: 'hi'" in answer, isTaken, answer)
            for program in ("socat", "openssl", "python"):  # ncat checks names only
                for port, isTaken in ((good.port(), True), (other.port(), False)):
                    with self.subTest(program, isTaken=isTaken):
                        answer = self.answer(self.translated(f"tls://127.0.0.1:{port}?ca={path}/authority.crt", program))
                        self.assertEqual(b"You sent: 'hi'" in answer, isTaken, answer)

    def test_what_cannot_be_said_is_refused(self):
        for arguments, status, says in (
            (["dtls://127.0.0.1:5", "--as", "ncat", "--message", "secret"], 1, "dtls"),
            (["tls://127.0.0.1:5", "--as", "ncat"], 1, "names only"),
            (["tcp://h:5?tos=16&ttl=3", "--as", "ncat"], 1, "ncat cannot be told tos=16 and ttl=3"),
            (["tls://h:5?alpn=h2", "--as", "socat"], 1, "alpn=h2"),
            (["openssl s_client -connect h:443 -proxy p:3128"], 2, "-proxy of openssl s_client"),
            (["ncat --proxy p:1 h 80"], 2, "--proxy of ncat"),
            (["curl -x p:1 http://h/"], 2, "-x of curl"),
            (["nc 192.168.001.010 502"], 2, "192.168.1.10"),
        ):
            with self.subTest(arguments):
                result = swright("translate", *arguments)
                self.assertEqual((result.returncode, result.stdout), (status, b""))
                self.assertIn(says, result.stderr.decode())


class OtherFamiliesAndPorts(unittest.TestCase):
    def test_without_a_host_or_a_port(self):
        for arguments, says in (
            (["tcp://:24001?ipv6=only", "--listen", "--as", "socat"], "TCP6-LISTEN:24001,bind=[::1]"),
            (["udp://:24001?ipv6=only", "--listen", "--as", "socat"], "UDP6-RECV"),
            (["tcp://:24001?ipv6=only", "--listen", "--as", "ncat"], "-6 -- ::1 24001"),
            (["tcp://:24001?ipv6=only", "--listen", "--as", "python"], "'::1'"),
            (["ncat -l"], "tcp://*:31337"),
            (["ncat -l --ssl"], "tls://*:31337"),
            (["ncat -l 127.0.0.1 5"], "tcp://127.0.0.1:5"),
            (["nc -l 5"], "tcp://*:5"),
        ):
            with self.subTest(arguments):
                result = swright("translate", *arguments)
                self.assertEqual(result.returncode, 0, result.stderr)
                self.assertIn(says, result.stdout.decode().replace('"', "'"))

    def test_advice_names_the_same_address(self):
        for host in ("0x7f.1", "0x7f.0.1", "0x7f.0.0.1"):
            result = swright("lookup", host)
            self.assertEqual(result.returncode, 2)
            self.assertIn("127.0.0.1", result.stderr.decode())

    def test_mapped_addresses_are_listened_on(self):
        with Running("listen", "tcp://[::ffff:127.0.0.1]:0", "--behaviour", "echo") as listener:
            self.assertEqual(swright("connect", f"tcp://127.0.0.1:{listener.port()}", data=b"x").stdout, b"x")

    def test_every_address_of_ipv6_stays_one_of_ipv6(self):
        if not has_ipv6():
            self.skipTest("no IPv6 here")
        for options in ("", "?ipv6=only", "?ipv6=both"):
            with self.subTest(options), Running("listen", f"tcp://[::]:0{options}", "--behaviour", "echo") as listener:
                self.assertEqual(swright("connect", f"tcp://[::1]:{listener.port()}", data=b"x").stdout, b"x")

    @needs("prlimit")
    def test_a_certificate_that_cannot_be_written_leaves_nothing(self):
        with tempfile.TemporaryDirectory() as folder:
            for size in (10, 300):  # less than the key, and less than the certificate
                result = subprocess.run(["prlimit", f"--fsize={size}", SWRIGHT, "certificate", "server", "localhost", "--folder", folder],
                                        capture_output=True, timeout=60, env=environment(), check=False)
                self.assertEqual(result.returncode, 1, result)
                self.assertIn("cannot be written", result.stderr.decode())
                self.assertEqual(os.listdir(folder), [])


class Tools(unittest.TestCase):
    def test_templates_are_sent(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
            receiver.bind(("127.0.0.1", 0))
            receiver.settimeout(LIMIT)
            address = f"udp://127.0.0.1:{receiver.getsockname()[1]}"
            self.assertEqual(swright("send", address, "--template", "${n} ${len:1}ab${crc32}", "--repeat", "2").returncode, 0)
            self.assertEqual(receiver.recv(100)[:5], b"1 \x06ab")
            self.assertEqual(receiver.recv(100)[:2], b"2 ")
        result = swright("send", address, "--template", "${foo bar}")
        self.assertEqual((result.returncode, b"is no field" in result.stderr), (2, True))

    def test_checksums_over_parts_and_encodings_on_the_wire(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
            receiver.bind(("127.0.0.1", 0))
            receiver.settimeout(LIMIT)
            address = f"udp://127.0.0.1:{receiver.getsockname()[1]}"
            for arguments, wire in (
                (["--template", r"$$${begin}GPGLL,5057.970,N,00146.110,E,142451,A${end}*${xor8:HEX}\r\n"], b"$GPGLL,5057.970,N,00146.110,E,142451,A*27\r\n"),
                (["--template", r":${begin}0B0010006164647265737320676170${lrc:HEX:unhex}"], b":0B0010006164647265737320676170A7"),
                (["--encoding", "UTF-16LE", "--ending", "crlf", "A"], b"A\0\r\0\n\0"),
                (["--encoding", "UTF-16BE", "--ending", "lf", "A"], b"\0A\0\n"),
                (["--encoding", "UTF-16LE", "--ending", "nul", "--template", r"${n}\n\xff"], b"1\0\n\0\xff\0\0"),
                (["--encoding", "UTF-32BE", "--ending", "cr", r"\t"], b"\0\0\0\t\0\0\0\r"),
                (["--hex", "00ff", "--encoding", "UTF-16LE", "--ending", "lf"], b"\0\xff\n\0"),
            ):
                with self.subTest(arguments):
                    self.assertEqual(swright("send", address, *arguments).returncode, 0)
                    self.assertEqual(receiver.recv(200), wire)
            for arguments, says in (
                (["--encoding", "ISO-8859-1", "a€"], "“€” has no form in ISO-8859-1"),
                (["--encoding", "EBCDIC", "a"], "UTF-16LE"),
                (["--encoding", "EBCDIC", "--hex", "00"], "UTF-16LE"),
                (["--template", "${crc16-kermitt}"], "crc16-kermit"),
                (["--file", __file__, "--ending", "lf"], "sent as it is"),
            ):
                with self.subTest(arguments):
                    result = swright("send", address, *arguments)
                    self.assertEqual(result.returncode, 2)
                    self.assertIn(says, result.stderr.decode())

    def test_the_same_seed_sends_the_same(self):
        def sent(seed):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
                receiver.bind(("127.0.0.1", 0))
                receiver.settimeout(LIMIT)
                swright("send", f"udp://127.0.0.1:{receiver.getsockname()[1]}", "--template", "${random:16}", "--seed", str(seed))
                return receiver.recv(100)

        self.assertEqual(sent(5), sent(5))
        self.assertNotEqual(sent(5), sent(6))

    def test_load_measures(self):
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", "discard") as running:
            result = swright("load", f"tcp://127.0.0.1:{running.port()}", "x${n}", "--count", "500", "--rate", "2000", "--connections", "5", "--wait", "100ms", "--json")
            report = json.loads(result.stdout)
            self.assertEqual((result.returncode, report["sent"], report["opened"], report["answered"]), (0, 500, 5, 0))
            self.assertGreater(report["seconds"], 0.2)
            self.assertLess(report["rate"], 2200)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            result = swright("load", f"tcp://127.0.0.1:{probe.getsockname()[1]}", "x")
            self.assertEqual(result.returncode, 1)
            self.assertIn(b"failed", result.stdout)

    def test_certificates_are_made_private_and_work(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(swright("certificate", "authority", "Our CA", "--folder", folder).returncode, 0)
            self.assertEqual(swright("certificate", "server", "localhost", "--for", "localhost", "--for", "127.0.0.1", "--signed-by", f"{folder}/authority", "--folder", folder).returncode, 0)
            self.assertEqual(stat.S_IMODE(os.stat(f"{folder}/server.key").st_mode), 0o600)
            checked = subprocess.run(["openssl", "verify", "-purpose", "sslserver", "-verify_hostname", "localhost", "-CAfile", f"{folder}/authority.crt", f"{folder}/server.crt"],
                                     capture_output=True, timeout=LIMIT, check=False)
            self.assertEqual(checked.returncode, 0, checked.stderr)
            again = swright("certificate", "server", "localhost", "--folder", folder)
            self.assertEqual((again.returncode, b"nothing is overwritten" in again.stderr), (1, True))
            self.assertEqual(swright("certificate", "server", "x y").returncode, 2)

    def test_a_workspace_opens_only_after_a_yes(self):
        with tempfile.TemporaryDirectory() as folder:
            with open(f"{folder}/echo.rules", "w", encoding="ascii") as rules:
                rules.write("rule all\n  any\n  answer ${0}\n")
            path = f"{folder}/lab.socketwright"
            with open(path, "w", encoding="ascii") as file:
                json.dump({"socketwright": 1, "endpoints": [{"connect": "tcp://127.0.0.1:1"}, {"listen": "tcp://127.0.0.1:0", "behaviour": "rules=echo.rules", "name": "server"}]}, file)
            listed = swright("open", path)
            self.assertEqual(listed.returncode, 1)
            self.assertIn(f"will listen on tcp://127.0.0.1, behaviour rules={folder}/echo.rules", listed.stderr.decode())
            self.assertIn("Nothing was opened", listed.stderr.decode())
            self.assertEqual(swright("open", path, "--list").returncode, 0)
            with Running("open", path, "--yes", "--json") as running:
                with connected(running.port()) as peer:
                    peer.sendall(b"through the workspace")
                    peer.shutdown(socket.SHUT_WR)
                    self.assertEqual(read_all(peer), b"through the workspace")
            with open(path, "w", encoding="ascii") as file:
                file.write('{\n "socketwright": 1,\n "endpoints": [{"listen": "tcp://:0?foo=1"}]}')
            broken = swright("open", path)
            self.assertEqual(broken.returncode, 1)
            self.assertIn("line 3, column 27", broken.stderr.decode())


if __name__ == "__main__":
    unittest.main()

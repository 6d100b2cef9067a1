# SPDX-License-Identifier: MIT
"""Real programs through the relay: what they do has to be the same as without it."""
import glob
import hashlib
import json
import os
import shutil
import socket
import struct
import subprocess
import tempfile
import threading
import time
import unittest

from harness import *

PG = max(glob.glob("/usr/lib/postgresql/*/bin"), default="")


def wait_for_port(port):
    def is_there():
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return True
        return False
    wait_for(is_there)


def waiting_datagrams(port):
    """The bytes that wait at a UDP port of 127.0.0.1 until its program takes them; nothing where nobody has bound it."""
    with open("/proc/net/udp", encoding="ascii") as table:
        for line in table:
            fields = line.split()
            if fields[1] == f"0100007F:{port:04X}":
                return int(fields[4].split(":")[1], 16)
    return None


class Program:
    """A server of another project, ended with the test."""

    def __init__(self, *command, **options):
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, **options)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(LIMIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


def run(*command, **options):
    options.setdefault("timeout", LIMIT)
    options.setdefault("stdin", subprocess.DEVNULL if "input" not in options else None)
    if "input" in options:
        del options["stdin"]
    done = subprocess.run(command, capture_output=True, **options)
    if done.returncode != 0:
        raise AssertionError(f"{command[0]}: status {done.returncode}: {done.stderr[-500:]!r} {done.stdout[-500:]!r}")
    return done.stdout


def as_user(name):
    """Some servers do not run as root."""
    return {"user": name} if os.geteuid() == 0 else {}


class Programs(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="sw-relay-")
        os.chmod(self.folder, 0o777)
        self.addCleanup(shutil.rmtree, self.folder, True)

    def path(self, name):
        return os.path.join(self.folder, name)

    @needs("redis-server", "redis-cli")
    def test_redis_pipe(self):
        port = free_port()
        with Program("redis-server", "--port", str(port), "--save", "", "--dir", self.folder):
            wait_for_port(port)
            with Running("relay", "tcp://127.0.0.1:0", f"tcp://127.0.0.1:{port}") as relay:
                sets = b"".join(b"*3\r\n$3\r\nSET\r\n$%d\r\nkey%d\r\n$5\r\nvalue\r\n" % (len(str(i)) + 3, i) for i in range(20000))
                out = run("redis-cli", "-p", str(relay.port()), "--pipe", input=sets)
                self.assertIn(b"errors: 0, replies: 20000", out)
                self.assertEqual(run("redis-cli", "-p", str(relay.port()), "dbsize").strip(), b"20000")

    @needs("psql")
    def test_postgres_copy(self):
        port = free_port()
        data = self.path("data")
        user = as_user("postgres")
        run(PG + "/initdb", "-D", data, "-U", "postgres", "-A", "trust", "-N", **user)
        with Program(PG + "/postgres", "-D", data, "-p", str(port), "-k", self.folder, "-h", "127.0.0.1", **user):
            wait_for_port(port)
            wait_for(lambda: subprocess.run(["psql", "-h", "127.0.0.1", "-p", str(port), "-U", "postgres", "-c", "select 1"],
                                            capture_output=True).returncode == 0)
            with Running("relay", "tcp://127.0.0.1:0", f"tcp://127.0.0.1:{port}") as relay:
                psql = ["psql", "-X", "-q", "-h", "127.0.0.1", "-p", str(relay.port()), "-U", "postgres", "-v", "ON_ERROR_STOP=1"]
                run(*psql, "-c", "create table t (n int, x text)")
                rows = b"".join(b"%d\tline %d of the table\n" % (i, i * 7) for i in range(50000))
                run(*psql, "-c", "copy t from stdin", input=rows)
                out = run(*psql, "-c", "copy (select * from t order by n) to stdout")
                self.assertEqual(hashlib.sha256(out).digest(), hashlib.sha256(rows).digest())

    @needs("nginx", "curl", "ab", "wrk")
    def test_nginx(self):
        port = free_port()
        content = os.urandom(5_000_000)
        for name, data in (("big.bin", content), ("small.txt", b"hello\n")):
            with open(self.path(name), "wb") as file:
                file.write(data)
        os.chmod(self.path("big.bin"), 0o644)
        with open(self.path("nginx.conf"), "w", encoding="ascii") as file:
            file.write(f"daemon off; pid {self.folder}/pid; error_log {self.folder}/error.log; worker_processes 1;\n"
                       "events { worker_connections 512; }\n"
                       f"http {{ access_log off; client_body_temp_path {self.folder}/b; proxy_temp_path {self.folder}/p;"
                       f" fastcgi_temp_path {self.folder}/f; uwsgi_temp_path {self.folder}/u; scgi_temp_path {self.folder}/s;"
                       f" server {{ listen 127.0.0.1:{port}; root {self.folder}; }} }}\n")
        nginx = shutil.which("nginx") or "/usr/sbin/nginx"
        with Program(nginx, "-c", self.path("nginx.conf"), "-p", self.folder):
            wait_for_port(port)
            with Running("relay", "tcp://127.0.0.1:0", f"tcp://127.0.0.1:{port}") as relay:
                url = f"http://127.0.0.1:{relay.port()}/"
                self.assertEqual(run("curl", "-s", "--fail", url + "big.bin"), content)
                self.assertEqual(run("curl", "-s", "-r", "1000-1999", url + "big.bin"), content[1000:2000])
                out = run("ab", "-n", "1000", "-c", "20", url + "small.txt").decode()
                self.assertRegex(out, r"Complete requests:\s+1000")
                self.assertRegex(out, r"Failed requests:\s+0")
                out = run("ab", "-k", "-n", "2000", "-c", "20", url + "small.txt").decode()
                self.assertRegex(out, r"Failed requests:\s+0")
                out = run("wrk", "-t1", "-c50", "-d2s", "--timeout", f"{LIMIT}s", url + "small.txt").decode()
                self.assertNotIn("Socket errors", out)
                self.assertNotIn("Non-2xx", out)

    @needs("mosquitto", "mosquitto_pub", "mosquitto_sub")
    def test_mosquitto(self):
        port = free_port()
        with open(self.path("m.conf"), "w", encoding="ascii") as file:
            file.write(f"listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\nlog_dest stderr\nlog_type all\n")
        with Program(shutil.which("mosquitto") or "/usr/sbin/mosquitto", "-c", self.path("m.conf")) as server:
            wait_for_port(port)
            with Running("relay", "tcp://127.0.0.1:0", f"tcp://127.0.0.1:{port}") as relay:
                there = ["-h", "127.0.0.1", "-p", str(relay.port()), "-q", "1", "-t", "numbers"]
                subscriber = subprocess.Popen(["mosquitto_sub", *there, "-C", "2000"], stdout=subprocess.PIPE)
                self.addCleanup(subscriber.wait)
                self.addCleanup(subscriber.kill)
                self.addCleanup(subscriber.stdout.close)
                wait_for(lambda: b"Sending SUBACK" in content(server.log))  # the subscriber itself says nothing of it
                numbers = b"".join(b"%d\n" % i for i in range(2000))
                run("mosquitto_pub", *there, "-l", input=numbers)
                self.assertEqual(subscriber.stdout.read(), numbers)

    @needs("ssh", "ssh-keygen")
    def test_ssh(self):
        sshd = shutil.which("sshd") or "/usr/sbin/sshd"
        if not os.path.exists(sshd):
            self.skipTest("no sshd")
        port = free_port()
        os.makedirs("/run/sshd", exist_ok=True)
        os.chmod(self.folder, 0o700)
        for name in ("host", "user"):
            run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.path(name))
        shutil.copy(self.path("user.pub"), self.path("authorized"))
        with open(self.path("sshd.conf"), "w", encoding="ascii") as file:
            file.write(f"Port {port}\nListenAddress 127.0.0.1\nHostKey {self.path('host')}\nPidFile {self.path('pid')}\n"
                       f"AuthorizedKeysFile {self.path('authorized')}\nStrictModes no\nUsePAM no\nPermitRootLogin yes\n")
        with Program(sshd, "-D", "-e", "-f", self.path("sshd.conf")):
            wait_for_port(port)
            with Running("relay", "tcp://127.0.0.1:0", f"tcp://127.0.0.1:{port}") as relay:
                data = os.urandom(20_000_000)
                out = run("ssh", "-p", str(relay.port()), "-i", self.path("user"), "-o", "StrictHostKeyChecking=no",
                          "-o", "UserKnownHostsFile=/dev/null", "-o", "BatchMode=yes", "127.0.0.1", "cat", input=data)
                self.assertEqual(hashlib.sha256(out).digest(), hashlib.sha256(data).digest())

    @needs("dnsmasq", "dig")
    def test_dns(self):
        port = free_port()
        dnsmasq = shutil.which("dnsmasq") or "/usr/sbin/dnsmasq"
        with Program(dnsmasq, "-d", "-p", str(port), "-a", "127.0.0.1", "-I", "lo", "--bind-interfaces", "-R", "-h", "-u", "root",
                     *[f"--address=/h{i}.example/10.0.{i // 250}.{i % 250}" for i in range(300)], "--conf-file=/dev/null"):
            wait_for_port(port)  # it answers on TCP too
            with Running("relay", "udp://127.0.0.1:0", f"udp://127.0.0.1:{port}") as relay:
                with open(self.path("names"), "w", encoding="ascii") as file:
                    file.writelines(f"h{i}.example\n" for i in range(300))
                out = run("dig", "@127.0.0.1", "-p", str(relay.port()), "+short", "+tries=1", f"+time={LIMIT}", "-f", self.path("names"))
                self.assertEqual(out.decode().split(), [f"10.0.{i // 250}.{i % 250}" for i in range(300)])

    @needs("sipp")
    def test_sip(self):
        port = free_port()
        with Program("sipp", "-sn", "uas", "-i", "127.0.0.1", "-p", str(port), "-nostdin", cwd=self.folder):
            wait_for(lambda: waiting_datagrams(port) is not None)  # it says so on a terminal only
            with Running("relay", "udp://127.0.0.1:0", f"udp://127.0.0.1:{port}") as relay:
                run("sipp", "-sn", "uac", f"127.0.0.1:{relay.port()}", "-i", "127.0.0.1", "-p", str(free_port()),
                    "-m", "200", "-r", "100", "-nostdin", "-d", "10", cwd=self.folder)


class Ends(unittest.TestCase):
    @not_with_qt("Qt closes at the peer's end of stream")
    def test_half_close_over_tcp_and_unix(self):
        folder = tempfile.mkdtemp(prefix="sw-relay-")
        self.addCleanup(shutil.rmtree, folder, True)
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", "talk") as server, \
                Running("relay", f"unix://{folder}/in.sock", f"tcp://127.0.0.1:{server.port()}") as first, \
                Running("relay", "tcp://127.0.0.1:0", f"unix://{folder}/in.sock") as second:
            first.address()
            port = second.port()
            for i in range(30):
                out = run("nc", "-N", "127.0.0.1", str(port), input=b"number %d\n" % i)
                self.assertEqual(out, b"You sent: 'number %d'\n" % i)
                out = run("nc", "-N", "-U", f"{folder}/in.sock", input=b"local %d\n" % i)
                self.assertEqual(out, b"You sent: 'local %d'\n" % i)

    @not_with_qt("Qt closes at the peer's end of stream")
    def test_every_closing_record_has_a_cause(self):
        target = listening_socket()
        with Running("relay", "tcp://127.0.0.1:0", f"tcp://127.0.0.1:{target.getsockname()[1]}", "--json") as relay:
            port = relay.port()
            for i in range(60):
                client = connected(port)
                served, _ = target.accept()
                client.sendall(b"x" * i)
                victim = client if i % 2 else served
                victim.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                victim.close()
                other = served if i % 2 else client
                other.settimeout(LIMIT)
                with self.assertRaises(ConnectionResetError):
                    while other.recv(4096):
                        pass
                other.close()
            target.close()
            closed = relay.at_least(120, "closed")
            self.assertEqual(len(closed), 120)
            self.assertEqual(len({event["endpoint"] for event in closed}), 120)
            self.assertEqual(sum(event["cause"] == "reset" for event in closed), 60)
            self.assertEqual(sum(event["cause"] == "aborted-by-us" for event in closed), 60)

    def test_a_stuck_reader_stops_its_writer_and_nobody_else(self):
        target = listening_socket()
        with Running("relay", "tcp://127.0.0.1:0", f"tcp://127.0.0.1:{target.getsockname()[1]}") as relay:
            port = relay.port()
            before = relay.memory()
            client = connected(port)
            stuck, _ = target.accept()
            client.settimeout(1.5)  # so long nothing more is taken: it stands
            sent = 0
            with self.assertRaises(socket.timeout):
                while True:
                    sent += client.send(b"x" * (1 << 20))
            self.assertLess(relay.memory() - before, 32 << 10)
            self.assertLess(sent, 32 << 20)
            other = connected(port)
            served, _ = target.accept()
            other.sendall(b"ping")
            self.assertEqual(served.recv(4), b"ping")
            for one in (client, stuck, other, served, target):
                one.close()

    def test_unreachable_target(self):
        with refusing_port() as target, Running("relay", "tcp://127.0.0.1:0", f"tcp://127.0.0.1:{target}", "--json") as relay:
            reset_by(relay.port())
            self.assertEqual(relay.event("closed", listener=1)["error"]["id"], "connection-refused")


class Secure(unittest.TestCase):
    def ask(self, port, *options):
        """One question with openssl, which is ended once the answer is there."""
        client = subprocess.Popen(["openssl", "s_client", "-connect", f"127.0.0.1:{port}", *options, "-quiet"],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        try:
            client.stdin.write(b"hello\n")
            client.stdin.flush()
            self.assertEqual(read_until(client.stdout, b"\n").string, b"You sent: 'hello'\n")
        finally:
            client.kill()
            client.communicate()

    def test_names_and_protocols_pass_through(self):
        with Running("listen", "tls://127.0.0.1:0?alpn=h2,http/1.1", "--behaviour", "talk", "--json") as server, \
                Running("relay", "tls://127.0.0.1:0", f"tls://127.0.0.1:{server.port()}?verify=off") as relay:
            self.ask(relay.port(), "-servername", "shop.example", "-alpn", "spdy,http/1.1")
            facts = server.event("tls-established")["tls"]
            self.assertEqual(facts["serverName"], "shop.example")
            self.assertEqual(facts["alpn"], "http/1.1")

    def test_tls_passes_through_untouched(self):
        with Running("listen", "tls://127.0.0.1:0", "--behaviour", "talk") as server, \
                Running("relay", "tcp://127.0.0.1:0", f"tcp://127.0.0.1:{server.port()}", "--json") as relay:
            self.ask(relay.port(), "-servername", "a.example")
            self.assertEqual(relay.event("tls-hello")["hello"]["serverName"], "a.example")

    @not_with_qt("Qt closes at the peer's end of stream")
    def test_plain_clients_reach_a_tls_server(self):
        with Running("listen", "tls://127.0.0.1:0", "--behaviour", "talk") as server, \
                Running("relay", "tcp://127.0.0.1:0", f"tls://127.0.0.1:{server.port()}?verify=off") as relay:
            self.assertEqual(run("nc", "-N", "127.0.0.1", str(relay.port()), input=b"hi\n"), b"You sent: 'hi'\n")


class Faults(unittest.TestCase):
    def through(self, *options, data=bytes(range(256)) * 100, pieces=1):
        """What an echo server gives back of these bytes through a relay with faults, and its fault log."""
        with tempfile.TemporaryDirectory() as folder, Running("listen", "tcp://127.0.0.1:0", "--behaviour", "echo") as server, \
                Running("relay", "tcp://127.0.0.1:0", f"tcp://127.0.0.1:{server.port()}", "--fault-log", folder + "/log",
                        "--accept", "1", *options) as relay:
            client = connected(relay.port())
            size = len(data) // pieces
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # a fault may end it before all is sent
                for at in range(0, len(data), size):
                    client.sendall(data[at:at + size])
                    if pieces > 1:
                        time.sleep(0.002)  # so that it comes in pieces indeed
                client.shutdown(socket.SHUT_WR)
            got = b""
            with contextlib.suppress(ConnectionResetError):
                while part := client.recv(65536):
                    got += part
            client.close()
            self.assertEqual(relay.wait(), 0)  # now the log is whole
            with open(folder + "/log", encoding="utf-8") as log:
                return got, [json.loads(line) for line in log]

    @not_with_qt("Qt closes at the peer's end of stream")
    def test_the_same_seed_gives_the_same_faults(self):
        options = ["--fault", "up:chop=1-700", "--fault", "up:corrupt@1000=xor:ff", "--fault", "up:delay=3ms~2ms",
                   "--fault", "up:half-close@20000", "--seed", "7"]
        first, log = self.through(*options)
        again, log_again = self.through(*options, pieces=13)
        self.assertEqual(len(first), 20000)
        self.assertEqual(first, again)
        self.assertEqual(log, log_again)
        self.assertEqual(log[0]["seed"], "7")
        other = self.through(*options[:-1], "8")[1]
        self.assertNotEqual(log[1:], other[1:])

    @not_with_qt("Qt closes at the peer's end of stream")
    def test_a_log_drives_the_next_run(self):
        first, log = self.through("--fault", "up:chop=1-700", "--fault", "up:corrupt@77=set:4142", "--seed", "3")
        with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
            file.write("\n".join(json.dumps(line) for line in log))
            file.flush()
            again, log_again = self.through("--faults-from", file.name)
        self.assertEqual(first, again)
        self.assertEqual(first[77:79], b"AB")
        self.assertEqual(log[1:], log_again[1:])

    def test_mistakes_are_told(self):
        for fault, word in (("explode", "no fault"), ("drop=5%", "datagrams"), ("reset=1", "reset@SIZE")):
            done = swright("relay", "tcp://127.0.0.1:0", "tcp://127.0.0.1:9", "--fault", fault)
            self.assertEqual(done.returncode, 2)
            self.assertIn(word, done.stderr.decode())
        done = swright("relay", "tcp://127.0.0.1:0", "udp://127.0.0.1:9")
        self.assertEqual(done.returncode, 2)

    def lost_as_decided(self, sink):
        """The numbers that come through of 500, which are sent no faster than the relay takes them."""
        numbers = []

        def take_all():
            with contextlib.suppress(BlockingIOError):
                while True:
                    numbers.append(sink.recv(100))
            return numbers
        with Running("relay", "udp://127.0.0.1:0", f"udp://127.0.0.1:{sink.getsockname()[1]}", "--fault", "up:drop=10%",
                     "--fault", "up:duplicate=2%", "--fault", "up:drop@message=7", "--seed", "5") as relay, \
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            port = relay.port()
            client.connect(("127.0.0.1", port))
            for i in range(500):
                client.send(b"%d" % i)
                if i % 20 == 19:
                    wait_for(lambda: waiting_datagrams(port) == 0)
                    take_all()

            def has_ended():  # a datagram behind them all; it may be one of those that are lost
                client.send(b"end")
                return b"end" in take_all()
            wait_for(has_ended)
        take_all()
        return [int(number) for number in numbers if number != b"end"]

    @unittest.skipUnless(os.path.exists("/proc/net/udp"), "what waits at a socket is asked of Linux")
    def test_datagrams_are_lost_as_decided(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sink:
            sink.bind(("127.0.0.1", 0))
            sink.setblocking(False)
            first, again = self.lost_as_decided(sink), self.lost_as_decided(sink)
        self.assertEqual(first, again)
        self.assertNotIn(6, first)
        self.assertTrue(400 < len(set(first)) < 480, len(set(first)))
        self.assertGreater(len(first), len(set(first)))

    def test_datagrams_pass_without_loss(self):
        with Running("listen", "udp://127.0.0.1:0?rcvbuf=4MiB", "--behaviour", "echo") as server, \
                Running("relay", "udp://127.0.0.1:0?rcvbuf=4MiB", f"udp://127.0.0.1:{server.port()}") as relay:
            client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
            client.connect(("127.0.0.1", relay.port()))
            client.settimeout(LIMIT)
            for size in list(range(0, 200)) + [1472, 9000, 65507]:
                data = os.urandom(size)
                client.send(data)
                self.assertEqual(client.recv(70000), data)
            client.close()


if __name__ == "__main__":
    unittest.main()

# SPDX-License-Identifier: MIT
"""Against the programs that people use today: nc, ncat, socat."""
import os
import subprocess
import tempfile
import unittest

from harness import LIMIT, Running, has_ipv6, needs, read_until, swright, wait_for


def run(*command, data=b""):
    return subprocess.run(command, input=data, capture_output=True, timeout=LIMIT)


def wait_for_listener(path):
    """Until somebody listens on a socket file, which is there a moment before that."""
    def listens():
        if not os.path.exists("/proc/net/unix"):
            return os.path.exists(path)
        with open("/proc/net/unix", encoding="utf-8", errors="replace") as table:
            return any(line.endswith(f" {path}\n") and line.split()[3] == "00010000" for line in table)
    wait_for(listens)


class Peers(unittest.TestCase):
    @needs("nc")
    def test_a_hundred_half_closing_clients_are_answered(self):
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", "talk") as listener:
            port = str(listener.port())
            for number in range(100):
                result = run("nc", "-N", "127.0.0.1", port, data=f"request {number}\n".encode())
                self.assertEqual(result.stdout, f"You sent: 'request {number}'\n".encode())

    @needs("nc")
    def test_a_hundred_half_closing_clients_over_unix(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "s")
            with Running("listen", f"unix://{path}", "--behaviour", "echo") as listener:
                listener.address()
                for number in range(100):
                    self.assertEqual(run("nc", "-N", "-U", path, data=b"%d" % number).stdout, b"%d" % number)

    @needs("ncat")
    def test_ncat_as_client_and_server(self):
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", "echo") as listener:
            self.assertEqual(run("ncat", "127.0.0.1", str(listener.port()), data=b"ncat\n").stdout, b"ncat\n")
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "n")
            server = subprocess.Popen(["ncat", "-l", "-U", path, "--sh-exec", "echo from ncat"])
            try:
                wait_for_listener(path)
                result = swright("connect", f"unix://{path}", "--receive-only")
                self.assertEqual((result.returncode, result.stdout), (0, b"from ncat\n"))
            finally:
                server.kill()
                server.wait()

    @needs("socat")
    def test_socat_as_client(self):
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", "talk") as listener:
            result = run("socat", f"-t{LIMIT}", "-", f"TCP:127.0.0.1:{listener.port()}", data=b"socat\n")
            self.assertEqual(result.stdout, b"You sent: 'socat'\n")
        with Running("listen", "udp://127.0.0.1:0", "--behaviour", "talk") as listener:
            with subprocess.Popen(["socat", "-", f"UDP:127.0.0.1:{listener.port()}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as client:
                client.stdin.write(b"gram")
                client.stdin.flush()
                self.assertEqual(read_until(client.stdout, b"\n").string, b"You sent: 'gram'\n")
                client.kill()

    @needs("socat")
    @unittest.skipUnless(has_ipv6(), "no IPv6 here")
    def test_socat_over_ipv6(self):
        with Running("listen", "tcp://[::1]:0", "--behaviour", "echo") as listener:
            port = listener.address().rsplit(":", 1)[1]
            self.assertEqual(run("socat", f"-t{LIMIT}", "-", f"TCP6:[::1]:{port}", data=b"six").stdout, b"six")

    @needs("socat")
    def test_socat_as_server(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "s")
            server = subprocess.Popen(["socat", f"-t{LIMIT}", f"UNIX-LISTEN:{path},fork", "EXEC:cat"])
            try:
                wait_for_listener(path)
                content = os.urandom(2_000_000)
                result = swright("connect", f"unix://{path}", data=content)
                self.assertEqual(result.returncode, 0)
                self.assertTrue(content.startswith(result.stdout) and len(result.stdout) > 0)
                self.assertEqual(result.stdout, content)
            finally:
                server.kill()
                server.wait()


if __name__ == "__main__":
    unittest.main()

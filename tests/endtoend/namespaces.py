# SPDX-License-Identifier: MIT
"""Two hosts on one machine: network namespaces joined by a cable, with a name server of their own."""
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
import unittest

from harness import LIMIT, Running, content, environment, wait_for

NAME_SERVER = textwrap.dedent('''
    import socket, struct, sys
    A, AAAA = 1, 28
    NAMES = {
        "two.test": {A: ["10.77.0.2"], AAAA: ["fd77::2"]},
        "four.test": {A: ["10.77.0.2"]},
        "race.test": {A: ["10.77.0.2"], AAAA: ["fd77::99"]},      # nobody answers at the first
        "dead.test": {A: ["10.77.0.99"]},
        "silent.test": None,                                     # the server says nothing
    }
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 53))
    print("ready", flush=True)
    while True:
        query, peer = server.recvfrom(4096)
        at, labels = 12, []
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode())
            at += query[at] + 1
        kind, = struct.unpack(">H", query[at + 1:at + 3])
        name = ".".join(labels).lower()
        print(name, kind, flush=True)
        question = query[12:at + 5]
        if name in NAMES and NAMES[name] is None:
            continue
        if name.endswith(".in-addr.arpa"):
            answers = [(12, b"\\x04host\\x04test\\0")]
        else:
            answers = [(kind, socket.inet_pton(socket.AF_INET if kind == A else socket.AF_INET6, one))
                       for one in NAMES.get(name, {}).get(kind, [])]
        known = name in NAMES or name.endswith(".in-addr.arpa")
        reply = query[:2] + struct.pack(">HHHHH", 0x8180 if known else 0x8183, 1, len(answers), 0, 0) + question
        for kind, data in answers:
            reply += b"\\xc0\\x0c" + struct.pack(">HHIH", kind, 1, 1, len(data)) + data
        server.sendto(reply, peer)
''')


def why_not():
    """The reason why namespaces cannot be made here, or nothing."""
    if not sys.platform.startswith("linux") or shutil.which("ip") is None:
        return "network namespaces need Linux and iproute2"
    if os.geteuid() != 0:
        return "network namespaces need root"
    name = f"sw-try-{os.getpid()}"
    tried = subprocess.run(["ip", "netns", "add", name], capture_output=True, check=False)
    subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)
    return None if tried.returncode == 0 else "network namespaces are forbidden here: " + tried.stderr.decode().strip()


def needs_namespaces(test):
    reason = why_not()
    if reason and os.environ.get("SOCKETWRIGHT_REQUIRE_NAMESPACES"):
        raise RuntimeError("these tests must not be skipped here: " + reason)
    if reason:
        print("SKIPPED:", reason, file=sys.stderr)
    return unittest.skipIf(reason, reason)(test)


class TwoHosts:
    """Host `a` (10.77.0.1, fd77::1) and host `b` (10.77.0.2, fd77::2); nobody answers at 10.77.0.99 and
    fd77::99, without a word."""

    def __enter__(self):
        self.stack = contextlib.ExitStack()
        number = os.getpid()
        self.a, self.b = f"sw-a-{number}", f"sw-b-{number}"
        try:
            for host in (self.a, self.b):
                self.run("ip", "netns", "add", host)
                self.stack.callback(subprocess.run, ["ip", "netns", "del", host], capture_output=True, check=False)
                folder = f"/etc/netns/{host}"
                os.makedirs(folder)
                self.stack.callback(shutil.rmtree, folder, ignore_errors=True)
                with open(f"{folder}/resolv.conf", "w", encoding="ascii") as file:
                    file.write("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
                with open(f"{folder}/hosts", "w", encoding="ascii") as file:
                    file.write("127.0.0.1 localhost\n::1 localhost ip6-localhost\n")
                with open(f"{folder}/nsswitch.conf", "w", encoding="ascii") as file:
                    file.write("hosts: files dns\nservices: files\n")
            self.run("ip", "link", "add", "cable-a", "netns", self.a, "type", "veth", "peer", "name", "cable-b", "netns", self.b)
            for host, cable, last in ((self.a, "cable-a", 1), (self.b, "cable-b", 2)):
                self.on(host, "ip", "link", "set", "lo", "up")
                self.on(host, "ip", "link", "set", cable, "up")
                self.on(host, "ip", "addr", "add", f"10.77.0.{last}/24", "brd", "10.77.0.255", "dev", cable)
                self.on(host, "ip", "-6", "addr", "add", f"fd77::{last}/64", "dev", cable, "nodad")
            for host, cable in ((self.a, "cable-a"), (self.b, "cable-b")):  # the system takes a moment until it uses them
                wait_for(lambda host=host, cable=cable: " state UP " in self.on(host, "ip", "link", "show", cable))
            mac = self.on(self.b, "cat", "/sys/class/net/cable-b/address").strip()
            self.on(self.a, "ip", "neigh", "add", "10.77.0.99", "lladdr", mac, "dev", "cable-a")
            self.on(self.a, "ip", "-6", "neigh", "add", "fd77::99", "lladdr", mac, "dev", "cable-a")
        except BaseException:
            self.stack.close()
            raise
        return self

    def __exit__(self, *_):
        self.stack.close()

    @staticmethod
    def run(*command):
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def on(self, host, *command):
        return self.run("ip", "netns", "exec", host, *command)

    def running(self, host, *arguments, **options):
        """A swright on one of the hosts."""
        return Running(*arguments, prefix=["ip", "netns", "exec", host], **options)

    def swright(self, host, *arguments, data=b"", timeout=LIMIT):
        return subprocess.run(["ip", "netns", "exec", host, os.environ["SWRIGHT"], *arguments], input=data, capture_output=True,
                              timeout=timeout, env=environment(), check=False)

    def python(self, host, script):
        """A Python that runs on one of the hosts until the end of the test; its output is a file to look at."""
        output = tempfile.TemporaryFile()
        process = subprocess.Popen(["ip", "netns", "exec", host, sys.executable, "-c", script], stdout=output,
                                   stderr=subprocess.STDOUT)

        def end():
            process.kill()
            process.wait()
            output.close()
        self.stack.callback(end)

        def said():
            return content(output).decode()
        wait_for(lambda: "ready" in said())
        return said

    def name_server(self, host):
        """Answers names of `.test` on one of the hosts; what it returns tells every question that was asked."""
        said = self.python(host, NAME_SERVER)
        return lambda: [line for line in said().splitlines() if line != "ready"]

# SPDX-License-Identifier: MIT
"""A driver that does at random what a bad day does, and books that must balance afterwards (promise N12)."""
import collections
import contextlib
import os
import random
import resource
import signal
import socket
import struct
import tempfile
import threading
import time

from harness import LIMIT, Running, json_lines

BEHAVIOURS = ["echo", "discard", "chargen", "daytime", "talk", "dribble", "half-close-first", "never-read", "silent", "reset-after=1000", "garbage"]
FAULTS = ["delay=5ms", "chop=1-7", "rate=64KiB/s", "down:reset@4KiB", "half-close@1KiB", "corrupt@100=xor:ff", "tiny-pieces", "flaky-server"]


class Client(threading.Thread):
    """One peer with a will of its own; counts what it is sure to have sent."""

    def __init__(self, port, seed):
        super().__init__(daemon=True)
        self.port = port
        self.random = random.Random(seed)
        self.connected = False

    def run(self):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=2) as peer:
            self.connected = True
            peer.settimeout(0.2)
            for _ in range(self.random.randrange(20)):
                what = self.random.random()
                if what < 0.5:
                    peer.sendall(self.random.randbytes(self.random.choice([1, 10, 1000, 70000])))
                elif what < 0.8:
                    with contextlib.suppress(TimeoutError):
                        peer.recv(self.random.choice([1, 1000, 100000]))
                else:
                    time.sleep(self.random.random() * 0.05)
            how = self.random.random()
            if how < 0.3:
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset
            elif how < 0.6:
                peer.shutdown(socket.SHUT_WR)
                end = time.monotonic() + 2  # a relay can be as slow as it likes
                with contextlib.suppress(TimeoutError):
                    while time.monotonic() < end and peer.recv(65536):
                        pass


def balance(test, events, where):
    """What one program told of its connections, from the first event to the last."""
    count = collections.Counter(event["event"] for event in events)
    opened = {event["endpoint"] for event in events if event["event"] in ("accepted", "opened", "refused")}
    closed = collections.Counter(event["endpoint"] for event in events if event["event"] == "closed" and "listener" in event)
    own = collections.Counter(event["endpoint"] for event in events if event["event"] == "closed")
    for endpoint in opened:
        test.assertEqual(own[endpoint], 1, (where, endpoint, [event for event in events if event.get("endpoint") == endpoint][-3:]))
    test.assertFalse([endpoint for endpoint, times in own.items() if times != 1], where)
    return count, closed


def one_round(test, seed, seconds, clients):
    """A listener and a relay before it, random peers, signals of the system; their books at the end."""
    choose = random.Random(seed)
    behaviour = choose.choice(BEHAVIOURS)
    fault = choose.choice(FAULTS)
    where = f"seed {seed}: {behaviour}, {fault}"
    with tempfile.TemporaryDirectory() as folder:
        recording = os.path.join(folder, "a.jsonl")
        with Running("listen", "tcp://127.0.0.1:0", "--behaviour", behaviour, "--json", "--record", recording) as listener:
            with Running("relay", "tcp://127.0.0.1:0", f"tcp://127.0.0.1:{listener.port()}", "--fault", fault, "--json") as relay:
                ports = [listener.port(), relay.port()]
                before = [program.descriptors() for program in (listener, relay)]
                limits = resource.prlimit(listener.process.pid, resource.RLIMIT_NOFILE)
                if choose.random() < 0.3:  # not enough descriptors for all of them
                    resource.prlimit(listener.process.pid, resource.RLIMIT_NOFILE, (before[0] + 20, limits[1]))
                end = time.monotonic() + seconds
                number, running, met = 0, [], 0
                while time.monotonic() < end:
                    running = [client for client in running if client.is_alive()]
                    while len(running) < clients:
                        number += 1
                        client = Client(choose.choice(ports), seed * 1_000_003 + number)
                        client.start()
                        running.append(client)
                        met += 1
                    time.sleep(0.01)
                for client in running:
                    client.join(LIMIT)
                resource.prlimit(listener.process.pid, resource.RLIMIT_NOFILE, limits)
                for program in (relay, listener):
                    program.process.send_signal(signal.SIGTERM)
                    program.wait()
                for program, name in ((relay, "relay"), (listener, "listener")):
                    count, _ = balance(test, json_lines(program.said()), f"{where}, {name}")
                    test.assertIn(program.process.returncode, (0, 1), where)
                received = sum(event.get("received", 0) for event in json_lines(listener.said()) if event["event"] == "closed" and "listener" in event)
                lost = sum(event.get("unrecorded", 0) for event in json_lines(listener.said()) if event["event"] == "recording-resumed")
        with open(recording, encoding="utf-8") as lines:
            recorded = sum(record["size"] for record in json_lines(lines.read()) if record["kind"] == "received")
        test.assertEqual(received, recorded + lost, where)
    return met

# SPDX-License-Identifier: MIT
"""What needs a second host: silence, missing routes, racing, ICMP, multicast, addresses that come and go."""
import re
import time
import unittest

from harness import json_lines, wait_for
from namespaces import TwoHosts, needs_namespaces

SERVER = """
import socket
server = socket.create_server((%r, %d), family=socket.AF_INET6 if ":" in %r else socket.AF_INET)
print("ready", flush=True)
while True:
    peer, _ = server.accept()
    peer.sendall(b"hello")
    peer.close()
"""


def events(result, name=None):
    lines = json_lines(result.stderr.decode() if hasattr(result, "stderr") else result.said())
    return [line for line in lines if name is None or line["event"] == name]


@needs_namespaces
class Hosts(unittest.TestCase):
    def setUp(self):
        self.hosts = self.enterContext(TwoHosts()) if hasattr(self, "enterContext") else self.enter()

    def enter(self):
        hosts = TwoHosts()
        hosts.__enter__()
        self.addCleanup(hosts.__exit__, None, None, None)
        return hosts

    def serve(self, host="10.77.0.2", port=7000):
        self.hosts.python(self.hosts.b, SERVER % (host, port, host))

    def failing(self, *arguments, **options):
        """Connects from host a, which must fail; gives the closing record."""
        result = self.hosts.swright(self.hosts.a, *arguments, "--json", **options)
        self.assertEqual(result.returncode, 1, result.stderr)
        return events(result, "closed")[-1]

    def test_addresses_race_when_the_first_is_silent(self):
        self.hosts.name_server(self.hosts.a)
        self.serve()
        begun = time.monotonic()
        result = self.hosts.swright(self.hosts.a, "connect", "tcp://race.test:7000", "--json")
        self.assertEqual((result.returncode, result.stdout), (0, b"hello"))
        self.assertLess(time.monotonic() - begun, 3)
        report = events(result, "closed")[-1]["report"]
        self.assertEqual(report["addresses"], ["fd77::99", "10.77.0.2"])
        silent, winner = report["attempts"]
        self.assertEqual((silent["outcome"], winner["outcome"]), ("cancelled", "connected"))
        self.assertTrue(230e6 < winner["begun"] - silent["begun"] < 700e6, report)  # the delay of RFC 8305
        self.assertTrue(winner["from"].startswith("10.77.0.1:"))
        self.assertEqual(report["phase"], "first-byte")
        self.assertGreater(report["firstByteNanoseconds"], 0)
        texts = [event["text"] for event in events(result)]
        self.assertTrue(any("no answer for 250 ms: also connecting to 10.77.0.2:7000" in text for text in texts), texts)

    def test_both_families_are_tried_in_turn(self):
        self.hosts.name_server(self.hosts.a)
        closed = self.failing("connect", "tcp://two.test:7001")
        self.assertEqual(closed["error"]["id"], "connection-refused")
        self.assertEqual(sorted(one["address"] for one in closed["report"]["attempts"]), ["10.77.0.2:7001", "[fd77::2]:7001"])
        self.assertIn("All 2 addresses failed", closed["error"]["detail"])
        for option, address in (("off", "10.77.0.2:7001"), ("only", "[fd77::2]:7001")):
            closed = self.failing("connect", f"tcp://two.test:7001?ipv6={option}")
            self.assertEqual([one["address"] for one in closed["report"]["attempts"]], [address])

    def test_a_dropped_syn_is_silence(self):
        closed = self.failing("connect", "tcp://10.77.0.99:7000?timeout=1500ms")
        error = closed["error"]
        self.assertEqual((error["id"], error["situation"], closed["cause"]), ("connection-timed-out", "connect", "timed-out"))
        self.assertNotIn("native", error)  # our own limit
        self.assertIn("within 1500ms" if "1500ms" in error["detail"] else "within 1.5s", error["detail"])
        self.assertIn("2 SYN segments left this machine", error["detail"])
        self.assertEqual(closed["report"]["phase"], "connect")

    def test_the_systems_own_limit(self):
        self.hosts.on(self.hosts.a, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/tcp_syn_retries")
        error = self.failing("connect", "tcp://10.77.0.99:7000?timeout=15s")["error"]
        self.assertEqual((error["id"], error["nativeName"], error["situation"]), ("connection-timed-out", "ETIMEDOUT", "connect"))
        self.assertIn("firewall", error["detail"])

    def test_no_route(self):
        closed = self.failing("connect", "tcp://192.0.2.1:80")
        error = closed["error"]
        self.assertEqual((error["id"], error["nativeName"], error["situation"]), ("network-unreachable", "ENETUNREACH", "connect"))
        self.assertIn("no route to 192.0.2.1:80", error["detail"])
        self.assertEqual(closed["report"]["phase"], "route")

    def test_no_such_host_on_the_cable(self):
        closed = self.failing("connect", "tcp://10.77.0.50:80?timeout=10s")
        error = closed["error"]
        self.assertEqual((error["id"], error["nativeName"]), ("host-unreachable", "EHOSTUNREACH"))
        self.assertEqual(closed["report"]["phase"], "connect")  # there was a route

    def test_a_prohibited_route(self):
        self.hosts.on(self.hosts.a, "ip", "route", "add", "prohibit", "198.51.100.0/24")
        error = self.failing("connect", "tcp://198.51.100.1:80")["error"]
        self.assertEqual((error["id"], error["nativeName"]), ("access-denied", "EACCES"))
        self.assertIn("prohibited route", error["detail"])

    def test_names(self):
        asked = self.hosts.name_server(self.hosts.a)
        error = self.failing("connect", "tcp://nowhere.test:80")["error"]
        self.assertEqual((error["id"], error["situation"]), ("name-not-found", "resolve"))
        self.assertIn("nowhere.test", error["detail"])
        self.assertTrue(asked())
        closed = self.failing("connect", "tcp://silent.test:80")
        self.assertEqual(closed["error"]["id"], "name-service-failed")
        self.assertEqual(closed["report"]["phase"], "resolve")
        closed = self.failing("connect", "tcp://silent.test:80?timeout=300ms")
        self.assertEqual(closed["error"]["id"], "name-service-failed")
        self.assertLess(closed["report"]["nanoseconds"], 900e6)

    def test_the_local_address_can_be_chosen(self):
        self.hosts.on(self.hosts.a, "ip", "addr", "add", "10.77.0.11/24", "dev", "cable-a")
        self.serve()
        result = self.hosts.swright(self.hosts.a, "connect", "tcp://10.77.0.2:7000?bind=10.77.0.11:4000", "--json")
        self.assertEqual((result.returncode, result.stdout), (0, b"hello"))
        self.assertEqual(events(result, "opened")[0]["local"], "10.77.0.11:4000")
        error = self.failing("connect", "tcp://10.77.0.2:7000?bind=203.0.113.9")["error"]
        self.assertEqual((error["id"], error["situation"]), ("address-not-available", "bind"))
        error = self.failing("connect", "tcp://10.77.0.2:7000?bind=[fd77::1]")["error"]
        self.assertIn("a socket has one family", error["detail"])

    def test_port_unreachable_names_its_datagram(self):
        with self.hosts.running(self.hosts.a, "connect", "udp://10.77.0.2:7009", "--json", stdin=-1) as client:
            wait_for(lambda: events(client, "opened"))
            client.process.stdin.write(b"anybody?")
            client.process.stdin.flush()
            fault = wait_for(lambda: events(client, "datagram-error"))[0]
        self.assertEqual((fault["icmp"], fault["from"], fault["icmpType"], fault["icmpCode"]), ("port unreachable", "10.77.0.2", 3, 3))
        self.assertEqual(fault["error"]["id"], "connection-refused")
        self.assertIn("Nothing receives at 10.77.0.2:7009", fault["text"])

    def test_a_ttl_too_small_is_told(self):
        self.hosts.on(self.hosts.b, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward")
        self.hosts.on(self.hosts.a, "ip", "route", "add", "198.51.100.0/24", "via", "10.77.0.2")
        self.hosts.on(self.hosts.b, "ip", "route", "add", "198.51.100.0/24", "via", "10.77.0.1")
        result = self.hosts.swright(self.hosts.a, "send", "udp://198.51.100.7:9?ttl=1", "x", "--reply", "1s", "--json")
        faults = events(result, "datagram-error")
        self.assertEqual([fault["icmp"] for fault in faults], ["time exceeded"], result.stderr)

    def test_multicast_is_joined_by_group_and_interface(self):
        for host, group in (("*:7100", "239.77.0.1"), ("[::]:7101", "ff05::77")):
            with self.subTest(group):
                port = host.rsplit(":", 1)[1]
                family = "&ipv6=off" if "." in group else ""
                shown = f"[{group}]" if ":" in group else group
                with self.hosts.running(self.hosts.b, "listen", f"udp://{host}?join={group}%25cable-b{family}") as joined:
                    wait_for(lambda: "listening on" in joined.said())
                    self.assertNotIn("not", joined.said())

                    def sent():
                        self.hosts.swright(self.hosts.a, "send", f"udp://{shown}:{port}?iface=cable-a&ttl=3", "to the group")
                        return joined.printed()
                    wait_for(sent)
                with self.hosts.running(self.hosts.b, "listen", f"udp://{host}{family.replace('&', '?')}") as outside:
                    wait_for(lambda: "listening on" in outside.said())
                    sent_before = outside.printed()
                    self.hosts.swright(self.hosts.a, "send", f"udp://{shown}:{port}?iface=cable-a&ttl=3", "to the group")
                    time.sleep(0.3)
                    self.assertEqual(outside.printed(), sent_before)

    def test_broadcast_needs_permission(self):
        result = self.hosts.swright(self.hosts.a, "send", "udp://10.77.0.255:7200", "all")
        self.assertEqual(result.returncode, 1)
        self.assertIn("broadcast=on", result.stderr.decode())
        self.assertIn("access-denied", result.stderr.decode())
        with self.hosts.running(self.hosts.b, "listen", "udp://*:7200?ipv6=off") as listener:
            wait_for(lambda: "listening on" in listener.said())
            self.assertEqual(self.hosts.swright(self.hosts.a, "send", "udp://10.77.0.255:7200?broadcast=on", "all").returncode, 0)
            wait_for(lambda: listener.printed() == b"all")

    def test_a_listener_comes_back_with_its_address(self):
        with self.hosts.running(self.hosts.b, "listen", "tcp://10.77.0.2:7300", "--behaviour", "echo", "--json") as listener:
            wait_for(lambda: events(listener, "started"))
            self.hosts.on(self.hosts.b, "ip", "addr", "del", "10.77.0.2/24", "dev", "cable-b")
            broken = wait_for(lambda: events(listener, "listener-broken"))[0]
            self.assertEqual(broken["error"]["id"], "address-not-available")
            time.sleep(0.5)
            self.hosts.on(self.hosts.b, "ip", "addr", "add", "10.77.0.2/24", "dev", "cable-b")
            again = wait_for(lambda: events(listener, "reopened"))[0]
            self.assertEqual(again["local"], "10.77.0.2:7300")
            result = self.hosts.swright(self.hosts.a, "connect", "tcp://10.77.0.2:7300", data=b"back?")
            self.assertEqual((result.returncode, result.stdout), (0, b"back?"))
            self.assertEqual(len(events(listener, "listener-broken")), 1)

    def test_link_local_addresses_keep_their_interface(self):
        shown = wait_for(lambda: re.search(r"inet6 (fe80::\S+)/64", self.hosts.on(self.hosts.b, "ip", "-6", "addr", "show", "cable-b")))
        wait_for(lambda: "tentative" not in self.hosts.on(self.hosts.b, "ip", "-6", "addr", "show", "cable-b"))
        wait_for(lambda: "tentative" not in self.hosts.on(self.hosts.a, "ip", "-6", "addr", "show", "cable-a"))
        self.hosts.python(self.hosts.b, SERVER % ("::", 7000, "::"))
        result = self.hosts.swright(self.hosts.a, "connect", f"tcp://[{shown.group(1)}%cable-a]:7000", "--json")
        self.assertEqual((result.returncode, result.stdout), (0, b"hello"), result.stderr)
        self.assertIn("%cable-a]:7000", events(result, "opened")[0]["peer"])

    def test_nobody_is_looked_up_without_being_asked(self):
        asked = self.hosts.name_server(self.hosts.b)
        with self.hosts.running(self.hosts.b, "listen", "tcp://*:7400", "--behaviour", "echo", "-v") as listener:
            wait_for(lambda: "listening on" in listener.said())
            for address in ("tcp://10.77.0.2:7400", "tcp://[fd77::2]:7400"):
                self.assertEqual(self.hosts.swright(self.hosts.a, "connect", address, data=b"x").stdout, b"x")
        for query in ("10.77.0.1", "2130706433", "10.77.0.0/24", "http", "53/udp", "fd77::1"):
            self.hosts.swright(self.hosts.b, "lookup", query)
        self.hosts.swright(self.hosts.b, "list", "interfaces")
        self.assertEqual(asked(), [])
        self.assertIn("host.test", self.hosts.swright(self.hosts.b, "lookup", "10.77.0.1", "--reverse").stdout.decode())
        self.assertEqual(len(asked()), 1)  # and that one was asked for

    def test_the_round_trip_of_the_system_is_shown(self):
        self.hosts.on(self.hosts.b, "true")
        with self.hosts.running(self.hosts.b, "listen", "tcp://10.77.0.2:7500", "--behaviour", "echo") as listener:
            wait_for(lambda: "listening on" in listener.said())
            with self.hosts.running(self.hosts.a, "connect", "tcp://10.77.0.2:7500", "--tcp-info", "50ms", "--json", stdin=-1) as client:
                wait_for(lambda: events(client, "opened"))
                client.process.stdin.write(b"y" * 10000)
                client.process.stdin.flush()
                info = wait_for(lambda: [e for e in events(client, "tcp-info") if e["tcp"].get("bytesReceived", 0) >= 10000])[-1]["tcp"]
        self.assertEqual(info["state"], "ESTABLISHED")
        self.assertEqual(info["mss"], 1448)
        self.assertGreater(info["rtt"], 0)
        self.assertEqual(info["totalRetransmits"], 0)


if __name__ == "__main__":
    unittest.main()

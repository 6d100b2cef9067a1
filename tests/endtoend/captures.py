# SPDX-License-Identifier: MIT
"""Captures made packet by packet, for the tests of what reads them."""
import random
import struct


def ethernet(payload, kind=0x0800, tags=()):
    return b"\x02\0\0\0\0\x01\x02\0\0\0\0\x02" + b"".join(struct.pack(">HH", 0x8100, tag) for tag in tags) + struct.pack(">H", kind) + payload


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def ipv4(source, target, protocol, payload, ident=0, fragment=0):
    head = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), ident, fragment, 64, protocol, 0, bytes(source), bytes(target))
    return head[:10] + struct.pack(">H", checksum(head)) + head[12:] + payload


def tcp(source, target, sequence, acknowledged, flags, payload=b""):
    (source_host, source_port), (target_host, target_port) = source, target
    segment = struct.pack(">HHIIBBHHH", source_port, target_port, sequence & 0xffffffff, acknowledged & 0xffffffff, 0x50, flags, 65535, 0, 0) + payload
    pseudo = bytes(source_host) + bytes(target_host) + struct.pack(">BBH", 0, 6, len(segment))
    return ipv4(source_host, target_host, 6, segment[:16] + struct.pack(">H", checksum(pseudo + segment)) + segment[18:])


def pcap(frames, link_type=1, order="<", nano=False):
    """A capture of frames, a millisecond apart."""
    out = struct.pack(order + "IHHIIII", 0xa1b23c4d if nano else 0xa1b2c3d4, 2, 4, 0, 0, 262144, link_type)
    for number, frame in enumerate(frames):
        unit = 1_000_000 if nano else 1_000
        out += struct.pack(order + "IIII", 1_700_000_000 + number // 1000, number % 1000 * unit, len(frame), len(frame)) + frame
    return out


CLIENT = ((10, 0, 0, 1), 40000)
SERVER = ((10, 0, 0, 2), 80)
SYN, FIN, PSH_ACK, ACK = 2, 17, 24, 16


def untidy_stream(seed, size=60_000):
    """The packets of a connection whose segments come out of order, again and overlapping, and what its sides said."""
    choose = random.Random(seed)
    said = [choose.randbytes(size), choose.randbytes(size // 3)]
    starts = [choose.choice([1000, 0xffffffff - size // 2]), choose.choice([5000, 0xffffff00])]
    packets = [tcp(CLIENT, SERVER, starts[0], 0, SYN), tcp(SERVER, CLIENT, starts[1], starts[0] + 1, SYN | ACK),
               tcp(CLIENT, SERVER, starts[0] + 1, starts[1] + 1, ACK)]
    segments = []
    for side, data in enumerate(said):
        at = 0
        while at < len(data):
            length = choose.randrange(1, 1460)
            segments.append((side, at, data[at:at + length]))
            if choose.random() < 0.1:  # once more, or a part of it with what came before
                back = min(at, choose.randrange(0, 300))
                segments.append((side, at - back, data[at - back:at - back + length]))
            at += length
    for i in range(len(segments) - 1):
        j = min(i + choose.randrange(0, 5), len(segments) - 1)
        segments[i], segments[j] = segments[j], segments[i]
    for side, at, data in segments:
        source, target = (CLIENT, SERVER) if side == 0 else (SERVER, CLIENT)
        packets.append(tcp(source, target, starts[side] + 1 + at, starts[1 - side] + 1, PSH_ACK, data))
    packets.append(tcp(CLIENT, SERVER, starts[0] + 1 + len(said[0]), starts[1] + 1 + len(said[1]), FIN))
    packets.append(tcp(SERVER, CLIENT, starts[1] + 1 + len(said[1]), starts[0] + 2 + len(said[0]), FIN))
    return packets, said

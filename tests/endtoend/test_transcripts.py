# SPDX-License-Identifier: MIT
"""Transcripts beyond the memory budget, killed programs and full disks, at small numbers; promises.py has the full ones."""
import json
import os
import tempfile
import unittest

from harness import Running, connected, wait_for
from transcripts import ENGINE, Engine, echoed, killed_journal, killed_recording, one_long_transcript, small_disk


@unittest.skipUnless(ENGINE, "the engine's bench program was not built")
class LongTranscripts(unittest.TestCase):
    def test_a_transcript_beyond_the_budget_is_whole_and_memory_is_bounded(self):
        result = one_long_transcript(700 << 20)
        self.assertEqual(result["needles"], 3)
        self.assertEqual(result["unrecorded"], 0)
        self.assertLess(result["peak"], 320)
        self.assertGreater(result["journaled"], 300e6)

    def test_a_full_disk_stops_recording_and_nothing_else(self):
        with small_disk(4) as folder:
            if folder is None:
                self.skipTest("a file system cannot be made here")
            with Engine(behaviour="echo", directory=folder) as engine:
                with connected(engine.port) as peer:
                    peer.sendall(b"NEEDLE")
                    self.assertEqual(peer.recv(6), b"NEEDLE")
                self.assertTrue(echoed(engine.port, 200))
                wait_for(lambda: engine.state()["recording"] == 0)
                before = engine.state()["unrecorded"]
                self.assertTrue(echoed(engine.port, 50))
                wait_for(lambda: engine.state()["unrecorded"] > before)
                self.assertLess(engine.state()["memory"], 256 << 20)
                self.assertEqual(engine.ask("find NEEDLE")[0], 2)  # what was recorded is still read: received, sent

    def test_a_killed_engine_leaves_all_but_the_last_second(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertLess(killed_journal(folder, 2), 1.0)


class Recordings(unittest.TestCase):
    def test_a_killed_recording_lacks_at_most_the_last_second(self):
        for _ in range(3):
            with tempfile.TemporaryDirectory() as folder:
                self.assertLess(killed_recording(folder, 1.5), 1.0)

    def test_a_full_disk_ends_the_recording_and_nothing_else(self):
        with small_disk(4) as folder:
            if folder is None:
                self.skipTest("a file system cannot be made here")
            path = os.path.join(folder, "x.jsonl")
            with Running("listen", "tcp://127.0.0.1:0", "--behaviour", "echo", "--record", path) as listener:
                self.assertTrue(echoed(listener.port(), 100))
                listener.says("Recording")
                self.assertTrue(echoed(listener.port(), 20))
                with open(path, encoding="utf-8") as file:
                    lines = file.read().split("\n")
                self.assertGreater(len(lines), 3)
                for line in lines[:-1]:
                    json.loads(line)


if __name__ == "__main__":
    unittest.main()

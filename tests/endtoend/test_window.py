# SPDX-License-Identifier: MIT
"""The graphical program as it is installed: starts, opens nothing, runs its example, saves a picture."""
import os
import subprocess
import tempfile
import unittest

from harness import LIMIT, environment, needs, processor_time, read_until, settled, wait_for

PROGRAM = os.environ["SOCKETWRIGHT"]


def sockets_of(pid):
    found = []
    for name in os.listdir(f"/proc/{pid}/fd"):
        try:
            found.append(os.readlink(f"/proc/{pid}/fd/{name}"))
        except FileNotFoundError:
            pass
    return [target for target in found if target.startswith("socket:")]


class Window(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.settings = os.path.join(self.folder.name, "settings.ini")

    def test_the_example_runs_headless_and_leaves_a_picture(self):
        for scale in ("1", "2"):
            with self.subTest(scale=scale):
                picture = os.path.join(self.folder.name, f"p{scale}.png")
                result = subprocess.run([PROGRAM, "--settings", self.settings, "--screenshot", picture], capture_output=True,
                                        timeout=LIMIT, env=dict(environment(), QT_SCALE_FACTOR=scale))
                self.assertEqual(result.returncode, 0, result.stderr)
                self.assertIn("< You sent: 'Hello self.'", result.stdout.decode())
                with open(picture, "rb") as file:
                    header = file.read(24)
                self.assertEqual(header[:8], b"\x89PNG\r\n\x1a\n")
                self.assertGreaterEqual(int.from_bytes(header[16:20], "big"), 1200 * int(scale))

    def test_it_opens_no_socket_by_itself(self):
        process = subprocess.Popen([PROGRAM, "--settings", self.settings], env=environment(), stderr=subprocess.DEVNULL)
        try:
            wait_for(lambda: len(os.listdir(f"/proc/{process.pid}/task")) > 1)  # the engine has its thread
            settled(lambda: processor_time(process.pid) // 10, 1.5)  # the window is there, and little goes on
            self.assertIsNone(process.poll())
            self.assertEqual(sockets_of(process.pid), [])
        finally:
            process.terminate()
            process.wait()

    @needs("Xvfb", "xwd")
    def test_it_shows_on_a_real_display(self):
        server = subprocess.Popen(["Xvfb", "-displayfd", "1", "-screen", "0", "1400x900x24", "-nolisten", "tcp"], stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL)
        try:
            display = ":" + read_until(server.stdout, rb"(\d+)\n").group(1).decode()  # it takes a free one
            values = dict(environment(), DISPLAY=display, QT_QPA_PLATFORM="xcb")
            process = subprocess.Popen([PROGRAM, "--settings", self.settings], env=values, stderr=subprocess.DEVNULL)

            def is_shown():
                self.assertIsNone(process.poll())
                dump = subprocess.run(["xwd", "-root", "-silent"], env=values, capture_output=True, timeout=LIMIT).stdout
                return len(set(dump[4096:])) > 20  # not one flat colour
            try:
                wait_for(is_shown)
            finally:
                process.terminate()
                process.wait()
        finally:
            server.terminate()
            server.wait()
            server.stdout.close()


if __name__ == "__main__":
    unittest.main()

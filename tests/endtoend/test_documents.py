# SPDX-License-Identifier: MIT
"""Manual page, completions and manual are true."""
import os
import subprocess
import unittest

from harness import LIMIT, needs, swright

DOCUMENTS = os.environ["DOCUMENTS"]
SOURCE = os.environ["SOURCE"]


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


class Documents(unittest.TestCase):
    @needs("man")
    def test_the_manual_page_is_clean(self):
        page = os.path.join(DOCUMENTS, "swright.1")
        result = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", page], capture_output=True, timeout=LIMIT)
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        text = read(page)
        for word in ("listen", "connect", "send", "lookup", "backlog", "\\-\\-behaviour", "talk"):
            self.assertIn(word, text)

    @needs("bash")
    def test_bash_completes(self):
        script = f"""source {DOCUMENTS}/swright.bash
            COMP_WORDS=(swright listen --behaviour t); COMP_CWORD=3; _swright; echo "${{COMPREPLY[*]}}"
            COMP_WORDS=(swright co); COMP_CWORD=1; _swright; echo "${{COMPREPLY[*]}}"
            COMP_WORDS=(swright send --re); COMP_CWORD=2; _swright; echo "${{COMPREPLY[*]}}" """
        lines = subprocess.run(["bash", "-c", script], capture_output=True, timeout=LIMIT, check=True).stdout.decode().splitlines()
        self.assertEqual(set(lines[0].split()), {"time", "talk", "tls-expired", "tls-wrong-name", "tls-self-signed"})
        self.assertEqual(lines[1], "connect convert")
        self.assertEqual(set(lines[2].split()), {"--repeat", "--reply", "--record"})

    @needs("zsh")
    def test_zsh_reads_its_completion(self):
        subprocess.run(["zsh", "-n", os.path.join(DOCUMENTS, "_swright")], check=True, timeout=LIMIT)

    @needs("fish")
    def test_fish_completes(self):
        script = f"source {DOCUMENTS}/swright.fish; complete -C 'swright lis'; complete -C 'swright listen --behaviour ec'"
        text = subprocess.run(["fish", "--no-config", "-c", script], capture_output=True, timeout=LIMIT).stdout.decode()
        self.assertIn("listen", text)
        self.assertIn("echo", text)

    def test_the_manual_holds_every_option_as_the_program_has_it(self):
        table = swright("list", "options", "--markdown").stdout.decode().strip()
        self.assertIn(table, read(os.path.join(SOURCE, "resources/manual/addresses.md")))


if __name__ == "__main__":
    unittest.main()

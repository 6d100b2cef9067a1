# SPDX-License-Identifier: MIT
"""Manual page, completions and manual are true."""
import os
import re
import subprocess
import tempfile
import unittest

from harness import LIMIT, SWRIGHT, needs, swright

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

    def bash(self, *lines):
        """What bash offers: each line is the words up to the cursor, the last one begun."""
        script = "source <(\"$SWRIGHT\" document bash)\n" + "".join(
            f"COMP_WORDS=({line}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); _swright; echo \"${{COMPREPLY[*]}}\"\n" for line in lines)
        result = subprocess.run(["bash", "-c", script], capture_output=True, timeout=20, check=True, cwd=self.folder.name,
                                env=dict(os.environ, SWRIGHT=SWRIGHT))
        self.assertEqual(result.stderr, b"")
        return [set(line.split()) for line in result.stdout.decode().split("\n")[:-1]]

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        for name in ("talk.rules", "trace.pcapng"):
            with open(os.path.join(self.folder.name, name), "w", encoding="ascii"):
                pass
        os.mkdir(os.path.join(self.folder.name, "traces"))

    @needs("bash")
    def test_bash_offers_what_fits_command_and_option(self):
        forms, files = {"raw", "text", "hex", "lines"}, {"talk.rules", "trace.pcapng", "traces"}
        for line, offered in (
                ("swright listen --as ''", forms), ("swright listen tcp://:1 --as h", {"hex"}),
                ("swright show --as ''", {"lines", "text", "hex", "table"}),
                ("swright translate tcp://h:1 --as ''", {"ncat", "socat", "curl", "openssl", "python", "swright"}),
                ("swright listen --record ''", files), ("swright connect --record tr", {"trace.pcapng", "traces"}),
                ("swright send tcp://h:1 --file ta", {"talk.rules"}), ("swright relay --fault-log tr", {"trace.pcapng", "traces"}),
                ("swright relay --faults-from ta", {"talk.rules"}), ("swright certificate server x --folder ''", {"traces"}),
                ("swright listen --behaviour rules = ta", {"talk.rules"}), ("swright listen -b rules=ta", {"rules=talk.rules"}),
                ("swright listen --as = h", {"hex"}), ("swright listen --as=h", {"--as=hex"}), ("swright listen --as =", forms),
                ("swright listen --behaviour=rules=ta", {"--behaviour=rules=talk.rules"}), ("swright listen --record = ta", {"talk.rules"}),
                ("swright listen tc", {"tcp://"}), ("swright listen tcp :", {"//"}), ("swright relay tcp://:1 uni", {"unix://", "unixgram://"}),
                ("swright list sch", {"schemes"}), ("swright list schemes be", set()), ("swright document x", set()),
                ("swright replay tr", {"trace.pcapng", "traces"}), ("swright replay trace.pcapng tl", {"tls://"}),
                ("swright convert --filter x tr", {"trace.pcapng", "traces"}), ("swright convert trace.pcapng tr", {"trace.pcapng", "traces"}),
                ("swright show tr", {"trace.pcapng", "traces"}), ("swright open ta", {"talk.rules"}), ("swright translate tc", {"tcp://"}),
                ("swright replay x tcp://h:1 --side ''", {"client", "server"}), ("swright replay x tcp://h:1 --wait ''", {"peer", "time"}),
                ("swright load tcp://h:1 x --wait ''", set()), ("swright send --ending c", {"cr", "crlf"}),
                ("swright relay --fault slow", {"slow-mobile"}), ("swright listen --json --acc", {"--accept"})):
            with self.subTest(line):
                self.assertEqual(self.bash(line), [offered])

    @needs("bash")
    def test_bash_offers_every_option_of_every_command(self):
        help_text = swright("--help").stdout.decode()
        commands = re.findall(r"^  ([a-z]+) +\S", help_text[help_text.index("Subcommands:"):].split("\n\n")[0], re.M)
        self.assertGreater(len(commands), 10)
        for command in commands:
            options = set(re.findall(r"^ +(?:-\w,)?(--[a-z0-9-]+)", swright(command, "--help").stdout.decode(), re.M))
            offered = self.bash(f"swright {command} --")[0]
            self.assertEqual(offered, options, command)

    @needs("fish")
    def test_fish_offers_what_fits(self):
        def offered(line):
            script = f'"$SWRIGHT" document fish | source; complete -C "{line}"'
            result = subprocess.run(["fish", "--no-config", "-c", script], capture_output=True, timeout=20, cwd=self.folder.name,
                                    env=dict(os.environ, SWRIGHT=SWRIGHT))
            self.assertEqual(result.stderr, b"")
            return {one.split("\t")[0] for one in result.stdout.decode().splitlines()}

        self.assertEqual(offered("swright listen --as "), {"raw", "text", "hex", "lines"})
        self.assertEqual(offered("swright show --as=t"), {"--as=text", "--as=table"})
        self.assertEqual(offered("swright translate tcp://h:1 --as so"), {"socat"})
        self.assertEqual(offered("swright listen --record tr"), {"trace.pcapng", "traces/"})
        self.assertEqual(offered("swright show tr"), {"trace.pcapng", "traces/"})
        self.assertIn("rules=talk.rules", offered("swright listen --behaviour rules=ta"))
        self.assertEqual(offered("swright replay trace.pcapng tl"), {"tls://"})

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

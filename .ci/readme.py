"""Runs the commands that stand after `$ ` in the `console` blocks of the README and compares what they print with the blocks.

Usage: readme.py [FILE]

The commands of one block are one session in one shell, from the top of the repository. A block of a single command without
output is shown and not run. Times, ids, hashes, fingerprints and the seconds of cargo are the only things that may differ.
What a block installs goes into a folder of its own.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

DIFFERENT = [
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"), "<time>"),
    (re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "<id>"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "<hash>"),
    (re.compile(r"(?<!\w)#[0-9a-f]{12}\b"), "<fingerprint>"),
]
# What cargo says of its own work is not the program's.
CARGO = ("   Compiling ", "  Downloaded ", " Downloading ", "    Finished ", "     Running ", "    Blocking ")
END = "=== end of what a command of the README printed ==="


def sessions(text):
    """The commands of each block, each with what it prints."""
    for block in re.findall(r"```console\n(.*?)```", text, re.S):
        parts = re.split(r"^\$ ", block, flags=re.M)[1:]
        session = [part.partition("\n")[::2] for part in parts]
        if len(session) > 1 or session[0][1].strip():
            yield session


def same(text):
    lines = [line.rstrip() for line in text.splitlines() if not line.startswith(CARGO)]
    text = "\n".join(lines).strip("\n")
    for pattern, name in DIFFERENT:
        text = pattern.sub(name, text)
    return text


def play(session, environment):
    """What each command of a session prints."""
    script = "".join(f"{command}\nprintf '%s\\n' '{END}'\n" for command, _ in session)
    run = subprocess.run(["bash", "-c", script], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment)
    return run.stdout.split(END + "\n")


def main():
    readme = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "README.md")
    checked = failed = 0
    with tempfile.TemporaryDirectory() as root:
        environment = {**os.environ, "CARGO_INSTALL_ROOT": root, "PATH": f"{root}/bin:{os.environ['PATH']}"}
        for session in sessions(readme.read_text()):
            *answers, rest = play(session, environment)
            if len(answers) != len(session):
                failed += 1
                print(f"a session of the README ended early, after {len(answers)} of {len(session)} commands:\n{rest}")
            for (command, expected), printed in zip(session, answers, strict=False):
                if not expected.strip():
                    continue
                checked += 1
                if same(printed) != same(expected):
                    failed += 1
                    print(f"README shows for `{command}`:\n{expected}\nbut it printed:\n{printed}")
    print(f"{checked} commands of the README run, {failed} differ")
    return 1 if failed or not checked else 0


if __name__ == "__main__":
    sys.exit(main())

"""Runs each command that stands after `$ ` in a `console` block of the README and compares its output with the block.

Times are the only thing that may differ.
"""

import pathlib
import re
import subprocess
import sys

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


def blocks(text):
    for block in re.findall(r"```console\n(.*?)```", text, re.S):
        command, _, output = block.partition("\n")
        yield command.removeprefix("$ "), output


def same(text):
    return TIME.sub("<time>", text).rstrip()


def main():
    checked = failed = 0
    for command, expected in blocks(pathlib.Path("README.md").read_text()):
        if not expected.strip():
            continue
        run = subprocess.run(command, shell=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        # What cargo says of its own work is not the program's.
        own = ("   Compiling ", "  Downloaded ", " Downloading ", "    Finished ", "     Running ", "    Blocking ")
        lines = [line for line in run.stdout.splitlines() if not line.startswith(own)]
        checked += 1
        if same("\n".join(lines)) != same(expected):
            failed += 1
            print(f"README shows for `{command}`:\n{expected}\nbut it printed:\n" + "\n".join(lines))
    print(f"{checked} commands of the README run, {failed} differ")
    return 1 if failed or not checked else 0


if __name__ == "__main__":
    sys.exit(main())

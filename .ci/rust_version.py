"""Lists the dependencies that claim a newer Rust than the packages of the workspace do.

Usage: cargo metadata --all-features --format-version 1 | rust_version.py
"""

import json
import sys


def number(version):
    return tuple(int(part) for part in version.split(".")) + (0,) * (2 - version.count("."))


def main():
    packages = json.load(sys.stdin)["packages"]
    ours = {package["rust_version"] for package in packages if package["source"] is None} - {None}
    if len(ours) != 1:
        print(f"the packages of the workspace claim {len(ours)} versions of Rust: {', '.join(sorted(ours))}")
        return 1
    (promised,) = ours
    newer = [package for package in packages if package["rust_version"] and number(package["rust_version"]) > number(promised)]
    for package in newer:
        print(f"{package['name']} {package['version']} needs Rust {package['rust_version']}")
    print(f"{len(packages)} packages, {len(newer)} of them need a newer Rust than {promised}")
    return 1 if newer else 0


if __name__ == "__main__":
    sys.exit(main())

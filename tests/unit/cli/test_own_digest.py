"""The digest of the program is the one that anybody can compute."""

import subprocess

from benchmark.cli.own_digest import own_digest
from tests.command import ROOT


def test_it_is_what_find_and_sha256sum_say():
    script = "find . -name '*.py' | LC_ALL=C sort | xargs sha256sum | sha256sum"
    done = subprocess.run(["sh", "-c", script], cwd=ROOT / "benchmark", capture_output=True, check=True)
    assert own_digest() == f"sha256:{done.stdout.split()[0].decode()}"

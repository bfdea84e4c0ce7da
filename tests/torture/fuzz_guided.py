"""Fuzzing that is steered by coverage, where atheris is installed: new inputs that reach new code are kept in the corpus.

python -m tests.torture.fuzz_guided TARGET RUNS SEED GROWN   tries RUNS inputs, starting from tests/torture/corpus/TARGET

Inputs that reach new code are written to the directory GROWN; whoever wants to keep some of them copies them. An input that
fails is kept among the regressions; the process then ends with status 1 and says what to repeat.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import atheris

with atheris.instrument_imports(include=["benchmark"]):
    from tests.torture.fuzz_run import attempt, corpus_of, keep
    from tests.torture.fuzz_targets import TARGETS

_LONGEST: Final = 4096


def main(name: str, runs: str, seed: str, grown: str) -> None:
    """Runs one target; libFuzzer ends the process."""
    target = next(each for each in TARGETS if each.name == name)

    def one(data: bytes) -> None:
        try:
            attempt(target, data, f"steered by coverage, seed {seed}")
        except AssertionError as error:
            error.add_note(f"kept as {keep(target, data)}")
            raise

    words = Path(grown) / "words"
    words.mkdir()
    dictionary = words / "dictionary"
    dictionary.write_text("".join(f'"{_escaped(each)}"\n' for each in target.words if each), encoding="ascii")
    inputs = Path(grown) / "inputs"
    inputs.mkdir()
    for number, data in enumerate(corpus_of(target)):
        (inputs / f"seed{number}").write_bytes(data)
    options = [
        f"-runs={runs}",
        f"-seed={seed}",
        f"-max_len={_LONGEST}",
        f"-dict={dictionary}",
        f"-artifact_prefix={words}/",
    ]
    atheris.Setup([sys.argv[0], *options, "-verbosity=0", str(inputs)], one)
    atheris.Fuzz()


def _escaped(word: bytes) -> str:
    return "".join(f"\\x{each:02x}" for each in word)


if __name__ == "__main__":
    main(*sys.argv[1:])

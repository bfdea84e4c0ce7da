"""Laws of a whole scan: the same host, said in another way or scanned again, is the same host."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from benchmark.evaluate.algebra import ORDER
from benchmark.model.snapshot import Snapshot
from benchmark.model.snapshot_file import encode_snapshot
from benchmark.model.vocabulary import COLLECTIONS
from tests.controls.test_controls import CATALOG
from tests.torture.laws_scans import (
    Staged,
    in_another_order,
    in_another_order_within,
    renamed_and_labelled,
    staged,
    with_container,
    without_digests,
)
from tests.torture.laws_worlds import HARNESS, differences, documents, evaluate, rows, unwrapped, verdicts
from tests.torture.ledger import Tally
from tests.torture.matrix_reads import reads_of
from tests.torture.oracle.host import Host
from tests.torture.oracle_harness import NEEDS_ROOT, hosts
from tests.torture.size import dice, is_big, seed, sized

assert HARNESS.name  # the fixture ``tally`` takes it from here

pytestmark = NEEDS_ROOT
ROOT: Final = Path(__file__).parents[2]
_NUMBER: Final = sized(6, 100)
_FIRST: Final = 1000  # not the hosts of the oracle's own tests


def _hosts() -> list[Host]:
    return list(hosts(_FIRST, _NUMBER))


def _say(host: Host, what: str, found: list[str]) -> None:
    lines = "\n  ".join(each[:600] for each in found[:10])
    assert not found, f"seed {seed()}, host {host.number} of the oracle, {what}:\n  {lines}"


def test_scanning_twice_gives_the_same_bytes(tally: Tally) -> None:
    for host in _hosts():
        with staged(host) as place:
            first, second = place.scan(), place.scan()
        assert encode_snapshot(first) == encode_snapshot(second), f"seed {seed()}, host {host.number}"
        written = documents(evaluate(first))
        _say(host, "scanned twice", differences(written, documents(evaluate(second))))
        tally.count("documents of a second scan", len(written))


def test_the_order_of_replies_changes_nothing(tally: Tally) -> None:
    rolled = dice("laws order")
    for host in _hosts():
        with staged(host) as place:
            plain = place.scan()
            other = place.scan(in_another_order(rolled))
            within = place.scan(in_another_order_within(rolled))
        _say(host, "lists of objects shuffled", differences(_facts(plain), _facts(other)))
        _say(host, "lists of objects shuffled", differences(verdicts(plain), verdicts(other)))
        written = (
            {name: without_digests(text) for name, text in unwrapped(evaluate(each)).items()} for each in (plain, other)
        )
        _say(host, "lists of objects shuffled", differences(*written))
        _say(host, "lists within objects shuffled", differences(_results(plain), _results(within)))
        tally.count("verdicts on replies in another order", 2 * len(CATALOG.controls))


def _facts(snapshot: Snapshot) -> dict[str, Any]:
    """What is known of every subject, without how it was read: the order of a reply is part of its digest."""
    return {f"{each.label} {each.id} {name}": value for each in snapshot.subjects for name, value in each.facts.items()}


def _results(snapshot: Snapshot) -> dict[str, Any]:
    return {
        name: (row.result, sorted((each.subject.label, each.result.value) for each in row.findings))
        for name, row in rows(snapshot).items()
    }


def test_names_labels_and_variables_change_no_verdict(tally: Tally) -> None:
    change = renamed_and_labelled(dice("laws names"))
    for host in _hosts():
        with staged(host) as place:
            plain, other = place.scan(), place.scan(change)
        _say(host, "renamed and labelled", differences(verdicts(plain), verdicts(other)))
        for name, listed in plain.enumerations.items():
            assert len(listed.members) == len(other.enumerations[name].members), f"a label hides one of {name}"
        tally.count("verdicts on renamed and labelled objects", len(CATALOG.controls))


def test_one_container_more_mends_nothing(tally: Tally) -> None:
    """One that is as good as can be, or as bad as another host has it; made from an image that is in use already."""
    seen = [each for each in hosts(_FIRST + _NUMBER, _NUMBER) if each.containers]
    for host, other in zip(_hosts(), seen, strict=False):
        with staged(host) as place, staged(other) as elsewhere:
            if not host.containers:
                continue
            more = _foreign(place, elsewhere)
            before, after = place.scan(), place.scan(with_container(more))
        _check_one_more(host, before, after, more["Id"])
        tally.count("verdicts with a container more", len(CATALOG.controls))


def _foreign(place: Staged, elsewhere: Staged) -> dict[str, Any]:
    """A container of the other host, with an image of this one and without what only makes sense there."""
    mine = _inspections(place)[0]
    other = dict(_inspections(elsewhere)[-1])
    other |= {"Id": "f" * 64, "Name": "/one-more", "Image": mine["Image"], "ExecIDs": None}
    other["Config"] = {**other["Config"], "Labels": {}}
    return other


def _inspections(place: Staged) -> list[dict[str, Any]]:
    return [each for path, each in place.api.items() if path.startswith("/containers/") and path.endswith("/json")]


def _check_one_more(host: Host, before: Snapshot, after: Snapshot, new: str) -> None:
    old, now = rows(before), rows(after)
    for name, control in CATALOG.controls.items():
        about_containers = (COLLECTIONS[control.for_each].base or control.for_each) == "containers"
        counts_them = any(each.name.startswith("operations.") for each in reads_of(name))
        others = [(each.subject.id, each.result) for each in now[name].findings if each.subject.id != new]
        kept = [(each.subject.id, each.result) for each in old[name].findings]
        where = f"seed {seed()}, host {host.number}, one container more, {name}"
        if about_containers:
            assert others == kept, where
        if (about_containers and kept) or counts_them:
            assert ORDER.index(now[name].result) <= ORDER.index(old[name].result), f"{where} was mended"
        elif not about_containers:
            assert now[name].result == old[name].result, where


def test_the_order_of_hashes_changes_no_byte(tally: Tally) -> None:
    """Sets come out in another order in another process: nothing that is written may show it."""
    numbers = [str(_FIRST + at) for at in range(sized(2, 25))]
    seeds = ("0", "1", "2", "424242") if is_big() else ("0", "424242")
    told = [_in_a_process(each, numbers) for each in seeds]
    for number in numbers:
        for other in told[1:]:
            assert told[0][number].keys() == other[number].keys()
            for name, text in told[0][number].items():
                assert text == other[number][name], (
                    f"seed {seed()}, host {number}, {name}: {_first(text, other[number][name])}"
                )
                tally.count("documents under another hash seed")


def _in_a_process(hash_seed: str, numbers: list[str]) -> Any:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "tests.torture.laws_scans", *numbers]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, check=True, timeout=600)
    return json.loads(done.stdout)


def _first(one: str, other: str) -> str:
    for left, right in zip(one.splitlines(), other.splitlines(), strict=False):
        if left != right:
            at = next((at for at, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), 0)
            return f"{left[max(0, at - 80) : at + 80]!r} / {right[max(0, at - 80) : at + 80]!r}"
    return "one is longer"

"""The answers of auditctl, the only program that is run: broken off, garbled, late, too long, or none at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final, cast

import pytest

from benchmark.collect.host import auditctl, host
from benchmark.collect.host.audit_rules import collect_audit_rules
from benchmark.collect.host.root import HostRoot
from benchmark.model.facts import Unavailable
from tests.torture.knockout_host import Key, Rows, Standing
from tests.torture.knockout_matrix import HARNESS, chosen_hosts
from tests.torture.ledger import Tally
from tests.torture.oracle_harness import NEEDS_ROOT
from tests.torture.size import dice, sized

assert HARNESS.name  # the fixture ``tally`` takes it from here

pytestmark = NEEDS_ROOT
_STATUS: Final = "enabled 1\nfailure 1\npid 5\nrate_limit 0\nbacklog_limit 8192\nlost 0\nbacklog 0\n"
_SECONDS: Final = 0.5

# What the program does instead, as a script in which $1 is -l or -s and {honest} prints what it should
_ANSWERS: Final[dict[str, str]] = {
    "fails": "echo 'Error sending list rules request' >&2; exit 255",
    "fails after it said all": "{honest}; exit 1",
    "complains after it said all": "{honest}; echo 'There was an error while processing parameters' >&2",
    "is not allowed to": "echo 'You must be root to run this program.' >&2; exit 4",
    "says nothing": "exit 0",
    "says everything to standard error": "{honest} >&2",
    "says blanks": "echo; echo '  '",
    "hangs": "exec sleep 30",
    "hangs after it said all": "{honest}; exec sleep 30",
    "never ends": "exec yes -- '-w /nowhere -p rwxa'",
    "says all and never ends": "{honest}; exec yes -- '-w /nowhere -p rwxa'",
    "says all and no rules": "{honest}; echo 'No rules'",
    "garbles": "{honest}; printf '\\377\\376 not at all\\n'",
    "says all after garbage": "echo 'LIST_RULES: exit,always watch=/'; {honest}",
    "is killed": "{honest}; kill -9 $$",
    "ends within a line": "printf '%s' \"$({honest})\"",
    "is no program": "",
}
_ON_THE_STATUS: Final = {
    "does not know whether it is on": 'if [ "$1" = -s ]; then echo "failure 1"; else {honest}; fi',
    "knows a third state": 'if [ "$1" = -s ]; then echo "enabled 7"; else {honest}; fi',
    "breaks off its state": 'if [ "$1" = -s ]; then printf "enabled 1"; else {honest}; fi',
    "fails for its state": 'if [ "$1" = -s ]; then exit 1; else {honest}; fi',
}


class _Live:
    """A described host that runs: its kernel can be asked."""

    is_live = True

    def __init__(self, root: HostRoot) -> None:
        self._root = root

    def __getattr__(self, name: str) -> Any:
        return getattr(self._root, name)


class Program:
    """A stand-in for auditctl in a directory of its own, for a host that runs."""

    def __init__(self, place: Path, patch: pytest.MonkeyPatch) -> None:
        self._path = place / "auditctl"
        self._rules = place / "rules"
        self._status = place / "status"
        self._status.write_text(_STATUS)
        patch.setattr(auditctl, "_DIRECTORIES", (str(place), "/usr/bin", "/bin"))
        patch.setattr(auditctl, "run_capped", partial(auditctl.run_capped, seconds=_SECONDS))
        patch.setattr(host, "collect_audit_rules", lambda root: collect_audit_rules(cast("HostRoot", _Live(root))))
        self.answers("{honest}")

    def watches(self, paths: list[str]) -> None:
        self._rules.write_text("".join(f"-w {each} -p rwxa -k docker\n" for each in paths))

    def answers(self, script: str) -> None:
        honest = f'if [ "$1" = -s ]; then cat {self._status}; else cat {self._rules}; fi'
        self._path.unlink(missing_ok=True)
        self._path.write_text(
            "#!/bin/sh\n" + script.replace("{honest}", f"({honest})") + "\n" if script else "\0no program"
        )
        self._path.chmod(0o755)

    @contextmanager
    def gone(self, change: Callable[[Path], object]) -> Iterator[None]:
        change(self._path)
        yield
        self.answers("{honest}")


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    return Program(tmp_path, monkeypatch)


def _link_to_nothing(path: Path) -> None:
    path.unlink()
    path.symlink_to("nowhere-at-all")


_PLACES: Final[dict[str, Callable[[Path], object]]] = {
    "is not there": Path.unlink,
    "may not be run": lambda path: path.chmod(0o600),
    "is a link to nothing": _link_to_nothing,
}


def _audited(rows: Rows) -> dict[Key, str]:
    return {key: row.verdict for key, row in rows.items() if key.control.endswith("_audited") and key.subject}


def test_a_damaged_answer_is_no_pass(program: Program, tally: Tally) -> None:
    for each in chosen_hosts()[: sized(1, 4)]:
        with Standing(each) as standing:
            program.watches([])
            rows = standing.look()
            paths = sorted({row.path for key, row in rows.items() if key.control.endswith("_audited") and row.path})
            assert paths, "nothing to be watched"
            program.watches(paths)
            before = _audited(standing.look())
            passes = {key for key, verdict in before.items() if verdict == "pass"}
            assert passes, "no control on audit rules passes where everything is watched"
            for name, script in {**_ANSWERS, **_ON_THE_STATUS}.items():
                program.answers(script)
                _compare(name, passes, standing.look(), tally)
            for name, change in _PLACES.items():
                program.answers("{honest}")
                with program.gone(change):
                    _compare(name, passes, standing.look(), tally)
            assert _audited(standing.look()) == before


def _compare(name: str, passes: set[Key], rows: Rows, tally: Tally) -> None:
    after = _audited(rows)
    wrong = {key: after.get(key) for key in passes if after.get(key) != "error"}
    assert not wrong, f"auditctl {name}: {wrong}"
    tally.count("passes on audit rules knocked out by an answer of auditctl", len(passes))


def _watched(said: str, monkeypatch: pytest.MonkeyPatch) -> set[str] | None:
    """What is watched where auditctl says that; None where nobody knows."""

    def run(arguments: tuple[str, ...]) -> auditctl.Printed:
        return auditctl.Printed(0, said if arguments[-1] == "-l" else _STATUS, "")

    monkeypatch.setattr(auditctl, "run_capped", run)
    watches = collect_audit_rules(HostRoot()).watches
    return None if isinstance(watches, Unavailable) else {each.path for each in watches}


def test_a_list_that_breaks_off_names_no_other_file(
    program: Program, tally: Tally, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert program
    lines = [f"-w /nowhere/{'a' * length}/b -p rwxa -k docker\n" for length in range(1, 12)]
    lines += ["-a always,exit -S all -F dir=/nowhere/x/y/ -F perm=wa -F auid>=1000 -F key=k\n"]
    text = "".join(lines)
    whole = _watched(text, monkeypatch)
    assert whole is not None
    die = dice("auditctl")
    cuts = sorted(die.sample(range(1, len(text)), sized(120, len(text) - 1)))
    for at in cuts:
        watched = _watched(text[:at], monkeypatch)
        ended = text[:at].endswith("\n")
        assert (watched is not None) is ended, f"auditctl -l cut off after {at} bytes: {watched}"
        assert watched is None or watched <= whole
    tally.count("lists of audit rules cut off", len(cuts))


def _unfinished_lines_count(patch: pytest.MonkeyPatch) -> None:
    ask = auditctl.run_capped

    def ended(*each: object, **more: object) -> object:
        printed = ask(*each, **more)  # type: ignore[arg-type]
        if isinstance(printed, auditctl.Printed) and printed.output:
            return auditctl.Printed(printed.status, printed.output.rstrip("\n") + "\n", printed.errors)
        return printed

    patch.setattr(auditctl, "run_capped", ended)


def _failures_do_not_count(patch: pytest.MonkeyPatch) -> None:
    ask = auditctl.run_capped

    def calm(*each: object, **more: object) -> object:
        printed = ask(*each, **more)  # type: ignore[arg-type]
        return auditctl.Printed(0, printed.output, "") if isinstance(printed, auditctl.Printed) else printed

    patch.setattr(auditctl, "run_capped", calm)


def _unread_lines_are_skipped(patch: pytest.MonkeyPatch) -> None:
    from benchmark.collect.host import audit_rules

    parse = audit_rules.parse_printed

    def lenient(line: str) -> object:
        try:
            return parse(line)
        except audit_rules.RuleDefect:
            return None

    patch.setattr(audit_rules, "parse_printed", lenient)


_BUGS: Final = {
    "half a line of auditctl counts": _unfinished_lines_count,
    "an auditctl that failed has told all": _failures_do_not_count,
    "a line of auditctl that nobody understands is passed over": _unread_lines_are_skipped,
}


@pytest.mark.parametrize("bug", _BUGS)
def test_the_answers_see(bug: str, program: Program, tally: Tally, monkeypatch: pytest.MonkeyPatch) -> None:
    _BUGS[bug](monkeypatch)
    with pytest.raises(AssertionError, match="auditctl "):
        test_a_damaged_answer_is_no_pass(program, tally)
    tally.saw_seeded_bug(bug)

"""Every control of the catalogue has a pass that is knocked out; and bugs put into the product are seen."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Final

import pytest

from benchmark.collect.daemon import config_file as daemon_config
from benchmark.collect.engine import containers, listing, projection
from benchmark.collect.host import container_processes, processes, root
from benchmark.evaluate import verdict
from benchmark.model import conform
from benchmark.model.facts import ABSENT, Reason, Unavailable
from tests.torture import knockout_api as replies
from tests.torture import knockout_files as files
from tests.torture.knockout_host import Key, Row, Standing
from tests.torture.knockout_matrix import (
    HARNESS,
    Seen,
    chosen_hosts,
    damage_files,
    damage_replies,
    file_groups,
    reply_groups,
)
from tests.torture.ledger import Tally
from tests.torture.oracle_harness import NEEDS_ROOT, VERSIONS, catalog
from tests.torture.size import dice
from tests.torture.test_oracle_hosts import _NEVER_PASSES, _NOT_COVERED, _PEOPLE, _SIDES

assert HARNESS.name  # the fixture ``tally`` takes it from here

pytestmark = NEEDS_ROOT
_AT_ONCE: Final = 12
_BLINDING: Final = ("I/O error at look", "I/O error at read", "link loop", "fifo")


def test_a_pass_of_every_control_is_knocked_out(tally: Tally) -> None:
    """By damage to something that the pass itself names. Nothing here is listed: a control written tomorrow is in it."""
    never = {name for name, sides in _SIDES.items() if sides in (_PEOPLE, _NEVER_PASSES)} | _NOT_COVERED.keys()
    waiting = {(version, each) for version in VERSIONS for each in _controls(version)} - {
        (version, each) for version in VERSIONS for each in never
    }
    looks = 0
    for host in chosen_hosts():
        if not waiting:
            break
        with Standing(host) as standing:
            before = standing.look()
            touched = {standing.inside(each.path): each for each in files.touched_by(standing)}
            asked = replies.requests_of(standing)
            for key, row in before.items():
                if (key.version, key.control) not in waiting or key.subject or row.verdict != "pass":
                    continue
                for look in _damages(standing, row, touched, asked):
                    looks += 1
                    after = look()
                    if after[key].verdict in ("error", "unknown"):
                        out = {each for each in waiting if _lost(Key(*each, ""), before, after)}
                        waiting -= out
                        break
    assert not waiting, f"no pass of these could be knocked out by what it names: {sorted(waiting)}"
    tally.count(
        "passes of controls knocked out by what they name",
        sum(len(_controls(each)) for each in VERSIONS) - 2 * len(never),
    )
    tally.count("looks at a damaged host", looks)


def _lost(key: Key, before: Any, after: Any) -> bool:
    return key in before and before[key].verdict == "pass" and after[key].verdict in ("error", "unknown")


def _controls(version: str) -> set[str]:
    return {
        name
        for requirement in catalog().frameworks["cis_docker"].requirements
        if version in requirement.ids
        for name in requirement.controls
    }


def _damages(
    standing: Standing, row: Row, touched: dict[str, files.Touched], asked: dict[str, int]
) -> Iterator[Callable[[], Any]]:
    """A look for everything that the row names, with that damaged."""
    for locator in sorted(row.locators):
        if locator.startswith("GET "):
            for path in asked:
                if path.partition("?")[0] == locator.removeprefix("GET ").partition("?")[0]:
                    yield lambda path=path: replies.look_at(
                        standing, replies.ReplyCase("status_500", path, damage=True, blind=True)
                    )
        place = locator.partition(":")[2]
        for found in (touched[each] for each in touched if each in {place, f"/usr{place}"}):
            for case in files.cases_of(found):
                if case.fault in _BLINDING and case.damage:
                    yield lambda case=case: files.look_at(standing, case)


def _first_denied_counts_as_missing(patch: pytest.MonkeyPatch) -> None:
    enter = root.HostRoot._enter

    def lenient(host: Any, walk: Any, follow: bool) -> Any:
        found = enter(host, walk, follow)
        return ABSENT if isinstance(found, Unavailable) and found.reason is Reason.DENIED else found

    patch.setattr(root.HostRoot, "_enter", lenient)


def _broken_disks_count_as_missing(patch: pytest.MonkeyPatch) -> None:
    enter = root.HostRoot._enter

    def lenient(host: Any, walk: Any, follow: bool) -> Any:
        found = enter(host, walk, follow)
        return ABSENT if isinstance(found, Unavailable) and found.reason is Reason.IO_ERROR else found

    patch.setattr(root.HostRoot, "_enter", lenient)


def _fifos_are_empty_files(patch: pytest.MonkeyPatch) -> None:
    read = root._read_entry

    def lenient(found: Any, cap: int) -> Any:
        content = read(found, cap)
        if isinstance(content, Unavailable) and content.reason is Reason.NOT_REGULAR:
            return root.FileContent(root.file_stat(found), b"", "")
        return content

    patch.setattr(root, "_read_entry", lenient)


def _unlistable_directories_are_empty(patch: pytest.MonkeyPatch) -> None:
    listed = root._list_entry
    patch.setattr(root, "_list_entry", lambda found: () if isinstance(listed(found), Unavailable) else listed(found))


def _broken_configuration_is_empty(patch: pytest.MonkeyPatch) -> None:
    parse = daemon_config._parse

    def lenient(data: bytes, path: str, *, lenient: bool) -> Any:
        read = parse(data, path, lenient=lenient)
        return {} if isinstance(read, Unavailable) else read

    patch.setattr(daemon_config, "_parse", lenient)


def _gaps_are_ignored(patch: pytest.MonkeyPatch) -> None:
    judge = verdict.judge_control

    def lenient(control: Any, requirements: Any, decide: Any, snapshot: Any, around: Any) -> Any:
        lists = {name: replace(each, gap=None) for name, each in snapshot.enumerations.items()}
        return judge(control, requirements, decide, replace(snapshot, enumerations=lists), around)

    patch.setattr("benchmark.evaluate.evaluator.judge_control", lenient)


def _not_found_is_dropped(patch: pytest.MonkeyPatch) -> None:
    settle = listing.settle

    def lenient(kind: str, first: Any, again: Any, gone: Any) -> Any:
        return ((), *settle(kind, first, again, gone)[1:])

    patch.setattr(containers, "settle", lenient)


def _broken_lists_are_empty(patch: pytest.MonkeyPatch) -> None:
    read = listing.read_listing

    def lenient(*arguments: Any, **more: Any) -> Any:
        found = read(*arguments, **more)
        return replace(found, gap=None)

    for module in ("containers", "images", "networks", "swarm"):
        patch.setattr(f"benchmark.collect.engine.{module}.read_listing", lenient)
    patch.setattr(listing, "read_listing", lenient)


def _wrong_types_are_empty(patch: pytest.MonkeyPatch) -> None:
    real = conform.conform

    def lenient(fact: Any, name: str, value: Any) -> Any:
        checked = real(fact, name, value)
        wrong = isinstance(checked, Unavailable) and checked.reason is Reason.WRONG_TYPE
        return {"bool": False, "string": "", "int": 0}.get(fact.type, checked) if wrong else checked

    patch.setattr(projection, "conform", lenient)


def _last_key_wins(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("benchmark.model.strict_json._unique", dict)


def _kernel_is_not_missed(patch: pytest.MonkeyPatch) -> None:
    from benchmark.collect.engine import confinement

    asked = confinement._kernels_word
    patch.setattr(
        confinement, "_kernels_word", lambda *each: None if isinstance(asked(*each), Unavailable) else asked(*each)
    )


def _other_host_at_a_loss(patch: pytest.MonkeyPatch) -> None:
    from benchmark.collect import standpoint

    real = standpoint.same_host
    patch.setattr(standpoint, "same_host", lambda *each: real(*each) is True)


def _unread_processes_are_none(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        container_processes, "_ENDED", frozenset((errno.EIO, errno.EACCES, errno.ELOOP, *container_processes._ENDED))
    )


def _unread_processes_hide_all(patch: pytest.MonkeyPatch) -> None:
    table = container_processes.ProcessTable
    patch.setattr(table, "seen_in", lambda each, name: next(iter(each.gaps.values()), None) or each.names.get(name, ()))


def _cut_arguments_are_whole(patch: pytest.MonkeyPatch) -> None:
    read = processes._read

    def ended(*each: Any) -> Any:
        data = read(*each)
        return data + b"\0" if isinstance(data, bytes) and each[-1] == "cmdline" and data[-1:] != b"\0" else data

    patch.setattr(processes, "_read", ended)


_FILES: Final = "files"
_REPLIES: Final = "replies"
_BUGS: Final[dict[str, tuple[Callable[[pytest.MonkeyPatch], None], str, str, tuple[str, ...]]]] = {
    "a name in a directory that cannot be searched counts as missing": (
        _first_denied_counts_as_missing, _FILES, "/etc/docker/", ("denied parent",)
    ),
    "a name that a broken disk does not show counts as missing": (
        _broken_disks_count_as_missing, _FILES, "/etc/", ("I/O error at look",)
    ),
    "a FIFO is read as an empty file": (
        _fifos_are_empty_files, _FILES, "daemon.json", ("fifo",)
    ),
    "a directory that cannot be listed is empty": (
        _unlistable_directories_are_empty, _FILES, "certs.d", ("I/O error at list",)
    ),
    "a daemon.json that is no JSON says nothing": (
        _broken_configuration_is_empty, _FILES, "daemon.json", ("truncated", "syntax error")
    ),
    "a process that cannot be looked at has ended": (
        _unread_processes_are_none, _FILES, "/proc/", ("I/O error at bytes",)
    ),
    "a process that cannot be looked at hides those that were": (
        _unread_processes_hide_all, _FILES, "/cgroup", ("I/O error at bytes", "missing")
    ),
    "a command line that was cut off is whole": (
        _cut_arguments_are_whole, _FILES, "/cmdline", ("truncated",)
    ),
    "a host that cannot be told from another is another": (
        _other_host_at_a_loss, _FILES, "/proc/meminfo", ("I/O error at bytes",)
    ),
    "the daemon's setting vouches for a process that was not seen": (
        _kernel_is_not_missed, _FILES, "/status", ("I/O error at bytes",)
    ),
    "the gap of a list is ignored": (
        _gaps_are_ignored, _REPLIES, "/json", ("status_403", "close")
    ),
    "a container that is listed and answers 404 is left out": (
        _not_found_is_dropped, _REPLIES, "/containers/", ("status_404",)
    ),
    "a list that is null or refused is empty": (
        _broken_lists_are_empty, _REPLIES, "/json", ("null", "status_500")
    ),
    "a number, word or switch of the wrong type is the empty one": (
        _wrong_types_are_empty, _REPLIES, "/containers/", ("wrong type",)
    ),
    "of a key that stands twice the last wins": (
        _last_key_wins, _REPLIES, "/containers/", ("duplicate",)
    ),
}  # fmt: skip


def _place(case: files.FileCase | replies.ReplyCase) -> str:
    return case.touched.path if isinstance(case, files.FileCase) else case.path


@pytest.mark.parametrize("bug", _BUGS)
def test_the_matrix_sees(bug: str, tally: Tally, monkeypatch: pytest.MonkeyPatch) -> None:
    put, where, aim, faults = _BUGS[bug]
    for host in chosen_hosts():
        seen = Seen()
        with Standing(host) as standing, monkeypatch.context() as patch:
            groups: Any = file_groups(standing) if where is _FILES else reply_groups(standing)
            put(patch)
            kept = [
                some
                for group in groups
                if (some := [each for each in group if each.fault in faults and aim in _place(each)])
            ]
            dice(f"bug {bug}").shuffle(kept)
            for at in range(0, len(kept), _AT_ONCE):
                if not seen.wrong:
                    (damage_files if where is _FILES else damage_replies)(standing, kept[at : at + _AT_ONCE], seen)
        if seen.wrong:
            tally.saw_seeded_bug(bug)
            return
    pytest.fail(f"nothing noticed that {bug}")

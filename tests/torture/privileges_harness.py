"""The privilege matrix: a host as root sees it, and everybody who is compared with that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tests.engine import Engine
from tests.torture.ledger import Harness, Tally
from tests.torture.privileges_matrix import Row, ask, ask_target, audit, check_doctor, compare, read_rows
from tests.torture.privileges_standpoints import Launcher, Standpoint, is_core, make_containers, outside, root_of
from tests.torture.size import is_big, sized

HARNESS: Final = Harness(
    "privilege matrix",
    "Whoever sees less than root says less: on real engines each verdict of each standpoint is root's, or error, or unknown.",
    (
        "Kernels with AppArmor or SELinux, which the development machine has not.",
        "Containers that hold every capability: they cannot be started on the development machine.",
        "Other container runtimes than runc, and orchestrators: a pod is a container without marks here.",
        "Access over ssh: the command at the other end is docker's own.",
    ),
)
_VERSIONS: Final = ("1.6.0", "1.7.0", "1.8.0")


@dataclass(frozen=True, slots=True)
class Matrix:
    """A host that stays as it is: ``rows`` is what root sees there, ``others`` are those who are compared with root."""

    root: Standpoint
    rows: Mapping[str, Row]
    others: tuple[Standpoint, ...]


def matrix_of(engine: Engine, launcher: Launcher, *, core: bool) -> Matrix:
    """Everybody on the host and in containers of ``engine``; with ``core`` only those that differ most."""
    inside = make_containers(engine, launcher, core=core) if can_start_containers(engine) else ()
    root = root_of(engine, launcher)
    everybody = (*outside(engine, launcher), *inside)
    return Matrix(root, audit(root), tuple(each for each in everybody if is_core(each) or not core))


def can_start_containers(engine: Engine) -> bool:
    """A daemon without root has no right to on the development machine."""
    return "--rootless" not in engine.command


def check_everybody(matrix: Matrix, tally: Tally) -> None:
    """Compares every standpoint with root. Raises AssertionError with all that is wrong, by standpoint."""
    wrong = [f"{each.name}: {what}" for each in matrix.others for what in _check(matrix, each, tally)]
    assert not wrong, "\n".join(wrong)
    assert not (moved := _moved(matrix)), f"the host was not quiet, so nothing was proven: {moved}"
    tally.count("standpoints", len(matrix.others))


def check_relay(matrix: Matrix, tally: Tally, *, everybody: bool) -> None:
    """What somebody collects and root judges is what that somebody's audit says."""
    wrong = []
    for each in matrix.others if everybody else matrix.others[:: sized(4, 1)]:
        snapshot = ask_target(each, "collect", "-o", "-").out
        judged = read_rows(ask(matrix.root, "evaluate", "-", "-o", "json", "--beyond", stdin=snapshot).document)
        if judged != (there := audit(each)):
            differing = sorted(name for name in judged.keys() | there.keys() if judged.get(name) != there.get(name))
            wrong.append(f"{each.name}: evaluate and audit differ about {differing}")
        tally.count("snapshots judged elsewhere")
    assert not wrong, "\n".join(wrong)


def who_is_wrong(matrix: Matrix, standpoint: Standpoint) -> list[str]:
    """What an audit and doctor say there that they must not."""
    rows = audit(standpoint)
    return _wrong_about(matrix, standpoint, rows)


def _check(matrix: Matrix, standpoint: Standpoint, tally: Tally) -> list[str]:
    rows = audit(standpoint)
    wrong = _wrong_about(matrix, standpoint, rows)
    ask_target(standpoint, "access", "-o", "json")
    tally.count("verdicts compared", len(rows))
    tally.count("findings compared", sum(len(each.findings) for each in rows.values()))
    tally.count("verdicts that were root's own", sum(not each.is_blind for each in rows.values()))
    if is_big():
        for version in _VERSIONS:
            selected = ("--benchmark", version)
            lesser = audit(standpoint, *selected)
            wrong += [f"{version}: {each}" for each in compare(audit(matrix.root, *selected), lesser)]
            tally.count("verdicts compared", len(lesser))
    return wrong


def _wrong_about(matrix: Matrix, standpoint: Standpoint, rows: Mapping[str, Row]) -> list[str]:
    doctor = ask_target(standpoint, "doctor", "-o", "json", "--beyond").document
    return compare(matrix.rows, rows) + check_doctor(rows, doctor)


def _moved(matrix: Matrix) -> list[str]:
    again = audit(matrix.root)
    return compare(matrix.rows, again) + compare(again, matrix.rows)

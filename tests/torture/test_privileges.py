"""Who sees less says less: every standpoint beside root, on a host where much fails and on one where much passes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.copied import NobodyMayRunIt, copied_dockmark
from tests.torture.ledger import Tally
from tests.torture.privileges_harness import HARNESS, Matrix, check_everybody, check_relay, matrix_of
from tests.torture.privileges_hosts import HOSTS
from tests.torture.privileges_standpoints import Launcher
from tests.torture.size import is_big

assert HARNESS.name  # the fixture ``tally`` takes it from here

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def launcher() -> Iterator[Launcher]:
    try:
        with copied_dockmark() as copy:
            yield Launcher(str(copy.place), copy.words)
    except NobodyMayRunIt as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="module", params=HOSTS)
def matrix(request: pytest.FixtureRequest, launcher: Launcher) -> Iterator[Matrix]:
    with HOSTS[request.param]() as engine:
        yield matrix_of(engine, launcher, core=not is_big())


def test_nobody_says_more_than_root(matrix: Matrix, tally: Tally) -> None:
    check_everybody(matrix, tally)


def test_what_was_collected_there_is_judged_anywhere_as_it_is_there(matrix: Matrix, tally: Tally) -> None:
    check_relay(matrix, tally, everybody=is_big())

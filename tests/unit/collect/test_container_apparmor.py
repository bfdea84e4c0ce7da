"""Whose word for a container's AppArmor profile counts: the kernel's, or the engine's where its kernel is elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmark.collect.container_context import _apparmor
from benchmark.collect.host.root import HostRoot
from benchmark.model.facts import Reason, Unavailable


@pytest.mark.parametrize("pid", [7, None])
def test_the_engines_word_has_to_do_only_where_its_kernel_is_elsewhere(pid: int | None) -> None:
    assert _apparmor(Unavailable(Reason.REMOTE, "elsewhere"))(pid, "mine") == "not visible"
    denied = Unavailable(Reason.DENIED, "/proc")
    assert _apparmor(denied)(pid, "mine") == denied


@pytest.mark.parametrize(
    ("pid", "path"), [(7, "/proc/7/attr/current"), (None, "/sys/kernel/security/apparmor/profiles")]
)
def test_on_its_host_a_file_that_is_not_there_was_not_looked_at(tmp_path: Path, pid: int | None, path: str) -> None:
    (tmp_path / "proc/7/attr").mkdir(parents=True)
    mode_of = _apparmor(HostRoot(str(tmp_path)))
    found = mode_of(pid, "docker-default")
    assert isinstance(found, Unavailable)
    assert (found.reason, path in found.detail) == (Reason.INCOMPLETE, True)
    place = tmp_path / path.lstrip("/")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("docker-default (complain)\n")
    assert _apparmor(HostRoot(str(tmp_path)))(pid, "docker-default") == "complain"

"""Whose numbers these are: outside of user namespaces, inside one that knows the host's root, and inside one that does not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from benchmark.collect.host import numbers
from benchmark.collect.host.numbers import Numbers, read_numbers
from benchmark.model.facts import Reason, Unavailable


def reason(found: Unavailable | None) -> Reason | None:
    return None if found is None else found.reason


@pytest.fixture
def in_a_namespace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numbers, "_is_whole", lambda path: path.endswith("gid_map"))


def test_outside_of_user_namespaces_every_number_is_believed() -> None:
    assert Numbers().hidden_user(65534) is None
    assert Numbers().hidden_group(65534) is None
    assert Numbers().hidden_entries is None


@pytest.mark.usefixtures("in_a_namespace")
@pytest.mark.skipif(os.geteuid() != 0, reason="the top directory has to be root's")
def test_where_root_is_root_only_the_number_for_all_others_hides() -> None:
    found = read_numbers("/")
    assert found.foreign is None
    assert found.hidden_user(0) is None
    assert found.hidden_user(1000) is None
    assert reason(found.hidden_user(65534)) is Reason.INCOMPLETE
    assert reason(found.hidden_group(65534)) is Reason.INCOMPLETE
    assert reason(found.hidden_entries) is Reason.INCOMPLETE


@pytest.mark.usefixtures("in_a_namespace")
@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_where_the_top_directory_is_not_roots_no_number_is_believed(tmp_path: Path) -> None:
    os.chown(tmp_path, 65534, 65534)
    for found in (read_numbers(str(tmp_path)), read_numbers(str(tmp_path / "gone"))):
        assert reason(found.hidden_user(0)) is Reason.INCOMPLETE
        assert reason(found.hidden_group(0)) is Reason.INCOMPLETE


def test_only_the_whole_map_is_that_of_the_first_namespace(tmp_path: Path) -> None:
    for text, whole in (
        ("         0          0 4294967295\n", True),
        ("0 0 1\n", False),
        ("0 100000 65536\n", False),
        ("", False),
    ):
        (tmp_path / "map").write_text(text)
        assert numbers._is_whole(str(tmp_path / "map")) is whole
    assert numbers._is_whole(str(tmp_path / "no such kernel"))
    assert not numbers._is_whole(str(tmp_path))

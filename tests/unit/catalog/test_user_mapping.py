"""A framework of the user's own beside the shipped ones."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from benchmark.catalog.content_error import ContentErrors
from benchmark.catalog.load import load_catalog
from benchmark.catalog.user_mapping import load_mapping, with_mappings
from benchmark.model.content import Catalog
from tests.unit.catalog.synthetic import write_tree
from tests.unit.catalog.test_framework_content import MAPPING, OTHER, OTHER_CONTROLS


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return load_catalog(write_tree(tmp_path / "content", OTHER_CONTROLS, MAPPING.replace("[two]", "[two, three]")))


def written(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def refused(catalog: Catalog, *paths: Path) -> list[str]:
    with pytest.raises(ContentErrors) as raised:
        with_mappings(catalog, paths)
    return [str(each) for each in raised.value.errors]


def unread(catalog: Catalog, *paths: Path) -> str:
    with pytest.raises(OSError, match=": ") as raised:
        with_mappings(catalog, paths)
    return str(raised.value)


def test_it_stands_beside_those_of_the_content(tmp_path: Path, catalog: Catalog) -> None:
    file = written(tmp_path / "of any name.yml", OTHER)
    both = with_mappings(catalog, [file])
    assert list(both.frameworks) == ["cis_docker", "other"]
    assert both.frameworks["other"] == load_mapping(file, catalog)
    assert both.frameworks["other"].requirements[0].controls == ("one", "two", "three")
    assert both.controls == catalog.controls
    assert both.frameworks["cis_docker"] == catalog.frameworks["cis_docker"]


def test_the_digest_is_of_both_together(tmp_path: Path, catalog: Catalog) -> None:
    file = written(tmp_path / "other.yaml", OTHER)
    both = with_mappings(catalog, [file])
    assert both.digest == with_mappings(catalog, [file]).digest != catalog.digest
    assert with_mappings(catalog, []).digest == catalog.digest
    changed = written(tmp_path / "other.yaml", OTHER.replace("It helps.", "It helps a little."))
    assert with_mappings(catalog, [changed]).digest != both.digest


def test_the_content_with_the_same_file_has_the_same_digest(tmp_path: Path, catalog: Catalog) -> None:
    file = written(tmp_path / "content/mappings/other.yaml", OTHER)
    assert load_catalog(tmp_path / "content").digest == with_mappings(catalog, [file]).digest


def test_a_framework_that_is_there_already_is_refused(tmp_path: Path, catalog: Catalog) -> None:
    one, two = written(tmp_path / "1.yaml", OTHER), written(tmp_path / "2.yaml", OTHER)
    assert refused(catalog, one, two) == [f"{two}:1:12: there is a framework other already, in {one}"]
    shipped = written(tmp_path / "3.yaml", OTHER.replace("framework: other", "framework: cis_docker"))
    assert refused(catalog, shipped) == [f"{shipped}:1:12: there is a framework cis_docker already, in the content"]


def test_the_errors_of_all_files_are_told_at_once(tmp_path: Path, catalog: Catalog) -> None:
    one = written(tmp_path / "1.yaml", OTHER.replace("[one, two]", "[one, six]"))
    two = written(tmp_path / "2.yaml", "framework: [")
    found = refused(catalog, one, two)
    assert found[0] == f"{one}:16:25: no control 'six'; there are one, three, two"
    assert found[1].startswith(f"{two}:2:1: not YAML")


def test_a_file_that_cannot_be_read_is_told_before_any_is_judged(tmp_path: Path, catalog: Catalog) -> None:
    broken, missing = written(tmp_path / "1.yaml", "framework: ["), tmp_path / "missing.yaml"
    for paths in ([broken, missing], [missing, broken]):
        assert unread(catalog, *paths) == f"{missing}: cannot be read: No such file or directory"


def test_nothing_but_a_regular_file_is_read(tmp_path: Path, catalog: Catalog) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert unread(catalog, tmp_path / "pipe") == f"{tmp_path}/pipe: not a regular file"
    assert unread(catalog, tmp_path) == f"{tmp_path}: not a regular file"


def test_presets_are_checked_like_those_of_the_content(tmp_path: Path, catalog: Catalog) -> None:
    preset = '    presets: {"2022": {one.limit: 1}}\n    reach: partly\n'
    file = written(tmp_path / "x.yaml", OTHER.replace("    reach: partly\n", preset))
    assert refused(catalog, file) == [f"{file}:12:24: no parameter of one 'limit'; there are "]

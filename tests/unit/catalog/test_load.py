from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from benchmark.catalog import cache, resource
from benchmark.catalog.compile import compile_tree
from benchmark.catalog.compiled import decode_catalog
from benchmark.catalog.content_error import ContentErrors
from benchmark.catalog.load import load_catalog
from benchmark.catalog.resource import find_content, read_resource
from tests.unit.catalog.synthetic import CONTROL, errors_of, many_controls, write_tree

CHECKOUT = Path(__file__).parents[3]


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small content tree that stands for the checkout, and a cache directory of its own."""
    root = write_tree(tmp_path / "checkout", many_controls(6))
    (root / "reports").mkdir()
    (root / "reports" / "page.html").write_bytes(b"<p>\n")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("benchmark.catalog.load.find_content", lambda: root)
    monkeypatch.setattr("benchmark.catalog.resource.find_content", lambda: root)
    return root


def stored(checkout: Path) -> list[Path]:
    return sorted((checkout.parent / "cache" / "dockmark").glob("*.json"))


def test_yaml_and_compiled_load_the_same_catalogue(tmp_path: Path) -> None:
    root = write_tree(tmp_path, many_controls(120))
    from_yaml = load_catalog(root)
    from_compiled = decode_catalog(compile_tree(root))
    assert len(from_yaml.controls) == 120
    assert from_compiled == from_yaml
    assert list(from_compiled.controls) == sorted(from_yaml.controls)
    assert from_yaml.digest.startswith("sha256:")


def test_the_digest_follows_the_content_and_nothing_else(tmp_path: Path) -> None:
    first = write_tree(tmp_path / "a", {"containers/one": CONTROL})
    same = write_tree(
        tmp_path / "b", {"containers/one": "# a comment\n" + CONTROL.replace("severity: high", "severity:   'high'")}
    )
    other = write_tree(tmp_path / "c", {"containers/one": CONTROL.replace("severity: high", "severity: low")})
    assert load_catalog(first).digest == load_catalog(same).digest
    assert load_catalog(first).digest != load_catalog(other).digest


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[]", b"null", b'{"schema": "x"}', b'{"schema": "dockmark/catalogue/2"}']
)
def test_other_documents_are_no_compiled_catalogue(data: bytes) -> None:
    with pytest.raises(ValueError):
        decode_catalog(data)


def test_a_damaged_compiled_catalogue_is_a_value_error_whatever_is_wrong(tmp_path: Path) -> None:
    document = json.loads(compile_tree(write_tree(tmp_path, many_controls(3))))
    for name in ("check", "remediation", "severity"):
        for wrong in ([], ["test"], ["nowhere", 1], 5, {}):
            broken = json.loads(json.dumps(document))
            broken["controls"][0][name] = wrong
            with pytest.raises(ValueError):
                decode_catalog(json.dumps(broken).encode())


def test_the_cache_is_private_and_used(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = load_catalog()
    [entry] = stored(checkout)
    assert entry.parent.stat().st_mode & 0o7777 == 0o700
    assert entry.stat().st_mode & 0o7777 == 0o600
    monkeypatch.setattr("benchmark.catalog.load._compile", lambda *_: pytest.fail("the cache was not used"))
    assert load_catalog() == first == load_catalog()


def test_changed_content_is_compiled_again(checkout: Path) -> None:
    before = load_catalog()
    file = checkout / "controls" / "daemon" / "control_number_1.yaml"
    file.write_text(file.read_text().replace("severity: high", "severity: low"))
    after = load_catalog()
    assert after.controls["control_number_1"].severity == "low"
    assert after.digest != before.digest
    assert len(stored(checkout)) == 2


def test_bad_content_is_reported_every_time_and_never_cached(checkout: Path) -> None:
    (checkout / "controls" / "daemon" / "control_number_1.yaml").write_text("a: [")
    for _ in range(2):
        with pytest.raises(ContentErrors):
            load_catalog()
    assert stored(checkout) == []


@pytest.mark.parametrize("damage", [b"", b"{", b'{"schema": "dockmark/catalogue/2", "controls": [1]}'])
def test_a_damaged_cache_is_ignored_and_mended(checkout: Path, damage: bytes) -> None:
    good = load_catalog()
    [entry] = stored(checkout)
    entry.write_bytes(damage)
    assert load_catalog() == good
    assert decode_catalog(entry.read_bytes()) == good


def test_a_cache_that_others_may_write_is_ignored(checkout: Path) -> None:
    good = load_catalog()
    [entry] = stored(checkout)
    forged = entry.read_bytes().replace(b'"high"', b'"info"')
    entry.write_bytes(forged)
    assert load_catalog() != good  # this user's own file is trusted
    for path, mode in ((entry, 0o666), (entry.parent, 0o777)):
        path.chmod(mode)
        assert load_catalog() == good
        path.chmod(0o700)
        entry.write_bytes(forged)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_cache_of_somebody_else_is_ignored(checkout: Path) -> None:
    good = load_catalog()
    [entry] = stored(checkout)
    forged = entry.read_bytes().replace(b'"high"', b'"info"')
    for path in (entry, entry.parent):
        entry.write_bytes(forged)
        os.chown(path, 65534, 65534)
        assert load_catalog() == good
        os.chown(path, 0, 0)


def test_a_link_in_place_of_the_cache_is_not_followed(checkout: Path) -> None:
    good = load_catalog()
    [entry] = stored(checkout)
    forged = checkout.parent / "forged.json"
    forged.write_bytes(entry.read_bytes().replace(b'"high"', b'"info"'))
    entry.unlink()
    entry.symlink_to(forged)
    assert load_catalog() == good


@pytest.mark.parametrize("home", ["/proc/nowhere", "/dev/null", "relative"])
def test_a_cache_that_cannot_be_written_fails_nothing(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, home: str
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", home)
    monkeypatch.setenv("HOME", "/dev/null")
    assert len(load_catalog().controls) == 6
    assert not (checkout / "relative").exists()
    assert not Path("relative").exists()


def test_the_cache_keeps_a_few(checkout: Path) -> None:
    for number in range(12):
        cache.write_cached(f"{number:064x}", b"x")
    assert len(stored(checkout)) == 8
    assert cache.read_cached(f"{11:064x}") == b"x"
    assert [each.name for each in (checkout.parent / "cache" / "dockmark").iterdir() if each.name.startswith(".")] == []


def test_a_root_that_is_named_never_touches_the_cache(checkout: Path) -> None:
    load_catalog(checkout)
    assert stored(checkout) == []


def test_what_lies_in_the_wrong_place_is_an_error(tmp_path: Path) -> None:
    root = write_tree(tmp_path, {"containers/one": CONTROL})
    (root / "controls" / "README.md").write_text("for people")
    (root / "controls" / "containers" / ".one.yaml.swp").write_text("an editor's")
    assert errors_of(root) == []
    (root / "controls" / "stray.yaml").write_text(CONTROL)
    (root / "controls" / "containers" / "two.yml").write_text(CONTROL)
    (root / "controls" / "containers" / "deep").mkdir()
    (root / "mappings" / "notes.txt").write_text("x")
    os.mkfifo(root / "controls" / "containers" / "pipe.yaml")
    (root / "controls" / "containers" / "dangling.yaml").symlink_to("nowhere")
    assert errors_of(root) == [
        "controls/containers/dangling.yaml:1:1: cannot be read: No such file or directory",
        "controls/containers/deep:1:1: a folder where only .yaml files belong",
        "controls/containers/pipe.yaml:1:1: not a regular file",
        "controls/containers/two.yml:1:1: not content: the name must end in .yaml",
        "controls/stray.yaml:1:1: a control lies in the folder of its room: controls/ROOM/ID.yaml",
        "mappings/notes.txt:1:1: not content: the name must end in .yaml",
    ]


def test_a_tree_without_content_is_an_error(tmp_path: Path) -> None:
    assert errors_of(tmp_path) == ["controls:1:1: cannot be listed: No such file or directory"]
    (tmp_path / "controls").mkdir()
    assert errors_of(tmp_path) == ["mappings:1:1: cannot be listed: No such file or directory"]
    (tmp_path / "mappings").mkdir()
    assert errors_of(tmp_path) == ["controls:1:1: there is no control", "mappings:1:1: there is no cis_docker.yaml"]


@pytest.mark.usefixtures("checkout")
def test_resources_are_read_below_the_content_and_nowhere_else() -> None:
    assert read_resource("reports/page.html") == b"<p>\n"
    assert read_resource("mappings/cis_docker.yaml").startswith(b"framework: cis_docker")
    for wrong in ("reports/none.html", "reports", "/etc/passwd", "reports/../../x", "", "reports//page.html", "."):
        with pytest.raises(FileNotFoundError):
            read_resource(wrong)


def test_the_checkout_is_found() -> None:
    if (Path(resource.__file__).parents[1] / "_data").exists():
        pytest.skip("the tests run against an installed package")
    assert find_content() == CHECKOUT


def test_compiled_content_needs_no_yaml(tmp_path: Path) -> None:
    """A packaged catalogue loads without yaml, importlib.resources, difflib or re2."""
    package = tmp_path / "benchmark"
    shutil.copytree(CHECKOUT / "benchmark", package, ignore=shutil.ignore_patterns("__pycache__", "_data"))
    tree = write_tree(package / "_data", many_controls(3))
    (tree / "catalogue.json").write_bytes(compile_tree(tree))
    program = (
        "import sys; from benchmark.catalog.load import load_catalog; print(len(load_catalog().controls));"
        "print([each for each in ('yaml', 'importlib.resources', 'difflib', 're2', 'docker') if each in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd="/",
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == ["3", "[]"]

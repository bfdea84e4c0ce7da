"""The package as a stranger gets it: built through the sdist, installed into a fresh environment, run from ``/``."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
BUILD = (sys.executable, "-m", "build", "--no-isolation")
COUNT = "from benchmark.catalog.load import load_catalog as load; print(len(load().controls), load().digest)"
RESOURCE = "from benchmark.catalog.resource import read_resource as read; print(len(read('mappings/cis_docker.yaml')))"


def run(
    *command: str | Path, cwd: Path | str = "/", env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    clean = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": "/nonexistent"}
    return subprocess.run(command, cwd=cwd, env={**clean, **(env or {})}, capture_output=True, text=True, check=False)


def copy_checkout(target: Path) -> Path:
    """What git would hand out: the working tree without what is ignored."""
    ignored = shutil.ignore_patterns(".*", "__pycache__", "dist", "build", "*.egg-info")
    shutil.copytree(CHECKOUT, target, ignore=ignored)
    shutil.copy(CHECKOUT / ".gitignore", target)
    return target


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the sdist, and the wheel that was built from the sdist alone."""
    folder = tmp_path_factory.mktemp("built")
    source = copy_checkout(folder / "source")
    done = run(*BUILD, "--outdir", folder / "dist", source)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "dist"


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    [found] = built.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment that holds dockmark alone; its dependencies are lent from this one by a .pth file."""
    home = tmp_path_factory.mktemp("fresh")
    venv.create(home, with_pip=False, symlinks=True)
    run_pip = (
        sys.executable,
        "-m",
        "pip",
        "--python",
        home / "bin" / "python",
        "install",
        "--no-deps",
        "--no-index",
        wheel,
    )
    done = run(*run_pip)
    assert done.returncode == 0, done.stdout + done.stderr
    return home


def site_packages(home: Path) -> Path:
    [found] = home.glob("lib/python*/site-packages")
    return found


def expected() -> str:
    done = run(sys.executable, "-c", COUNT, cwd=CHECKOUT)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_holds_the_package_and_its_content(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {each.split("/")[0].split("-")[0] for each in names} == {"benchmark", "dockmark"}
    controls = [each for each in names if each.startswith("benchmark/_data/controls/") and each.endswith(".yaml")]
    assert len(controls) == len(list(CHECKOUT.glob("controls/*/*.yaml"))) == int(expected().split()[0])
    assert {"benchmark/_data/catalogue.json", "benchmark/_data/mappings/cis_docker.yaml"} <= set(names)
    assert not [each for each in names if "__pycache__" in each or each.endswith(".pyc")]


def test_the_sdist_holds_all_that_is_needed(built: Path) -> None:
    [sdist] = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {each.partition("/")[2] for each in archive.getnames()}
    assert {"pyproject.toml", "hatch_build.py", "README.md", "LICENSE", "mappings/cis_docker.yaml", "Makefile"} <= names
    assert {each.split("/")[0] for each in names} >= {"benchmark", "controls", "mappings", "reports", "tests", "docs"}
    assert not [each for each in names if each.startswith((".venv", ".git/")) or "__pycache__" in each]


def test_only_our_one_name_lands_in_site_packages(installed: Path) -> None:
    names = {each.name for each in site_packages(installed).iterdir()}
    assert {each for each in names if not each.endswith(".dist-info")} == {"benchmark"}
    assert len(names) == 2


def test_the_installed_package_loads_its_own_catalogue_from_anywhere(installed: Path) -> None:
    """The same catalogue as the checkout's, without a single dependency: compiled content needs none."""
    done = run(installed / "bin" / "python", "-c", COUNT)
    assert (done.stdout, done.stderr) == (expected(), "")


def test_resources_are_found_when_installed(installed: Path) -> None:
    done = run(installed / "bin" / "python", "-c", RESOURCE)
    assert (done.stdout, done.stderr) == (f"{(CHECKOUT / 'mappings' / 'cis_docker.yaml').stat().st_size}\n", "")


def test_the_command_lists_every_control(installed: Path) -> None:
    lent = {"PYTHONPATH": sysconfig.get_path("purelib")}
    done = run(installed / "bin" / "dockmark", "controls", "list", env=lent)
    assert done.returncode == 0, done.stderr
    for control in CHECKOUT.glob("controls/*/*.yaml"):
        assert control.stem in done.stdout
    assert run(installed / "bin" / "python", "-m", "benchmark", "--version", env=lent).returncode == 0


@pytest.mark.parametrize("program", [COUNT, RESOURCE])
def test_the_package_works_from_a_zip(wheel: Path, installed: Path, program: str) -> None:
    zipped = run(sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(wheel)!r}); {program}")
    assert (zipped.stdout, zipped.stderr) == (run(installed / "bin" / "python", "-c", program).stdout, "")


def test_an_editable_install_reads_the_checkout(tmp_path: Path) -> None:
    source = copy_checkout(tmp_path / "source")
    program = "import sys, hatchling.build; print(hatchling.build.build_editable(sys.argv[1]))"
    done = run(sys.executable, "-c", program, tmp_path, cwd=source)
    assert done.returncode == 0, done.stderr
    [editable] = tmp_path.glob("*.whl")
    names = [each for each in zipfile.ZipFile(editable).namelist() if ".dist-info/" not in each]
    assert [Path(each).suffix for each in names] == [".pth"]


def test_bad_content_fails_the_build_and_says_where(tmp_path: Path) -> None:
    source = copy_checkout(tmp_path / "source")
    control = next(source.glob("controls/*/*.yaml"))
    control.write_text(control.read_text().replace("severity:", "severty:"))
    (source / "controls" / "daemon" / "extra.yaml").write_text("a: [")
    done = run(*BUILD, "--wheel", "--outdir", tmp_path / "dist", source)
    assert done.returncode != 0
    said = done.stdout + done.stderr
    assert f"{control.relative_to(source)}:" in said
    assert "no key 'severty'" in said
    assert "controls/daemon/extra.yaml:2:1: not YAML" in said
    assert not list((tmp_path / "dist").glob("*.whl"))

"""Who is root, and which registry a name means."""

from __future__ import annotations

import pytest

from benchmark.collect.images.references import lies_in, parse_reference, registry_records
from benchmark.collect.images.users import is_administrator, is_root
from benchmark.model.facts import Unavailable


@pytest.mark.parametrize(
    "user", ["", "0", "00", "000", "+0", "-0", "root", "0:0", "root:root", "00:1000", ":1000", "root:", "0:app"]
)
def test_root(user):
    assert is_root(user)


@pytest.mark.parametrize(
    "user",
    ["1", "1000:0", "app", "nobody:root", "Root", "10", "01", "app:0", "0x0", " 0", "\uff14", "\u0660", "9" * 5000],
)
def test_not_root(user):
    assert not is_root(user)


def test_names_by_the_accounts_of_the_image():
    ids = {"toor": "0", "app": "1000", "7": "0", "odd": "00"}
    assert [is_root(each, ids) for each in ("toor", "app", "7", "odd", "ghost", "8")] == [
        True,
        False,
        True,
        True,
        False,
        False,
    ]
    assert is_root("root", {"root": "0"})
    assert not is_root("root", {"root": "5"})


def test_windows():
    assert is_administrator("ContainerAdministrator") is True
    assert is_administrator("user manager\\containeradministrator") is True
    assert is_administrator("ContainerUser") is False
    assert isinstance(is_administrator(""), Unavailable)


@pytest.mark.parametrize(
    ("text", "name", "tag", "digest"),
    [
        ("nginx", "docker.io/library/nginx", "", ""),
        ("nginx:1.27", "docker.io/library/nginx", "1.27", ""),
        ("team/app:1", "docker.io/team/app", "1", ""),
        ("docker.io/nginx", "docker.io/library/nginx", "", ""),
        ("index.docker.io/team/app", "docker.io/team/app", "", ""),
        ("localhost/app", "localhost/app", "", ""),
        ("localhost:5000/app:1", "localhost:5000/app", "1", ""),
        ("registry.example.com:5000/a/b", "registry.example.com:5000/a/b", "", ""),
        ("ghcr.io/team/app@sha256:" + "0" * 64, "ghcr.io/team/app", "", "sha256:" + "0" * 64),
        ("ghcr.io/team/app:1@sha256:" + "0" * 64, "ghcr.io/team/app", "1", "sha256:" + "0" * 64),
    ],
)
def test_references(text, name, tag, digest):
    found = parse_reference(text)
    assert found is not None
    assert (found.name, found.tag, found.digest) == (name, tag, digest)


@pytest.mark.parametrize(
    "text", ["<none>:<none>", "<none>@<none>", "", "a b", "/a", "a:b:c", "a@sha256:xyz", "x" * 2000]
)
def test_no_references(text):
    assert parse_reference(text) is None


def test_where_a_name_lies():
    assert lies_in("ghcr.io/team/app") == ["ghcr.io", "ghcr.io/team", "ghcr.io/team/app"]
    assert registry_records(["nginx:1", "nginx@sha256:" + "0" * 64, "<none>:<none>"]) == [
        {
            "Name": "docker.io/library/nginx",
            "Within": ["docker.io", "docker.io/library", "docker.io/library/nginx"],
            "Anywhere": ["*"],
        }
    ]

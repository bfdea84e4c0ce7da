"""The first half of the random hosts; and that the oracle is independent, complete and sees both sides of everything."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path
from typing import Final

import pytest

import tests.faulty_daemon
from tests.torture.ledger import Tally
from tests.torture.oracle.verdicts import JUDGES, covered, judge, overall
from tests.torture.oracle_harness import HARNESS, NEEDS_ROOT, VERSIONS, Seen, catalog, check_hosts, hosts
from tests.torture.size import seed, sized

assert HARNESS.name  # the fixture ``tally`` takes it from here

_HERE: Final = Path(__file__).parent / "oracle"
_NUMBER: Final = sized(100, 1500)
_BEYOND: Final = "no recommendation of CIS Docker, but a control beyond it"
_NOT_COVERED: Final = {
    "image_base_recent": _BEYOND,
    "image_entries_stay_inside": _BEYOND,
    "image_layers_hide_little": _BEYOND,
    "image_no_world_writable_files": _BEYOND,
}
_PEOPLE: Final = {"notchecked"}  # only people judge it
_NEVER_FAILS: Final = {"pass", "notchecked"}  # what does not pass is for a person
_NEVER_PASSES: Final = {"fail", "notchecked"}  # what does not fail is for a person
_ALL_SIDES: Final = {"pass", "fail", "notchecked"}  # a person where some accesses are left out
_SIDES: Final = {
    **dict.fromkeys(("content_trust_enforced", "host_hardened", "image_packages_needed"), _PEOPLE),
    **{name: _ALL_SIDES for name in JUDGES if name.endswith("_audited")},
    **dict.fromkeys(("image_signatures_verified", "swarm_unlock_key_rotated"), _PEOPLE),
    **dict.fromkeys(("container_image_version_pinned", "container_ulimits_default", "daemon_rootless"), _NEVER_FAILS),
    **dict.fromkeys(("daemon_cgroup_parent_default", "default_ulimits_configured", "swarm_secrets_used"), _NEVER_FAILS),
    **dict.fromkeys(("dockerfile_packages_verified", "image_packages_verified"), _NEVER_PASSES),
    **dict.fromkeys(("no_privileged_exec", "no_root_exec", "swarm_root_ca_rotated"), _NEVER_PASSES),
}


@NEEDS_ROOT
def test_hosts(tally: Tally) -> None:
    seen = Seen()
    check_hosts(0, _NUMBER, seen)
    seen.count(tally, _NUMBER)


def test_both_sides_of_every_recommendation_are_seen(tally: Tally) -> None:
    """Of all the hosts, those of test_oracle_more_hosts.py among them."""
    sides: dict[tuple[str, str], set[str]] = defaultdict(set)
    for host in hosts(0, 2 * _NUMBER):
        for version in VERSIONS:
            for name in covered(version):
                sides[version, name].add(overall(judge(host, name, version)))
    blind = [
        f"{version} {name}: {side}"
        for (version, name), found in sorted(sides.items())
        for side in sorted(_SIDES.get(name, {"pass", "fail"}) - found)
    ]
    assert not blind, f"seed {seed()}: the generator is blind to {', '.join(blind)}"
    tally.count("recommendations seen from both sides", len(sides))


@pytest.mark.parametrize("version", VERSIONS)
def test_every_control_is_covered_or_has_its_reason(version: str, tally: Tally) -> None:
    known = set(catalog().controls)
    mapped = {
        name
        for requirement in catalog().frameworks["cis_docker"].requirements
        if version in requirement.ids
        for name in requirement.controls
    }
    assert covered(version) == mapped
    assert known - covered("1.8.0") == set(_NOT_COVERED)
    tally.count("controls looked for", len(known))


def test_the_oracle_shares_no_code_with_the_product(tally: Tally) -> None:
    for path in (*_HERE.glob("*.py"), Path(tests.faulty_daemon.__file__)):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                assert name.split(".")[0] != "benchmark", f"{path.name} imports {name}"
                assert not name.startswith("tests.") or name.startswith(("tests.torture.oracle", "tests.faulty_daemon"))
        tally.count("independent modules")

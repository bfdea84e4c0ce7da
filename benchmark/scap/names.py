"""Namespaces, and the ids under which our content is known to SCAP tools (NIST IR 7275r4, 6.2.3)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final

XCCDF: Final = "http://checklists.nist.gov/xccdf/1.2"
DUBLIN_CORE: Final = "http://purl.org/dc/elements/1.1/"
DOCKMARK: Final = "urn:dockmark:xccdf:1"  # our own elements in metadata, and the prefix of what has no public name
CONTROL_CHECK: Final = "urn:dockmark:control"  # the check system of our own engine; a control's id is its content

# framework -> the address that stands for it in references and idents, one for each catalogue
CATALOGUES: Final[Mapping[str, str]] = {
    "cis_docker": "https://www.cisecurity.org/benchmark/docker",
    "nist_sp_800_190": "https://doi.org/10.6028/NIST.SP.800-190",
    "iso_27001": "https://www.iso.org/standard/27001",
    "nist_sp_800_53": "https://doi.org/10.6028/NIST.SP.800-53r5",
    "hipaa": "https://www.ecfr.gov/current/title-45/part-164",
    "disa_docker_stig": "https://public.cyber.mil/stigs",
}
MOST_RULE_ID: Final = 45  # what STIG Manager's database holds
_PREFIX: Final = "xccdf_dockmark"
_PLACE: Final = f"{_PREFIX}_value_place."


def catalogue_of(framework: str) -> str:
    """The address that stands for ``framework``; a name of ours for one that has no public address here."""
    return CATALOGUES.get(framework, f"urn:dockmark:framework:{framework}")


def benchmark_id(framework: str, version: str) -> str:
    """``xccdf_dockmark_benchmark_cis-docker-1.8.0``."""
    return f"{_PREFIX}_benchmark_{framework.replace('_', '-')}-{version}"


def profile_id(name: str) -> str:
    """``xccdf_dockmark_profile_level_1``."""
    return f"{_PREFIX}_profile_{name}"


def group_id(section: str) -> str:
    """``xccdf_dockmark_group_1.1``."""
    return f"{_PREFIX}_group_{section}"


def rule_id(label: str) -> str:
    """``xccdf_dockmark_rule_5.5``, cut so that every consumer can keep it."""
    return f"{_PREFIX}_rule_{label}"[:MOST_RULE_ID]


def value_id(control: str, parameter: str) -> str:
    """``xccdf_dockmark_value_container_restart_bounded.most_restarts``."""
    return f"{_PREFIX}_value_{control}.{parameter}"


def place_id(name: str) -> str:
    """``xccdf_dockmark_value_place.data_root``: a Value that only exported content has, for dockmark finds places itself."""
    return _PLACE + name


def is_place(identifier: str) -> bool:
    """True for what ``place_id`` made."""
    return identifier.startswith(_PLACE)


def stem(framework: str, version: str) -> str:
    """``cis-docker-1.8.0``: what names of files and components begin with."""
    return f"{framework.replace('_', '-')}-{version}"


def result_id(*told: str) -> str:
    """The id of a TestResult: the same for the same ``told`` (target, times, profile …), another for any other."""
    digest = hashlib.sha256("\0".join(told).encode("utf-8", "surrogatepass")).hexdigest()
    return f"{_PREFIX}_testresult_{digest[:24]}"

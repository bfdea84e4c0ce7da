"""``attestations.yaml``: what is read, and every mistake with its place."""

import pytest

from benchmark.catalog.attestations import read_attestations
from benchmark.catalog.content_error import ContentErrors
from benchmark.model.policy import Evidence, Scope
from tests.policies import GONE, attestation, attestations, written

DIGEST = "0a" * 32


def message(**changes):
    with pytest.raises(ContentErrors) as caught:
        read_attestations(written(attestations=[attestation(**changes)]), "a.yaml")
    (only,) = caught.value.errors
    return only.message


def test_an_attestation_is_read_with_all_its_parts():
    evidence = [{"file": "scans/report.pdf", "sha256": DIGEST}, {"file": "/srv/x", "sha256": f"sha256:{DIGEST}"}]
    (found,) = attestations(attestation(status="fail", evidence=evidence)).attestations
    assert (found.id, found.control, found.benchmark, found.passed) == ("A-1", "host_hardened", None, False)
    assert found.scope == Scope("good.example")
    assert found.evidence == (Evidence("scans/report.pdf", f"sha256:{DIGEST}"), Evidence("/srv/x", f"sha256:{DIGEST}"))
    assert (found.attested_by, found.expires.end) == ("dan@example.org", "the end of 2027-11-01 UTC")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"expires": GONE}, "an attestation lacks expires"),
        ({"date": "2027-11-02"}, "expires is not after date"),
        ({"status": "passed"}, "no status 'passed'; there are pass, fail"),
        ({"statement": ""}, "statement is empty"),
        ({"evidence": "x"}, "evidence must be a list"),
        ({"evidence": [{"file": "x"}]}, "evidence lacks sha256"),
        ({"evidence": [{"file": "x", "sha256": "abc"}]}, "sha256 must be 64 small hexadecimal digits"),
        ({"evidence": [{"file": "x", "sha256": DIGEST, "size": 1}]}, "no key 'size'"),
        ({"approved_by": "x"}, "no key 'approved_by'"),
    ],
)
def test_a_mistake_is_told(changes, told):
    assert told in message(**changes)

"""Values against their declarations."""

from benchmark.model.conform import conform
from benchmark.model.declaration import Fact, Type
from benchmark.model.facts import Reason, Unavailable
from benchmark.model.vocabulary import KINDS

FILES = Fact(Type.RECORDS, "files", fields={"kind": Fact(Type.STRING, "kind", known=("file", "link:"))})


def test_a_closed_field_of_a_record_is_as_closed_as_a_closed_fact():
    assert conform(FILES, "files", [{"kind": "file"}, {"kind": "link:x"}, {}]) == [
        {"kind": "file"},
        {"kind": "link:x"},
        {},
    ]
    found = conform(FILES, "files", [{"kind": "file"}, {"kind": "door"}])
    assert isinstance(found, Unavailable)
    assert (found.reason, found.detail.partition(",")[0]) == (Reason.UNKNOWN_VALUE, "files[].kind is 'door'")


def test_a_product_that_nobody_knows_is_neither_docker_nor_podman():
    found = conform(KINDS["daemon"]["product"], "product", "something else")
    assert isinstance(found, Unavailable)
    assert found.reason is Reason.UNKNOWN_VALUE

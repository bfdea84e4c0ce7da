from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from benchmark.catalog import yaml_source
from benchmark.catalog.content_error import ContentError
from benchmark.catalog.positioned import plain
from benchmark.catalog.yaml_source import MAX_BYTES, MAX_DEPTH, Table, read_yaml


@pytest.fixture(params=["libyaml", "pure"], autouse=True)
def loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both parsers must say the same."""
    if request.param == "pure":
        monkeypatch.setattr(yaml_source, "_LOADER", yaml.SafeLoader)
    elif not yaml.__with_libyaml__:
        pytest.skip("PyYAML without libyaml")


def read(text: str | bytes) -> tuple[object, list[str]]:
    errors: list[ContentError] = []
    node = read_yaml(text.encode() if isinstance(text, str) else text, "f.yaml", errors)
    return None if node is None else plain(node), [str(each) for each in errors]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("12", 12),
        ("-1", -1),
        ("0", 0),
        ("+3", 3),
        ("5.10", 5.1),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("yes", "yes"),
        ("No", "No"),
        ("on", "on"),
        ("off", "off"),
        ("y", "y"),
        ("2024-01-01", "2024-01-01"),
        ("1.8.0", "1.8.0"),
        ("0abc", "0abc"),
        ("=", "="),
        ("'0644'", "0644"),
        ('"5.10"', "5.10"),
        ('"true"', "true"),
        ("'null'", "null"),
        ("''", ""),
        ('"a\\tb"', "a\tb"),
        ("9223372036854775807", 2**63 - 1),
    ],
)
def test_plain_scalars_follow_the_core_schema(text: str, value: object) -> None:
    assert read(f"key: {text}\n") == ({"key": value}, [])
    found, _ = read(f"key: {text}\n")
    assert type(found["key"]) is type(value)  # type: ignore[index]


def test_block_and_flow_collections_and_block_scalars() -> None:
    text = "a:\n  - 1\n  - {b: [x, y], c: {}}\nd: >\n  one\n  two\ne: |\n  one\n  two\nf:\n"
    assert read(text) == ({"a": [1, {"b": ["x", "y"], "c": {}}], "d": "one two\n", "e": "one\ntwo\n", "f": None}, [])


def test_every_node_knows_its_place() -> None:
    errors: list[ContentError] = []
    node = read_yaml(b"# comment\na:\n  - x\n  - b: \xc3\xbc\n    c: 1\n", "f", errors)
    assert isinstance(node, Table)
    inner = node.entries["a"].items[1]
    assert (node.keys["a"].line, node.keys["a"].column) == (2, 1)
    assert (inner.line, inner.column) == (4, 5)
    assert (inner.keys["c"].line, inner.keys["c"].column) == (5, 5)
    assert (inner.entries["c"].line, inner.entries["c"].column) == (5, 8)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("a: 0644", '1:4: 0644 has two readings; quote it: "0644"'),
        ("a: 00", '1:4: 00 has two readings; quote it: "00"'),
        ("a: 0x1f", '1:4: 0x1f has two readings; quote it: "0x1f"'),
        ("a: 0o17", '1:4: 0o17 has two readings; quote it: "0o17"'),
        ("a: 1_000", '1:4: 1_000 has two readings; quote it: "1_000"'),
        ("a: 22:30", '1:4: 22:30 has two readings; quote it: "22:30"'),
        ("a: True", "1:4: True has two readings: write true, or quote it"),
        ("a: NULL", "1:4: NULL has two readings: write null, or quote it"),
        ("a: .nan", "1:4: .nan is not a number that can be compared; quote it if it is a string"),
        ("a: -.INF", "1:4: -.INF is not a number that can be compared; quote it if it is a string"),
        ("a: 1e999", "1:4: the number is too large; quote it if it is a string"),
        ("a: 9223372036854775808", "1:4: the integer does not fit 64 bits; quote it if it is a string"),
        ("a: " + "9" * 5000, "1:4: the integer does not fit 64 bits; quote it if it is a string"),
        ("a: 1\nb: 2\na: 3", "3:1: the key 'a' stands twice, first on line 1"),
        ("{a: 1, a: 2}", "1:8: the key 'a' stands twice, first on line 1"),
        ("5.10: x", '1:1: a key must be a string; quote it: "5.10"'),
        ("true: x", '1:1: a key must be a string; quote it: "true"'),
        ("a: &x 1", "1:4: anchors are not read here: &x"),
        ("a: !!str 1", "1:4: tags are not read here: tag:yaml.org,2002:str"),
        ("a: !!python/object/apply:os.system [x]", "tags are not read here: tag:yaml.org,2002:python/object/apply:os."),
        ("<<: {a: 1}", "1:1: merge keys are not read here: <<"),
        ("%YAML 1.1\n---\na: 1", "1:1: directives are not read here"),
        ('a: "x\\0y"', "1:4: the escaped character U+0000 is not text"),
        ('a: "\\e[31m"', "1:4: the escaped character U+001B is not text"),
    ],
)
def test_defects_that_leave_the_shape_clear_are_reported_and_the_rest_is_read(text: str, error: str) -> None:
    value, errors = read(text + "\nlast: 1\n" if not text.startswith("{") else text)
    assert len(errors) == 1
    assert error in errors[0]
    assert value is not None


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "1:1: the file is empty"),
        ("# nothing\n\n", "1:1: the file is empty"),
        ("a: &x 1\nb: *x\n", "2:4: aliases are not read here: *x"),
        ("a: 1\n---\nb: 1\n", "2:1: a second document begins; one file holds one"),
        ("? [a]\n: b\n", "1:3: a key must be a string"),
        ("a:\t1\n", "1:3: a tab; indent with spaces"),
        ("a: 1\n\tb: 2\n", "2:1: a tab; indent with spaces"),
        ("a: x\x00y\n", "1:5: the character U+0000 is not text"),
        ("a: x\x1b[31m\n", "1:5: the character U+001B is not text"),
        ("a: 1\rb: 2\n", "1:5: the character U+000D is not text"),
        ("a: x\u2028b\n", "1:5: the character U+2028 is not text"),
        ("\ufeffa: 1\n", "1:1: the character U+FEFF is not text"),
        (b"a: 1\nb: \xff\n", "2:4: byte 0xff is not UTF-8"),
        (b"a: \xed\xa0\x80\n", "1:4: byte 0xed is not UTF-8"),
        ("a: [1, 2\n", "not YAML"),
        ("a: 'b\n", "not YAML"),
        ("a: b: c\n", "1:5: not YAML: mapping values are not allowed"),
        ("- a\nb: 1\n", "2:1: not YAML"),
        ("a: @x\n", "1:4: not YAML: found character"),
        ("[" * 100_000, f"nested deeper than {MAX_DEPTH} levels"),
        ("{a: " * 1000, f"nested deeper than {MAX_DEPTH} levels"),
        (b"#" * (MAX_BYTES + 1), "1:1: the file is larger than"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_place(text: str | bytes, error: str) -> None:
    value, errors = read(text)
    assert value is None
    assert len([each for each in errors if "anchors" not in each]) == 1
    assert error in errors[-1]


def test_all_defects_of_a_file_are_reported_at_once() -> None:
    _, errors = read("a: 0644\nb: &x True\na: 1\nc: !t {d: .nan}\n")
    assert [each.split(": ")[0] for each in errors] == [
        "f.yaml:1:4",
        "f.yaml:2:4",
        "f.yaml:2:4",
        "f.yaml:3:1",
        "f.yaml:4:4",
        "f.yaml:4:11",
    ]


def test_a_lone_surrogate_is_refused_whichever_parser_meets_it() -> None:
    _, errors = read('a: "\\ud800"\n')
    assert len(errors) == 1
    assert errors[0].startswith(("f.yaml:1:4: the escaped character U+D800", "f.yaml:1:7: not YAML"))


def test_windows_line_ends_count_as_one() -> None:
    assert read("a: 1\r\nb: True\r\n") == (
        {"a": 1, "b": "True"},
        ["f.yaml:2:4: True has two readings: write true, or quote it"],
    )


@given(st.binary(max_size=200) | st.text(alphabet="ab:- \n[]{}\"'&*!|>#%@`,?0.\\~x<", max_size=80).map(str.encode))
def test_any_bytes_give_a_value_or_an_error_and_never_a_traceback(data: bytes) -> None:
    for each in (yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        yaml_source._LOADER, before = each, yaml_source._LOADER
        try:
            errors: list[ContentError] = []
            node = read_yaml(data, "f", errors)
        finally:
            yaml_source._LOADER = before
        assert node is not None or errors
        assert all(error.line >= 1 and error.column >= 1 and error.message for error in errors)

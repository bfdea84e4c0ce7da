"""No parser without a target: one that is written tomorrow joins the fuzzer, or is listed here with its reason."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Final

from benchmark.collect.host import mounts
from tests.torture.fuzz_parsers import find_parsers, functions_called, is_parser
from tests.torture.fuzz_targets import HARNESS, TARGETS
from tests.torture.ledger import Tally

assert HARNESS.name  # the fixture ``tally`` takes it from here

_CONTENT: Final = "our own content, whose files are read by targets of their own"
_OPENS: Final = "opens what it is given; the parser behind it is a target"
_LOOKS: Final = "looks at names, owners and modes and reads no content"
_PUTS_TOGETHER: Final = "puts together what the parsers, each of them a target, have read"
_TALKS: Final = "asks an engine; its replies are a target, and the faulty daemon serves them"
_MAKES: Final = "makes OVAL of what our own content declares"
_WRITES: Final = "writes a part of OSCAL, which compliance-trestle and the hostile text judge"
NO_TARGET: Final = {
    "catalog.cache.read_cached": _CONTENT,
    "catalog.cache.write_cached": _CONTENT,
    "catalog.content_tree.read_content": _CONTENT,
    "catalog.load.load_catalog": _CONTENT,
    "catalog.resource.read_resource": _CONTENT,
    "collect.archive.content.read_image_content": _TALKS,
    "collect.container_context.container_context": _PUTS_TOGETHER,
    "collect.daemon.data_root.data_root_facts": _PUTS_TOGETHER,
    "collect.daemon.engine_says.agrees": _LOOKS,
    "collect.daemon_subject.daemon_subject": _PUTS_TOGETHER,
    "collect.engine.containers.read_containers": _TALKS,
    "collect.engine.images.read_images": _TALKS,
    "collect.engine.listing.read_again": _TALKS,
    "collect.host.access.with_access_facts": _PUTS_TOGETHER,
    "collect.host.access_lists.read_acl": _OPENS,
    "collect.host.files.describe_file": _LOOKS,
    "collect.host.files.enumerate_single": _LOOKS,
    "collect.host.files.enumerate_tree": _LOOKS,
    "collect.host.processes.holds_any_socket": _LOOKS,
    "collect.host.processes.pid_namespace": _LOOKS,
    "collect.host.processes.shares_mounts": "compares two mount tables, whose parser is a target",
    "collect.standpoint.own_files": _PUTS_TOGETHER,
    "collect.host.key_files.enumerate_key_files": _LOOKS,
    "collect.host.unit_files.enumerate_unit": _LOOKS,
    "collect.images.build_files.read_dockerfiles": _OPENS,
    "export.container_files.split_items": _MAKES,
    "export.daemon_settings.parameter_has": _MAKES,
    "export.daemon_settings.read_setting": _MAKES,
    "oscal.document.markup": _WRITES,
    "oscal.document.plain": _WRITES,
    "oscal.document.prop": _WRITES,
    "oscal.document.token": _WRITES,
    "collect.scanners.reader.read_vulnerability_reports": _OPENS,
    "collect.standpoint.find_standpoint": _PUTS_TOGETHER,
}


def test_every_parser_has_a_target_or_its_reason(tally: Tally) -> None:
    parsers = find_parsers()
    called = functions_called(TARGETS)
    missed = sorted(name for code, name in parsers.items() if code not in called and name not in NO_TARGET)
    assert not missed, f"no target of the fuzzer reads the good files of its corpus with {', '.join(missed)}"
    stale = NO_TARGET.keys() - {name for code, name in parsers.items() if code not in called}
    assert not stale, f"has a target, or is no more: {', '.join(sorted(stale))}"
    tally.count("parsers with a target", len(parsers) - len(NO_TARGET))


def test_a_parser_without_a_target_is_seen(tally: Tally) -> None:
    assert is_parser("parse_new", lambda: None)
    assert is_parser("lines_of", SimpleNamespace(__annotations__={"data": "bytes"}))  # type: ignore[arg-type]
    assert not is_parser("_hidden", SimpleNamespace(__annotations__={"data": "bytes"}))  # type: ignore[arg-type]
    without = [each for each in TARGETS if each.name != "mountinfo" and not each.name.startswith(("proc_", "run_"))]
    few = [each for each in without if not each.name.startswith(("sys_", "var_", "etc_"))]
    assert mounts.parse_mountinfo.__code__ in find_parsers().keys() - functions_called(few)
    tally.saw_seeded_bug("a parser that no target calls")

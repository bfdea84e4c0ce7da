"""Bugs that clients of this kind have had, put into ours: the faulty daemon must see each."""

from __future__ import annotations

import gzip
import socket
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import pytest

from benchmark.collect.engine import containers, images, listing, replies, session, transport
from benchmark.collect.engine.bodies import WholeBody
from benchmark.collect.engine.client import EngineClient
from benchmark.collect.engine.replies import ReplyReader
from benchmark.collect.engine.transport import Stream, WireDefect
from benchmark.model import conform, strict_json
from benchmark.model.facts import Reason, Unavailable
from tests.torture.faulty_check import Case, Seen
from tests.torture.faulty_harness import HARNESS, stage
from tests.torture.faulty_run import paths_by_shape, run_case
from tests.torture.faulty_stage import Stage
from tests.torture.ledger import Tally

__all__ = ["HARNESS", "stage"]


def _deadline_of_every_read(patch: pytest.MonkeyPatch) -> None:
    receive = Stream.receive
    patch.setattr(Stream, "receive", lambda stream, _: receive(stream, time.monotonic() + 2))


def _end_of_chunks_not_needed(patch: pytest.MonkeyPatch) -> None:
    read = ReplyReader.read_body

    def tolerant(reader: ReplyReader, head: Any, deadline: float, take: Any) -> None:
        try:
            read(reader, head, deadline, take)
        except WireDefect as defect:
            if head.length >= 0 or defect.reason is not Reason.TRUNCATED:
                raise

    patch.setattr(ReplyReader, "read_body", tolerant)


def _not_found_is_gone(patch: pytest.MonkeyPatch) -> None:
    def forget(_: str, first: Any, __: Any, gone: Any) -> Any:
        return (), tuple(first.names[each] for each in gone), (), None

    patch.setattr(containers, "settle", forget)


def _null_is_an_empty_list(patch: pytest.MonkeyPatch) -> None:
    get = EngineClient.get_list

    def lenient(client: EngineClient, path: str, keep: tuple[str, ...]) -> Any:
        reply = get(client, path, keep)
        return reply._replace(value=[]) if reply.value is None else reply

    patch.setattr(EngineClient, "get_list", lenient)


def _last_key_wins(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(strict_json, "_unique", dict)


def _connection_kept_after_a_timeout(patch: pytest.MonkeyPatch) -> None:
    close = EngineClient.close
    patch.setattr(EngineClient, "_drop_if_out_of_step", lambda _: None)
    patch.setattr(EngineClient, "close", lambda _: None)
    patch.setattr(session.EngineSession, "close", lambda each: close(each._client))


def _leftovers_are_read(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(EngineClient, "_drop_if_out_of_step", lambda _: None)


def _one_fault_ends_the_series(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(EngineClient, "_gives_up", lambda *_: True)


def _redirects_are_followed(patch: pytest.MonkeyPatch) -> None:
    parse = replies._parse_head

    def follow(block: bytes, most: int) -> Any:
        head = parse(block, most)
        if 300 <= head.status < 400 and b"Location: http://127.0.0.1:" in block:
            port = int(block.split(b"Location: http://127.0.0.1:")[1].split(b"/")[0])
            socket.create_connection(("127.0.0.1", port), 1).close()
        return head

    patch.setattr(replies, "_parse_head", follow)


def _bodies_are_unpacked(patch: pytest.MonkeyPatch) -> None:
    length, data = replies._body_length, WholeBody.data
    patch.setattr(replies, "_body_length", lambda framing: length({**framing, b"content-encoding": b"identity"}))
    patch.setattr(
        WholeBody, "data", lambda body: gzip.decompress(found) if (found := data(body))[:2] == b"\x1f\x8b" else found
    )


def _status_is_not_looked_at(patch: pytest.MonkeyPatch) -> None:
    parse = replies._parse_head
    patch.setattr(replies, "_parse_head", lambda block, most: replace(parse(block, most), status=200))


def _nan_is_a_number(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(strict_json, "_no_constant", float)


def _integers_of_any_size(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(conform, "_INT64", 1 << 70)


def _integers_may_be_floats(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(strict_json, "_finite", lambda digits: int(float(digits)))


def _volumes_unknown_are_none(patch: pytest.MonkeyPatch) -> None:
    read = session.read_volume_devices
    patch.setattr(
        session, "read_volume_devices", lambda client: {} if isinstance(found := read(client), Unavailable) else found
    )


def _second_list_unread(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(containers, "read_again", lambda *_: listing.Listing({}, (), None, containers.Source("none")))


def _exec_not_found_is_ended(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(containers, "_settle_execs", lambda *_: None)


def _history_unknown_is_empty(patch: pytest.MonkeyPatch) -> None:
    facts = images.image_facts

    def forgiving(document: Any, history: Any) -> Any:
        return facts(document, history._replace(value=[]) if isinstance(history.value, Unavailable) else history)

    patch.setattr(images, "image_facts", forgiving)


def _a_lost_info_is_another_host(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(session, "_memory_total", lambda _: None)
    from benchmark.collect import standpoint

    real = standpoint.same_host
    patch.setattr(standpoint, "same_host", lambda *each: real(*each) is True)


def _bytes_without_end(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(transport, "_remaining", lambda _: 3.0)


_BUGS: Final[dict[str, tuple[Callable[[pytest.MonkeyPatch], None], str, str, int | None]]] = {
    "the deadline counts for every read by itself": (_deadline_of_every_read, "trickles", "/info", None),
    "a time limit is no deadline": (_bytes_without_end, "trickles", "/containers/ID/json", None),
    "chunks that end without their end are a document": (
        _end_of_chunks_not_needed, "chunks_end_early", "/containers/ID/json", None
    ),
    "an object that is listed and not found is left out": (_not_found_is_gone, "status_404", "/containers/ID/json", None),
    "null is an empty list": (_null_is_an_empty_list, "null", "/containers/json?all=1", None),
    "of a key that stands twice the last value counts": (_last_key_wins, "key_twice_inside", "/containers/ID/json", None),
    "the connection is kept after a timeout": (_connection_kept_after_a_timeout, "overdue", "/services", None),
    "a reply too many is read as the next one": (_leftovers_are_read, "twice", "/networks", None),
    "one fault ends a series of requests": (_one_fault_ends_the_series, "truncate", "/containers/ID/json", None),
    "redirects are followed": (_redirects_are_followed, "redirect_302", "/images/ID/json", None),
    "compressed bodies are unpacked": (_bodies_are_unpacked, "gzip", "/images/ID/json", None),
    "the status is not looked at": (_status_is_not_looked_at, "status_500_with_the_document", "/nodes", None),
    "NaN is a number": (_nan_is_a_number, "nan_inside", "/containers/ID/json", None),
    "an integer may have any size": (_integers_of_any_size, "integers_of_64_bits_and_one", "/containers/ID/json", None),
    "1.5 is read as an integer": (_integers_may_be_floats, "integers_as_floats", "/containers/ID/json", None),
    "volumes that cannot be listed are none": (_volumes_unknown_are_none, "status_403", "/volumes", None),
    "the second list need not come": (_second_list_unread, "status_500", "/containers/json?all=1", 2),
    "an exec session that is not found has ended": (_exec_not_found_is_ended, "status_404", "/exec/ID/json", None),
    "a history that cannot be read is empty": (_history_unknown_is_empty, "status_500", "/images/ID/history", None),
    "a lost /info means that the engine is elsewhere": (_a_lost_info_is_another_host, "status_500", "/info", None),
}  # fmt: skip


@pytest.mark.parametrize("bug", _BUGS)
def test_the_faulty_daemon_sees(bug: str, stage: Stage, tally: Tally, monkeypatch: pytest.MonkeyPatch) -> None:
    put, kind, shape, nth = _BUGS[bug]
    paths = paths_by_shape(stage, "unix")[shape]
    stage.knocked()
    with monkeypatch.context() as patch:
        put(patch)
        assert any(run_case(stage, Case("unix", kind, path, nth), Seen()) or stage.knocked() for path in paths), bug
    assert not run_case(stage, Case("unix", kind, paths[0], nth), Seen()), "seen without the bug too"
    tally.saw_seeded_bug(bug)

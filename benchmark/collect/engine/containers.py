"""The containers of an engine: list, inspect each, list again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar

from benchmark.collect.engine.client import EngineClient, Reply
from benchmark.collect.engine.container_facts import container_facts
from benchmark.collect.engine.listing import first_name, read_again, read_listing, settle
from benchmark.collect.engine.mounts import MountReader
from benchmark.collect.engine.projection import known
from benchmark.collect.engine.reports import CollectionReport, ContainerContext, in_order, timestamp
from benchmark.collect.engine.shared_namespaces import shared_namespaces
from benchmark.model.conform import conform
from benchmark.model.facts import FactValue, JsonValue, Reason, Source, Subject, Unavailable
from benchmark.model.facts_container import CONTAINER_FACTS

LIST_PATH: Final = "/containers/json?all=1"
MOST_EXECS: Final = 64
_Answer = TypeVar("_Answer")
_KEEP: Final = ("Id", "Names", "State")


@dataclass(slots=True)
class _Draft:
    """A container whose exec sessions are still to be asked for."""

    name: str
    id: str
    facts: dict[str, FactValue]
    source: Source
    execs: tuple[str, ...] = ()
    exec_sources: list[Source] = field(default_factory=list)
    kernels_word: dict[str, Source] = field(default_factory=dict)  # by fact


def read_containers(client: EngineClient, context: ContainerContext) -> CollectionReport:
    """Every container with every declared fact. Costs 2 requests, 1 a container and 1 an exec session the engine knows."""
    first = read_listing(client, LIST_PATH, _listed_name, _KEEP)
    if not first.names and first.gap is not None:
        return CollectionReport(gap=first.gap, sources=(first.source,))
    mounts = MountReader(context)
    drafts: list[_Draft] = []
    blocked: list[Subject] = []
    gone: dict[str, Unavailable] = {}
    identifiers = tuple(first.names)
    paths = [f"/containers/{each}/json" for each in identifiers]
    replies = client.get_many(paths, lambda at, value: _mismatch(value, identifiers[at]))
    for identifier, reply in zip(identifiers, replies, strict=True):
        source = Source(f"GET {reply.path}", timestamp(), reply.digest)
        document = _checked(reply)
        if isinstance(document, Unavailable):
            if document.reason is Reason.NOT_FOUND:
                gone[identifier] = document
            else:
                blocked.append(Subject("container", first.names[identifier], identifier, {}, source, blocked=document))
            continue
        asked: dict[str, Source] = {}
        facts = container_facts(document, identifier, _noting(context, asked), mounts)
        name = _inspected_name(document, first.names[identifier])
        drafts.append(_Draft(name, identifier, facts, source, kernels_word=asked))
    _add_execs(client, drafts)
    again = read_again(client, LIST_PATH, _listed_name, _KEEP, gone)
    unseen, vanished, appeared, gap = settle("container", first, again, gone)
    _add_shared_namespaces(drafts, (*blocked, *unseen), gap)
    subjects = (*_finished(drafts, context), *blocked, *unseen)
    return in_order(CollectionReport(subjects, gap, vanished, appeared, (first.source, again.source)))


def _noting(context: ContainerContext, asked: dict[str, Source]) -> ContainerContext:
    """The same, which notes in ``asked`` what the kernel answered, by the facts that rest on it."""

    def uid(pid: int) -> int | Unavailable:
        return noted(context.process_uid(pid), f"/proc/{pid}/status", "main_process_uid", "runs_as_root")

    def no_new_privs(pid: int) -> bool | Unavailable:
        return noted(context.process_no_new_privs(pid), f"/proc/{pid}/status", "no_new_privileges")

    def mode(pid: int | None, profile: str) -> str | Unavailable:
        found = context.apparmor_mode(pid, profile)
        return found if pid is None else noted(found, f"/proc/{pid}/attr", "apparmor_mode")

    def noted(answer: _Answer, path: str, *facts: str) -> _Answer:
        if not isinstance(answer, Unavailable):
            asked.update(dict.fromkeys(facts, Source(f"proc:{path}", timestamp())))
        return answer

    return replace(context, process_uid=uid, process_no_new_privs=no_new_privs, apparmor_mode=mode)


def _mismatch(value: JsonValue, identifier: str) -> Unavailable | None:
    """The witness for one container must not speak for another."""
    if not isinstance(value, dict):
        return Unavailable(Reason.WRONG_TYPE, "not an object")
    if value.get("Id") != identifier:
        return Unavailable(Reason.PROTOCOL, "the reply is about another container or says not which")
    return None


def _checked(reply: Reply) -> dict[str, JsonValue] | Unavailable:
    if isinstance(reply.value, (dict, Unavailable)):
        return reply.value
    return Unavailable(Reason.WRONG_TYPE, f"GET {reply.path}: not an object")


def _listed_name(element: dict[str, JsonValue], identifier: str) -> str:
    """Its own name out of Names, where links of other containers may stand too: those have a second slash."""
    names = element.get("Names")
    own = [each for each in names if isinstance(each, str) and each.count("/") == 1] if isinstance(names, list) else []
    return first_name(list[JsonValue](own) or names, identifier[:12]).removeprefix("/")


def _inspected_name(document: dict[str, JsonValue], listed: str) -> str:
    name = document.get("Name")
    return name.removeprefix("/") if isinstance(name, str) and name not in {"", "/"} else listed


def _add_execs(client: EngineClient, drafts: list[_Draft]) -> None:
    """Set ``execs``. A session that is gone meanwhile (404) is left out once its container lists it no more: it ended."""
    asked: list[tuple[_Draft, str]] = []
    for draft in drafts:
        identifiers = known(draft.facts["ExecIDs"], "ExecIDs")
        if isinstance(identifiers, list) and len(identifiers) > MOST_EXECS:
            identifiers = Unavailable(
                Reason.OVERSIZE, f"{len(identifiers)} exec sessions, at most {MOST_EXECS} are asked about"
            )
        if isinstance(identifiers, Unavailable):
            draft.facts["execs"] = identifiers
            continue
        draft.facts["execs"] = []
        for each in sorted(str(each) for each in identifiers) if isinstance(identifiers, list) else ():
            if not (each.isascii() and each.isalnum()):
                draft.facts["execs"] = Unavailable(Reason.WRONG_TYPE, "ExecIDs has an element that is no identifier")
                break
            asked.append((draft, each))
    replies = client.get_many(
        [f"/exec/{identifier}/json" for _, identifier in asked], lambda at, value: _no_session(value, asked[at][1])
    )
    gone: dict[str, tuple[_Draft, dict[str, Unavailable]]] = {}
    for (draft, identifier), reply in zip(asked, replies, strict=True):
        sessions = draft.facts["execs"]
        if not isinstance(sessions, list):
            continue
        if isinstance(reply.value, Unavailable) and reply.value.reason is Reason.NOT_FOUND:
            gone.setdefault(draft.id, (draft, {}))[1][identifier] = reply.value
            continue
        draft.exec_sources.append(Source(f"GET {reply.path}", timestamp(), reply.digest))
        if isinstance(reply.value, Unavailable):
            draft.facts["execs"] = reply.value
        else:
            draft.facts["execs"] = conform(
                CONTAINER_FACTS["execs"], "execs", [*sessions, _session(reply.value, identifier)]
            )

    _settle_execs(client, gone)


def _settle_execs(client: EngineClient, gone: Mapping[str, tuple[_Draft, Mapping[str, Unavailable]]]) -> None:
    """Ask the containers of sessions that answered 404 once more. One that has vanished itself has no sessions any more."""
    identifiers = tuple(gone)
    paths = [f"/containers/{each}/json" for each in identifiers]
    replies = client.get_many(paths, lambda at, value: _mismatch(value, identifiers[at]))
    for (draft, missing), reply in zip(gone.values(), replies, strict=True):
        draft.exec_sources.append(Source(f"GET {reply.path}", timestamp(), reply.digest))
        document = _checked(reply)
        if isinstance(document, Unavailable):
            if document.reason is not Reason.NOT_FOUND:
                draft.facts["execs"] = document
            continue
        listed = conform(CONTAINER_FACTS["ExecIDs"], "ExecIDs", document.get("ExecIDs"))
        if isinstance(listed, Unavailable):
            draft.facts["execs"] = listed
            continue
        still = [each for each in missing if isinstance(listed, list) and each in listed]
        if still:
            draft.facts["execs"] = missing[still[0]]


def _no_session(value: JsonValue, identifier: str) -> Unavailable | None:
    if _session(value, identifier) is None:
        return Unavailable(Reason.WRONG_TYPE, "no exec session, or another one")
    return None


def _session(value: JsonValue, identifier: str) -> JsonValue:
    """One record of ``execs``; what is no such session is handed on as it is, to be refused by its type."""
    process = value.get("ProcessConfig") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(process, dict) or value.get("ID") != identifier:
        return None
    record: dict[str, JsonValue] = {key: value[key] for key in ("ID", "Running") if key in value}
    if "privileged" in process:
        record["privileged"] = process["privileged"]
    record["user"] = process.get("user", "")  # moby leaves an empty user out
    return record


def _add_shared_namespaces(drafts: list[_Draft], unknown: tuple[Subject, ...], gap: Unavailable | None) -> None:
    """Set what rests on other containers, which are all known only now."""
    others: dict[str, Mapping[str, FactValue] | Unavailable] = {}
    for name in ("name", "id"):  # an id wins over a name that looks like one
        others |= {getattr(each, name): each.blocked for each in unknown if each.blocked is not None}
        others |= {getattr(each, name): each.facts for each in drafts}
    for draft in drafts:
        draft.facts.update(shared_namespaces(draft.facts, others, gap))


def _finished(drafts: list[_Draft], context: ContainerContext) -> Iterator[Subject]:
    for each in drafts:
        sources: dict[str, tuple[Source, ...]] = {}
        if each.exec_sources:
            sources["execs"] = (each.source, *each.exec_sources)
        for fact, word in each.kernels_word.items():
            sources[fact] = (each.source, word)
        if each.facts["Mounts"] and not isinstance(context.volume_devices, Unavailable):
            sources["Mounts"] = (each.source, Source("GET /volumes"))
        if each.facts["State.Running"] is True and (seen := context.process_sources()):
            sources |= dict.fromkeys(("processes", "processes_seen"), (each.source, *seen))
        yield Subject("container", each.name, each.id, each.facts, each.source, sources or None)

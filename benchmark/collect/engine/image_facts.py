"""The facts of one image, from what ``inspect`` and the untruncated history say of it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from benchmark.collect.engine.client import Reply
from benchmark.collect.engine.container_facts import environment_names, redacted_strings
from benchmark.collect.engine.projection import compile_projection, known, part, project
from benchmark.collect.images.history import concealed, read_history
from benchmark.collect.images.instructions import Instruction, additions, records, shown
from benchmark.collect.images.packages import unverified_installs, updates_alone
from benchmark.collect.images.references import registry_records
from benchmark.collect.images.secret_names import conceal
from benchmark.collect.images.secret_traces import secret_findings
from benchmark.collect.images.users import is_administrator, is_number, is_root, user_part
from benchmark.model.conform import conform
from benchmark.model.facts import ABSENT, Absent, FactValue, JsonValue, Reason, Subject, Unavailable
from benchmark.model.facts_image import IMAGE_FACTS

_PROJECTION: Final = compile_projection(IMAGE_FACTS, without=frozenset({"history"}))
_LAYER_FIELDS: Final = IMAGE_FACTS["history"].fields
_FROM_HISTORY: Final = (
    "instructions",
    "package_updates_alone",
    "add_instructions",
    "unverified_installs",
    "secret_names",
)
_DAY: Final = 86_400
_FIRST_DOCKER: Final = 1_363_737_600  # 2013-03-20, when Docker was first shown: no image is older
_CLOCK_SKEW: Final = _DAY

HISTORY_FACTS: Final = ("history", *_FROM_HISTORY, "base_age_days")


def image_facts(document: dict[str, JsonValue], history: Reply) -> dict[str, FactValue]:
    """Every declared fact of an image but those of its content and of scanners."""
    facts = project(_PROJECTION, document)
    for name in ("RepoTags", "RepoDigests"):
        facts[name] = _sorted(facts[name])
    facts["Config.Healthcheck.Test"] = redacted_strings(facts["Config.Healthcheck.Test"])
    facts["environment_names"] = environment_names(document)
    instructions = _instructions(document, history.value)
    facts["history"] = _history(history.value, instructions)
    facts["runs_as_root"] = _runs_as_root(facts["Config.User"], facts["Os"])
    facts["health_check_defined"] = _has_health_check(facts["Config.Healthcheck.Test"])
    facts["registries"] = _registries(facts["RepoTags"], facts["RepoDigests"])
    facts["age_days"] = _age(facts["Created"])
    facts["base_age_days"] = _base_age(facts["history"])
    facts.update(_from_history(document, instructions, facts["history"]))
    return facts


def with_accounts(image: Subject) -> Subject:
    """The same image once its content was read: the user's name looked up in its own accounts (``content.user_ids``).

    Where they could not be read, a name other than root is no longer taken at its word.
    """
    user, ids = image.facts.get("Config.User"), image.facts.get("content.user_ids")
    if image.blocked is not None or image.facts.get("Os") == "windows" or not isinstance(user, str):
        return image
    name = user_part(user)
    if name in ("", "root") or ids is None:
        return image
    if isinstance(ids, dict):
        numbers = {each: str(number) for each, number in ids.items()}
        if name not in numbers:
            return image
        verdict: FactValue = is_root(user, numbers)
        note = f"its /etc/passwd gives {shown(name)} the number {numbers[name]}"
    elif isinstance(ids, Unavailable) and ids.reason is not Reason.NOT_COLLECTED and not is_number(name):
        verdict, note = ids, "its accounts could not be read"
    else:
        return image
    told = (*image.sources_of("content.user_ids"), *image.sources_of("Config.User"))
    return replace(
        image,
        facts={**image.facts, "runs_as_root": verdict},
        sources={**(image.sources or {}), "runs_as_root": tuple(dict.fromkeys(told))},
        notes={**(image.notes or {}), "runs_as_root": note},
    )


def image_notes(facts: Mapping[str, FactValue]) -> dict[str, str] | None:
    """A remark for whoever reads the verdict: the user as the image states it."""
    user = facts["Config.User"]
    if not isinstance(user, str) or not isinstance(facts["runs_as_root"], bool):
        return None
    name = user_part(user)
    if not name:
        return {"runs_as_root": "the image names no user"}
    told = "" if is_number(name) or name == "root" else ", taken at its word"
    return {"runs_as_root": f"the image names the user {shown(name)}{told}"}


def _history(raw: JsonValue | Unavailable, instructions: Sequence[Instruction] | Unavailable) -> FactValue:
    """The fact ``history``, newest first, from what the engine sent and the instructions read from it, oldest first."""
    if isinstance(raw, Unavailable):
        return raw
    declared = IMAGE_FACTS["history"]
    if not isinstance(raw, list):
        return conform(declared, "history", raw)
    if isinstance(instructions, Unavailable):
        return conform(declared, "history", [_layer(each, None) for each in raw])
    layers = [_layer(each, read) for each, read in zip(raw, reversed(instructions), strict=True)]
    return conform(declared, "history", layers)


def _layer(value: JsonValue, instruction: Instruction | None) -> JsonValue:
    if not isinstance(value, dict):
        return value
    layer = {key: value[key] for key in _LAYER_FIELDS if key in value}
    command = layer.get("CreatedBy")
    if isinstance(command, str):
        layer["CreatedBy"] = conceal(command) if instruction is None else concealed(command, instruction)
    return layer


def _instructions(
    document: dict[str, JsonValue], raw: JsonValue | Unavailable
) -> tuple[Instruction, ...] | Unavailable:
    if isinstance(raw, Unavailable):
        return raw
    if not isinstance(raw, list):
        return Unavailable(Reason.WRONG_TYPE, "history is not a list")
    if not raw and part(document, "RootFS", "Layers") != []:
        return Unavailable(Reason.INCOMPLETE, "the history tells of nothing, though the image has content")
    commands = [each.get("CreatedBy") if isinstance(each, dict) else None for each in reversed(raw)]
    unsaid = sum(each is None for each in commands)
    if unsaid:
        return Unavailable(Reason.UNSUPPORTED, f"the history does not say what made {unsaid} of {len(raw)} layers")
    return read_history([each if isinstance(each, str) else "" for each in commands])  # other types: see ``_history``


def _from_history(
    document: dict[str, JsonValue], instructions: tuple[Instruction, ...] | Unavailable, history: FactValue
) -> dict[str, FactValue]:
    """What follows from the instructions, unless the history as a whole is not one."""
    if isinstance(history, Unavailable):
        return dict.fromkeys(_FROM_HISTORY, history)
    if isinstance(instructions, Unavailable):
        return dict.fromkeys(_FROM_HISTORY, instructions)
    return {
        "instructions": records(instructions, "Layer"),
        "package_updates_alone": updates_alone(instructions),
        "add_instructions": additions(instructions),
        "unverified_installs": unverified_installs(instructions),
        "secret_names": _secrets(document, instructions),
    }


def _secrets(document: dict[str, JsonValue], instructions: tuple[Instruction, ...]) -> FactValue:
    """Environment, labels and start commands are looked at as they are: ``docker commit`` leaves no instruction for them."""
    if document.get("Config") is None:  # what stands in it was not said
        return Unavailable(Reason.UNSUPPORTED, "the engine does not report Config")
    environment = _strings(part(document, "Config", "Env"), "Config.Env")
    labels = _labels(part(document, "Config", "Labels"))
    if isinstance(environment, Unavailable):
        return environment
    if isinstance(labels, Unavailable):
        return labels
    return secret_findings(instructions, environment, labels, _texts(document))


def _strings(value: FactValue, name: str) -> tuple[str, ...] | Unavailable:
    if isinstance(value, Unavailable):
        return value
    if value is None or isinstance(value, Absent):
        return ()
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        return Unavailable(Reason.WRONG_TYPE, f"{name} is not a list of strings")
    return tuple(str(each) for each in value)


def _labels(value: FactValue) -> tuple[tuple[str, str], ...] | Unavailable:
    if isinstance(value, Unavailable):
        return value
    if value is None or isinstance(value, Absent):
        return ()
    if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
        return Unavailable(Reason.WRONG_TYPE, "Config.Labels is not an object of strings")
    return tuple((name, str(each)) for name, each in value.items())


def _texts(document: dict[str, JsonValue]) -> Iterator[tuple[str, str]]:
    for path in (("Cmd",), ("Entrypoint",), ("Healthcheck", "Test")):
        value = part(document, "Config", *path)
        if isinstance(value, list):
            yield " ".join(str(each) for each in value), f"Config.{'.'.join(path)}"
    comment = document.get("Comment")
    if isinstance(comment, str):
        yield comment, "Comment"


def _runs_as_root(user: FactValue, system: FactValue) -> FactValue:
    """An image without Config, or one whose engine leaves out an empty User, has no user: that is root."""
    if isinstance(user, Unavailable):
        return user
    name = user if isinstance(user, str) else ""
    return is_administrator(name) if system == "windows" else is_root(name)


def _has_health_check(test: FactValue) -> FactValue:
    """As the engine chooses a probe: by the first word; an empty list takes over what a base has, and here is none left."""
    if isinstance(test, Unavailable):
        return test
    return isinstance(test, list) and len(test) > 1 and test[0] in ("CMD", "CMD-SHELL")


def _registries(tags: FactValue, digests: FactValue) -> FactValue:
    names: list[str] = []
    for fact, value in (("RepoTags", tags), ("RepoDigests", digests)):
        each = known(value, fact)  # no engine leaves them out: an image without names has empty ones
        if isinstance(each, Unavailable):
            return each
        names += [str(name) for name in each] if isinstance(each, list) else []
    return registry_records(names)


def _age(created: FactValue) -> FactValue:
    if not isinstance(created, str):
        return created if isinstance(created, (Unavailable, Absent)) else Unavailable(Reason.WRONG_TYPE, "Created")
    try:
        seconds = datetime.fromisoformat(created[:10] + "T00:00:00+00:00").timestamp()
    except ValueError:
        return Unavailable(Reason.UNKNOWN_VALUE, f"Created {created[:40]!r} is no date")
    return _days_since(int(seconds), f"Created {created[:40]!r}")


def _base_age(history: FactValue) -> FactValue:
    if isinstance(history, Unavailable):
        return history
    layers = [each for each in history if isinstance(each, dict)] if isinstance(history, list) else []
    made = next((each.get("Created") for each in reversed(layers) if each.get("Size") not in (0, None)), None)
    return _days_since(made, f"the oldest layer's date {made}") if isinstance(made, int) else ABSENT


def _days_since(seconds: int, what: str) -> FactValue:
    now = int(time.time())
    if not _FIRST_DOCKER <= seconds <= now + _CLOCK_SKEW:
        return Unavailable(Reason.UNKNOWN_VALUE, f"{what} is before Docker existed or yet to come")
    return max(0, (now - seconds) // _DAY)


def _sorted(value: FactValue) -> FactValue:
    return list[JsonValue](sorted(str(each) for each in value)) if isinstance(value, list) else value

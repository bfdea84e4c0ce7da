"""Which audit rules watch a file."""

from __future__ import annotations

from benchmark.model.facts import FactValue, JsonValue, Subject, Unavailable


def audit_rules(host: Subject, file: Subject) -> FactValue:
    """The rules among the host's ``audit.watches`` that watch ``file``, as text; Unavailable where either is.

    A rule watches what its path is there, links on the way followed but not a link at its end (audit_get_nd and
    audit_add_tree_rule in the kernel look that up without following it). So the file's real path counts, and a rule for a
    link that leads to it does not. ``audit.watches`` holds both spellings of a path that leads through links. What a rule
    that says never keeps from those after it, they do not watch.
    """
    found = _found(host, file)
    return found if isinstance(found, Unavailable) else found[0]


def audit_exceptions(host: Subject, file: Subject) -> FactValue:
    """The rules that say never of some accesses to ``file`` before a rule that would record them, as text.

    Behind the rules that watch it, or about accesses that none of them records, they keep nothing from the record.
    """
    found = _found(host, file)
    return found if isinstance(found, Unavailable) else found[1]


def _found(host: Subject, file: Subject) -> tuple[list[JsonValue], list[JsonValue]] | Unavailable:
    """The rules that watch, and those that make exceptions to them."""
    watches, path = host.fact("audit.watches"), file.fact("path")
    if isinstance(watches, Unavailable):
        return watches
    if isinstance(path, Unavailable):
        return path
    origin = host.fact("audit.source")
    rules: list[JsonValue] = []
    exceptions: dict[str, bool] = {}  # whether a rule after it would have recorded what it keeps
    waiting: dict[str, set[str]] = {}
    kept, decided = set[str](), set[str]()
    for each in watches if isinstance(watches, list) else ():
        if not isinstance(each, dict) or not _watches(each, str(path)):
            continue
        accesses = set(str(each["perms"]))
        if narrowed := str(each.get("narrowed") or ""):
            exceptions.setdefault(narrowed, False)
            waiting[narrowed] = waiting.get(narrowed, set()) | (accesses - decided)
            continue
        if each.get("never") is True:
            kept |= accesses
        elif accesses - kept:
            rules.append(_written(each, str(origin)))
            if accesses - decided:
                exceptions |= {rule: True for rule, letters in waiting.items() if letters & (accesses - decided)}
        decided |= accesses
    return rules, [f"{rule} ({origin})" for rule, counts in exceptions.items() if counts]


def _watches(watch: dict[str, JsonValue], path: str) -> bool:
    watched = str(watch["path"])
    return watched == path or (watch["tree"] is True and path.startswith(watched.rstrip("/") + "/"))


def _written(watch: dict[str, JsonValue], origin: str) -> str:
    key = f" -k {watch['key']}" if watch["key"] else ""
    return f"-w {watch['path']} -p {watch['perms']}{key} ({origin})"

"""Who a container's main process is: by the kernel where it can be seen, by the engine's word elsewhere."""

from __future__ import annotations

from benchmark.collect.engine.projection import part
from benchmark.collect.engine.reports import ContainerContext
from benchmark.collect.images.users import is_root
from benchmark.model.facts import ABSENT, Absent, FactValue, JsonValue, Reason, Unavailable


def main_process_facts(document: dict[str, JsonValue], context: ContainerContext) -> dict[str, FactValue]:
    """``main_process_uid`` and ``runs_as_root``.

    A running container's main process is asked for at the kernel, which sees what user namespaces and a program that gives
    up root make of Config.User. That setting decides where there is no process, and where it runs on another host.
    """
    uid = _uid(document, context)
    if isinstance(uid, int):
        return {"main_process_uid": uid, "runs_as_root": uid == 0}
    if isinstance(uid, Unavailable) and uid.reason is not Reason.REMOTE:
        return {"main_process_uid": uid, "runs_as_root": uid}
    return {"main_process_uid": uid, "runs_as_root": _configured(part(document, "Config", "User"))}


def _uid(document: dict[str, JsonValue], context: ContainerContext) -> int | Unavailable | Absent:
    """ABSENT for a container that does not run."""
    running, pid = part(document, "State", "Running"), part(document, "State", "Pid")
    if running is False:
        return ABSENT
    if running is not True or type(pid) is not int or pid <= 0:
        return Unavailable(Reason.UNSUPPORTED, "the engine does not report State.Running and State.Pid")
    return context.process_uid(pid)


def _configured(user: FactValue) -> FactValue:
    if isinstance(user, Unavailable):
        return user
    if user is None or isinstance(user, Absent):
        return True  # the engine leaves an empty user out: root
    return is_root(user) if isinstance(user, str) else Unavailable(Reason.WRONG_TYPE, "Config.User is not a string")

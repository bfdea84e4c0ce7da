"""Who a container's main process is: by the kernel where it can be seen, by the engine's word where that is enough."""

from __future__ import annotations

from benchmark.collect.engine.confinement import no_new_privileges
from benchmark.collect.engine.projection import part
from benchmark.collect.engine.reports import ContainerContext
from benchmark.collect.images.users import is_number, is_root, user_part
from benchmark.model.facts import ABSENT, Absent, FactValue, JsonValue, Reason, Unavailable


def main_process_facts(document: dict[str, JsonValue], context: ContainerContext) -> dict[str, FactValue]:
    """``main_process_uid`` and ``runs_as_root``.

    A running container's main process is asked for at the kernel, which sees what user namespaces and a program that gives
    up root, or regains it, make of Config.User. That setting decides where there is no process. Where the process runs on
    another host it is not enough, unless nothing can have made root of another user.
    """
    uid = _uid(document, context)
    if isinstance(uid, int):
        return {"main_process_uid": uid, "runs_as_root": uid == 0}
    if isinstance(uid, Unavailable):
        stays = uid.reason is Reason.REMOTE and _stays_another(document, context)
        return {"main_process_uid": uid, "runs_as_root": False if stays else uid}
    return {"main_process_uid": uid, "runs_as_root": _configured(part(document, "Config", "User"))}


def _stays_another(document: dict[str, JsonValue], context: ContainerContext) -> bool:
    """True where the main process is started as a user by number, not 0, and may not gain privileges."""
    user = part(document, "Config", "User")
    if not isinstance(user, str) or not is_number(user_part(user)) or is_root(user):
        return False
    return no_new_privileges(document, context) is True


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

"""What scripts know of containers and images: what the engine shows when it is asked about each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from benchmark.export.sce_fact import ScriptFact, inspected
from benchmark.model.declaration import Type

_HEALTH: Final = "{{with .Config.Healthcheck}}{{len .Test}} {{range .Test}}{{.}} {{end}}{{end}}"
_SERVICE: Final = '{{index .Config.Labels "com.docker.swarm.service.id"}}'
_RESTART: Final = "HostConfig.RestartPolicy"

IMAGE: Final[Mapping[str, ScriptFact]] = {
    "runs_as_root": ScriptFact(
        f"""\
system=$({inspected("image", "{{.Os}}")}) && [ "$system" != windows ] || return 1
user=$({inspected("image", "{{.Config.User}}")}) || return 1
user=${{user%%:*}}
case $user in
'' | root) echo true ;;
*) if printf '%s\\n' "$user" | grep -qE '^[+-]?0+$'; then echo true; else echo false; fi ;;
esac
""",
        Type.BOOL,
        ("engine",),
    ),
    "health_check_defined": ScriptFact(
        f"""\
words=$({inspected("image", _HEALTH)}) || return 1
case $words in '1 '*) echo false ;; *[0-9]' CMD '* | *[0-9]' CMD-SHELL '*) echo true ;; *) echo false ;; esac
""",
        Type.BOOL,
        ("engine",),
    ),
}
CONTAINER: Final[Mapping[str, ScriptFact]] = {
    f"{_RESTART}.Name": ScriptFact(
        inspected("container", f"{{{{json .{_RESTART}.Name}}}}") + "\n", Type.STRING, ("engine",)
    ),
    f"{_RESTART}.MaximumRetryCount": ScriptFact(
        inspected("container", f"{{{{json .{_RESTART}.MaximumRetryCount}}}}") + "\n", Type.INT, ("engine",)
    ),
    # A task of a service is another matter: how its service restarts it, a manager knows, which may be another host.
    **{
        f"service_restart.{name}": ScriptFact(
            f'service=$({inspected("container", _SERVICE)}) || return 1\n[ -z "$service" ]\n', kind, ("engine",)
        )
        for name, kind in (("condition", Type.STRING), ("max_attempts", Type.INT))
    },
}

"""What scripts know of a swarm: through the command docker, from the node's own file, and from the daemon's sockets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from benchmark.export.sce_fact import ScriptFact, asked, inspected
from benchmark.model.declaration import Type
from benchmark.model.facts_engine import SWARM_FACTS

# The words that names of secrets have; a test holds them equal to what the collector looks for.
TELLTALE: Final = (
    "password|passwd|passphrase|_pass(_|$)|_pwd$|secret|token|credential|(api|private|access|encryption)_?key"
)
_STATE: Final = """\
root=$(engine '{{.DockerRootDir}}') && saved=$(cat "$root/swarm/docker-state.json" 2>/dev/null) || return 1
"""
_MANAGERS: Final = """\
found=$(docker node ls --quiet --filter role=manager 2>/dev/null </dev/null) || return 1
set -- $found
"""
_WITH_ENVIRONMENT: Final = '{{with .Spec.TaskTemplate.ContainerSpec}}{{range .Env}}{{json .}}{{"\\n"}}{{end}}{{end}}'

ADDRESSES: Final[Mapping[str, ScriptFact]] = {
    "swarm.planes_separated": ScriptFact(
        _STATE
        + """\
given=$(printf '%s\\n' "$saved" | sed -n 's/.*"AdvertiseAddr":"\\([^"]*\\):[0-9]*".*/\\1/p')
traffic=$(printf '%s\\n' "$saved" | sed -n 's/.*"DataPathAddr":"\\([^"]*\\)".*/\\1/p')
case $traffic in "" | "$given") echo false; return ;; *[!0-9.]*) return 1 ;; esac
case $given in "" | *[!0-9.]*) return 1 ;; *) echo true ;; esac
""",
        Type.BOOL,
        ("engine",),
    ),
    "swarm.listen_addresses": ScriptFact(
        _STATE
        + """\
port=$(printf '%s\\n' "$saved" | sed -n 's/.*"ListenAddr":"[^"]*:\\([0-9][0-9]*\\)".*/\\1/p')
port=${port:-2377}
[ -n "$pid" ] && manager=$(engine '{{.Swarm.ControlAvailable}}') || return 1
held=
for each in "/proc/$pid/fd"/*; do held="$held $(readlink "$each") "; done
for protocol in tcp tcp6 udp udp6; do
    [ ! -e "/proc/$pid/net/$protocol" ] || sed "s/^/$protocol /" "/proc/$pid/net/$protocol" || return 1
done | held=$held wide=$(printf '%04X' "$port") port=$port manager=$manager awk '
    index(ENVIRON["held"], " socket:[" $11 "] ") && ($1 ~ /udp/ || $5 == "0A") {
        split($3, part, ":")
        if (part[2] == "1F0A") number = 7946
        else if (part[2] == ENVIRON["wide"] && $1 ~ /tcp/) { number = ENVIRON["port"]; managed = 1 }
        else next
        address = part[1] !~ /^0+$/ ? part[1] : $1 ~ /6/ ? "[::]" : "0.0.0.0"
        print "\\"" address ":" number "/" $1 "\\""
        found = 1
    }
    END { exit !found || (ENVIRON["manager"] == "true" && !managed) }'
""",
        Type.STRINGS,
        ("engine", "daemon"),
    ),
}
SWARM: Final[Mapping[str, ScriptFact]] = {
    **{
        name: ScriptFact(asked(f".Swarm.Cluster.{name}", fact.type), fact.type, ("engine",))
        for name, fact in SWARM_FACTS.items()
        if not fact.derived
    },
    "managers": ScriptFact(f"{_MANAGERS}echo $#\n", Type.INT, ("engine",)),
    "managers_odd": ScriptFact(
        f"{_MANAGERS}if [ $(($# % 2)) = 1 ]; then echo true; else echo false; fi\n", Type.BOOL, ("engine",)
    ),
    "secrets": ScriptFact(
        "found=$(docker secret ls --quiet 2>/dev/null </dev/null) || return 1\nset -- $found\necho $#\n",
        Type.INT,
        ("engine",),
    ),
    "secret_like_environment": ScriptFact(
        f"""\
found=$(docker service ls --quiet 2>/dev/null </dev/null) || return 1
variables=
for member in $found; do
    more=$({inspected("service", _WITH_ENVIRONMENT)}) || return 1
    variables="$variables
$more"
done
printf '%s\\n' "$variables" | sed -n 's/^"\\([^="]*\\).*/\\1/p' | grep -Ei '{TELLTALE}' | grep -vi '_FILE$' | sed 's/.*/"&"/'
""",
        Type.STRINGS,
        ("engine",),
    ),
}
NETWORK: Final[Mapping[str, ScriptFact]] = {
    "encryption_option": ScriptFact(
        inspected(
            "network", '{{range $name, $value := .Options}}{{if eq $name "encrypted"}}{{json $value}}{{end}}{{end}}'
        )
        + "\n",
        Type.STRING,
        ("engine",),
    ),
}

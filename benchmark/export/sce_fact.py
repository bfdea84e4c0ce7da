"""What a fact is to a script: shell that prints it as JSON scalars, one a line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from benchmark.model.declaration import Type

PLAIN: Final = frozenset({Type.BOOL, Type.INT, Type.STRING, Type.VERSION})


@dataclass(frozen=True, slots=True)
class ScriptFact:
    """``text`` is the body of a shell function that prints the fact of ``$member``; ``type`` is the fact's.

    Nothing printed is an empty list, or the absence of a single value; a body that fails makes the fact unknown.
    """

    text: str
    type: Type
    needs: tuple[str, ...] = ()


def asked(template: str, type_: Type) -> str:
    """Shell that asks the engine for a field of its own description: a value, or the elements of a list."""
    if type_ in PLAIN:
        return f"engine '{{{{json {template}}}}}'\n"
    return f"engine '{{{{range {template}}}}}{{{{json .}}}}{{{{\"\\n\"}}}}{{{{end}}}}'\n"


def inspected(kind: str, template: str) -> str:
    """Shell that asks the engine about ``$member``, without a line end."""
    return f"docker {kind} inspect --format '{template}' \"$member\" 2>/dev/null </dev/null"

"""The capabilities of containers, which the engine computes and no file holds: as sets of containers."""

from __future__ import annotations

from typing import Final

from benchmark.export import json_text
from benchmark.export.container_files import CONTAINERS, HOSTCONFIG, file_text, lift, split_items
from benchmark.export.oval_terms import Captured, Concat, Constant, Setting
from benchmark.export.sides import Members, NotExpressible, SetSides, Sides, difference, intersection, union
from benchmark.model.control import Control, ParameterRef
from benchmark.scap.names import value_id
from benchmark.scap.oval_words import Comparison, Counterpart, OfElements

# What the engine grants by itself (moby, oci/caps/defaults.go)
_DEFAULT: Final = (
    "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "NET_RAW",
    "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
)  # fmt: skip
_NAMED: Final = r'"(?:CAP_)?([A-Z_]++)"'
_ANY: Final = r'"(?:CAP_)?[A-Z_]++"'
_LIST: Final = rf"(?:null|\[\s*+(?:{_ANY}\s*+(?:,\s*+{_ANY}\s*+)*+)?+\])"
_WITH_ALL: Final = r'\[(?=[^\]]*"(?:CAP_)?ALL")[^\]]*+\]'
_ALL_OR_NONE: Final = r'(?:null|\[\s*+(?:"(?:CAP_)?ALL"\s*+)?\])'


def capabilities_within(counterpart: Counterpart, control: Control) -> SetSides:
    """Containers that hold nothing but what a parameter approves; nothing is said of a privileged one.

    A container has the engine's own set without what was dropped, and what was added; so those of that set that are not approved
    must all have been dropped, and all that was added must be approved. Where everything was added and something dropped, nothing
    is said. Raises NotExpressible for any other comparison.
    """
    match counterpart:
        case OfElements("every", Comparison(values=ParameterRef(name)) as comparison):
            pass
        case _:
            raise NotExpressible("the set of capabilities is computed, and only compared with a list as a whole")
    added = json_text.elements(("CapAdd",), _NAMED)
    unfit = lift(split_items(file_text(HOSTCONFIG, added), comparison, control)[1])
    everything = json_text.elements(("CapAdd",), '"(?:CAP_)?(ALL)"')
    unfit_everything = lift(split_items(file_text(HOSTCONFIG, everything), comparison, control)[1])
    keeps = difference(lift(file_text(HOSTCONFIG, _lacks(name, control))), _having("CapDrop", _WITH_ALL), CONTAINERS)
    ordinary = _having("Privileged", "false")
    readable = intersection(ordinary, intersection(_having("CapAdd", _LIST), _having("CapDrop", _LIST)))
    adds_all = _having("CapAdd", _WITH_ALL)
    usual = difference(readable, adds_all, CONTAINERS)
    wrong = union(unfit, keeps)
    holds_all = intersection(readable, intersection(unfit_everything, _having("CapDrop", _ALL_OR_NONE)))
    return Sides(difference(usual, wrong, CONTAINERS), union(intersection(usual, wrong), holds_all))


def _having(key: str, inner: str) -> Members:
    return lift(file_text(HOSTCONFIG, json_text.value((key,), inner)))


def _lacks(parameter: str, control: Control) -> Concat:
    """Patterns, one for each capability of the engine's own set: CapDrop lacks it. That of an approved one never matches.

    OVAL cannot take one list from another, so what is looked for is cut out of a text that also holds what is approved: nothing
    is cut out where the name is among it, and no text lacks nothing.
    """
    looked_for = Constant(tuple(rf'\[[^\]]*"(?:CAP_)?{each}"' for each in _DEFAULT))
    text = Concat((looked_for, "@", Setting(value_id(control.id, parameter))))
    cut = Captured(text, r'\A([^@]*\)\?([A-Z_]+)")@(?!(?:.*,)?[ ]*\2[ ]*(?:,|\z))')
    before, after = json_text.value(("CapDrop",), "\0").split("\0")
    return Concat((before + "(?!", cut, ")(?:null|(?&a))" + after))

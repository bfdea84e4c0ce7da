"""``--tailoring FILE``: read, and resolved against the benchmark that it was made for."""

from __future__ import annotations

from benchmark.cli.checklist import checklist_of
from benchmark.cli.exit_code import Refusal
from benchmark.cli.input_file import input_name, read_input
from benchmark.evaluate import PROFILES
from benchmark.model.content import Catalog
from benchmark.model.framework import Framework
from benchmark.model.tailoring import Tailoring
from benchmark.scap.names import benchmark_id, profile_id
from benchmark.scap.tailoring import TailoringRefused, resolve_tailoring
from benchmark.scap.tailoring_document import MOST_BYTES, TailoringDocument, read_tailoring
from benchmark.scap.xml_reader import XmlRefused


def load_tailoring(
    path: str, catalog: Catalog, framework: Framework, version: str | None, profile: str | None
) -> tuple[bytes, Tailoring, str]:
    """The bytes of ``path``, the tailoring in it, and the version of the benchmark that it is about.

    Raises Refusal with all that is wrong. Where no ``version`` was asked for it is the one that the file names, or the newest.
    """
    try:
        data = read_input(path, MOST_BYTES)
    except OSError as error:
        raise Refusal(f"cannot read {path}: {error.strerror or error}") from None
    return data, *tailoring_of(data, input_name(path), catalog, framework, version=version, profile=profile)


def tailoring_of(
    data: bytes, name: str, catalog: Catalog, framework: Framework, *, version: str | None, profile: str | None
) -> tuple[Tailoring, str]:
    """The tailoring in ``data``, which was read from ``name``, and the version of the benchmark. Raises Refusal."""
    try:
        document = read_tailoring(data, name)
        about = version or _version_of(document, framework)
        tailoring = resolve_tailoring(document, checklist_of(catalog, framework.id, about), profile)
    except (XmlRefused, TailoringRefused) as error:
        raise Refusal(str(error)) from None
    except KeyError:
        raise Refusal(f"no version {about!r} of {framework.id}; there are {', '.join(framework.versions)}") from None
    return tailoring, about


def level_of(tailoring: Tailoring) -> str:
    """The profile of ours that the tailoring starts from; the widest where it starts from none."""
    return next((each for each in PROFILES if profile_id(each) == tailoring.extends), [*PROFILES][-1])


def _version_of(document: TailoringDocument, framework: Framework) -> str:
    named = {benchmark_id(framework.id, each): each for each in framework.versions}
    return named.get(document.benchmark, framework.newest)

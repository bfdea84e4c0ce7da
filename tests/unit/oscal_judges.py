"""Judges of OSCAL documents: compliance-trestle's models, and their JSON Schema."""

from __future__ import annotations

import json
import warnings
from functools import cache

from jsonschema import Draft202012Validator

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what trestle's own dependencies warn of
    import trestle.core.validator_factory  # noqa: F401  (first: its modules import each other in a circle)
    from trestle.core.duplicates_validator import DuplicatesValidator
    from trestle.core.links_validator import LinksValidator
    from trestle.core.refs_validator import RefsValidator
    from trestle.oscal import OSCAL_VERSION, assessment_results, catalog, mapping

MODELS = {
    "assessment-results": assessment_results.Model,
    "catalog": catalog.Model,
    "mapping-collection": mapping.Model,
}
VALIDATORS = (DuplicatesValidator(), RefsValidator(), LinksValidator())
__all__ = ["OSCAL_VERSION", "judged"]


def judged(text):
    """The document as trestle understands it; AssertionError for what is no valid OSCAL."""
    document = json.loads(text, object_pairs_hook=_unique)
    (kind,) = document
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = getattr(MODELS[kind].model_validate(document), kind.replace("-", "_"))
        for each in VALIDATORS:
            assert each.model_is_valid(model, quiet=True), type(each).__name__
    defects = [f"{each.json_path}: {each.message[:200]}" for each in _schema(kind).iter_errors(document)]
    assert not defects, defects[:5]
    return document[kind]


@cache
def _schema(kind):
    return Draft202012Validator(MODELS[kind].model_json_schema(by_alias=True))


def _unique(pairs):
    found = dict(pairs)
    assert len(found) == len(pairs), "a key stands twice"
    return found

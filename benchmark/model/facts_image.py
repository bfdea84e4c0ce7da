"""The facts of an image, as its inspection and its history show them, under Docker's own names."""

from __future__ import annotations

from typing import Final

from benchmark.model.declaration import Fact, Type

_NIL_LIST: Final[list[object]] = []

IMAGE_FACTS: Final = {
    "Id": Fact(Type.STRING, "image id"),
    "RepoTags": Fact(Type.STRINGS, "tags", null_is=_NIL_LIST),
    "RepoDigests": Fact(Type.STRINGS, "digests", null_is=_NIL_LIST),
    "Created": Fact(Type.STRING, "when it was built, RFC 3339"),
    "Architecture": Fact(Type.STRING, "CPU architecture"),
    "Os": Fact(Type.STRING, "operating system"),
    "Size": Fact(Type.INT, "bytes"),
    "Config.User": Fact(Type.STRING, "user[:group]; empty is root"),
    "Config.Healthcheck.Test": Fact(
        Type.STRINGS, "health check command; first word NONE switches it off", null_is=_NIL_LIST
    ),
    "environment_names": Fact(Type.STRINGS, "names of environment variables; values are never collected", derived=True),
    "history": Fact(
        Type.RECORDS,
        "layers, newest first, commands untruncated with values that look like secrets redacted",
        fields={
            "CreatedBy": Fact(Type.STRING, "instruction that made the layer"),
            "Size": Fact(Type.INT, "bytes"),
            "Created": Fact(Type.INT, "seconds since 1970"),
        },
    ),
}

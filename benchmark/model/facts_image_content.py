"""The facts of an image's content, collected only when an audit is asked to go deep."""

from __future__ import annotations

from typing import Final

from benchmark.model.declaration import Fact, Type

_PATH: Final = Fact(Type.STRING, "path inside the image; bytes that are no UTF-8 as \\xNN")
_LAYER: Final = Fact(Type.STRING, "layer that brought it, as its digest in RootFS.Layers")
_MODE: Final = Fact(Type.MODE, "permission bits")
_PRIVILEGED: Final = {
    "path": _PATH,
    "names": Fact(Type.STRINGS, "every name of the file: its path and its other hard links"),
    "layer": _LAYER,
    "mode": _MODE,
}

IMAGE_CONTENT_FACTS: Final[dict[str, Fact]] = {
    "content.read": Fact(Type.BOOL, "the image's content was read; false without --deep", derived=True),
    "content.setuid_files": Fact(
        Type.RECORDS,
        "regular files with the setuid bit that a container of the image sees; the first thousand by path",
        fields=_PRIVILEGED,
        derived=True,
    ),
    "content.setuid_count": Fact(Type.INT, "how many of them there are", derived=True),
    "content.setgid_files": Fact(
        Type.RECORDS,
        "regular files with the setgid bit that a container of the image sees; the first thousand by path",
        fields=_PRIVILEGED,
        derived=True,
    ),
    "content.setgid_count": Fact(Type.INT, "how many of them there are", derived=True),
    "content.world_writable_files": Fact(
        Type.RECORDS,
        "regular files, and directories without the sticky bit, that every user may write to; the first thousand by path",
        fields={
            "path": _PATH,
            "layer": _LAYER,
            "mode": _MODE,
            "kind": Fact(Type.STRING, "file or directory", known=("file", "directory")),
        },
        derived=True,
    ),
    "content.world_writable_count": Fact(Type.INT, "how many of them there are", derived=True),
    "content.private_keys": Fact(
        Type.RECORDS,
        "private keys in any layer, deleted ones included; never their content; the first thousand by path",
        fields={
            "path": _PATH,
            "layer": _LAYER,
            "kind": Fact(Type.STRING, "the key's own heading, or named like a key where it has none"),
            "still_visible": Fact(Type.BOOL, "no later layer deletes or replaces it"),
        },
        derived=True,
    ),
    "content.private_key_count": Fact(Type.INT, "how many of them there are", derived=True),
    "content.escaping_entries": Fact(
        Type.RECORDS,
        "entries of layers that would leave the directory they are unpacked into (zip slip); the first thousand by path",
        fields={
            "path": Fact(Type.STRING, "name of the entry, as it is written"),
            "layer": _LAYER,
            "kind": Fact(
                Type.STRING,
                "absolute or parent: the name itself; symlink or hardlink: its target; through_link: lies below a link"
                " that leaves; root: would replace the root directory; whiteout: would delete its own or the parent directory",
                known=("absolute", "parent", "symlink", "hardlink", "through_link", "root", "whiteout"),
            ),
        },
        derived=True,
    ),
    "content.escaping_count": Fact(Type.INT, "how many of them there are", derived=True),
    "content.hidden_bytes": Fact(
        Type.INT, "bytes of files that later layers replace or delete: stored and sent, never seen", derived=True
    ),
    "content.layers": Fact(
        Type.RECORDS,
        "layers, oldest first",
        fields={
            "digest": Fact(Type.STRING, "as in RootFS.Layers"),
            "bytes": Fact(Type.INT, "bytes of its regular files"),
            "files": Fact(Type.INT, "entries that are no directories"),
            "hidden_bytes": Fact(Type.INT, "bytes of its files that later layers replace or delete"),
        },
        derived=True,
    ),
    "content.user_ids": Fact(
        Type.MAP, "user name -> number, from the image's own /etc/passwd; absent where it has none", derived=True
    ),
}

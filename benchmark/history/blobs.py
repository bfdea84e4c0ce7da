"""Bytes by their digest: compressed, shared between runs, verified whenever they are read."""

from __future__ import annotations

import zlib
from typing import Final

from benchmark.history.database import Database
from benchmark.history.store_error import StoreDamaged, StoreError
from benchmark.model.chain import digest_of

_LEVEL: Final = 6
MOST_BYTES: Final = 1 << 30


def write_blob(database: Database, data: bytes) -> str:
    """The digest under which ``data`` is kept from now on. Bytes that are there already are read once more.

    A run that shares them is acknowledged only if they can be read; if not, they are written anew.
    """
    digest = digest_of(data)
    stored = {"digest": digest, "size": len(data), "data": zlib.compress(data, _LEVEL)}
    known = any(database.rows("SELECT 1 FROM blobs WHERE digest = :digest", {"digest": digest}))
    if not known:
        database.execute("INSERT INTO blobs (digest, size, data) VALUES (:digest, :size, :data)", stored)
        return digest
    try:
        read_blob(database, digest)
    except StoreDamaged:
        database.execute("UPDATE blobs SET size = :size, data = :data WHERE digest = :digest", stored)
    return digest


def read_blob(database: Database, digest: str) -> bytes:
    """The bytes with this digest. Raises StoreDamaged when they have another one, StoreError when there are none."""
    found = next(database.rows("SELECT size, data FROM blobs WHERE digest = :digest", {"digest": digest}), None)
    if found is None:
        raise StoreError(f"the history holds nothing with the digest {digest}")
    size, packed = found
    if not isinstance(size, int) or not 0 <= size <= MOST_BYTES or not isinstance(packed, bytes):
        raise StoreDamaged(f"what is kept as {digest} is damaged")
    inflate = zlib.decompressobj()
    try:
        data = inflate.decompress(packed, size + 1)
    except zlib.error:
        raise StoreDamaged(f"what is kept as {digest} is damaged") from None
    if len(data) != size or digest_of(data) != digest:
        raise StoreDamaged(f"what is kept as {digest} has another digest")
    return data

"""Just enough of DER (ITU-T X.690) to put the certificates of a time stamp in order."""

from __future__ import annotations

from typing import Final

_SEQUENCE: Final = 0x30
_FIRST: Final = 0xA0  # [0], constructed
# TimeStampResp -> its token, a ContentInfo -> [0] -> SignedData -> [0], its certificates: at each level the tag that is
# looked for, and how many elements before it are stepped over (RFC 3161, 2.4.2; RFC 5652, 3 and 5.1)
_WAY: Final = ((_SEQUENCE, 0), (_SEQUENCE, 1), (_FIRST, 1), (_SEQUENCE, 0), (_FIRST, 3))
_MOST: Final = 100


def with_sorted_certificates(reply: bytes) -> bytes:
    """``reply`` with the certificates of its SignedData in DER's order of a SET, or as it is where it has none.

    OpenSSL writes them in the order in which it was given them, which a strict reader refuses. No signature covers them.
    """
    try:
        start, end = 0, len(reply)
        for tag, before in _WAY:
            at = start
            for _ in range(before):
                at = _element(reply, at, end)[2]
            found, start, end = _element(reply, at, end)
            if found != tag:
                return reply
        certificates: list[bytes] = []
        at = start
        while at < end and len(certificates) < _MOST:
            after = _element(reply, at, end)[2]
            certificates.append(reply[at:after])
            at = after
    except ValueError:
        return reply
    return reply[:start] + b"".join(sorted(certificates)) + reply[at:]


def _element(data: bytes, at: int, end: int) -> tuple[int, int, int]:
    """Tag, start and end of the content of the element at ``at``, which ends there. Raises ValueError."""
    if at + 2 > end:
        raise ValueError("no element here")
    tag, length, start = data[at], data[at + 1], at + 2
    if length & 0x80:
        count = length & 0x7F
        if not 1 <= count <= 4 or start + count > end:
            raise ValueError("no length that DER would write")
        length, start = int.from_bytes(data[start : start + count]), start + count
    if start + length > end:
        raise ValueError("longer than what holds it")
    return tag, start, start + length

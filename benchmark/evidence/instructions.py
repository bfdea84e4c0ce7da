"""VERIFY.txt: how to verify a pack with the programs of any Linux system. Indented lines are commands."""

from __future__ import annotations

from typing import Final

from benchmark.evidence.manifest import NOT_PROVEN, Signer

_UNSIGNED: Final = """\
THIS PACK IS NOT SIGNED. Nothing in it proves who made it, or that nobody changed it: whoever held it could have made all of
it anew. What follows finds damage, and no more.
"""

_SIGNED: Final = """\
This pack is signed with the key {key_id}.
Get the public key from the signer, by another way than this pack came: a key that comes with what it signed proves nothing.
"""

_FILES: Final = """\
1. Unpack into a new directory, and say where the pack is (PACK), before that:

    : "${PACK:?set PACK to the whole path of the pack, such as PACK=/tmp/pack.zip}"
    WORK=$(mktemp -d)
    mkdir "$WORK/pack"
    unzip -q "$PACK" -d "$WORK/pack"
    cd "$WORK/pack"

2. Every file is what it was (SHA256SUMS names the digest of each):

    sha256sum --check --strict --quiet SHA256SUMS

3. No file was added, and none is missing (the names above the manifest are those of the seals):

    { cut -c 67- SHA256SUMS; printf '%s\\n' SHA256SUMS statement.json; } | LC_ALL=C sort > "$WORK/listed"
    unzip -Z1 "$PACK" | grep -v -x -e envelope.json -e statement.json.sig -e timestamp.tsr | LC_ALL=C sort > "$WORK/there"
    diff "$WORK/listed" "$WORK/there"

4. The statement is about these files:

    grep -q -F "$(sha256sum SHA256SUMS | cut -c 1-64)" statement.json
"""

_PEM: Final = """\
5. The statement was signed, in the DSSE envelope, with the key that you trust. Say where its public part is (TRUSTED, PEM):

    : "${TRUSTED:?set TRUSTED to the whole path of the public key}"
    sed -n 's/^ "payload": "\\(.*\\)",$/\\1/p' envelope.json | base64 -d | cmp - statement.json
    sed -n 's/^   "sig": "\\(.*\\)"$/\\1/p' envelope.json | base64 -d > "$WORK/signature"
    printf 'DSSEv1 28 application/vnd.in-toto+json %d ' "$(wc -c < statement.json)" | cat - statement.json > "$WORK/signed"
    openssl pkeyutl -verify -pubin -inkey "$TRUSTED" -rawin -in "$WORK/signed" -sigfile "$WORK/signature"
"""

_SSH: Final = """\
5. The statement was signed with the SSH key that you trust. Say where your list of allowed signers is (TRUSTED; a line of it is a
   name and a public key, see ALLOWED SIGNERS in ssh-keygen(1)):

    : "${TRUSTED:?set TRUSTED to the whole path of the allowed signers}"
    SIGNER=$(ssh-keygen -Y find-principals -f "$TRUSTED" -s statement.json.sig | head -n 1 | cut -d , -f 1)
    ssh-keygen -Y verify -f "$TRUSTED" -I "$SIGNER" -n dockmark-evidence -s statement.json.sig < statement.json

   The DSSE envelope holds the same statement:

    sed -n 's/^ "payload": "\\(.*\\)",$/\\1/p' envelope.json | base64 -d | cmp - statement.json
"""

_NOTHING_TO_VERIFY: Final = """\
5. There is no signature to verify.
"""

_CHAIN: Final = """\
6. The runs are links of one chain. A line of chain.txt is a number, the digest of that run's record, and the head that
   follows; the first run follows on sha256: and 64 zeros. Each head is printed in the reports of its run: compare those
   that you have.

    PREVIOUS=sha256:$(printf '%064d' 0)
    NEXT=1
    while read -r NUMBER ENTRY HEAD; do
        test "$NUMBER" = "$NEXT"
        test "$HEAD" = "sha256:$(printf '%s\\n%s\\n' "$PREVIOUS" "$ENTRY" | sha256sum | cut -c 1-64)"
        PREVIOUS=$HEAD
        NEXT=$((NEXT + 1))
    done < chain.txt
    for RECORD in runs/*/run.json; do
        grep -q " sha256:$(sha256sum "$RECORD" | cut -c 1-64) " chain.txt
    done
"""

_TIMESTAMP: Final = """\
7. If there is a file timestamp.tsr: an authority says when it saw {stamped}. Say where its certificates are (TSA, PEM):

    if test -e timestamp.tsr; then
        : "${{TSA:?set TSA to the whole path of the certificates of the time stamping authority}}"
        openssl ts -verify -data {stamped} -in timestamp.tsr -CAfile "$TSA"
    fi
"""

_CLOSING: Final = """\
Every command must succeed (put "set -e" in front). They prove that the pack is what was signed. That its verdicts follow from its
facts takes dockmark, the version that manifest.json names or a later one:

    dockmark evidence verify "$PACK" --trusted "$TRUSTED"

What none of this proves:

"""


def write_instructions(signer: Signer | None) -> bytes:
    """The text for a pack that is signed like this, or not at all."""
    head = _UNSIGNED if signer is None else _SIGNED.format(key_id=signer.key_id)
    seal = _NOTHING_TO_VERIFY if signer is None else _SSH if signer.for_ssh else _PEM
    stamped = "statement.json" if signer is None else "envelope.json"
    closing = _CLOSING.replace(' --trusted "$TRUSTED"', "") if signer is None else _CLOSING
    title = "How to verify this pack without dockmark\n========================================\n"
    parts = (title, head, _FILES, seal, _CHAIN, _TIMESTAMP.format(stamped=stamped), closing)
    return ("\n".join(parts) + "".join(f"* {each}\n" for each in NOT_PROVEN)).encode()

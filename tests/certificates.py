"""Certificates for a TLS listener, made by the openssl command."""

from __future__ import annotations

import subprocess
from pathlib import Path


def make_certificates(directory: Path) -> Path:
    """ca.pem, server-cert.pem, server-key.pem, cert.pem and key.pem: the names the docker client looks for.

    expired.pem and elsewhere.pem are certificates of the same server that no client may accept at 127.0.0.1.
    """
    place = directory / "tls"
    place.mkdir(mode=0o700)

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=place, check=True, capture_output=True, timeout=60)

    (place / "elsewhere.ext").write_text(
        "subjectAltName=IP:127.0.0.9,DNS:elsewhere.example\nextendedKeyUsage=serverAuth\n"
    )
    (place / "server.ext").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=serverAuth\n")
    (place / "client.ext").write_text("extendedKeyUsage=clientAuth\n")
    new_key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    openssl("req", "-x509", *new_key, "-keyout", "ca-key.pem", "-out", "ca.pem", "-days", "2", "-subj", "/CN=test CA")
    for name, certificate, key in (("server", "server-cert.pem", "server-key.pem"), ("client", "cert.pem", "key.pem")):
        openssl("req", *new_key, "-keyout", key, "-out", f"{name}.csr", "-subj", f"/CN={name}")
        signing = ("-CA", "ca.pem", "-CAkey", "ca-key.pem", "-CAcreateserial", "-days", "2")
        openssl("x509", "-req", "-in", f"{name}.csr", *signing, "-out", certificate, "-extfile", f"{name}.ext")
    signing = ("-CA", "ca.pem", "-CAkey", "ca-key.pem", "-CAcreateserial")
    for name, extension, days in (("expired", "server", "-1"), ("elsewhere", "elsewhere", "2")):
        dates = ("-days", days)
        openssl(
            "x509", "-req", "-in", "server.csr", *signing, *dates, "-out", f"{name}.pem", "-extfile", f"{extension}.ext"
        )
    return place

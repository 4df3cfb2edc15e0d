"""A certificate for a broker on this machine, signed by an authority that nobody else knows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def certified(folder: Path, address: str = "127.0.0.1") -> tuple[Path, Path]:
    """Files in PEM: the authority's certificate, and a key with its certificate and that one."""
    own, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority = _named("Tests' authority", "Tests' authority", key=own, by=own, authority=True)
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))])
    node = _named("A node", "Tests' authority", key=key, by=own, names=names)
    pem = serialization.Encoding.PEM
    believed, kept = folder / "authority.pem", folder / "node.pem"
    believed.write_bytes(authority.public_bytes(pem))
    kept.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + node.public_bytes(pem)
        + authority.public_bytes(pem)
    )
    return believed, kept


def _named(
    subject: str,
    issuer: str,
    *,
    key: ec.EllipticCurvePrivateKey,
    by: ec.EllipticCurvePrivateKey,
    authority: bool = False,
    names: x509.SubjectAlternativeName | None = None,
) -> x509.Certificate:
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    if names:
        made = made.add_extension(names, critical=False)
    return made.sign(by, hashes.SHA256())

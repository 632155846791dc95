"""An authority of a test's own, and certificates by it."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_DAY = timedelta(days=1)


class Authority:
    """Keeps everything in one directory, by the names of the certificates."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "an authority of tests")])
        builder = self._builder(self._name, self._key).add_extension(x509.BasicConstraints(True, 0), critical=True)
        self._write("ca", builder.sign(self._key, hashes.SHA256()), self._key)

    def told(self, name: str) -> dict[str, str]:
        """The settings of a service that holds a certificate of this name for this machine."""
        if not (self._folder / f"{name}.pem").exists():
            key = ec.generate_private_key(ec.SECP256R1())
            subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
            reached = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
            builder = self._builder(subject, key).add_extension(x509.SubjectAlternativeName(reached), critical=False)
            self._write(name, builder.sign(self._key, hashes.SHA256()), key)
        return {
            "ANALYTICS_TLS_CERTIFICATE": str(self._folder / f"{name}.pem"),
            "ANALYTICS_TLS_KEY": str(self._folder / f"{name}.key"),
            "ANALYTICS_TLS_CA": str(self._folder / "ca.pem"),
        }

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        made = x509.CertificateBuilder().subject_name(subject).issuer_name(self._name).public_key(key.public_key())
        return made.serial_number(x509.random_serial_number()).not_valid_before(now - _DAY).not_valid_after(now + _DAY)

    def _write(self, name: str, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
        pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
        (self._folder / f"{name}.pem").write_bytes(certificate.public_bytes(pem))
        (self._folder / f"{name}.key").write_bytes(key.private_bytes(pem, form, serialization.NoEncryption()))

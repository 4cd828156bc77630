"""cryptography: threads sign with one shared key and encrypt with keys of their own."""

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SHARED = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def work(number: int) -> list[object]:
    """Sign, verify, derive a key, encrypt and decrypt."""
    message = f"message {number}".encode() * 50
    signature = SHARED.sign(message)
    SHARED.public_key().verify(signature, message)
    derived = HKDF(hashes.SHA256(), 32, b"salt", str(number).encode()).derive(b"secret")
    box = Fernet(Fernet.generate_key())
    return [signature, derived, box.decrypt(box.encrypt(message)) == message]

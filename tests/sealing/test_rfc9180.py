"""Our first suite is RFC 9180 and nothing else: shown with the RFC's own answers, and by a
second implementation written from its text that opens our envelopes."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.bindings._rust import openssl
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from gateway.domain.submissions import Payload
from gateway.sealing.envelope import HEADER_SIZE, Context, seal
from gateway.sealing.keyring import Keyring
from gateway.sealing.suites import SUITES

# RFC 9180, appendix A.1.1: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM, base mode.
INFO = bytes.fromhex("4f6465206f6e2061204772656369616e2055726e")
SK_R = bytes.fromhex("4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8")
ENC = bytes.fromhex("37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431")
KEY = bytes.fromhex("4531685d41d65f03dc48f6b8302c05b0")
NONCE = bytes.fromhex("56d890e5accaaf011cff4b7d")
AAD = bytes.fromhex("436f756e742d30")
PLAINTEXT = bytes.fromhex("4265617574792069732074727574682c20747275746820626561757479")
CIPHERTEXT = bytes.fromhex(
    "f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a"
)
KEM_X25519, KDF_SHA256, AES_128, AES_256 = 0x0020, 0x0001, 0x0001, 0x0002


def extract(salt: bytes, label: bytes, ikm: bytes, suite: bytes) -> bytes:
    return hmac.new(salt or b"\0" * 32, b"HPKE-v1" + suite + label + ikm, hashlib.sha256).digest()


def expand(prk: bytes, label: bytes, info: bytes, length: int, suite: bytes) -> bytes:
    labeled = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info
    return hmac.new(prk, labeled + b"\1", hashlib.sha256).digest()[:length]


def key_and_nonce(
    secret: bytes, enc: bytes, info: bytes, aead: int, size: int
) -> tuple[bytes, bytes]:
    """RFC 9180 sections 4.1 (Decap) and 5.1 (KeySchedule) in base mode."""
    private = X25519PrivateKey.from_private_bytes(secret)
    kem = b"KEM" + KEM_X25519.to_bytes(2, "big")
    shared = private.exchange(X25519PublicKey.from_public_bytes(enc))
    kem_context = enc + private.public_key().public_bytes_raw()
    shared = expand(extract(b"", b"eae_prk", shared, kem), b"shared_secret", kem_context, 32, kem)
    suite = b"HPKE" + b"".join(n.to_bytes(2, "big") for n in (KEM_X25519, KDF_SHA256, aead))
    schedule = b"\0" + extract(b"", b"psk_id_hash", b"", suite)
    schedule += extract(b"", b"info_hash", info, suite)
    prk = extract(shared, b"secret", b"", suite)
    return expand(prk, b"key", schedule, size, suite), expand(
        prk, b"base_nonce", schedule, 12, suite
    )


def test_the_library_gives_the_answers_of_the_rfc() -> None:
    """The library's HPKE opens the RFC's ciphertext. Its associated data is only reachable
    through the entry the library keeps for such vectors."""
    suite = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_128_GCM)
    opened = openssl.hpke._decrypt_with_aad(
        suite, ENC + CIPHERTEXT, X25519PrivateKey.from_private_bytes(SK_R), INFO, AAD
    )
    assert opened == PLAINTEXT


def test_the_second_implementation_gives_the_answers_of_the_rfc() -> None:
    """The witness below is itself correct: key, nonce and plaintext are the RFC's."""
    key, nonce = key_and_nonce(SK_R, ENC, INFO, AES_128, 16)
    assert (key, nonce) == (KEY, NONCE)
    assert AESGCM(key).decrypt(nonce, CIPHERTEXT, AAD) == PLAINTEXT


@pytest.mark.parametrize("ring", [1], indirect=True)
def test_an_envelope_opens_with_the_documented_format_alone(
    ring: Keyring, payload: Payload, context: Context, tmp_path: Any
) -> None:
    """Whoever has the key file, the RFC and the format's text can open what is stored."""
    envelope = seal(payload, context, ring.sealing)
    stored = json.loads((tmp_path / "keys" / "keyring.json").read_text("ascii"))["keys"][-1]
    parts = [b"sealed-intake", bytes([1]), bytes([1]), bytes.fromhex(stored["id"]),
             (context.submitted_at_ms // 86_400_000).to_bytes(4, "big"), context.sid.encode(),
             str(context.portal_id).encode(), context.form_id.encode(),
             str(context.submitted_at_ms).encode(), context.snapshot_hash.encode()]  # fmt: skip
    info = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    enc, sealed = envelope[HEADER_SIZE : HEADER_SIZE + 32], envelope[HEADER_SIZE + 32 :]
    key, nonce = key_and_nonce(bytes.fromhex(stored["private"]), enc, info, AES_256, 32)
    padded = AESGCM(key).decrypt(nonce, sealed, b"")
    body = padded[4 : 4 + int.from_bytes(padded[:4], "big")]
    assert json.loads(body) == {
        "classes": payload.classes,
        "fields": [["0-1", "email", "a@b.example"], ["0-1", "ssn", "CANARY-7f3"]],
        "legal": payload.legal,
        "page_name": "Intake",
        "page_uri": "https://forms.example/intake/~s/5e",
    }


def test_the_hybrid_cannot_be_opened_with_half_its_key() -> None:
    """Suite 2 needs both the lattice key and the curve key."""
    suite = SUITES[2]
    secret = suite.new_secret()
    pair = suite.load(secret)
    sealed = suite.hpke.encrypt(b"x", pair.public, info=b"i")
    assert suite.hpke.decrypt(sealed, pair.private, info=b"i") == b"x"
    other = suite.new_secret()
    for mixed in (secret[:64] + other[64:], other[:64] + secret[64:]):
        with pytest.raises(InvalidTag):
            suite.hpke.decrypt(sealed, suite.load(mixed).private, info=b"i")

"""Personal data at rest: AES-256-GCM with a key id, and a keyed blind index to find equal values.

Keys come from `DATA_KEYS`: the first one encrypts, all of them decrypt, so a key is changed by putting a new one in
front. `INDEX_KEY` cannot be changed without rebuilding the indexes.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE_BYTES = 12
TAG_BYTES = 16


class DecryptionError(Exception):
    """The stored value was not made with a key at hand, or it was changed."""


def encrypt(text: str) -> str:
    """`key-id:base64(nonce + ciphertext + tag)`; the key id is authenticated with the text."""
    key_id, key = next(iter(settings.DATA_KEYS.items()))
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, text.encode(), key_id.encode())
    return f"{key_id}:{base64.b64encode(nonce + sealed).decode()}"


def decrypt(stored: str) -> str:
    """The text again; raises DecryptionError when no key fits or the value was tampered with."""
    key_id, _, encoded = stored.partition(":")
    raw = _unpacked(encoded)
    key = settings.DATA_KEYS.get(key_id)
    if key is None:
        raise DecryptionError(f"no key with id {key_id!r}")
    try:
        return AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], key_id.encode()).decode()
    except InvalidTag as error:
        raise DecryptionError("the value was changed, or its key was") from error


def _unpacked(encoded: str) -> bytes:
    """The sealed bytes; what is no ciphertext at all may be a plain number, so the error does not repeat it."""
    try:
        raw = base64.b64decode(encoded, validate=True)
    except ValueError:
        raise DecryptionError("the value is not encrypted, or it was cut") from None
    if len(raw) < NONCE_BYTES + TAG_BYTES:
        raise DecryptionError("the value is not encrypted, or it was cut")
    return raw


def blind_index(text: str) -> str:
    """HMAC-SHA-256 (64 hex characters): equal values are found, the value itself is not."""
    return hmac.new(settings.INDEX_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()

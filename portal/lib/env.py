"""The one reader of the environment; nonsense stops the start with a sentence instead of a surprise later."""

import base64
import binascii
import os

from django.core.exceptions import ImproperlyConfigured

MIN_SECRET_LENGTH = 50
PLACEHOLDERS = ("insecure", "change", "default", "example", "secret-key")


def text(name: str, default: str) -> str:
    """The variable as written; an empty value counts as absent."""
    return os.environ.get(name) or default


def flag(name: str, default: bool) -> bool:
    """1/true/yes/on or 0/false/no/off; anything else raises ImproperlyConfigured."""
    raw = os.environ.get(name, "").strip().lower()
    if not raw:
        return default
    if raw in {"1", "true", "yes", "on"}:
        return True
    if raw in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {raw!r}.")


def number(name: str, default: int) -> int:
    """A whole number of zero or more."""
    raw = os.environ.get(name, "").strip()
    if not raw:
        return default
    if not raw.isascii() or not raw.isdigit():
        raise ImproperlyConfigured(f"{name} must be a whole number, not {raw!r}.")
    return int(raw)


def words(name: str, default: list[str]) -> list[str]:
    """A comma-separated list without empty entries."""
    raw = os.environ.get(name, "")
    return [word.strip() for word in raw.split(",") if word.strip()] or default


def secret(name: str) -> str:
    """A secret that is present, long enough and no placeholder; there is no default on purpose."""
    value = os.environ.get(name, "")
    if len(value) < MIN_SECRET_LENGTH:
        raise ImproperlyConfigured(f"{name} is missing or shorter than {MIN_SECRET_LENGTH} characters.")
    if any(word in value.lower() for word in PLACEHOLDERS):
        raise ImproperlyConfigured(f"{name} looks like a placeholder; generate one for this machine.")
    return value


def keys(name: str) -> dict[str, bytes]:
    """Encryption keys from `id:base64[,id:base64…]`, 32 bytes each, in order of preference."""
    found: dict[str, bytes] = {}
    for entry in words(name, []):
        key_id, _, encoded = entry.partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error as error:
            raise ImproperlyConfigured(f"{name}: key {key_id!r} is not base64.") from error
        if not key_id or len(key) != 32:
            raise ImproperlyConfigured(f"{name}: every key needs an id and 32 bytes.")
        found[key_id] = key
    if not found:
        raise ImproperlyConfigured(f"{name} is missing; generate one for this machine.")
    return found

"""A text column that is ciphertext in the database and plain text in Python."""

from typing import Any

from django.db import models

from portal.lib.crypto import decrypt, encrypt


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]  # takes no argument at run time
    """Encrypted on the way in, decrypted on the way out; it cannot be searched, use a blind index beside it."""

    def get_prep_value(self, value: Any) -> str | None:
        text = super().get_prep_value(value)
        return encrypt(text) if text else text

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return decrypt(value) if value else value

    def get_lookup(self, lookup_name: str) -> Any:
        """Only "is it there": equal plain texts have different ciphertexts, so other look-ups would find nothing."""
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None

"""Columns that keep a text in another form than it was typed: encrypted, or folded for comparison."""

from typing import Any

from django.db import models

from portal.lib.crypto import decrypt, encrypt
from portal.lib.search.text import key


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


class FoldedField(models.CharField):  # type: ignore[type-arg]  # takes no argument at run time
    """The fold (`portal.lib.search.text.key`) of the field `of`, in step with it whenever a row is saved or created.

    `update()` and `only()` past both fields do not keep it in step. What is longer than the column is cut.
    """

    def __init__(self, *args: Any, of: str = "", **kwargs: Any) -> None:
        self.of = of
        super().__init__(*args, **{"blank": True, "default": "", "editable": False, **kwargs})

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "of": self.of}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        value = folded_to(self.max_length or 0, getattr(model_instance, self.of))
        setattr(model_instance, self.attname, value)
        return value


def folded_to(longest: int, text: str) -> str:
    """What a column of that length keeps of a text."""
    return key(text)[:longest]

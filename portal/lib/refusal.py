"""How a verb says no: a sentence for the person who asked, never a trace."""


class Refused(Exception):
    """A guard of a verb does not hold; `str()` is a full Chinese sentence, `field` the form field it belongs to."""

    def __init__(self, sentence: str, *, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field


class TooLate(Refused):
    """Somebody else acted first; the sentence names who and when."""

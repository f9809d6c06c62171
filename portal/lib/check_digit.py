"""One decimal check digit for printed numbers made of letters and digits.

Damm's scheme (a totally anti-symmetric quasigroup of order 10) over the characters written as decimal digits: it
finds every single wrong digit and every swap of two neighbouring digits. Letters enter as two digits (A = 10 … Z = 35).
"""

QUASIGROUP = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


def check_digit(text: str) -> str:
    """The digit that belongs behind `text` (A–Z and 0–9; ValueError for anything else)."""
    state = 0
    for char in text:
        for digit in str(int(char, 36)):
            state = QUASIGROUP[state][int(digit)]
    return str(state)


def append_check(text: str) -> str:
    """`text` with its check digit."""
    return text + check_digit(text)


def is_valid(text: str) -> bool:
    """Whether the last character is the check digit of the rest."""
    return len(text) > 1 and text.isascii() and text.isalnum() and check_digit(text[:-1]) == text[-1]

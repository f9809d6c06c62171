"""What of a person may be seen on a screen, a list or a paper: enough to recognise, too little to misuse."""

import re

IDENTITY_IN_TEXT = re.compile(r"(?<![0-9A-Za-z])\d{17}[0-9Xx](?![0-9A-Za-z])")
MOBILE_IN_TEXT = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")


def mask_identity(number: str) -> str:
    """First six and last four of a long number (330602********0001); of a short one only the last two."""
    if len(number) >= 15:
        return number[:6] + "*" * (len(number) - 10) + number[-4:]
    return "*" * max(len(number) - 2, 0) + number[-2:] if len(number) > 4 else "*" * len(number)


def mask_name(name: str) -> str:
    """The first character, and a star for each of the others: 张*, 欧**."""
    return name[:1] + "*" * (len(name) - 1)


def mask_phone(phone: str) -> str:
    """138****3210 for a mobile; of a fixed line the last four digits stay."""
    if len(phone) == 11 and phone.startswith("1"):
        return phone[:3] + "****" + phone[-4:]
    return "*" * max(len(phone) - 4, 0) + phone[-4:]


def mask_numbers_in(text: str) -> str:
    """Free text with its identity numbers and mobile numbers masked: people type them where nobody asked."""
    text = IDENTITY_IN_TEXT.sub(lambda found: mask_identity(found[0]), text)
    return MOBILE_IN_TEXT.sub(lambda found: mask_phone(found[0]), text)


def mask_applicant(name: str, *, is_body: bool) -> str:
    """Who asked, for everybody to read: a body by its name, a person as 张*; in doubt a person."""
    return name if is_body else mask_name(name)

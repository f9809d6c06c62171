"""Telephone numbers as they are written on cards: read to one form, or told what is wrong with them.

Sources: the numbering plan of the mainland (电信网编号计划: 1[3-9] for mobiles, 0 and an area code for fixed lines,
400 and 800), +852, +853 and +886 by their own lengths, other countries by ITU-T E.164 (at most fifteen digits).
"""

from __future__ import annotations

import re
import unicodedata

from portal.lib.words import one_line

LONGEST = 40
MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
FIXED = re.compile(r"(?P<area>010|02\d|0[3-9]\d{2})(?P<own>[1-9]\d{6,7})", re.ASCII)
SERVICE = re.compile(r"(?P<first>[48]00)(?P<second>\d{3})(?P<third>\d{4})", re.ASCII)
ABROAD = {"852": r"\d{8}", "853": r"\d{8}", "886": r"\d{8,9}"}
OTHER_COUNTRY = re.compile(r"[1-9]\d{6,14}", re.ASCII)
COUNTRIES_OF_TWO = re.compile(r"(?:[17]|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])")
EXTENSION = re.compile(r"(?:转|分机|EXT\.?|X|#|,)(?P<extension>\d{1,6})$", re.ASCII)


class PhoneError(ValueError):
    """No telephone has this number; `str()` is a Chinese sentence that does not repeat it."""


def read_phone(typed: str) -> str:
    """13800000000, 0575-12345678, 0575-12345678-801, 400-000-0000 or +852-12345678, however it was written."""
    spelled = one_line(unicodedata.normalize("NFKC", typed[: LONGEST * 2]))
    text = re.sub(r"[\s.()·]", "", re.sub(r"^\s*\(?(852|853|886)\)?(?=[\s-]*\d{4})", r"+\1", spelled)).upper()
    text = re.sub(r"[‐‑‒–—―−]", "-", text)
    text = re.sub(r"^(?:电话|手机|TEL|MOBILE|T|M):?", "", text)
    own = re.sub(r"^(?:\+86|0086|86(?=-?(?:1[3-9]\d{9}|0\d)))-?", "", text.replace("+-", "+"))
    if own.startswith(("+", "00")):
        return _abroad(own.lstrip("+") if own.startswith("+") else own[2:])
    if own != text and (behind := FIXED.fullmatch(f"0{own.replace('-', '')}")):  # the 0 is left out there
        return f"{behind['area']}-{behind['own']}"
    return _of_the_mainland(own)


def is_mobile(phone: str) -> bool:
    """Whether a number that was read can get a short message: of the mainland a mobile, abroad any."""
    return bool(MOBILE.fullmatch(phone)) or phone.startswith("+")


def _abroad(digits: str) -> str:
    plain = digits.replace("-", "")
    for code, own in ABROAD.items():
        if plain.startswith(code):
            if not re.fullmatch(own, plain[3:], re.ASCII):
                raise PhoneError(f"+{code}之后的位数不对，请核对名片或者证件。")
            return f"+{code}-{plain[3:]}"
    if not OTHER_COUNTRY.fullmatch(plain):
        raise PhoneError("境外号码请写国家或者地区代码和号码，例如+852 1234 5678。")
    short = COUNTRIES_OF_TWO.match(plain)
    at = short.end() if short else 3
    return f"+{plain[:at]}-{plain[at:]}"


def _of_the_mainland(text: str) -> str:
    extension = ""
    if found := EXTENSION.search(text):
        text, extension = text[: found.start()], f"-{found['extension']}"
    elif found := re.fullmatch(r"(0\d{2,3}-?[1-9]\d{6,7})-(\d{1,6})", text, re.ASCII):
        text, extension = found[1], f"-{found[2]}"
    plain = text.replace("-", "")
    if MOBILE.fullmatch(plain) and not extension:
        return plain
    if line := FIXED.fullmatch(plain):
        return f"{line['area']}-{line['own']}{extension}"
    if line := SERVICE.fullmatch(plain):
        return f"{line['first']}-{line['second']}-{line['third']}{extension}"
    raise PhoneError(_why(plain))


def _why(plain: str) -> str:
    if not plain.isdigit() or not plain.isascii():
        return "电话号码里有不认识的字符，请只填一个号码，例如138 0000 0000或者0575-12345678。"
    if len(plain) == 11 and plain.startswith("1"):
        return "手机号码的第二位应当是3至9，这个号码不存在，请与申请人核对。"
    if plain.startswith("1"):
        return "请填写11位手机号码，这个号码的位数不对。"
    if len(plain) in {7, 8}:
        return "固定电话请加区号，例如0575-12345678。"
    return "没有这样的电话号码。请填11位手机号码、带区号的固定电话、400号码，或者+852等开头的境外号码。"

"""Identity numbers as they are typed at a window: normalised, checked, and never repeated in an error.

Sources: GB 11643 (居民身份证号), GB 32100 with GB 11714 (统一社会信用代码). The region of an identity card is not
checked: the elderly carry divisions that were dissolved decades ago, and newborns those made last month. So only the
check characters come from python-stdnum; its `validate` refuses such people, and credit codes that begin with a letter.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from django.db import models
from stdnum.cn import ric, uscc

from portal.lib.words import one_line

EARLIEST_BIRTH = date(1880, 1, 1)
CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
SUBJECT_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
SHAPES = {
    "414": (r"[A-Z0-9]{5,17}", "护照号码应为5至17位字母或者数字，请核对证件。"),
    "516": (r"[HM]\d{8}(\d{2})?", "港澳居民来往内地通行证号码应以H或者M开头，后接8位或者10位数字，请核对证件。"),
    "511": (r"\d{8}(\d{2}[A-Z]?)?", "台湾居民来往大陆通行证号码应为8位或者10位数字，请核对证件。"),
    "553": (r"([A-Z]{3}\d{12}|9\d{16}[\dX])", "外国人永久居留身份证号码的格式不正确，请核对证件。"),
}


class IdentityKind(models.TextChoices):
    """Kinds of papers by their three-digit exchange code; 001 is ours for the credit code."""

    CITIZEN = "111", "居民身份证"
    USCC = "001", "统一社会信用代码"
    PASSPORT = "414", "普通护照"
    HK_MACAO = "516", "港澳居民来往内地通行证"
    TAIWAN = "511", "台湾居民来往大陆通行证"
    FOREIGN_RESIDENT = "553", "外国人永久居留身份证"


class IdentityError(ValueError):
    """The number cannot be right; `str()` is a Chinese sentence that does not repeat it."""


def check_identity(kind: str, number: str, *, today: date) -> str:
    """The number in its normal form (half-width, upper case, no spaces), or IdentityError with the reason."""
    value = re.sub(r"[\s-]", "", one_line(unicodedata.normalize("NFKC", number))).upper()
    if not value:
        raise IdentityError("请填写证件号码。")
    if kind == IdentityKind.CITIZEN:
        _check_card(value, today)
    elif kind == IdentityKind.USCC:
        _check_credit_code(value)
    elif kind in SHAPES:
        shape, sentence = SHAPES[kind]
        if not re.fullmatch(shape, value, re.ASCII):
            raise IdentityError(sentence)
    else:
        raise IdentityError("请选择证件类型。")
    return value


def _check_card(value: str, today: date) -> None:
    if not re.fullmatch(r"[0-9]{17}[0-9X]", value):
        raise IdentityError("居民身份证号码应为18位，前17位是数字，末位是数字或者X，请核对证件。")
    try:
        born = date(int(value[6:10]), int(value[10:12]), int(value[12:14]))
    except ValueError as error:
        raise IdentityError("居民身份证号码中的出生日期不存在，请核对证件。") from error
    if born > today:
        raise IdentityError("居民身份证号码中的出生日期晚于今天，请核对证件。")
    if born < EARLIEST_BIRTH:
        raise IdentityError("居民身份证号码中的出生日期过早，请核对证件。")
    if ric.calc_check_digit(value) != value[17]:
        raise IdentityError("居民身份证号码的校验位不正确，可能输错了数字，请核对证件。")


def _check_credit_code(value: str) -> None:
    if len(value) != 18:
        raise IdentityError("统一社会信用代码应为18位，请核对营业执照或者登记证书。")
    if set(value) - set(CREDIT_ALPHABET):
        raise IdentityError("统一社会信用代码只含数字和大写字母，不含I、O、S、V、Z，请核对营业执照或者登记证书。")
    if uscc.calc_check_digit(value[:17]) != value[17]:
        raise IdentityError("统一社会信用代码的校验位不正确，可能输错了字符，请核对营业执照或者登记证书。")
    if not _subject_fits(value[8:17]):
        raise IdentityError("统一社会信用代码中的主体标识码（第9至17位）不正确，请核对营业执照或者登记证书。")


def _subject_fits(subject: str) -> bool:
    """GB 11714: eight characters and a check, digits as themselves and A = 10 … Z = 35."""
    values = [int(char, 36) for char in subject[:8]]
    rest = 11 - sum(value * weight for value, weight in zip(values, SUBJECT_WEIGHTS, strict=True)) % 11
    return subject[8] == {10: "X", 11: "0"}.get(rest, str(rest))

"""Identity numbers as they are typed at a window: normalised, checked by the standard of their kind, never repeated.

Sources: GB 11643 (居民身份证号), GB 32100 with GB 11714 (统一社会信用代码), 《港澳台居民居住证申领发放办法》 (810000,
820000, 830000 before the birth date), GS 15 (15位注册号). Check characters come from python-stdnum in part; its
`validate` refuses the elderly and newborns for their divisions, and credit codes that begin with a letter. What makes
a number doubtful without making it wrong is a warning (`doubts`), never a refusal.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date

from django.db import models
from stdnum import numdb
from stdnum.cn import ric, uscc

from portal.lib.words import one_line

OLDEST, OLD = 130, 110
"""Years behind which a birth date is refused, and behind which it is asked about."""
CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
SUBJECT_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
RESIDENT_AREAS = ("810000", "820000", "830000")
"""Hong Kong, Macao, Taiwan, before the birth date of a residence permit."""
CENTENARIANS = frozenset({"996", "997", "998", "999"})
"""Last digits that the cards of fifteen gave to people born in the century before."""


class IdentityKind(models.TextChoices):
    """Kinds of papers by their three-digit exchange code; those that begin with 0 are ours."""

    CITIZEN = "111", "居民身份证"
    RESIDENT = "002", "港澳台居民居住证"
    HK_MACAO = "516", "港澳居民来往内地通行证"
    TAIWAN = "511", "台湾居民来往大陆通行证"
    FOREIGN_RESIDENT = "553", "外国人永久居留身份证"
    PASSPORT = "414", "普通护照"
    USCC = "001", "统一社会信用代码"
    REGISTRATION = "004", "营业执照注册号（15位）"
    FOREIGN_BODY = "005", "境外主体登记证明"
    GRASSROOTS = "006", "村民小组等组织的证明"


BODIES = frozenset({IdentityKind.USCC, IdentityKind.REGISTRATION, IdentityKind.FOREIGN_BODY, IdentityKind.GRASSROOTS})
"""What proves a body. The credit code first; the others for those that have none."""
PERSONS = frozenset(IdentityKind) - BODIES


class IdentityError(ValueError):
    """The number cannot be right; `str()` is a Chinese sentence that does not repeat it."""


def choices_of(kinds: frozenset[IdentityKind]) -> list[tuple[str, str]]:
    """Code and name of these kinds, in the order of all."""
    return [(kind.value, kind.label) for kind in IdentityKind if kind in kinds]


def check_identity(kind: str, number: str, *, today: date) -> str:
    """The number in its normal form (half-width, upper case, no spaces), or IdentityError with the reason."""
    value = _normal(number)
    if not value:
        raise IdentityError("请填写证件号码。")
    if kind not in CHECKS:
        raise IdentityError("请选择证件类型。")
    CHECKS[kind](value, today)
    return value


def doubts(kind: str, value: str, *, today: date) -> list[str]:
    """What to look at again in a number that was checked: sentences that stop nobody and do not repeat it."""
    found = []
    if kind == IdentityKind.CITIZEN and not _area_is_known(value[:6]):
        found.append("居民身份证号码的前六位不是已知的行政区划，请再核对一次证件；核对无误的，照常办理。")
    if kind in {IdentityKind.CITIZEN, IdentityKind.RESIDENT} and _age(value[6:14], today) > OLD:
        found.append(f"按证件号码，申请人已满{OLD}周岁，请再核对一次证件；核对无误的，照常办理。")
    if kind == IdentityKind.FOREIGN_RESIDENT and len(value) == 15 and not _old_check_fits(value):
        found.append("外国人永久居留证的末位校验码对不上，请再核对一次证件；核对无误的，照常办理。")
    if kind == IdentityKind.REGISTRATION and not _registration_fits(value):
        found.append("注册号的末位校验码对不上，请再核对一次营业执照；核对无误的，照常办理。")
    return found


def from_old_file(kind: str, number: str, *, today: date) -> tuple[str, str]:
    """The number of an old file as it is kept today, and a warning in words when it was converted or kept as it was.

    A card of fifteen digits becomes one of eighteen; an organisation code of nine cannot become a credit code, because
    nobody can know who registered the body where. Raises IdentityError like `check_identity`.
    """
    value = _normal(number)
    if kind == IdentityKind.CITIZEN and re.fullmatch(r"[0-9]{15}", value):
        century = "18" if value[12:] in CENTENARIANS else "19"
        longer = value[:6] + century + value[6:]
        whole = check_identity(kind, longer + ric.calc_check_digit(f"{longer}0"), today=today)
        return whole, "原件上是15位的老号码，已按国家标准换算成18位，请与申请人的有效证件核对。"
    if kind == IdentityKind.USCC and re.fullmatch(r"[0-9A-Z]{8}[0-9X]", value):
        if not _subject_fits(value):
            raise IdentityError("组织机构代码的校验位不正确，请核对档案。")
        return value, "原件上是9位的组织机构代码，不能换算成18位的统一社会信用代码，照原样保留，请向登记机关核实。"
    return check_identity(kind, value, today=today), ""


TELLING = (
    IdentityKind.USCC,
    IdentityKind.CITIZEN,
    IdentityKind.RESIDENT,
    IdentityKind.FOREIGN_RESIDENT,
    IdentityKind.REGISTRATION,
)
"""Kinds whose numbers tell by their form what they are, likeliest first."""


def readings(number: str, *, today: date) -> list[tuple[IdentityKind, str, str]]:
    """As what a number may be read that somebody scans or types without saying which proof it is of: kind, normal form,
    and the warning of `from_old_file`; empty when it can be none of them."""
    found = []
    for kind in TELLING:
        try:
            found.append((kind, *from_old_file(kind, number, today=today)))
        except IdentityError:
            continue
    return found


def _normal(number: str) -> str:
    return re.sub(r"[\s\-‐‑–—()]", "", one_line(unicodedata.normalize("NFKC", number))).upper()


# Persons.


def _check_card(value: str, today: date) -> None:
    if re.fullmatch(r"[0-9]{15}", value):
        raise IdentityError(
            "这是15位的老号码。第一代居民身份证自2013年1月1日起停止使用，请申请人出示有效的居民身份证，填写18位号码。"
        )
    if not re.fullmatch(r"[0-9]{17}[0-9X]", value):
        raise IdentityError("居民身份证号码应为18位，前17位是数字，末位是数字或者X，请核对证件。")
    if value.startswith(RESIDENT_AREAS):
        raise IdentityError("这是港澳台居民居住证的号码，证件类型请选“港澳台居民居住证”。")
    _check_birth_and_digit(value, IdentityKind.CITIZEN.label, today)


def _check_permit(value: str, today: date) -> None:
    if not re.fullmatch(r"[0-9]{17}[0-9X]", value):
        raise IdentityError("港澳台居民居住证号码应为18位，前17位是数字，末位是数字或者X，请核对证件。")
    if not value.startswith(RESIDENT_AREAS):
        raise IdentityError(
            "港澳台居民居住证号码应以810000、820000或者830000开头，请核对证件；内地居民的证件类型请选“居民身份证”。"
        )
    _check_birth_and_digit(value, IdentityKind.RESIDENT.label, today)


def _check_foreigner(value: str, today: date) -> None:
    """Of 2023, eighteen digits: 9, the province, the country, birth, sequence, check; before, fifteen signs."""
    if re.fullmatch(r"9[0-9]{16}[0-9X]", value):
        _check_birth_and_digit(value, IdentityKind.FOREIGN_RESIDENT.label, today)
    elif not re.fullmatch(r"[A-Z]{3}[0-9]{12}", value):
        raise IdentityError("外国人永久居留身份证号码应为9开头的18位数字，旧证为3位字母和12位数字，请核对证件。")
    elif not any(_day(f"{century}{value[7:13]}") for century in ("19", "20")):
        raise IdentityError("外国人永久居留身份证号码中的出生日期不存在，请核对证件。")


def _check_birth_and_digit(value: str, name: str, today: date) -> None:
    born = _day(value[6:14])
    if born is None:
        raise IdentityError(f"{name}号码中的出生日期不存在，请核对证件。")
    if born > today:
        raise IdentityError(f"{name}号码中的出生日期晚于今天，请核对证件。")
    if _age(value[6:14], today) > OLDEST:
        raise IdentityError(f"{name}号码中的出生日期过早，距今已超过{OLDEST}年，请核对证件。")
    if ric.calc_check_digit(value) != value[17]:
        raise IdentityError(f"{name}号码的校验位不正确，可能输错了数字，请核对证件。")


def _day(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None


def _age(birth: str, today: date) -> int:
    born = _day(birth) or today
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _area_is_known(area: str) -> bool:
    """Whether the division exists or existed; the lists of the standard know those that were dissolved as well."""
    parts = numdb.get("cn/loc").info(area)
    return any("county" in found for _part, found in parts)


def _old_check_fits(value: str) -> bool:
    """7, 3, 1 over digits and letters (A = 10), as in the machine-readable lines of travel documents (ICAO 9303)."""
    return sum(int(sign, 36) * (7, 3, 1)[at % 3] for at, sign in enumerate(value[:14])) % 10 == int(value[14])


# Bodies.


def _check_credit_code(value: str, today: date) -> None:
    if re.fullmatch(r"[0-9]{15}", value):
        raise IdentityError(
            "这是15位的注册号，应已换发载有18位统一社会信用代码的营业执照，请核对；"
            "确实还没有换发的，证件类型请选“营业执照注册号（15位）”。"
        )
    if re.fullmatch(r"[0-9A-Z]{8}[0-9X]", value):
        raise IdentityError(
            "这是9位的组织机构代码，已由18位的统一社会信用代码取代，请填写营业执照或者登记证书上的18位代码。"
        )
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


def _registration_fits(value: str) -> bool:
    """GS 15: the last of fifteen digits by ISO 7064, MOD 11,10."""
    product = 10
    for digit in value[:14]:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return (product + int(value[14])) % 10 == 1


# The kinds.


def _shaped(shape: str, sentence: str) -> Callable[[str, date], None]:
    def check(value: str, today: date) -> None:
        if not re.fullmatch(shape, value, re.ASCII):
            raise IdentityError(sentence)

    return check


CHECKS: dict[str, Callable[[str, date], None]] = {
    IdentityKind.CITIZEN: _check_card,
    IdentityKind.RESIDENT: _check_permit,
    IdentityKind.FOREIGN_RESIDENT: _check_foreigner,
    IdentityKind.USCC: _check_credit_code,
    IdentityKind.PASSPORT: _shaped(r"[A-Z0-9]{5,17}", "护照号码应为5至17位字母或者数字，请核对证件。"),
    IdentityKind.HK_MACAO: _shaped(
        r"[HM]\d{8}(\d{2})?", "港澳居民来往内地通行证号码应以H或者M开头，后接8位或者10位数字，请核对证件。"
    ),
    IdentityKind.TAIWAN: _shaped(
        r"\d{8}(\d{2}[A-Z]?)?", "台湾居民来往大陆通行证号码应为8位数字，旧证为10位数字，请核对证件。"
    ),
    IdentityKind.REGISTRATION: _shaped(r"\d{15}", "注册号应为15位数字，请核对营业执照。"),
    IdentityKind.FOREIGN_BODY: _shaped(
        r"[A-Z0-9./]{2,40}", "请填写境外登记证明上的登记号码（2至40位字母或者数字），请核对经公证认证的证明文件。"
    ),
    IdentityKind.GRASSROOTS: _shaped(
        r"\S{2,40}", "请填写村民委员会或者乡镇人民政府证明的文号；没有文号的，填写证明的日期，例如20261128。"
    ),
}

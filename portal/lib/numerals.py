"""Numbers in words as papers write totals (大写), so that a figure cannot be altered with a pen."""

DIGITS = "零壹贰叁肆伍陆柒捌玖"
UNITS = ("", "拾", "佰", "仟")


def in_words(number: int) -> str:
    """0 → 零, 12 → 壹拾贰, 105 → 壹佰零伍; for 0 to 9,999."""
    if not 0 <= number <= 9999:
        raise ValueError("in_words writes 0 to 9,999")
    if number == 0:
        return DIGITS[0]
    written, gap = "", False
    for power in range(3, -1, -1):
        digit = number // 10**power % 10
        if digit:
            written += (DIGITS[0] if gap and written else "") + DIGITS[digit] + UNITS[power]
            gap = False
        else:
            gap = True
    return written

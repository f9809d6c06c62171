"""What the portal can do today, for public texts."""

from django import template

from portal.catalog.schema import able

register = template.Library()


@register.simple_tag
def follow_sentence(mark: str) -> str:
    """`{% follow_sentence "可容缺" %}`: what a material marked so is, or that the window cannot do it yet."""
    return able.follow_sentence(mark)


@register.simple_tag
def mail_said(word: str) -> str:
    """`{% mail_said "邮寄送达" %}`: the service, or that it is not open yet."""
    return able.said(word, able.Ability.MAIL)


@register.simple_tag
def tolerates() -> bool:
    """`{% tolerates as tolerates %}`: whether the window takes in with gaps."""
    return able.can(able.Ability.TOLERANCE)

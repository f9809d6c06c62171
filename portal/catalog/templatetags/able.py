"""What the portal can do today, for public texts."""

from django import template

from portal.catalog.schema import able, bringing

register = template.Library()


@register.simple_tag
def follow_sentence() -> str:
    """`{% follow_sentence %}`: what a material marked 容缺后补 is, or that the window cannot do it yet."""
    return able.follow_sentence()


@register.simple_tag
def shared_sentence() -> str:
    """`{% shared_sentence %}`: what a material marked 可共享免交 is."""
    return bringing.SHARED_SENTENCE


@register.simple_tag
def mail_said(word: str) -> str:
    """`{% mail_said "邮寄送达" %}`: the service, or that it is not open yet."""
    return able.said(word, able.Ability.MAIL)


@register.simple_tag
def tolerates() -> bool:
    """`{% tolerates as tolerates %}`: whether the window takes in with gaps."""
    return able.can(able.Ability.TOLERANCE)

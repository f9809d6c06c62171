"""Marks on printed papers."""

from django import template
from django.utils.safestring import SafeString

from portal.documents.models import Document
from portal.documents.verification import public_url, verification_url
from portal.lib import marks

register = template.Library()


@register.simple_tag
def barcode(text: str) -> SafeString:
    """Code 128 of an ASCII code."""
    return marks.barcode_svg(text)


@register.simple_tag
def qr(text: str) -> SafeString:
    return marks.qr_svg(text)


@register.simple_tag
def verification_qr(document: Document) -> SafeString:
    """The address under which everybody sees whether this paper is ours."""
    return marks.qr_svg(verification_url(document))


@register.simple_tag
def counter_address(name: str) -> str:
    """The address of a public counter as people type it, without https://."""
    return public_url(name).partition("://")[2]

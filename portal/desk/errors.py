"""Sentences instead of error pages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was open too long, or cookies that are off: say what to do."""
    return render(
        request,
        "errors/message.html",
        {
            "title": "页面已过期",
            "sentence": "页面打开的时间过长，或者浏览器没有启用 Cookie。请返回上一页，刷新后重新提交。",
        },
        status=403,
    )


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A request no form of ours sends."""
    sentence = "提交的内容不符合要求，没有作任何改动。请返回上一页核对后重新提交。"
    return render(request, "errors/message.html", {"title": "无法处理", "sentence": sentence}, status=400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A page of somebody else's post."""
    sentence = "您的岗位没有这项权限。如需办理，请联系综合窗口组长或者审管办。"
    return render(request, "errors/message.html", {"title": "没有权限", "sentence": sentence}, status=403)

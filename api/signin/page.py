"""The sign-in page: what it has to say, and a plain form of it for where no other is put in its place."""

from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from typing import Final
from urllib.parse import urlencode

from fastapi import Request


@dataclass(frozen=True, slots=True)
class SignInPage:
    """What the page shows.

    Attributes:
        onward: Path of this installation to go to afterwards, for the field or parameter `onward`.
        link: A one-time link to be confirmed, for the field `link`.
        provider: Host of the identity provider; its link is `/sign-in/provider?onward=...`.
        password: Whether accounts have passwords: fields `login` and `password`.
        problem: What went wrong, in words, and what to do about it.
        signed_out: Whether somebody has just signed out here.
        provider_sign_out: Where one signs out at the provider as well, on a computer that others use too.
    """

    onward: str = "/"
    link: str | None = field(default=None, repr=False)
    provider: str | None = None
    password: bool = False
    problem: tuple[str, str] | None = None
    signed_out: bool = False
    provider_sign_out: str | None = None

    @property
    def provider_address(self) -> str:
        """Where the way to the identity provider begins."""
        return f"/sign-in/provider?{urlencode({'onward': self.onward})}"


Render = Callable[[Request, SignInPage], str]
"""Makes the HTML of the page; `app.state.sign_in_page` is the one in use."""

_PAGE: Final = """\
<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}Sign in - Treadway</title></head>
<body><main><h1>Sign in to Treadway</h1>
{body}
</main></body></html>
"""
_FORM: Final = """\
<form method="post" action="/sign-in">
<input type="hidden" name="onward" value="{onward}">
{fields}
<p><button>Sign in</button></p></form>"""
_LINK: Final = """\
<input type="hidden" name="link" value="{link}">
<p>This link signs you in once, in this browser.</p>"""
_ACCOUNT: Final = """\
<p><label>Login <input name="login" autocomplete="username" autocapitalize="none" required></label></p>
<p><label>Password
<input type="password" name="password" autocomplete="current-password" required></label></p>"""


def plain(_request: Request, page: SignInPage) -> str:
    """The page without any style."""
    parts: list[str] = []
    if page.problem is not None:
        what, fix = page.problem
        parts.append(
            f'<div role="alert"><h2>Not signed in</h2><p>{escape(what[:1].upper() + what[1:])}: '
            f"{escape(fix)}.</p></div>"
        )
    if page.signed_out:
        parts.append('<p role="status">You are signed out of Treadway.</p>')
    if page.provider_sign_out is not None:
        parts.append(
            f'<p>Do others use this computer? <a href="{escape(page.provider_sign_out)}">'
            f"Sign out at {escape(page.provider or '')} too</a>.</p>"
        )
    if page.link is not None:
        parts.append(_FORM.format(onward=escape(page.onward), fields=_LINK.format(link=escape(page.link))))
    if page.provider is not None:
        parts.append(
            f'<p><a href="{escape(page.provider_address)}">Sign in with {escape(page.provider)}</a></p>'
        )
    if page.password:
        parts.append(_FORM.format(onward=escape(page.onward), fields=_ACCOUNT))
    if page.link is None and page.provider is None and not page.password:
        parts.append("<p>Open the link that <code>treadway serve</code> printed when it was started.</p>")
    title = "Error: " if page.problem is not None else ""
    return _PAGE.format(title=title, body="\n".join(parts))

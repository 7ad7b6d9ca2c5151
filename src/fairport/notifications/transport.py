"""Handing one e-mail to the mail server, and saying for certain whether it took it."""

from __future__ import annotations

import smtplib
from contextlib import suppress
from enum import Enum
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend

from fairport.notifications.rendering import Mail


class WayOut(Enum):
    """Where messages go: to the mail server, nowhere but kept for reading (demonstration), or they wait."""

    SMTP = "smtp"
    KEPT_FOR_READING = "kept_for_reading"
    NONE = "none"


class Refused(Exception):
    """The server did not take the message over, for certain; `kind` is its answer's number or the error's class."""

    code = "message_refused"

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class Doubtful(Exception):
    """The connection was lost between the message's text and the server's answer: nobody can know."""

    code = "message_doubtful"

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


def way_out() -> WayOut:
    """Where this installation's messages go."""
    if settings.EMAIL_HOST:
        return WayOut.SMTP
    return WayOut.KEPT_FOR_READING if settings.DEMO else WayOut.NONE


def hand_over(*, mail: Mail, recipient: str) -> None:
    """Gives one message to the server of the settings. Raises Refused and Doubtful."""
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[recipient],
        headers=dict(mail.headers),
    )
    message.attach_alternative(mail.html, "text/html")
    backend = _Backend(
        host=settings.EMAIL_HOST,
        port=settings.EMAIL_PORT,
        username=settings.EMAIL_HOST_USER,
        password=settings.EMAIL_HOST_PASSWORD,
        use_tls=settings.EMAIL_USE_TLS,
        timeout=settings.EMAIL_TIMEOUT,
    )
    try:
        backend.open()
        backend.send_messages([message])
    except (smtplib.SMTPException, OSError, ValueError) as error:
        doubtful = isinstance(backend.connection, _Connection) and backend.connection.unanswered
        raise Doubtful(_kind(error)) if doubtful else Refused(_kind(error)) from None
    finally:
        # Accepted or not is known by now; a server that fails to say goodbye changes nothing.
        with suppress(smtplib.SMTPException, OSError):
            backend.close()


class _Connection(smtplib.SMTP):
    """Knows whether the text was handed over and not answered yet."""

    unanswered = False

    def data(self, msg: Any) -> tuple[int, bytes]:
        self.unanswered = True
        try:
            code, reply = super().data(msg)
        except smtplib.SMTPDataError:
            # The server said no before it was given the text.
            self.unanswered = False
            raise
        self.unanswered = not (200 <= code <= 299 or 400 <= code <= 599)
        return code, reply


class _Backend(EmailBackend):
    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _Connection


def _kind(error: Exception) -> str:
    # Only numbers and class names: a server's answer may repeat the address.
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return " ".join(["recipient refused", *sorted({str(code) for code, _ in error.recipients.values()})])
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{type(error).__name__} {error.smtp_code}"
    return type(error).__name__

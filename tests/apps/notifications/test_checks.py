from __future__ import annotations

from typing import Any

import pytest

from fairport.notifications.checks import check_way_out


@pytest.mark.parametrize(
    ("demonstration", "host", "warns"),
    [(False, "", True), (False, "mail.example", False), (True, "", False), (True, "mail.example", False)],
)
def test_only_a_real_installation_without_a_mail_server_is_warned(
    settings: Any, demonstration: bool, host: str, warns: bool
) -> None:
    settings.DEMO, settings.EMAIL_HOST = demonstration, host
    assert [problem.id for problem in check_way_out()] == (["fairport.W001"] if warns else [])

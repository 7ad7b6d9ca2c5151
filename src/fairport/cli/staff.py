"""Commands for the accounts of staff: add, grant, reset.

For the first two operators and for recovery on the machine: afterwards two operators give roles in the office. A role
that was given here is an event that says so.
"""

from typing import Annotated

import typer

from fairport.cli.bootstrap import Refused, django_ready

app = typer.Typer(help="Accounts of members of staff.", no_args_is_help=True)

Email = Annotated[str, typer.Argument(help="The account's e-mail address.")]
RoleName = Annotated[
    str,
    typer.Option("--role", help="One of the roles, as port_officer, supervisor or operator."),
]
PortCode = Annotated[str, typer.Option("--port", help="A port's code, for port officers and supervisors.")]


@app.command()
def add(
    email: Email,
    name: Annotated[str, typer.Option(help="Their full name.")],
    role: RoleName,
    port: PortCode = "",
) -> None:
    """Make an account with one role, and print its temporary password once."""
    with django_ready():
        from django.db import transaction

        from fairport.accounts.operations import create_staff, grant_role, temporary_password
        from fairport.audit.events import OPERATOR
        from fairport.clock.queries import now

        password, at = temporary_password(), now()
        with transaction.atomic():
            user = create_staff(email=email, full_name=name, password=password, at=at, actor=OPERATOR)
            grant_role(user=user, role=role, port=port.upper() or None, at=at, actor=OPERATOR)
        _print_password(password)


@app.command()
def grant(email: Email, role: RoleName, port: PortCode = "") -> None:
    """Give an account one more role."""
    with django_ready():
        from fairport.accounts.operations import grant_role
        from fairport.accounts.queries import find_staff
        from fairport.audit.events import OPERATOR
        from fairport.clock.queries import now

        user = find_staff(email=email)
        if user is None:
            raise Refused("There is no account with this address.")
        grant_role(user=user, role=role, port=port.upper() or None, at=now(), actor=OPERATOR)
        print("Granted.")


@app.command()
def reset(email: Email) -> None:
    """For a lost phone or a forgotten password: a new temporary password, and no second factor until it is set up."""
    with django_ready():
        from fairport.accounts.operations import reset_sign_in, temporary_password
        from fairport.accounts.queries import find_staff
        from fairport.audit.events import OPERATOR
        from fairport.clock.queries import now

        user = find_staff(email=email)
        if user is None:
            raise Refused("There is no account with this address.")
        password = temporary_password()
        reset_sign_in(user=user, password=password, at=now(), actor=OPERATOR)
        _print_password(password)


def _print_password(password: str) -> None:
    print(f"Temporary password: {password}")
    print("It opens /office/ once, to choose an own password and to set up the second factor. Hand it over in person.")

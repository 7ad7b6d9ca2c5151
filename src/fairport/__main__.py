"""`python -m fairport` is the same as the command `fairport`."""

from fairport.cli import main

main()

"""The rules of Fairport as pure functions.

Everything below this package imports the standard library only, reads no clock, draws no random number and touches no
database: the day, the instant, the seed and the random bytes are arguments. That is what lets an outsider run
``python -m fairport.domain verify`` without installing anything.
"""

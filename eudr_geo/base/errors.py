"""What the toolkit raises when it cannot do its work.

A fault in the data is a *finding*, a value. An exception means that the toolkit, the machine or the request
failed; its message is one line that says what happened and what to do next.
"""

from __future__ import annotations


class EudrGeoError(Exception):
    """Any failure of the toolkit; the message says what to do next.

    Parameters
    ----------
    message
        What happened, in one line, naming the file, record and value where there is one.
    fix
        What the reader can do about it, in one line.
    """

    def __init__(self, message: str, *, fix: str = "") -> None:
        super().__init__(f"{message} – {fix}" if fix else message)
        self.message = message
        self.fix = fix


class InputError(EudrGeoError, ValueError):
    """The request cannot be carried out as it stands: a wrong option, an unknown code, an unreadable file."""


class StoreError(EudrGeoError, RuntimeError):
    """The project cannot be opened, read or written."""


class BusyError(StoreError):
    """Another program holds the project; the message names it where it can."""


class RefusedError(EudrGeoError):
    """The toolkit will not do this while a fault stands; the message names the fault."""


class CageError(EudrGeoError, RuntimeError):
    """The reading process died, was stopped or answered nonsense."""

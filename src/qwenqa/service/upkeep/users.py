"""Who may use the served page, and as what: a file of the owner's alone, with hashed passwords."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import msgspec
from filelock import FileLock

from qwenqa.errors import UsersError
from qwenqa.index import disk

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 1_000
LONGEST_NAME = 64
_OTHERS = 0o077  # the mode's bits for everybody but the owner
_PATIENCE_SECONDS = 10


Role = Literal["reader", "editor"]
"""What a user may do: a reader asks; an editor also rebuilds, measures, saves and adds."""
READER: Final = "reader"
EDITOR: Final = "editor"
ROLES: tuple[Role, ...] = (READER, EDITOR)


class User(msgspec.Struct, frozen=True):
    """A user's Argon2id hash, in its own notation and new with each password, and the role."""

    hash: str
    role: Role = READER


Known = dict[str, User]


class _File(msgspec.Struct):
    """What the file holds for each name; only the hash, where it is older than the roles."""

    users: dict[str, User | str]


class Users:
    """The users of one file, which is read anew by every call.

    A change is written beside the file and put in its place in one step, with mode 0600. Reading
    raises UsersError when the file is no user file, or other accounts may read it.
    """

    def __init__(self, file: Path) -> None:
        """Name the file; it need not be there yet."""
        self._file = file

    def __repr__(self) -> str:
        """Which file this is."""
        return f"<Users {str(self._file)!r}>"

    def roles(self) -> dict[str, Role]:
        """The names, sorted, each with its role; none when there is no file."""
        return {name: user.role for name, user in sorted(self._read().items())}

    def add(self, name: str, password: str, role: Role | None = None) -> bool:
        """Let a user in, or give one another password; whether the name is new.

        Without ``role`` a new user is a reader, and another one what it was. Raises UsersError
        for a name or a password that cannot be used.
        """
        name, password = _checked_name(name), _checked_password(password)
        user = User(_hasher().hash(password))

        def with_user(was: Known) -> Known:
            earlier_role = was.get(name, user).role
            return {**was, name: User(user.hash, role or earlier_role)}

        return name not in self._changed(with_user)

    def change(self, name: str, role: Role) -> None:
        """Give a user another role, whoever is logged in included; raises UsersError."""
        name = _normal(name)
        self._changed(lambda was: {**was, name: User(self._one(was, name).hash, role)})

    def remove(self, name: str) -> None:
        """Let a user in no longer, whoever is logged in included; raises UsersError."""
        name = _normal(name)

        def without(was: Known) -> Known:
            gone = self._one(was, name)
            return {one: user for one, user in was.items() if user is not gone}

        self._changed(without)

    def get(self, name: str) -> User | None:
        """The user of this name as the file has it now, or None."""
        return self._read().get(_normal(name))

    def check(self, name: str, password: str) -> User | None:
        """The user whose password this is, or None.

        A name that is not known takes the same work, so that the time tells nothing.
        """
        from argon2.exceptions import InvalidHashError, VerificationError

        nobody = _nobodys_hash()
        user = self.get(name)
        try:
            _hasher().verify(user.hash if user else nobody, _normal(password))
        except (VerificationError, InvalidHashError):
            return None
        return user

    def _one(self, known: Known, name: str) -> User:
        if name not in known:
            raise UsersError(f"There is no user {name!r} in {self._file}.")
        return known[name]

    def _read(self) -> Known:
        try:
            with self._file.open("rb") as file:
                if os.name == "posix" and os.fstat(file.fileno()).st_mode & _OTHERS:
                    raise UsersError(
                        f"Other accounts of this machine may read the user file {self._file}. "
                        f"Make it yours alone: chmod 600 {self._file}"
                    )
                stored = msgspec.json.decode(file.read(), type=_File).users
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise UsersError(
                f"The user file {self._file} cannot be read ({error.strerror})."
            ) from error
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise UsersError(
                f"{self._file} is no user file. Name another one, or remove it and add the users "
                "anew."
            ) from error
        # Who was let in before there were roles goes on doing what everybody could.
        return {
            name: one if isinstance(one, User) else User(one, EDITOR)
            for name, one in stored.items()
        }

    def _changed(self, change: Callable[[Known], Known]) -> Known:
        """Change the users durably, one writer after the other; what they were before."""
        try:
            with FileLock(
                self._file.with_name(f".{self._file.name}.lock"),
                timeout=_PATIENCE_SECONDS,
                mode=0o600,
            ):
                before = self._read()
                self._write(msgspec.json.encode(_File({**change(before)})))
                return before
        except (OSError, TimeoutError) as error:
            raise UsersError(
                f"The user file {self._file} cannot be written "
                f"({getattr(error, 'strerror', None) or 'another program holds it'})."
            ) from error

    def _write(self, data: bytes) -> None:
        new = self._file.with_name(f"{self._file.name}.new")
        with suppress(FileNotFoundError):
            new.unlink()  # of a writer that was killed; there is one at a time
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._file)
        disk.sync_folder(self._file.parent)


def _hasher() -> PasswordHasher:
    """Argon2id as RFC 9106 recommends it for where memory is scarce: 64 MiB, three passes."""
    from argon2 import PasswordHasher  # only who deals with users needs it

    return PasswordHasher()


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    """A hash to check against where there is no user of the name."""
    return _hasher().hash("nobody's password")


def _normal(text: str) -> str:
    """Text as it is compared: however a keyboard makes an ü, it is the same."""
    return unicodedata.normalize("NFC", text)


def _checked_name(name: str) -> str:
    name = _normal(name)
    if not name or name != name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise UsersError(
            f"A name has 1 to {LONGEST_NAME} visible characters, and no space at its ends."
        )
    return name


def _checked_password(password: str) -> str:
    password = _normal(password)
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise UsersError(
            f"The password has {len(password)} characters; choose one of at least "
            f"{SHORTEST_PASSWORD}, such as a few words."
        )
    return password

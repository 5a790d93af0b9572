"""Who may use the served page: the user file and the command that changes it."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from shells import Shell, refusal
from synced import synced

from qwenqa import Users
from qwenqa.errors import UsersError
from qwenqa.service.upkeep import users as users_module


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "users.json"


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path / "corpus", tmp_path / "index")


def test_a_password_is_checked_and_not_kept(file: Path) -> None:
    """Only the name's own password is right; the file holds a salted hash that none shares."""
    users = Users(file)
    assert users.add("anna", "a few words")
    assert users.add("bert", "a few words")
    assert users.check("anna", "a few words")
    assert not users.check("anna", "a few word")
    assert not users.check("nobody", "a few words")
    text = file.read_text("utf-8")
    assert "a few words" not in text
    hashes = [load["hash"] for load in json.loads(text)["users"].values()]
    assert len(set(hashes)) == 2
    assert all(one.startswith("$argon2id$") for one in hashes)


def test_nobodys_password_lets_nobody_in(file: Path) -> None:
    """The hash that unknown names are checked against is no way in."""
    Users(file).add("anna", "a few words")
    assert not Users(file).check("bert", "nobody's password")


def test_a_form_of_unicode_makes_no_other_user(file: Path) -> None:
    """Names and passwords are the same however a keyboard writes an accent."""
    users = Users(file)
    users.add("Jos\u00e9", "mot de pass\u00e9")
    assert not users.add("Jose\u0301", "mot de passe\u0301")
    assert users.check("Jose\u0301", "mot de pass\u00e9")
    assert list(users.roles()) == ["Jos\u00e9"]


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_the_file_is_its_owners_alone(file: Path) -> None:
    """It is written so, and not read otherwise."""
    Users(file).add("anna", "a few words")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(0o640)
    with pytest.raises(UsersError, match="chmod 600"):
        Users(file).roles()
    with pytest.raises(UsersError, match="chmod 600"):
        Users(file).add("bert", "a few words")


def test_a_failed_write_keeps_the_users(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is the old one or the new one, also when the disk is full."""
    Users(file).add("anna", "a few words")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(users_module.os, "fsync", full)
    with pytest.raises(UsersError, match="No space left on device"):
        Users(file).add("bert", "a few words")
    monkeypatch.undo()
    assert list(Users(file).roles()) == ["anna"]
    assert Users(file).add("bert", "a few words")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"users": {"a": 1}}', "\xff"])
def test_what_is_no_user_file_lets_nobody_in(file: Path, text: str) -> None:
    """A damaged file is told in a sentence and never taken for one without users."""
    file.touch(0o600)
    file.write_text(text, "latin-1")
    with pytest.raises(UsersError, match="is no user file"):
        Users(file).check("anna", "a few words")


def test_the_shell_adds_lists_and_removes(shell: Shell, file: Path) -> None:
    """The password comes from standard input where there is no terminal."""
    named = ("--users", str(file))
    assert shell("users", "list", *named).out.startswith("There are no users yet.")
    added = shell("users", "add", "anna", *named, stdin=b"a few words\n")
    assert (added.code, added.out) == (0, "anna now may use the page, as reader.\n")
    again = shell("users", "add", "anna", *named, stdin=b"other words\r\n")
    assert again.out == "anna now has another password.\n"
    assert Users(file).check("anna", "other words")
    listed = shell("users", "list", *named, "--json").json
    assert listed == {"users": [{"name": "anna", "role": "reader"}]}
    assert shell("users", "remove", "anna", *named).code == 0
    assert shell("users", "list", *named, "--json").json == {"users": []}


def test_the_shell_gives_roles(shell: Shell, file: Path) -> None:
    """A role is given with the user or later, and stays when the password changes."""
    named = ("--users", str(file))
    added = shell("users", "add", "anna", "--role", "editor", *named, stdin=b"a few words\n")
    assert added.out == "anna now may use the page, as editor.\n"
    shell("users", "add", "anna", *named, stdin=b"other words\n")
    shell("users", "add", "bert", *named, stdin=b"a few words\n")
    assert shell("users", "list", *named).out == "editor  anna\nreader  bert\n"
    assert shell("users", "role", "anna", "reader", *named).out == "anna is now reader.\n"
    assert shell("users", "role", "bert", "editor", *named, "--json").json == {
        "user": "bert",
        "role": "editor",
    }
    assert Users(file).roles() == {"anna": "reader", "bert": "editor"}
    assert Users(file).check("anna", "other words")


def test_users_from_before_there_were_roles_keep_what_they_could(file: Path) -> None:
    """A file with hashes alone is read as one of editors, who are kept by a change."""
    users = Users(file)
    users.add("anna", "a few words")
    held = json.loads(file.read_text("utf-8"))["users"]["anna"]["hash"]
    file.write_text(json.dumps({"users": {"anna": held}}), "utf-8")
    assert users.roles() == {"anna": "editor"}
    assert users.check("anna", "a few words")
    users.add("bert", "a few words")
    assert users.roles() == {"anna": "editor", "bert": "reader"}


def test_a_user_added_again_is_another(file: Path) -> None:
    """With each password, the same one too, the record is new: what was bound to it ends."""
    users = Users(file)
    users.add("anna", "a few words")
    before = users.get("anna")
    users.remove("anna")
    assert users.get("anna") is None
    users.add("anna", "a few words")
    again = users.get("anna")
    assert before and again
    assert before.hash != again.hash


@pytest.mark.parametrize(
    ("arguments", "stdin", "told"),
    [
        (("list",), b"", "No user file is named. Name one with --users FILE or QWENQA_USERS."),
        (("add", "anna", "--users", "FILE"), b"short", "has 5 characters; choose one of at least"),
        (("add", "anna", "--users", "FILE"), b"", "has 0 characters"),
        (("add", " anna", "--users", "FILE"), b"a few words", "A name has 1 to 64 visible"),
        (("add", "a\x1b[1m", "--users", "FILE"), b"a few words", "A name has 1 to 64 visible"),
        (("add", "--users", "FILE"), b"", "NAME is missing"),
        (("remove", "bert", "--users", "FILE"), b"", "There is no user 'bert' in"),
        (("role", "bert", "reader", "--users", "FILE"), b"", "There is no user 'bert' in"),
        (("role", "bert", "--users", "FILE"), b"", "ROLE is missing"),
        (("role", "bert", "owner", "--users", "FILE"), b"", "it can be reader or editor"),
        (("drop", "anna", "--users", "FILE"), b"", "it can be add, list, role or remove"),
    ],
)
def test_the_shell_refuses_in_a_sentence(
    shell: Shell, file: Path, arguments: tuple[str, ...], stdin: bytes, told: str
) -> None:
    """What cannot be done says what would, and changes nothing."""
    given = [argument.replace("FILE", str(file)) for argument in arguments]
    assert told in refusal(shell("users", *given, stdin=stdin), 2)
    assert not file.exists()


def test_serving_takes_what_serves_beyond_this_machine(shell: Shell, tmp_path: Path) -> None:
    """Options reach the settings, those of the command line in place of the environment's."""
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "birds.md").write_text("A heron waits for fish.\n")
    seen = []
    options = ("--allow-host", "Docs.example", "--allow-host", "b.example", "--open", "--open")
    ran = shell(
        "serve", *options, "--allow-upload", serve=lambda library, *_: seen.append(library.settings)
    )
    assert ran.code == 0
    (settings,) = seen
    assert settings.hosts == ("docs.example", "b.example")
    assert (settings.open, settings.allow_upload, settings.users) == (2, True, "")
    for host in ("*", "https://docs.example", "docs.example/x", "a b"):
        assert "cannot be allowed" in refusal(shell("serve", "--allow-host", host), 2)


def test_an_unknown_name_makes_no_hash_of_its_own(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is checked against the same one each time: making one would tell by the time it takes."""
    import argon2

    made: list[str] = []
    real = argon2.PasswordHasher.hash

    def counted(hasher: argon2.PasswordHasher, password: str) -> str:
        made.append(password)
        return real(hasher, password)

    Users(file).add("anna", "a few words")
    Users(file).check("nobody", "a few words")
    monkeypatch.setattr(argon2.PasswordHasher, "hash", counted)
    assert Users(file).check("nobody", "a few words") is None
    assert Users(file).check("anna", "a few words")
    assert made == []


def test_names_and_passwords_have_bounds(file: Path) -> None:
    """Exactly the bound is taken, one more or less is not."""
    users = Users(file)
    shortest, longest = users_module.SHORTEST_PASSWORD, users_module.LONGEST_PASSWORD
    for name, length, good in (
        ("a", shortest, True),
        ("b", shortest - 1, False),
        ("c", longest, True),
        ("d", longest + 1, False),
        ("e" * users_module.LONGEST_NAME, shortest, True),
        ("f" * (users_module.LONGEST_NAME + 1), shortest, False),
        ("", shortest, False),
        (" g", shortest, False),
        ("h\n", shortest, False),
        ("i\u200bj", shortest, False),
    ):
        if good:
            assert users.add(name, "x" * length)
        else:
            with pytest.raises(UsersError, match=r"characters"):
                users.add(name, "x" * length)
    assert set(users.roles()) == {"a", "c", "e" * users_module.LONGEST_NAME}


def test_another_password_keeps_the_role_unless_one_is_named(file: Path) -> None:
    """A new user reads; a role is changed by naming it, and is that of one user alone."""
    users = Users(file)
    users.add("anna", "a few words", "editor")
    users.add("bert", "a few words")
    assert not users.add("anna", "other words")
    assert users.roles() == {"anna": "editor", "bert": "reader"}
    users.add("anna", "other words", "reader")
    users.change("bert", "editor")
    assert users.roles() == {"anna": "reader", "bert": "editor"}
    with pytest.raises(UsersError, match="no user 'carl'"):
        users.change("carl", "editor")
    users.remove("anna")
    assert users.roles() == {"bert": "editor"}
    assert users.get("anna") is None


def test_users_are_written_durably(file: Path) -> None:
    """The new file is synced before it has the name, the folder after; a killed writer's goes."""
    left = file.with_name(f"{file.name}.new")
    left.write_text("half")
    with synced() as paths:
        Users(file).add("anna", "a few words")
    assert paths == [left.resolve(), file.parent.resolve()]
    assert list(Users(file).roles()) == ["anna"]

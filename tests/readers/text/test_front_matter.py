"""Front matter: what it says, and what hostile YAML in it does not do."""

from __future__ import annotations

import pytest

from qwenqa.readers.text.front_matter import FrontMatter, front_matter

FILE = (
    "---\ntitle: On speed\nauthors: [Ada, {name: Alan}]\ndate: 2024-05-01\nlang: en_GB\n---\n# Hi\n"
)


def test_what_the_file_says_about_itself():
    """Title, authors, date and language are read."""
    found = front_matter(FILE)
    assert (found.title, found.author) == ("On speed", "Ada, Alan")
    assert (found.date, found.language) == ("2024-05-01", "en-GB")


def test_offsets_and_lines_stay():
    """The text without front matter has every character after it where it was."""
    found = front_matter(FILE)
    without = found.without(FILE)
    assert without.index("# Hi") == FILE.index("# Hi")
    assert without.count("\n") == FILE.count("\n")
    assert without[: found.end].isspace()
    assert [(block.start, FILE[block.start : block.end][-3:]) for block in found.blocks(FILE)] == [
        (0, "---")
    ]


@pytest.mark.parametrize(
    "text", ["# Hi\n", "---\n\ntext\n\n---\n", "---\n- a\n---\n", "---\na: b\n", ""]
)
def test_other_lines_of_dashes_are_no_front_matter(text):
    """A thematic break, or dashes that nothing closes, is Markdown's own."""
    found = front_matter(text)
    assert found == FrontMatter()
    assert (found.without(text), found.blocks(text)) == (text, [])


@pytest.mark.parametrize(
    "yaml",
    [
        "title: !!python/object/apply:os.system [x]",
        "title: !!timestamp x",
        "title: !!int ''",
        "date: 2024-13-45",
        "title: " + "[" * 9_000,
        "title: {",
        "title: 0x" + "f" * 9_000,
        "a: &a [x, x]\nb: &b [*a, *a]\ntitle: [*b, *b]",
    ],
)
def test_hostile_yaml_says_nothing(yaml):
    """Nothing is run, nothing raised; the lines are still front matter."""
    text = f"---\n{yaml}\n---\nBody\n"
    found = front_matter(text)
    assert found == FrontMatter(end=len(text) - len("\nBody\n"))


def test_characters_that_no_text_can_hold_are_replaced():
    """Escapes in a title do not bring NUL or lone surrogates in."""
    assert front_matter('---\ntitle: "a\\0b\\ud800"\n---\n').title == "a\ufffdb\ufffd"

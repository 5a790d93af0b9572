"""Source code: definitions are blocks, told what encloses them."""

from __future__ import annotations

import pytest
from written_laws import keeps_the_laws

from qwenqa.readers.text.code import read, read_settings

PYTHON = '''import os

# Holds things.
@final
class Shelf(Base):
    """A shelf."""

    def add(self, thing):
        self.things.append(thing)

        return thing

    async def clear(self):
        def inner():
            pass
        inner()

def main():
    Shelf()

if __name__ == "__main__":
    main()
'''
JAVA = """package shop;

public class Shelf {
    private int size;

    public void add(Thing thing) {
        if (size > 0) {
            size++;
        }
    }
}
"""
C = """#include <x.h>

static int
add(int a,
    int b)
{
    return a + b;
}

int main(void)
{
    return 0;
}
"""


def blocks(text, reader=read):
    document = reader(text.encode())
    keeps_the_laws(document)
    assert document.text == text
    return [
        (text[block.start : block.end].split("\n")[0], block.context) for block in document.blocks
    ]


def test_methods_are_told_their_class():
    """A method is a block whose context is the line of its class; a function has none."""
    assert blocks(PYTHON) == [
        ("import os", ""),
        ("# Holds things.", "class Shelf(Base):"),
        ("def add(self, thing):", "class Shelf(Base):"),
        ("async def clear(self):", "class Shelf(Base):"),
        ("def main():", ""),
        ('if __name__ == "__main__":', ""),
    ]


def test_braces_are_read_by_their_indentation():
    """Methods in braces are found, and statements with parentheses are no methods."""
    assert blocks(JAVA)[-1] == (
        "public void add(Thing thing) {",
        "public class Shelf {",
    )
    assert blocks(C)[-1] == ("int main(void)", "")


def test_parts_of_a_long_function_are_told_its_line():
    """A function too long for one block is cut at blank lines, each part with its first line."""
    text = "def long(x):\n" + "    x = x + 1\n\n" * 200
    assert {context for _, context in blocks(text)} == {"def long(x):"}


@pytest.mark.parametrize(
    "line",
    [
        "fn add(a: u8) -> u8 {",
        "func (s *Shelf) Add(t Thing) {",
        "function add(a) {",
        "sub add {",
        "export const add = (a) => {",
        "CREATE TABLE shelf (",
        "add <- function(x) {",
        "add() {",
    ],
)
def test_definitions_of_many_languages_begin_a_block(line):
    """A definition begins a block although no blank line stands above it."""
    assert [first for first, _ in blocks(f"x;\n{line}\n  1\n")] == ["x;", line]


def test_settings_are_told_their_section():
    """Keys below a section's line are told that line."""
    assert blocks("a = 1\n\n[part]\nb = 2\n\nc = 3\n", read_settings)[-1] == ("c = 3", "[part]")


def test_a_single_line_is_cut_into_bounded_blocks():
    """A line of a megabyte, as in a minified script, is many blocks."""
    document = read(b"var a=1;" * 130_000)
    keeps_the_laws(document)
    assert max(block.end - block.start for block in document.blocks) <= 10_000

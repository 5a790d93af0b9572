"""Mail: header, body and attachments in their places, and nothing lost silently."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from written_laws import keeps_the_laws, keeps_the_laws_on_hostile_bytes, shown

from qwenqa.errors import SourceError
from qwenqa.readers.mail.eml import read, read_page
from qwenqa.types import Document


def mail(text: str = "Hello.\n\nBye.\n") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Ann Lée <ann@example.com>"
    message["To"] = "Bo <bo@example.com>"
    message["Date"] = "Tue, 05 Mar 2024 10:30:00 +0100"
    message["Subject"] = "Fähre, morgen"
    message.set_content(text)
    return message


def parts(document: Document) -> list[tuple[str, str]]:
    """Label and text of each part; checks the laws on the way."""
    keeps_the_laws(document)
    return [(place.label, document.text[place.start : place.end]) for place in document.places]


def test_header_and_body_are_parts():
    """The header is readable at the start, decoded; the body follows as paragraphs."""
    document = read(mail().as_bytes())
    assert parts(document) == [
        (
            "header",
            "From: Ann Lée <ann@example.com>\nTo: Bo <bo@example.com>\n"
            "Date: Tue, 05 Mar 2024 10:30:00 +0100\nSubject: Fähre, morgen",
        ),
        ("body", "Hello.\n\nBye."),
    ]
    assert [place.number for place in document.places] == [1, 2]
    assert (document.title, document.author) == ("Fähre, morgen", "Ann Lée <ann@example.com>")
    assert document.date == "2024-03-05T10:30:00+01:00"


def test_plain_text_before_html():
    """Of two bodies that say the same the plain one is read, the other where it says nothing."""
    both = mail("plain")
    both.add_alternative("<p>rich</p>", subtype="html")
    assert parts(read(both.as_bytes()))[1:] == [("body", "plain")]
    rich = mail(" ")
    rich.add_alternative("<h1>Head</h1><p>rich</p><script>no</script>", subtype="html")
    document = read(rich.as_bytes())
    assert shown(document)[1:] == [("heading", "Head"), ("paragraph", "rich")]


def test_quoted_text_is_kept_apart():
    """Quoted lines are kept, as paragraphs of their own."""
    document = read(mail("On Monday Bo wrote:\n> Is it late?\n> Or not?\nIt is late.\n").as_bytes())
    assert [text for _, text in shown(document)[1:]] == [
        "On Monday Bo wrote:",
        "> Is it late?\n> Or not?",
        "It is late.",
    ]


def test_attachments():
    """Text attachments are read where they stand; others are named in the report."""
    message = mail()
    message.add_attachment("left, right\n", filename="notes.txt")
    message.add_attachment(b"a,b\n1,2\n", maintype="application", subtype="x", filename="t.csv")
    message.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="r.pdf")
    document = read(message.as_bytes())
    assert parts(document)[2:] == [
        ("attachment notes.txt", "left, right"),
        ("attachment t.csv", "a,b\n1,2"),
    ]
    assert document.extraction.warnings == (
        "The attachment r.pdf was not read; save it beside the mail to have it read.",
    )


def test_mail_in_a_mail():
    """A forwarded mail is read with its own header, body and attachments."""
    inner = mail("inner text")
    inner.replace_header("Subject", "The inner one")
    outer = mail("outer text")
    outer.add_attachment(inner)
    document = read(outer.as_bytes())
    assert [label for label, _ in parts(document)] == ["header", "body", "header", "body"]
    assert "Subject: The inner one" in document.text
    assert document.text.endswith("inner text")
    assert document.title == "Fähre, morgen"


def test_charsets():
    """A part's own charset is used; one that is unknown or false gives the guess for any text."""
    head = b"From: a@b.c\nContent-Type: text/plain; charset=%s\n\n"
    assert read(head % b"iso-8859-1" + b"na\xefve").text.endswith("naïve")
    assert read(head % b"utf-8" + "naïve".encode()).text.endswith("naïve")
    assert read(head % b"no-such" + "naïve".encode()).text.endswith("naïve")
    assert read(head % b"idna" + b"plain").text.endswith("plain")


@pytest.mark.parametrize(
    "line",
    [
        b'From: <<>,;:"\n',
        b"To: =?x?q?=?= <a@[\n",
        b"Date: Foo 99 99\n",
        b"Date: Mon, 01 Jan 99999 00:00:00 +9999\n",
        b"Subject: =?utf-8?b?//?=\n",
        b"Content-Type: ;;;\n",
        b"Content-Type: multipart/mixed\n",
        b"Content-Disposition: attachment; filename*=x'y'%ff\n",
        b"Content-Transfer-Encoding: no-such\n",
        b"Subject: raw \xff\xfe bytes\n",
    ],
)
def test_broken_headers_cost_only_themselves(line: bytes):
    """A header that no parser takes leaves the mail readable."""
    document = read(b"X-A: b\nFrom: Ann <a@b.c>\n" + line + b"\nthe body stays\n")
    keeps_the_laws(document)
    assert "Ann <a@b.c>" in document.text
    told = " ".join((document.text, *document.extraction.warnings))
    assert "the body stays" in told or "was not read" in told


def test_nested_parts_without_end():
    """Mail in mail without end, and parts without number, stay within bounds."""
    deep = b"Content-Type: message/rfc822\n\n" * 30
    document = read(b"From: a@b.c\n" + deep + b"Subject: core\n\ntext\n")
    assert document.extraction.warnings == (
        "A mail within the mail was not read; save it on its own.",
    )
    with pytest.raises(SourceError, match="damaged"):
        read(b"From: a@b.c\n" + b"Content-Type: message/rfc822\n\n" * 2_000)
    many = b"From: a@b.c\nContent-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\nhi\n" * 5_000
    with pytest.raises(SourceError, match=r"more than 2,000 parts"):
        read(many + b"--x--\n")


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"", "is empty"), (b"no header here", "no e-mail"), (b"a: b\n\nx", "no e-mail")],
)
def test_what_is_no_mail_is_refused(data: bytes, said: str):
    """Bytes without a mail's header are named with what to do."""
    with pytest.raises(SourceError, match=said):
        read(data)


def test_page_saved_as_mail():
    """An MHTML page is read as any page, by its own charset."""
    head = b"From: <Saved>\nMIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n--x\n"
    kind = b"Content-Type: text/html; charset=iso-8859-1\n"
    kind += b"Content-Transfer-Encoding: quoted-printable\n"
    body = b"\n<html><title>T</title><body><h1>Head</h1><p>na=EFve</p></body></html>\n"
    css = b"--x\nContent-Type: text/css\n\nb{}\n--x--\n"
    document = read_page(head + kind + body + css)
    keeps_the_laws(document)
    assert shown(document) == [("heading", "Head"), ("paragraph", "naïve")]
    assert document.title == "T"
    with pytest.raises(SourceError, match="holds no page"):
        read_page(mail().as_bytes())


def test_laws_on_hostile_bytes():
    """Any bytes give a document that keeps the laws, or a sentence."""
    keeps_the_laws_on_hostile_bytes(read)
    keeps_the_laws_on_hostile_bytes(read_page)
    keeps_the_laws_on_hostile_bytes(lambda data: read(b"From: a@b.c\n\n" + data))

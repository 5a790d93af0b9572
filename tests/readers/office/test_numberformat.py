"""Numbers and dates read as a spreadsheet shows them."""

import pytest

from qwenqa.readers.office.number_format import formatted, plain_number


@pytest.mark.parametrize(
    ("value", "code", "expected"),
    [
        (0.1 + 0.2, "", "0.3"),
        (123456789012, "General", "123456789012"),
        (0.25, "0%", "25%"),
        (0.256, "0.0%", "25.6%"),
        (1234.5, '"$"#,##0.00', "$1,234.50"),
        (-1234.5, "#,##0.00", "-1,234.50"),
        (-1234.5, '"$"#,##0.00;[Red]("$"#,##0.00)', "($1,234.50)"),
        (0, '_-* #,##0.00 "€"_-;-* #,##0.00 "€"_-;_-* "-"?? "€"_-', "- €"),
        (1234567, '#,##0.0,,"M"', "1.2M"),
        (7, "000", "007"),
        (12345, "0.00E+00", "1.23E+04"),
        (-0.001, "0.00", "0.00"),
        (1.5, "0.##", "1.5"),
        (2, "0.##", "2"),
        (3, '0" pcs"', "3 pcs"),
        (5551234567, "(000) 000-0000", "5551234567"),
        (45356, "dd/mm/yyyy", "05/03/2024"),
        (45356.5, "yyyy-mm-dd h:mm", "2024-03-05 12:00"),
        (45356.25, "h:mm AM/PM", "6:00 AM"),
        (45356, "[$-409]d-mmm-yy;@", "5-Mar-24"),
        (45356, "dddd, mmmm d", "Tuesday, March 5"),
        (45356, "[$-40C]d mmmm yyyy", "2024-03-05"),
        (45356, "yyyy年m月d日", "2024年3月5日"),
        (1.5, "[h]:mm", "36:00"),
        (1 / 1440, "mm:ss", "01:00"),
        (59, "d/m/yyyy", "28/2/1900"),
        (-1, "yyyy", "-1"),
        (9, "\ue005 0", "9"),
        (float("nan"), "0", "nan"),
        (float("inf"), "0.00", "inf"),
    ],
)
def test_formats(value, code, expected):
    """A value under a format code reads like the cell."""
    assert formatted(value, code) == expected


def test_the_other_calendar():
    """Workbooks from old Macs count days from 1904."""
    assert formatted(0, "yyyy-mm-dd", starts_1904=True) == "1904-01-01"


def test_stored_numbers_lose_the_dust_of_binary_fractions():
    """Words and short numbers stay as they are."""
    assert plain_number("4.4000000000000004") == "4.4"
    assert plain_number("3.50") == "3.50"
    assert plain_number("a long category name") == "a long category name"

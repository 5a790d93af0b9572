"""Units of measure by their names in English, German, Spanish and Chinese.

A table of our own: a general library of units (pint 0.25) takes 0.7 s to load and knows no other
language's names. Factors are those of the SI brochure and of NIST Special Publication 811; a
month is a twelfth of a year, a year 365.25 days, so that 24 months are 2 years.
"""

from __future__ import annotations

from typing import NamedTuple


class Unit(NamedTuple):
    """What is measured, in which base unit, and how many of those one of this unit is."""

    base: str
    factor: float


_YEAR = 365.25 * 86_400

# base unit | factor | names; a name of one or two letters is told apart by case.
_TABLE: tuple[tuple[str, float, str], ...] = (
    ("%", 1, "% ％ percent per-cent prozent"),
    ("pp", 1, "pp percentage-points percentage-point prozentpunkte prozentpunkt"),
    ("USD", 1, "$ US$ USD dollar dollars dólares dólar US-dollar US-dollars 美元"),
    ("EUR", 1, "€ EUR euro euros 欧元"),
    ("GBP", 1, "£ GBP pound-sterling pounds-sterling 英镑"),
    ("JPY", 1, "JPY yen 日元"),
    ("CNY", 1, "CNY RMB yuan renminbi 元 人民币"),
    ("INR", 1, "₹ INR rupee rupees rupien rupias"),
    ("CHF", 1, "CHF franken"),
    ("m", 1, "m metre metres meter meters metern metro metros 米"),
    ("m", 1_000, "km kilometre kilometres kilometer kilometers kilometern kilómetros 公里"),
    ("m", 0.01, "cm centimetre centimetres centimeter centimeters zentimeter centímetros 厘米"),
    ("m", 0.001, "mm millimetre millimetres millimeter millimeters milímetro milímetros 毫米"),
    ("m", 1e-6, "µm μm micrometre micrometres micrometer micrometers micron microns 微米"),
    ("m", 1e-9, "nm nanometre nanometres nanometer nanometers nanómetros 纳米"),
    ("m", 1_609.344, "mi mile miles meile meilen milla millas 英里"),
    ("m", 0.3048, "ft foot feet fuß pie pies 英尺"),
    ("m", 0.0254, "inch inches zoll pulgada pulgadas 英寸"),
    ("m", 0.9144, "yd yard yards"),
    ("m²", 1, "m² m2 square-metres square-meters quadratmeter metros-cuadrados 平方米"),
    ("m²", 1e6, "km² km2 square-kilometres square-kilometers quadratkilometer 平方公里"),
    ("m²", 1e4, "ha hectare hectares hektar hectárea hectáreas 公顷"),
    ("m²", 4_046.856, "acre acres"),
    ("m²", 2_589_988, "sq-mi square-mile square-miles"),
    ("m²", 0.09290304, "sq-ft square-feet square-foot"),
    ("l", 1, "l L litre litres liter liters litern litro litros 升"),
    ("l", 0.001, "ml mL millilitre millilitres milliliter milliliters mililitros 毫升"),
    ("l", 1_000, "m³ m3 cubic-metres cubic-meters kubikmeter metros-cúbicos 立方米"),
    ("kg", 1, "kg kilogram kilograms kilogramm kilogramo kilogramos kilo kilos 公斤 千克"),
    ("kg", 0.001, "g gram grams gramm gramo gramos 克"),
    ("kg", 1e-6, "mg milligram milligrams milligramm miligramo miligramos 毫克"),
    ("kg", 1e-9, "µg μg mcg microgram micrograms mikrogramm microgramos 微克"),
    ("kg", 1_000, "t tonne tonnes tonnen tonelada toneladas 吨"),
    ("kg", 0.45359237, "lb lbs"),
    ("kg", 0.0283495, "oz ounce ounces unzen onzas"),
    ("s", 1, "s sec secs second seconds sekunde sekunden segundo segundos 秒"),
    ("s", 0.001, "ms millisecond milliseconds millisekunden milisegundos 毫秒"),
    ("s", 60, "min mins minute minutes minuten minuto minutos 分钟"),
    ("s", 3_600, "h hr hrs hour hours stunde stunden hora horas 小时"),
    ("s", 86_400, "d day days tag tage tagen día días 天"),
    ("s", 604_800, "week weeks woche wochen semana semanas 周 星期"),
    ("s", _YEAR / 12, "month months monat monate monaten mes meses 个月"),
    ("s", _YEAR, "yr yrs year years jahr jahre jahren año años 年"),
    ("s", 10 * _YEAR, "decade decades jahrzehnte décadas"),
    ("s", 100 * _YEAR, "century centuries jahrhunderte siglos 世纪"),
    ("byte", 1, "byte bytes"),
    ("byte", 1e3, "kB KB kilobyte kilobytes"),
    ("byte", 1e6, "MB megabyte megabytes 兆字节"),
    ("byte", 1e9, "GB gigabyte gigabytes"),
    ("byte", 1e12, "TB terabyte terabytes"),
    ("byte", 2.0**10, "KiB kibibytes"),
    ("byte", 2.0**20, "MiB mebibytes"),
    ("byte", 2.0**30, "GiB gibibytes"),
    ("byte", 2.0**40, "TiB tebibytes"),
    ("bit/s", 1e6, "Mbps Mbit/s"),
    ("bit/s", 1e9, "Gbps Gbit/s"),
    ("Hz", 1, "Hz hertz"),
    ("Hz", 1e3, "kHz kilohertz"),
    ("Hz", 1e6, "MHz megahertz"),
    ("Hz", 1e9, "GHz gigahertz"),
    ("W", 1, "W watt watts"),
    ("W", 1e3, "kW kilowatt kilowatts"),
    ("W", 1e6, "MW megawatt megawatts"),
    ("W", 1e9, "GW gigawatt gigawatts"),
    ("Wh", 1e3, "kWh"),
    ("V", 1, "V volt volts voltios"),
    ("m/s", 1, "m/s"),
    ("m/s", 1 / 3.6, "km/h kph kmh"),
    ("m/s", 0.44704, "mph"),
    ("°C", 1, "°C ℃ degrees-celsius grad-celsius grados-celsius 摄氏度"),
    ("°F", 1, "°F degrees-fahrenheit"),
    ("°", 1, "° degrees degree grad grados"),
    ("K", 1, "kelvin"),
    ("person", 1, "人"),
)  # fmt: skip

UNITS: dict[str, Unit] = {
    name.replace("-", " "): Unit(base, factor)
    for base, factor, names in _TABLE
    for name in names.split()
}
"""Each unit by its name; names of three and more letters are in lower case or as usual."""

MONEY = frozenset({"USD", "EUR", "GBP", "JPY", "CNY", "INR", "CHF"})

SCALES: dict[str, float] = {
    name: factor
    for factor, names in (
        (1e2, "hundred hundert 百"),
        (1e3, "thousand tausend mil k 千"),
        (1e4, "万 萬"),
        (1e6, "million millions millionen mio mio. millón millones mn 百万"),
        (1e8, "亿 億"),
        (1e9, "billion billions milliarde milliarden mrd mrd. bn"),
        (1e12, "trillion trillions billionen billón billones 万亿"),
    )
    for name in names.split()
}
"""Words that multiply the number before them; ``mil millones`` is a product of two."""

NUMERALS: dict[str, int] = {
    word: value
    for words in (
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
        "sixteen seventeen eighteen nineteen twenty",
        "eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
        "uno dos tres cuatro cinco seis siete ocho nueve diez once doce",
    )
    for value, word in enumerate(words.split(), start=1)
    # One is an article and a pronoun in all of them; "once" is English too.
    if value > 1 and word != "once"
} | dict(
    zip("thirty forty fifty sixty seventy eighty ninety".split(), range(30, 100, 10), strict=True)
)
"""Small numbers as words."""

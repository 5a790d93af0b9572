"""Words of grammar, in English, German and Spanish."""

from __future__ import annotations

FUNCTION = frozenset(
    """a an the and or but of in on at to for from with by as that which who whom whose this these
    those there here is are was were be been being am has have had having do does did it its they
    their them he his him she her hers we our us you your i my me also so too very about around
    approximately approx roughly nearly almost some circa ca over more than least most up under
    fewer less below above between into onto than then such both very just now currently today
    still already one ein
    der die das den dem des ein eine einen einem einer eines und oder aber von vom zu zum zur im in
    am an auf aus bei mit für über unter nach ist sind war waren sei wird werden wurde wurden hat
    haben hatte hatten es er sie wir ihr ihre ihren seine seinen sich auch noch schon etwa rund
    ungefähr derzeit heute aktuell als wie bis mehr mindestens höchstens rd
    el la los las un una unos unas y o u pero de del al a en con por para sobre es son era eran fue
    fueron ser sido ha han había hay tiene tienen tenía que se su sus lo le les más menos cerca
    aproximadamente alrededor unos también hoy actualmente como""".split()
)
"""Words of grammar, and of about how much: they say nothing of a subject."""

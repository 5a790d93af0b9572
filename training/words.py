"""The words by which questions are changed: opposites, units, synonyms, and forms of asking."""

from __future__ import annotations

import re


def _both(pairs: str) -> dict[str, tuple[str, ...]]:
    """Each word of a pair for the other."""
    table: dict[str, tuple[str, ...]] = {}
    for pair in pairs.split():
        first, second = pair.split("/")
        table[first] = (*table.get(first, ()), second)
        table[second] = (*table.get(second, ()), first)
    return table


def _groups(groups: str) -> dict[str, tuple[str, ...]]:
    """Each word of a group for all the others; an underscore is a space."""
    lines = [line.replace("_", " ") for line in groups.split()]
    members = [line.split("/") for line in lines]
    return {
        one: tuple(other for other in group if other != one) for group in members for one in group
    }


OPPOSITES = _both(
    """first/last earliest/latest largest/smallest biggest/smallest highest/lowest greatest/least
    most/least more/fewer more/less longest/shortest oldest/youngest oldest/newest best/worst
    fastest/slowest before/after above/below over/under north/south northern/southern east/west
    eastern/western won/lost win/lose winner/loser increase/decrease increased/decreased
    rise/fall rose/fell begin/end began/ended start/stop started/stopped open/close
    opened/closed gain/lose gained/lost join/leave joined/left accept/reject accepted/rejected
    support/oppose supported/opposed buy/sell bought/sold import/export born/buried
    major/minor majority/minority maximum/minimum male/female men/women king/queen
    mother/father son/daughter brother/sister husband/wife high/low long/short large/small
    early/late old/new positive/negative public/private internal/external inside/outside
    strong/weak strongest/weakest hot/cold warm/cool wet/dry rural/urban rich/poor upper/lower
    common/rare allowed/forbidden allow/prevent allowed/prevented create/destroy
    created/destroyed built/demolished founded/dissolved arrive/depart arrived/departed
    enter/exit entered/left agree/disagree agreed/disagreed succeed/fail succeeded/failed
    advantage/disadvantage same/different offense/defense attack/defend attacked/defended
    entirely/partly always/never religious/secular legal/illegal"""
)
UNITS = _both(
    """miles/kilometers feet/meters inches/centimeters pounds/kilograms tons/pounds acres/hectares
    gallons/liters dollars/pounds dollars/euros days/months weeks/years hours/days minutes/hours
    months/years years/decades seconds/minutes percent/total percentage/number percentage/amount
    height/length width/depth height/weight area/population population/size cost/length
    temperature/pressure speed/weight age/height distance/duration"""
)
SYNONYMS = _groups(
    """big/large/sizeable largest/biggest smallest/tiniest created/made/produced
    founded/established/set_up build/construct built/constructed begin/start/commence
    began/started/commenced end/finish/conclude ended/finished/concluded located/situated
    called/named/known_as name/title purpose/aim/goal reason/cause caused/brought_about
    important/significant/key famous/well-known main/chief/principal primary/main
    people/persons/individuals men/males women/females country/nation countries/nations
    city/town area/region/zone areas/regions used/employed/utilized use/employ uses/employs
    show/display shows/displays killed/slain died/passed_away death/passing war/armed_conflict
    fight/battle army/military_forces film/movie movie/film song/track released/issued/put_out
    published/brought_out wrote/authored written/authored author/writer job/occupation
    student/pupil students/pupils teacher/instructor school/academy buy/purchase
    bought/purchased sell/vend help/assist helped/assisted get/obtain got/obtained
    received/got gave/provided give/provide given/provided said/stated say/state
    believed/thought think/believe happened/occurred happen/occur occurred/took_place
    amount/quantity rise/increase fall/drop/decrease increased/grew decreased/fell/dropped
    kind/type/sort type/kind/sort types/kinds part/portion led/headed leader/head
    leaders/heads elected/voted_in ruled/governed ruler/sovereign money/funds
    group/body groups/bodies company/firm/business companies/firms language/tongue
    needed/required require/need requires/needs considered/regarded_as
    estimated/reckoned inhabitants/residents residents/inhabitants home/dwelling
    house/dwelling found/discovered discovered/found discover/find find/discover
    replaced/superseded destroyed/ruined damaged/harmed attempted/tried try/attempt
    allowed/permitted allow/permit allows/permits forbidden/banned banned/prohibited
    different/distinct same/identical usually/normally often/frequently nearly/almost
    approximately/about/roughly"""
)
ASKED = (
    "Can you tell me {0}",
    "Do you know {0}",
    "I would like to know {0}",
    "Please tell me: {0}",
    "Question: {0}",
)
_FORMS = (
    (r"(?i)in (?:what|which) year\b", "When"),
    (r"(?i)in (?:what|which) year\b", "What year"),
    (r"(?i)when\b", "On what date"),
    (r"(?i)when\b", "In what year"),
    (r"(?i)(?:what|which) year\b", "When"),
    (r"(?i)who\b(?= \w+ed\b)", "Which person"),
    (r"(?i)who\b(?= \w+ed\b)", "What is the name of the one who"),
    (r"(?i)where\b", "In what place"),
    (r"(?i)where\b", "At what location"),
    (r"(?i)how many\b", "What number of"),
    (r"(?i)how much\b", "What amount of"),
    (r"(?i)why\b", "For what reason"),
    (r"(?i)what is the name of\b", "What do you call"),
    (r"(?i)what was the name of\b", "How was it called,"),
    (r"(?i)what (?:kind|type|sort) of\b", "Which"),
    (r"(?i)what\b(?= \w+ (?:is|was|did|does|are|were)\b)", "Which"),
    (r"(?i)which\b(?= \w+ (?:is|was|did|does|are|were)\b)", "What"),
)
FORMS = tuple((re.compile(pattern), new) for pattern, new in _FORMS)

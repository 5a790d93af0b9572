"""Words that carry no subject, words that narrow a statement, and words for the same attribute.

English, German, Spanish and some Chinese, for telling whether two sentences speak of the same.
"""

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
"""Words of grammar, and of about how much: they say nothing of the subject."""

NEUTRAL = frozenset(
    """employ employs employed count counts number numbers numbered amount amounts stand stands
    stood total totals totalling overall altogether comprise comprises comprised contain contains
    include includes including consist consists measure measures measured company firm
    organisation organization according reportedly officially exactly roughly altogether worldwide
    equals equal reach reaches located
    beschäftigt zählt umfasst beträgt betrug insgesamt verfügt gibt unternehmen firma laut genau
    emplea cuenta mide asciende suma empresa compañía según exactamente comprende contiene
    member members lasts lasted runs dauert läuft dura year jahr jahre año date""".split()
)
"""Words between a subject and its value that change neither."""

NARROWING = frozenset(
    """if unless when whenever before after during while until since initially originally first
    second third last next later earlier formerly previously former latter once early late ago
    each every per another other others additional further only except excluding average mean
    median maximum minimum max min peak record annual annually monthly weekly daily yearly
    quarterly estimated expected planned projected proposed target would could should may
    might will shall can must plan plans aims hopes likely possibly probably half most many few
    several least increase increased decrease decreased rose fell grew declined dropped remaining
    wenn falls bevor nachdem während seit zunächst ursprünglich erste zweite dritte letzte nächste
    später früher ehemals jeder jede jedes pro je weitere andere nur außer durchschnittlich
    maximal minimal jährlich monatlich täglich geschätzt erwartet geplant würde könnte sollte kann
    muss soll wird viele einige stieg sank
    si cuando antes después durante mientras inicialmente originalmente primero primera segundo
    último última anterior cada otro otra otros solo sólo excepto promedio media máximo mínimo
    anual mensual diario estimado previsto planeado podría debería puede debe aumentó
    disminuyó""".split()
)
"""Words by which a statement holds of a time, a part or a case only; they must be in both."""

PRONOUNS = frozenset(
    """it its they their he his she her this these that those such both each i my
    es er sie dies dieser diese dieses ihr seine ihre
    él ella ellos ellas este esta estos estas ese esa su sus""".split()
)
"""Words at the head of a clause whose meaning stands outside it; the Chinese are few."""

POSSESSIVES = frozenset("its their his her my ihr ihre seine su sus".split())
"""Of these, those that can also point to a name in their own clause: "in its works Acme has".
"""

PRESENT = frozenset("is are has have ist sind hat haben es son tiene tienen".split())
PAST = frozenset("was were had war waren hatte hatten era eran fue fueron tenía".split())

_ATTRIBUTES = (
    "tall high height hoch höhe alto alta altura",
    "long length lang länge largo longitud",
    "wide width broad breit breite ancho anchura",
    "deep depth tief tiefe profundo profundidad",
    "heavy weigh weighs weighed weight wiegt gewicht pesa peso",
    "old aged age alt alter edad",
)
_SYNONYMS = (
    "staff employee employees worker workers workforce mitarbeiter mitarbeitende mitarbeitenden "
    "beschäftigte beschäftigten angestellte empleado empleados trabajadores",
    "population inhabitant inhabitants resident residents people persons person einwohner "
    "bevölkerung habitantes población",
    "cost costs costing price priced kostet kosten preis cuesta costo coste precio",
    "warranty guarantee garantie garantía",
)
FAMILY: dict[str, str] = {
    word: f"{sign}{words.split()[0]}"
    for sign, families in (("=", _ATTRIBUTES), ("~", _SYNONYMS))
    for words in families
    for word in words.split()
}
"""The key that words of one meaning share; that of an attribute begins with "=", else "~"."""

_ONCE = (
    "born birth geboren geburt nació nacido nacida nacimiento 出生 生于",
    "died death dies gestorben starb tod murió falleció muerte 去世 逝世",
    "founded founding established establishment founds gegründet gründung fundada fundado fundó "
    "fundación 成立 创立 创办 创建 建立",
    "opened opening inaugurated eröffnet eröffnung inaugurado inaugurada inauguró 开业 开放 启用",
    "closed closing shuttered geschlossen schließung cerrado cerrada cerró 关闭",
    "built constructed erbaut gebaut construido construida construyó 建成 建于",
    "completed completion finished fertiggestellt vollendet terminado terminada completado 竣工",
    "released release launched launch veröffentlicht erschienen lanzado lanzada lanzó publicado "
    "publicada publicó published publication 发布 发行 出版 上市",
    "signed signing unterzeichnet firmado firmada firmó 签署",
    "invented invention erfunden inventado inventó 发明",
    "discovered discovery entdeckt descubierto descubierta descubrió 发现",
    "resigned resignation stepped zurückgetreten rücktritt dimitió renunció 辞职 离职",
    "appointed ernannt nombrado nombrada 任命",
    "expires expire expired expiry expiration valid until gültig läuft endet vence válido válida "
    "caduca vigente hasta 到期 有效期 截止",
    "ends ended end ending endete terminó termina 结束",
    "begins began begin starts started start beginnt begann comienza comenzó empezó 开始",
    "due deadline fällig frist plazo 期限",
    "abolished repealed abgeschafft abolido 废除",
    "arrived arrives landed",
    "acquired bought übernommen adquirido adquirida 收购",
    "destroyed zerstört destruido destruida 毁",
)
ONCE: dict[str, str] = {word: words.split()[0] for words in _ONCE for word in words.split()}
"""What happens once to a thing, so that two dates of it cannot both hold."""

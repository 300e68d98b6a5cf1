import pytest

from summ.families.shortener.model import ShortenerModel, load_shortener
from summ.pipelines.noun_skips import is_bare_plural
from summ.pipelines.skips import Skips
from summ.text.folding import fold


@pytest.fixture(scope="module")
def model() -> ShortenerModel:
    return load_shortener()


def skips(model: ShortenerModel, text: str) -> Skips:
    return Skips(fold(text), model.verbs, model.vocabulary.common)


def allows(model: ShortenerModel, text: str, gap: str) -> bool:
    """Whether a stretch of a text, written between two bars, may be left out."""
    before, inside, _ = gap.split("|")
    here = len(fold(before).tokens) - 1
    return skips(model, text).allows(here, here + len(fold(inside).tokens) + 1)


@pytest.mark.parametrize(
    "gap",
    [
        "The mayor |from Harwick |has opened a bridge",
        "The mayor|, who was elected in May,| has opened it",
        "The mayor has |also |opened a bridge",
    ],
)
def test_phrases_may_go(model, gap):
    assert allows(model, gap.replace("|", ""), gap)


@pytest.mark.parametrize(
    "gap",
    [
        "The club did |not |sign the striker",  # a denial
        "The minister |denied that he would |resign",
        "Mayor Jane |Doe |opened a bridge",  # half a name
        "They arrested |three |men",  # a number without its noun
        "Police charged |a baker |with murder",  # an object
        "The |old |bridge has closed",  # a word within its phrase
        "The company |and the union have agreed |on pay",  # half a subject
    ],
)
def test_what_belongs_together_stays(model, gap):
    assert not allows(model, gap.replace("|", ""), gap)


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("Banks fear guards who were there.", True),
        ("Banks fear police who were there.", True),
        ("Banks fear the guards who were there.", False),
        ("Banks fear nobody who was there.", False),
    ],
)
def test_a_plural_alone_needs_what_says_which(model, text, bare):
    found = skips(model, text)
    assert is_bare_plural(found, found.tokens.index("who") - 1) == bare


@pytest.mark.parametrize(
    ("text", "fit", "unfit"),
    [
        (
            "The mayor opened a bridge on Monday.",
            {"bridge", "monday"},
            {"the", "on", "opened"},
        ),
        ("Prime Minister Jane Doe has met the queen.", {"queen"}, {"prime", "jane", "has", "met"}),
        ("The bank cut the jobs of 300 people.", {"people"}, {"jobs", "300", "of", "cut"}),
        ("The mayor wants to build a bridge.", {"bridge"}, {"wants", "to", "build"}),
    ],
)
def test_a_line_ends_where_a_phrase_does(model, text, fit, unfit):
    found = skips(model, text)
    words = [surface.lower() for surface in found.source.surfaces]
    ends = {word for word, end in zip(words, found.ends, strict=True) if end}
    assert fit <= ends
    assert not unfit & ends


@pytest.mark.parametrize(
    ("gap", "allowed"),
    [
        ("Bo fires |a shot; Kim |concludes in ninth place", False),  # another sentence
        ("A bomb explodes |in Leeds, killing two and injuring |around 40 others", False),
        ("A man is held on charges |of working |with a gang", False),
        ("A man was found |with a gun and sentenced to a year |in prison", False),
        ("Rates rise |for the fourth time |in five months", False),
        ("The protesters |in Harwick say the union |rescinds the offer", False),  # no agreement
        ("Ann Bo is to sing |in a series, according |to the reporter", False),
        ("A man |who thought it |would be fixed has won", False),  # the verb of *it*
        ("The bank stops the economy |from overheating |with a rule", False),
        ("The mayor answered critics |as she opened a road |and made a speech", False),
        ("The mayor answered critics |on Monday |and made a speech", True),
        ("The mayor lied |when she took the town |to war", False),
        ("Bo admits she is to blame |after the exit of her team |on Monday", False),
        ("The race ends in Dalby |with Bo becoming the first Dane |to win it", False),
        ("Bo relishes the role |as she braces |to defend the cup", False),
        ("Hope |at home, joy at work and love |between us are rare", False),
        ('Bo vowed to "never|, ever, |ever" sell the port', False),  # a quotation
        ("Women |who were at the school |are suing it", False),  # not all women
        ("The women |who were at the school |are suing it", True),
        ("The row |with the bank grew as Ann Bo |led an attack on it", False),
        ("A rapid |alerting service that |tells users is being launched", False),
        ("Ways of ensuring |that parents know |are to be found", False),
        ("Support for a ban |on hunting |has fallen", False),
        ("We ask the bakers |to help us |understand the trade", False),
        ("|Bo plays down reports that |Kim Roe will return", False),
        ("Bo will act |as an adviser |to the team", False),
        ("A system |to create website |addresses could open a door", False),
        ("Spending |on debit cards |has risen", False),
        ("Here is a look |at the crashes of ferries |between Dalby and Leeds", False),
        ("The twins are taking |over the show |on Sunday", False),
        ("Bo may lose a majority |and the power to push |through a plan", False),
        ("Bo stepped up work |for the cup by taking advice |from her coach", False),
        ("The fair |that opens now could show something many bakers |may dislike", False),
        ("The fair |that opens now |may please bakers", True),
        ("The mayor of Dalby, Ann Bo|, |is in Lima", False),
        ("The mayor put Leeds |on the way |as rivals left", False),
        ("Fans are issued |with cards in a bid |to stop touts", False),
        ("Ten men were hurt |as two bakers |storm a hotel", False),
        ("The krone hit its peak |against the euro |in ten years", True),
        ("The house voted |against the plan |in May", False),
        ("Norwick cuts a tax |sparing parents the tax |on rents", False),
        ("Ann Bo told Leeds to stop |in the wake of a defeat |to Dalby", False),
        ("Do not get angry |at them, the mayor Ann Bo |warned", False),
    ],
)
def test_a_line_does_not_change_what_goes_with_what(model, gap, allowed):
    assert allows(model, gap.replace("|", ""), gap) == allowed


@pytest.mark.parametrize(
    ("text", "word", "may"),
    [
        ("Ann Bo staged a recovery to beat Kim Roe and win the cup.", "roe", True),
        ("A group called for a tightening of regulations controlling bets.", "regulations", True),
        ("The club has had a strong finish to the season.", "finish", True),
        ("A soldier is held in Harwick over what lawyers call a mistake.", "harwick", True),
        ("The party will meet in Harwick and not in Leeds.", "harwick", True),
        ("Ann Bo bought the site to improve the way it handles pages.", "way", False),
        ('Bo calls the incident "part of a pattern" of theft.', "incident", False),
        ("Ann Bo lost her 7.5 ($14.6) case against the bank.", "7.5", False),
        ("The council put the economy at the heart of its plan.", "economy", False),
        ("Ann Bo was the third woman to win the cup.", "woman", False),
        ("The term of Ann Bo is over, said a friend.", "over", True),
        ("A girl has been found, officials said.", "found", True),
        ("Norwick urged Dalby to free a baker being held there.", "baker", True),
        ("The club sold a system in which nothing works.", "system", True),
        ("Ann Bo dislikes the way in which it works.", "way", False),
        ("The house voted against the bill put forward by Bo.", "bill", True),
        ("Ann Bo had her licence withdrawn for a year.", "licence", False),
        ("The group condemned the alleged blinding of a baker.", "alleged", False),
        ("The ministers were seeking Tuesday to end a strike.", "tuesday", False),
        ("Norwick looks set to keep its lead thanks to Bo.", "lead", True),
        ("Norwick looks set to keep its lead thanks to Bo.", "thanks", False),
        ("Ann Bo is free after turning herself in at a station.", "herself", False),
        ("Ann Bo is hard to miss at the open.", "hard", False),
        ("The bank said it had enough shares to block it.", "shares", False),
        ("Ann Bo lied to a court in an attempt to stop it.", "attempt", False),
        ("Three men were slain and a baker and a cook were hurt.", "baker", False),
        ("Bo gave Leeds victory in a dour but clinical match.", "dour", False),
        ("The mayor called the baker and other guests to order.", "baker", True),
        # Another verb behind *and*.
        (
            "A campaign opened to help bakers improve their bread and benefit from it.",
            "bread",
            True,
        ),
        ("Harwick is the first to sign striker Kim Roe and scupper Norwick's bid.", "roe", True),
        ("A blast kills 35 people and injures at least 55.", "people", True),
        ("Two blasts kill a child and injure several people.", "child", True),
        ("The film may not be suitable for children.", "suitable", False),
        ("The film has set a new record, with 14 prizes in two days.", "record", True),
        ("The coach would sign Bo once she has served her ban.", "bo", True),
        ("On Monday the party had alleged that Bo was a member.", "alleged", False),
        ("Norwick learned last week that it is not alone.", "week", False),
        ("Speech makes thousands of drops that, in a closed room, hang in the air.", "room", False),
        ("The group pledges to report on its recent killing of two people.", "recent", False),
        ("The actors have wrapped up their upcoming film.", "upcoming", False),
        ("Norwick has emerged as the lowest bidder.", "emerged", False),
        ("Bo and Roe were no match for the rivals from Dalby.", "match", False),
        ("The economy grew more than expected, the bank said.", "expected", True),
        ("Her decision has left the team with a gap to fill.", "team", False),
        ("The mayor lied when she took the town to war.", "town", False),
        ("Clubs set up by the council could build trust.", "up", False),
        ("Norwick could transfer as many as ten jobs.", "transfer", False),
        ("Norwick begged Dalby to act, warning it could fail.", "warning", False),
        ("A million will be spent on dealing with the floods.", "dealing", False),
        ("Norwick called its European carmaking unit a failure.", "european", False),
        ("Norwick lied to stop the town selling its port.", "town", False),
        ("The patents will be released into the open.", "released", True),
        ("The barns will be turned into flats.", "turned", False),
        ("Ten men are missing after a storm.", "missing", True),
        ("Norwick offered to repay $220 (£117) of the loan.", "220", True),
        ("Norwick lost 220 (30%) of its votes.", "220", False),
        ("Norwick is in talks with Dalby.", "talks", False),
        ("The ferry is weeks away from sailing.", "away", False),
        ("Dalby beat Norwick as the port with the most ships.", "port", False),
        ("Ten good years may come to an end in May.", "come", False),
        ("Sales grew on the last Saturday before Lent.", "saturday", False),
        ("The ships sail all over the world.", "all", False),
        ("Norwick will close all land, air and sea borders.", "land", False),
        ("Norwick will meet a baker, cooks and waiters of Dalby.", "baker", True),
        ("The film depicts a priest having a row.", "priest", False),
        ("A ferry sank in the sea off the coast.", "sea", True),
        ("The plan will be looked back on as a mistake.", "back", False),
        ("The coach has given his backing to the series.", "backing", False),
        ("The aid will not take money from schools.", "money", False),
        ("Bo is one of four captains included in a squad.", "captains", False),
        ("Norwick said it has shelled and damaged the church.", "shelled", False),
    ],
)
def test_a_line_ends_where_nothing_is_missing(model, text, word, may):
    tokens = fold(text).tokens
    place = tokens.index(fold(word).tokens[0])
    assert skips(model, text).ends[place] == may

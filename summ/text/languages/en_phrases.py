"""English: the closed classes that tell where phrases begin and end, in lower case."""

from __future__ import annotations

from summ.text.languages.en import DENIALS
from summ.text.languages.tables import table

MARKS = table(", ; : -- - \" `` '' ( ) ... . ? !")
CLITICS = table("'s n't 're 've 'll 'd 'm ' %")
PRONOUNS = table("he she they it who we i which that there")
MODALS = table("will would could can may might must should cannot didn't doesn't don't won't")
AUXILIARIES = table(
    "is are was were has have had will would may might can could must should does did do isn't "
    "aren't wasn't weren't hasn't haven't hadn't won't wouldn't can't couldn't doesn't "
    "didn't"
)
BE = table("is are was were be been being am")
ADVERBS = table(
    "also never now still just then once later recently often always soon already even again both "
    "all not only themselves himself herself itself ever too have been"
)
ARTICLES = table("a an the")
DETERMINERS = table(
    "a an the this that these those its his her their our my your some any no every each"
)
PREPOSITIONS = table(
    "in on at for from over during near under against by with after within through across between "
    "among amid around before outside inside toward towards alongside"
)
SUBORDINATORS = table(
    "after while because amid following despite before since although though when where as"
)
RELATIVES = table("who which whose where whom that")
CONDITIONS = table("if unless whether until without except")
WEEKDAYS = table("monday tuesday wednesday thursday friday saturday sunday")
DASHES = table("- -- – —")
# Numbers that are written as words, as far as they count what follows them.
NUMBERS = table(
    "one two three four five six seven eight nine ten eleven twelve dozen dozens tens hundreds "
    "thousands several hundred thousand million billion trillion"
)
# Words without which their clause would claim more than it says: denials (``n't`` stands alone in
# canonical text), conditions, possibilities, intentions and suspicions.
HEDGES = (
    DENIALS
    | CONDITIONS - {"except"}
    | table(
        "n't reportedly refusal failure rule ruled rules scrap scraps scrapped block blocks "
        "blocked ban bans banned unable unlikely stop stops stopped avoid avoids avoided prevent "
        "prevents prevented could may might would should plans plan planned threatens threatened "
        "tries tried wants wanted hopes hoped seeks sought false untrue rumours rumors allegedly "
        "alleged accused suspected expected considering refuted withdraw withdrew withdrawn lacks "
        "lacked against"
    )
)

# Words that are followed by their object where they are verbs.
OBJECTS = DETERMINERS | table(
    "it him them himself themselves itself what more two three how whether"
)
SAYING = table(
    "said says announced announces reported reports confirmed confirms warned warns revealed "
    "reveals believes claimed claims showed shows found finds told suggests suggested say show "
    "claim warn report"
)
BELIEVING = table(
    "believe think thinks thought claim insist insists insisted admit admits admitted fear fears "
    "feared hope hopes hoped argues argued accepts accepted denies denied knows knew feels felt "
    "predicts predicted"
)
# Past forms that mostly have no object, so that a preposition may follow them.
INTRANSITIVE = table(
    "died arrived resigned apologised apologized agreed crashed collapsed climbed dropped slipped "
    "jumped emerged vowed pledged returned fired voted appeared failed refused tried opened closed "
    "reached ended started continued struggled plunged soared tumbled surged erupted pleaded "
    "walked retired defeated threatened promised decided moved"
)
# Verbs without an object that need their preposition nevertheless.
PREPOSITIONAL = table(
    "agreed pointed benefited resulted belonged contributed participated reacted responded "
    "insisted worked stepped talked led succumbed"
)
# Participles that need the infinitive behind them: *expected to win*.
INFINITIVAL = table(
    "expected forced urged asked allowed supposed required ordered used needed prepared scheduled "
    "wanted tempted advised invited encouraged determined planned said believed pledged poised "
    "tipped slated reported entitled permitted obliged persuaded attempted"
)
# Past forms that are their participles, so that *has* may be left out before them.
SAME_PAST = table(
    "won said made held led met found told left built cut hit put set paid lost sold bought "
    "brought kept sent spent caught fought taught thought hurt shot struck swept laid"
)
# Past forms that are nothing else.
IRREGULAR_PAST = table(
    "arose ate awoke became began blew broke came chose crept drew drank drove fell fled flew "
    "flung forbade forgave forgot froze gave grew knew mistook oversaw overcame overtook "
    "overthrew rang "
    "retook rewrote rode rose sang sank shook shrank sought spoke sprang stole strode strove swam "
    "swore threw took tore undertook underwent upheld went wept withdrew withheld withstood woke "
    "wore wrote"
)
# Adjectives and participles that ask for what follows them.
ASKING = table(
    "suitable interested involved based focused available responsible ready similar close new late "
    "early able forced set due full aware afraid proud popular good bad keen open located high low "
    "likely more most less least further ahead on"
)
# Nouns whose preposition belongs to them: *a jump in profits*.
ARGUED = table(
    "jump rise fall drop increase decrease decline growth interest look cut surge attack attacks "
    "ban reason need call demand search responsibility blame support pressure role part "
    "confidence stake share fun access end threat run-up alternative response reaction approach "
    "spending tax taxes obstacle key answer solution contribution backing approval consent"
)
# Plural nouns that an infinitive completes: *plans to close*.
PLANS = table(
    "plans efforts calls attempts bids rights ways decisions offers moves orders threats promises "
    "pledges powers chances is was has as us tries continues pressures proposals measures this its "
    "his"
)
# What a single name may be: *software giant Microsoft*.
KINDS = table(
    "regulator watchdog authority newspaper magazine president chancellor premier city town "
    "capital newcomer newcomers winner winners brewer insurer supermarket charity union party "
    "broker manufacturer developer team side band giant group firm maker carmaker airline company "
    "bank retailer club carrier operator agency producer lender broadcaster star singer actor "
    "striker champion leader minister icon legend guru mogul film movie thriller drama comedy "
    "sitcom album novel musical blockbuster dealer supplier exporter refiner miner drugmaker "
    "chipmaker automaker distributor publisher homebuilder conglomerate utility startup show soap "
    "series programme program website"
)
# Offices before a name, beside those that ``KINDS`` has.
OFFICES = table(
    "chairman chairwoman chief captain boss secretary spokesman spokeswoman senator mayor governor "
    "coach manager author director founder co-founder driver musician rapper comedian veteran "
    "footballer stars actress judge lawyer billionaire tycoon winger midfielder defender keeper "
    "goalkeeper analyst presenter worker officer expert newspaper network entrepreneur activist "
    "rival compatriot counterpart assistant skipper flanker sprinter prop hooker lock forward "
    "centre wing fly-half scrum-half full-back seamer spinner batsman bowler golfer boxer jockey "
    "cyclist swimmer runner hurdler holder pundit commentator critic historian scientist "
    "philosopher economist professor designer chef novelist poet playwright journalist "
    "correspondent editor columnist lawmaker congressman congresswoman deputy ambassador envoy "
    "commissioner commander bishop archbishop cleric priest model dancer drummer guitarist "
    "bassist frontman vocalist composer conductor pianist violinist painter artist photographer "
    "inventor wicketkeeper quarterback pitcher astronaut candidate nominee quartet trio "
    "duo department ministry provider subsidiary marketplace franchise label chain brand "
    "orchestra executive reporter nurse teacher suspect militant"
)
# Of both, those that people have.
PERSONS = OFFICES - table(
    "newspaper network stars quartet trio duo department ministry provider subsidiary marketplace "
    "franchise label chain brand orchestra rival"
) | table("president chancellor premier star singer actor striker minister icon legend guru mogul")
# Small words within names: *Ali bin Omar*, *Ursula von der Leyen*.
NAME_PARTICLES = table("bin al el ben de van von der den di da del la le")
# Companies and others that are called after somebody.
CALLED_AFTER = table(
    "cook morris stanley klein lauren luther potter bond hopkins deere hancock lewis schwab "
    "hortons vuitton jacobs kors hilfiger dior choo lauder armani chase"
)
# Adjectives that stress and do not restrict: what they stand before is the same thing without them.
EMPHATIC = table(
    "huge massive enormous vast big major significant severe serious devastating dramatic "
    "widespread controversial long-running long-awaited much-anticipated eagerly-awaited "
    "highly-anticipated award-winning ground-breaking groundbreaking record-breaking troubled "
    "embattled beleaguered struggling renowned famous acclaimed celebrated legendary popular "
    "leading prominent powerful remarkable astonishing stunning shocking horrific brutal deadly "
    "bitter fierce heated intense ambitious bold sweeping landmark historic crucial vital "
    "fresh unprecedented extraordinary incredible spectacular sensational crushing emphatic "
    "tiny troubling desperate sharp steep hefty whopping formal mammoth substantial "
    "sizeable considerable well-known high-profile world-famous hugely entire whole"
)
# Adjectives that tell more of a thing and do not make it another.
INTERSECTIVE = table(
    "preliminary tough new temporary existing additional further gruelling grueling "
    "pulsating "
    "thrilling young elderly beautiful lucrative lengthy long-standing longstanding annual rare "
    "unusual different various own key main ageing aging nearby"
)
# Adverbs without which a claim says more than before.
LIMITING = table(
    "reportedly allegedly apparently possibly probably seemingly supposedly nearly only partly "
    "partially potentially likely unlikely family early mostly mainly largely usually normally "
    "generally rarely hardly barely scarcely virtually practically almost temporarily initially "
    "formerly previously falsely wrongly wrongfully mistakenly nominally narrowly roughly "
    "approximately relatively provisionally tentatively conditionally accidentally unsuccessfully "
    "daily weekly monthly yearly supply reply family assembly anomaly italy july"
)
# What participles of irregular verbs look like that the lexicon of finite verbs does not have.
PARTICIPLES = table(
    "chosen taken given driven frozen spoken broken stolen written beaten eaten hidden forgotten "
    "fallen risen grown thrown shown known flown drawn withdrawn seen done gone begun sunk struck "
    "torn worn born sworn overthrown undertaken forbidden bitten shaken woken detained"
)
# Past forms that say something without any word behind them.
COMPLETE_ALONE = table(
    "died resigned arrived collapsed crashed exploded jumped plunged soared tumbled surged slumped "
    "fell rose grew erupted retired apologised apologized rallied survived failed worsened "
    "eased deepened narrowed widened recovered improved dies resigns "
    "climbed declined retreated rebounded slipped clashed surrendered disappeared vanished drowned "
    "collapses crashes explodes closes closed reopens erupts begins ends"
)
# Words behind *he, she, it, ...* that are no verbs.
FALSE_VERBS = table(
    "almost alone anyway apart basketball clean clear compulsory difficult easier easy hard harder "
    "he she they yourself impossible inch liable mandatory maybe neither nor nuclear possible "
    "right safe somehow sure tough unable unconstitutional upon worse wrong"
)
# Verbs that headlines have in the present tense, as far as running text knows them as nouns.
HEADLINE_VERBS = table(
    "report fire demand defeat strike order sweep arrest attack record reform target fight win "
    "kill hit beat race rescind condemn oppose accuse slam urge vow warn back bomb shell shoot "
    "crash blast topple oust sack score stage probe raid reach sue vote veto ban boost slash trim "
    "hike quit exit plot map name head host judge charge jail seize storm suspend sanction "
    "evacuate execute declare detain deploy denounce dissolve expel extradite hand honour honor "
    "impose indict inaugurate intercept launch liberate lift mark nominate overturn pardon "
    "postpone ratify reaffirm recall recapture recognize recognise resign resume retake retain "
    "reopen rescue revoke rule secure sentence sign surpass threaten unveil withdraw erupt "
    "collapse explode derail sink damage destroy flood injure wound stab abduct kidnap murder close"
)
# Participles of what happens to somebody, complete without *by*, *for* or *in*.
COMPLETE_PASSIVE = table(
    "killed injured wounded arrested charged jailed sentenced detained freed released rescued "
    "shot stabbed hurt hit found sacked fired elected re-elected appointed suspended banned "
    "cancelled canceled postponed delayed closed evacuated destroyed damaged convicted acquitted "
    "executed murdered kidnapped abducted attacked questioned stolen recovered lifted scrapped "
    "rejected approved confirmed abandoned dissolved overturned unveiled launched published "
    "expelled deported extradited indicted disqualified dropped honoured honored hospitalised "
    "hospitalized displaced stranded derailed flooded blocked shelled bombed vaccinated infected "
    "opened reopened created founded sold bought ordered announced signed adopted introduced "
    "removed restored rebuilt renamed revealed identified rediscovered discovered seized robbed "
    "searched raided halted resumed extended raised lowered doubled withdrawn replaced granted"
)
# Verbs that say what something is called or deemed.
CALLING = table(
    "call calls called describe describes described brand brands branded label labels labelled "
    "dub dubs dubbed declare declares declared named names appointed appoints"
)
OPENERS = PREPOSITIONS | table(
    "as while despite following when like although though speaking citing meanwhile moreover "
    "however instead earlier later today yesterday last late once since"
)
# Where a phrase or clause can begin behind a complete one.
CLAUSE_STARTS = table(
    "after as when while because amid following before since although though who which where "
    "whose and but to including despite that if until according earlier last this next"
)
SOFT_ADVERBS = table(
    "also now today yesterday early late recently finally currently already "
    "again still newly formally officially"
)
UNFIT_TO_BEGIN = PRONOUNS | table(
    "but and or so this these those his her their its if when while as after what how why because "
    "him them to not more such our my than with by although though you your please posted photo "
    "yet however only even then also let let's where until unless since whether here now "
    "read just"
)
# Verbs whose object does what follows: *prompts officials to act*.
CONTROLLING = table(
    "prompt prompts prompted prompting urge urges urged urging ask asks asked asking force forces "
    "forced forcing allow allows allowed allowing want wants wanted expect expects expected order "
    "orders ordered enable enables enabled persuade persuades persuaded tell tells told warn warns "
    "warned require requires required"
)
# Of them, and others, those whose object cannot do without it.
AWAITING = table(
    "prompt prompts prompted urge urges urged argue argues argued force forces forced allow "
    "allows allowed want wants expect expects expected enable enables enabled persuade "
    "persuades persuaded require requires required compel compels compelled cause causes caused "
    "permit permits permitted"
)
NEVER_LAST = table(
    "insisted insists admitted admits warned warns announced announces revealed reveals believes "
    "said says told including according such set due able likely expected other many much several "
    "every each some any least both either same own part became becomes become called named "
    "warning often titled entitled compulsory mandatory recent upcoming forthcoming ongoing latest "
    "former however meanwhile also still already just only even shortly"
)
# Words that belong together, as they are landed on and left out.
BOUND_PAIRS = {
    *(("to", word) for word in ("according", "due", "thanks", "owing", "prior", "next", "close")),
    *(("of", word) for word in ("because", "ahead", "instead", "out", "outside")),
}

"""Forty languages, a paragraph each: whole sentences, within the words of the script, and told."""

import re

import pytest

from summ.pipelines.extraction import plan_extraction
from summ.pipelines.length_plan import LengthLimit, assemble
from summ.text.breaking_off import break_off
from summ.text.identification import identify
from summ.text.sentences import split_sentences
from summ.text.words import count_words

# Three sentences each, a short one last; `|` stands between them.
PARAGRAPHS = {
    "en": "The city will close its old harbour in May because the walls lean.|The ferries will "
    "leave from the southern harbour until the work is done.|It costs forty million.",
    "de": "Die Stadt schließt im Mai den alten Hafen, weil die Mauern sich neigen.|Die Fähren "
    "fahren bis zum Ende der Arbeiten vom südlichen Hafen ab.|Das kostet vierzig Millionen.",
    "fr": "La ville fermera son vieux port en mai parce que les murs penchent.|Les ferries "
    "partiront du port du sud jusqu'à la fin des travaux.|Cela coûte quarante millions.",
    "es": "La ciudad cerrará su viejo puerto en mayo porque los muros se inclinan.|Los "
    "transbordadores saldrán del puerto del sur hasta que acaben las obras.|Cuesta 40 millones.",
    "it": "La città chiuderà il vecchio porto a maggio perché le mura pendono.|I traghetti "
    "partiranno dal porto meridionale fino alla fine dei lavori.|Costa quaranta milioni.",
    "pt": "A cidade vai fechar o velho porto em maio porque os muros estão inclinados.|As balsas "
    "não sairão do porto antigo até ao fim das obras.|Isto custa quarenta milhões.",
    "nl": "De stad sluit in mei de oude haven omdat de muren overhellen.|De veerboten vertrekken "
    "tot het einde van het werk uit de zuidelijke haven.|Dat kost veertig miljoen.",
    "sv": "Staden stänger den gamla hamnen i maj eftersom murarna lutar.|Färjorna går från den "
    "södra hamnen tills arbetet är klart.|Det kostar fyrtio miljoner.",
    "fi": "Kaupunki sulkee vanhan sataman toukokuussa, koska muurit kallistuvat.|Lautat lähtevät "
    "eteläisestä satamasta, kunnes työ on valmis.|Se maksaa neljäkymmentä miljoonaa.",
    "pl": "Miasto zamknie w maju stary port, ponieważ mury się przechylają.|Promy będą odpływać z "
    "południowego portu aż do końca prac.|To kosztuje czterdzieści milionów.",
    "cs": "Město v květnu uzavře starý přístav, protože se zdi naklánějí.|Trajekty budou vyplouvat "
    "z jižního přístavu, dokud práce neskončí.|Stojí to čtyřicet milionů.",
    "hu": "A város májusban bezárja a régi kikötőt, mert a falak megdőltek.|A kompok a munka "
    "végéig a déli kikötőből indulnak.|Ez negyvenmillióba kerül.",
    "ro": "Orașul va închide vechiul port în mai pentru că zidurile sunt înclinate.|Feriboturile "
    "vor pleca din portul de sud până la sfârșitul lucrărilor.|Aceasta costă 40 de milioane.",
    "hr": "Grad će u svibnju zatvoriti staru luku jer se zidovi naginju.|Trajekti će polaziti iz "
    "južne luke dok radovi ne budu gotovi.|To košta četrdeset milijuna.",
    "et": "Linn sulgeb mais vana sadama, sest müürid on viltu.|Praamid väljuvad lõunasadamast, "
    "kuni töö on valmis.|See maksab nelikümmend miljonit.",
    "lt": "Miestas gegužę uždarys senąjį uostą, nes sienos pasvirusios.|Keltai plauks iš pietinio "
    "uosto, kol darbai bus baigti.|Tai kainuoja keturiasdešimt milijonų.",
    "tr": "Şehir, duvarlar eğildiği için mayıs ayında eski limanı kapatacak.|Feribotlar iş bitene "
    "kadar güney limanından kalkacak.|Bu kırk milyona mal oluyor.",
    "vi": "Thành phố sẽ đóng cửa cảng cũ vào tháng năm vì các bức tường bị nghiêng.|Phà sẽ khởi "
    "hành từ cảng phía nam cho đến khi công việc kết thúc.|Việc này tốn bốn mươi triệu.",
    "id": "Kota itu akan menutup pelabuhan lama pada bulan Mei karena temboknya miring.|Kapal feri "
    "akan berangkat dari pelabuhan selatan sampai pekerjaan selesai.|Biayanya empat puluh juta.",
    "sw": "Mji huo utafunga bandari ya zamani mwezi Mei kwa sababu kuta zimeinama.|Feri zitaondoka "
    "kutoka bandari ya kusini hadi kazi itakapokamilika.|Inagharimu milioni arobaini.",
    "ru": "Город закроет старую гавань в мае, потому что стены наклонились.|Паромы будут отходить "
    "из южной гавани до конца работ.|Это стоит сорок миллионов.",
    "uk": "Місто закриє стару гавань у травні, тому що стіни нахилилися.|Пороми відходитимуть із "
    "південної гавані, доки роботи не завершаться.|Це коштує сорок мільйонів.",
    "bg": "Градът ще затвори старото пристанище през май, защото стените са наклонени.|Фериботите "
    "ще тръгват от южното пристанище до края на работата.|Това струва четиридесет милиона.",
    "el": "Η πόλη θα κλείσει το παλιό λιμάνι τον Μάιο επειδή οι τοίχοι γέρνουν.|Τα πλοία θα "
    "φεύγουν από το νότιο λιμάνι μέχρι το τέλος των έργων.|Κοστίζει σαράντα εκατομμύρια.",
    "ka": "ქალაქი მაისში დახურავს ძველ ნავსადგურს, რადგან კედლები დაიხარა.|ბორნები სამხრეთის "
    "ნავსადგურიდან გავლენ სამუშაოს დასრულებამდე.|ეს ორმოცი მილიონი ღირს.",
    "hy": "Քաղաքը մայիսին կփակի հին նավահանգիստը, քանի որ պատերը թեքվել են։|Լաստանավերը կմեկնեն "
    "հարավային նավահանգստից մինչև աշխատանքի ավարտը։|Սա արժե քառասուն միլիոն։",
    "he": "העיר תסגור את הנמל הישן בחודש מאי משום שהקירות נטויים.|המעבורות ייצאו מהנמל הדרומי "
    "עד סוף העבודות.|זה עולה ארבעים מיליון.",
    "ar": "ستغلق المدينة الميناء القديم في شهر مايو لأن الجدران مائلة.|ستغادر العبارات من الميناء "
    "الجنوبي حتى نهاية الأعمال.|يكلف ذلك أربعين مليونا.",
    "fa": "شهر بندر قدیمی را در ماه مه می‌بندد زیرا دیوارها کج شده‌اند.|کشتی‌ها تا پایان کار از بندر "
    "جنوبی حرکت خواهند کرد.|این کار چهل میلیون هزینه دارد.",
    "ur": "شہر مئی میں پرانی بندرگاہ بند کر دے گا کیونکہ دیواریں جھک گئی ہیں۔|کشتیاں کام ختم ہونے "
    "تک جنوبی بندرگاہ سے چلیں گی۔|اس پر چار کروڑ خرچ ہوں گے۔",
    "hi": "शहर मई में पुराना बंदरगाह बंद कर देगा क्योंकि दीवारें झुक गई हैं।|काम पूरा होने तक नावें दक्षिणी "
    "बंदरगाह से चलेंगी।|इस पर चार करोड़ खर्च होंगे।",
    "bn": "শহরটি মে মাসে পুরনো বন্দর বন্ধ করবে কারণ দেয়ালগুলো হেলে পড়েছে।|কাজ শেষ না হওয়া পর্যন্ত "
    "ফেরি দক্ষিণ বন্দর থেকে ছাড়বে।|এতে চার কোটি খরচ হবে।",
    "ta": "சுவர்கள் சாய்ந்துள்ளதால் நகரம் மே மாதத்தில் பழைய துறைமுகத்தை மூடும்.|பணி முடியும் வரை "
    "படகுகள் தெற்குத் துறைமுகத்திலிருந்து புறப்படும்.|இதற்கு நான்கு கோடி செலவாகும்.",
    "te": "గోడలు వంగినందున నగరం మే నెలలో పాత ఓడరేవును మూసివేస్తుంది.|పని పూర్తయ్యే వరకు పడవలు దక్షిణ "
    "ఓడరేవు నుండి బయలుదేరుతాయి.|దీనికి నాలుగు కోట్లు ఖర్చవుతుంది.",
    "am": "ከተማዋ ግድግዳዎቹ ስላዘነበሉ አሮጌውን ወደብ በግንቦት ትዘጋለች።|ጀልባዎች ሥራው እስኪያልቅ ድረስ ከደቡብ ወደብ "
    "ይነሳሉ።|ይህ አርባ ሚሊዮን ያስወጣል።",
    "ko": "시는 벽이 기울어 오월에 낡은 항구를 닫을 예정이다.|여객선은 공사가 끝날 때까지 남쪽 "
    "항구에서 출발한다.|비용은 사천만 원이다.",
    "ja": "市は壁が傾いているため、五月に古い港を閉鎖する。|"
    "工事が終わるまで、フェリーは南の港から出発する。|費用は四千万円だ。",
    "zh": "由于墙壁倾斜，市政府将于五月关闭旧港口。|"
    "渡轮将从南港出发，直到工程结束。|工程耗资四千万元。",
    "th": "เมืองจะปิดท่าเรือเก่าในเดือนพฤษภาคมเพราะกำแพงเอียง |เรือข้ามฟากจะออกจากท่าเรือใต้จนกว่างานจะเสร็จ |"
    "ค่าใช้จ่ายสี่สิบล้าน",
    "lo": "ເມືອງຈະປິດທ່າເຮືອເກົ່າໃນເດືອນພຶດສະພາ. |ເຮືອຈະອອກຈາກທ່າເຮືອໃຕ້ຈົນກວ່າວຽກຈະແລ້ວ. |ມັນມີລາຄາສີ່ສິບລ້ານ.",
    "km": "ទីក្រុងនឹងបិទកំពង់ផែចាស់នៅខែឧសភា។ |សាឡាងនឹងចេញពីកំពង់ផែខាងត្បូងរហូតដល់ការងារចប់។ |វាចំណាយសែសិបលាន។",
    "my": "မြို့တော်သည် ဆိပ်ကမ်းဟောင်းကို မေလတွင် ပိတ်မည်။ |ကူးတို့သင်္ဘောများသည် တောင်ဘက်ဆိပ်ကမ်းမှ ထွက်ခွာမည်။ |"
    "ကုန်ကျစရိတ် သန်းလေးဆယ် ဖြစ်သည်။",
}
UNSPACED = ["ja", "zh", "th", "lo", "km", "my"]
# Before these nothing may be broken off: marks, and Burmese or Khmer consonants below another.
ATTACHED = re.compile(r"[\u0300-\u036f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u102b-\u103e\u17b4-\u17d3]")


def paragraph(code: str) -> str:
    return PARAGRAPHS[code].replace("|", "" if code in UNSPACED else " ").strip()


def extract(text: str, words: int | None, code: str) -> tuple[str, list[bool]]:
    plan = plan_extraction([text], LengthLimit(words), code)
    return assemble(plan, [part.text for part in plan.parts]), [part.cut for part in plan.parts]


@pytest.mark.parametrize("code", PARAGRAPHS)
def test_the_language_is_told(code):
    assert identify(paragraph(code)) == code
    assert len(PARAGRAPHS) >= 40


@pytest.mark.parametrize("code", PARAGRAPHS)
def test_sentences_are_told_apart(code):
    written = [one.strip() for one in PARAGRAPHS[code].split("|")]
    assert split_sentences(paragraph(code), language=code) == written


@pytest.mark.parametrize("code", PARAGRAPHS)
def test_whole_sentences_in_the_order_of_the_text(code):
    written = [one.strip() for one in PARAGRAPHS[code].split("|")]
    longest = max(map(count_words, written))
    for words in (None, longest, longest + count_words(written[2])):
        summary, cut = extract(paragraph(code), words, code)
        assert not any(cut)
        rest = summary
        for sentence in written:
            rest = rest.replace(sentence, "", 1)
        assert rest.strip(" .。") == "" and summary
        assert words is None or count_words(summary) <= words


@pytest.mark.parametrize("code", PARAGRAPHS)
def test_a_sentence_that_does_not_fit_ends_between_characters(code):
    sentence = PARAGRAPHS[code].split("|")[0].strip()
    # Of a syllable of up to five characters there is no beginning.
    for words in range(6 if code in UNSPACED else 1, count_words(sentence)):
        head = break_off(sentence, words)
        begun = head.removesuffix("…")
        assert begun and sentence.startswith(begun) and count_words(head) <= words
        following = sentence[len(begun) :]
        assert not ATTACHED.match(following)
        if code not in UNSPACED:
            assert not (begun[-1].isalnum() and following[:1].isalnum())


def test_words_end_where_it_can_be_known():
    assert break_off("市は壁が傾いているため閉鎖する。", 7) == "市は壁が…"
    assert break_off("บริษัท Northgate เปิดท่าเรือใหม่", 9) == "บริษัท Northgate…"
    assert break_off("ສະຖານີ\u200bລົດໄຟ\u200bໃໝ່", 9) == "ສະຖານີ…"
    thai = "เมืองจะปิดท่าเรือเก่าเพราะกำแพงเอียง"
    assert break_off(thai, 25, frozenset({"เพราะ"})) == "เมืองจะปิดท่าเรือเก่า…"

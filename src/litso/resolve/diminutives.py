"""Given names that stand for one another: Russian and English diminutives, church and colloquial forms.

Words are folded (`words.fold`): lower case, е for ё, и for й. A diminutive may stand for a man's and a woman's name.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

_FORMS: Final = """
александр: саша сашка сашенька саня санек шура шурик алекс сандр
александра: саша сашка сашенька саня шура шурочка сандра
алексеи: леша лешка леха алеша алешка алекс олексеи алексии
алла: алка аллочка
альберт: алик берт
альбина: аля бина
анастасия: настя настена настенька настюша стася ася анастасья настасья
анатолии: толя толик толян
андреи: андрюша андрюха андрюшка дрон
анжела: анжелика анжелла анджела
анна: аня анюта анечка нюра нюта анька ганна
антон: антоша антоха тоша тоха
антонина: тоня тонечка нина
аркадии: аркаша
арсении: сеня арсен
артем: артемка тема темыч артемии
артур: артурчик
борис: боря борька борян
вадим: вадик вадя дима
валентин: валя валик валек
валентина: валя валечка валюша
валерии: валера валерка валерик
валерия: лера лерочка валера
варвара: варя варенька варюша
василии: вася васька васек василь
василиса: вася василисушка
вера: верочка веруня
вероника: ника вера верочка
виктор: витя витек витька витюша
виктория: вика викуся викуля тори
виталии: виталик виталя талик
владимир: вова вовка володя вовочка вован владимер
владислав: влад владик слава
всеволод: сева севка
вячеслав: слава славик
галина: галя галка галочка галюня
геннадии: гена генка геша
георгии: гоша жора гога егор
герман: гера
глеб: глебушка
григории: гриша гришка гриня
данила: даня данила даник данилка данил даниил
дарья: даша дашка дашенька дашуля дария
денис: дениска дэн денчик
дмитрии: дима димка димон митя димитрии митька
диана: дина дианочка
евгении: женя женька жека евгешка евген
евгения: женя женька женечка
егор: егорка гоша жора
екатерина: катя катька катюша катерина катенька катюха кэт
елена: лена ленка леночка алена леся ленуся
елизавета: лиза лизка лизонька елизаветта
ефим: фима
захар: захарка
зинаида: зина зиночка
зоя: зоика
иван: ваня ванька ванек ванюша иоанн иванушка
игорь: игорек гарик гоша
илья: илюша илюха илюшка илиа
инна: инночка
ирина: ира ирка ирочка иринка ариша иришка
кирилл: кирюша киря кирюха кирил
клавдия: клава клавочка
константин: костя костик костян
кристина: кристя крис христина
ксения: ксюша ксюха оксана ксеня аксинья ксенья
лариса: лара ларочка
лев: лева левушка
леонид: леня ленька леон
лидия: лида лидочка лидка
любовь: люба любаша любочка любка
людмила: люда мила люся людочка люська
маргарита: рита ритка марго риточка
марина: маришка мариша маринка
мария: маша маня машка машенька маруся марья муся
максим: макс максимка максик
марк: марик
михаил: миша мишка мишаня михаило миха
надежда: надя надька надюша наденька
наталия: наташа наталья ната наташка натуся натали талья
никита: никитка никитос ник
николаи: коля колька колян никола микола колюня
нина: ниночка нинуля нинель
оксана: ксана ксюша
олег: олежка олежек
ольга: оля олька оленька олюшка олечка
павел: паша пашка пашуля павлик паха
петр: петя петька петруша
полина: поля полинка поленька аполлинария
раиса: рая раечка
ринат: ринатик
римма: риммочка
роман: рома ромка ромчик роман
руслан: русик русланчик
светлана: света светка светик светочка лана
семен: сема сеня семка семион
сергеи: сережа серега сережка серж сергии сергуня
софия: софья соня сонечка софа софочка
станислав: стас славик слава стасик
степан: степа степка стефан
таисия: тая таисья таечка
тамара: тома томочка
татьяна: таня танька танюша танечка татьянка татяна
тимофеи: тима тимоша тимошка
тимур: тима тимурчик
ульяна: уля ульянка ульяша юлиана
федор: федя федька федюня
филипп: филя филип
эдуард: эдик эдя эдуардик
эльвира: эля эльвирочка эльмира
эмма: эммочка
юлия: юля юлька юленька юлечка юлья
юрии: юра юрка юрик юрочка
яков: яша яшка
яна: янка яночка янина
ярослав: ярик слава яра
abigail: abby gail
abraham: abe bram
albert: al bert bertie
alexander: alex alec sandy xander lex
alexandra: alex sandra lexi sasha
alfred: alf alfie
andrew: andy drew
ann: anna anne annie nan nancy hannah
anthony: tony ant
arthur: art artie
barbara: barb babs
benjamin: ben benny benji
caroline: carrie carol lina caro
catherine: cathy kate katie kitty kathy katherine kathryn cat cath
charles: charlie chuck chas
charlotte: lottie charlie
christina: chris tina christine chrissy
christopher: chris kit
cynthia: cindy
daniel: dan danny
david: dave davy
deborah: debbie deb debra
donald: don donnie
dorothy: dot dottie dolly
edmund: ed ned eddie ted
edward: ed eddie ned ted teddy
eleanor: ellie nell nora elinor
elizabeth: liz beth betty lizzie eliza bess betsy libby elisabeth elsie
emily: em millie emmy
emma: em emmie
eugene: gene
frances: fran fanny francie
francis: frank fran
franklin: frank
frederick: fred freddie freddy rick
gabriel: gabe
george: georgie
gerald: gerry jerry
gregory: greg
harold: harry hal
harriet: hattie harry
helen: nell nellie ellen lena
henry: harry hank hal
hugh: hughie
isaac: ike
isabella: bella isabel izzy isabelle belle
jacob: jake
james: jim jimmy jamie jem
jane: janie jenny janet jean
jeffrey: jeff geoff geoffrey
jennifer: jen jenny
jessica: jess jessie
john: jack johnny jon ian
jonathan: jon jonny
joseph: joe joey jos
josephine: jo josie
joshua: josh
judith: judy
kenneth: ken kenny
lawrence: larry laurie laurence
leonard: len leo lenny
leslie: les
lillian: lily lil
louis: lou lewis louie
louisa: lou louise
lucy: lucie lucinda
margaret: maggie meg peggy madge rita daisy greta marge
martha: mattie
martin: marty
mary: molly polly may maria marie mamie
matilda: tilly maud
matthew: matt
michael: mike mick mickey micky
nathaniel: nat nate nathan
nicholas: nick nicky
oliver: ollie
pamela: pam
patricia: pat patty tricia trish
patrick: pat paddy
peter: pete
philip: phil pip phillip
rachel: rae
raymond: ray
rebecca: becky becca
reginald: reg reggie
richard: dick rick richie rich ricky
robert: bob rob bobby robbie bert
roger: rodge
ronald: ron ronnie
rosemary: rose rosie
samuel: sam sammy
samantha: sam
sarah: sally sadie sara
sidney: sid sydney
sophia: sophie
stephen: steve steven stevie
susan: sue susie suzanne susanna
theodore: ted teddy theo
theresa: tess terry teresa
thomas: tom tommy
timothy: tim
valerie: val
victor: vic
victoria: vicky vic tori
vincent: vince
virginia: ginny
walter: walt wally
william: bill will billy willie liam
zachary: zach zack
"""


def _read() -> dict[str, tuple[str, ...]]:
    """Form → the full names it may stand for, at most four, in the order of the table."""
    forms: dict[str, list[str]] = {}
    for line in _FORMS.strip().splitlines():
        full, _, short = line.partition(": ")
        for form in (full, *short.split()):
            names = forms.setdefault(form, [])
            if full not in names:
                names.append(full)
    return {form: tuple(names[:4]) for form, names in forms.items()}


FULL_NAMES: Final = MappingProxyType(_read())
"""Folded form → folded full names («саша» → «александр», «александра»). A full name stands for itself first."""


def _families() -> dict[str, str]:
    """Form → one name for all that can be mixed up with it: forms that share a full name are one family."""
    family: dict[str, str] = {}

    def root(name: str) -> str:
        while family.setdefault(name, name) != name:
            name = family[name]
        return name

    for form, names in FULL_NAMES.items():
        for name in names:
            first, second = sorted((root(form), root(name)))
            family[second] = first
    return {form: root(form) for form in family}


FAMILIES: Final = MappingProxyType(_families())
"""Folded form → the name of its family: coarser than FULL_NAMES, a true equivalence, for keys."""

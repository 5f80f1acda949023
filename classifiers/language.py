"""In which language a text is written, well enough to say "not English", from its script and function words."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Collection
from functools import cache

from classifiers.normalise import fold

# Words that are frequent in one language and rare or absent in English: short ones, and some of this subject.
_WORDS = {
    "de": "der die das und ist nicht ein eine einen mit für auf von den dem des im zu zum zur wird werden sich "
    "auch nach wie über aus bei sind hat haben mehr als oder wurde durch noch nur seine ihre neue setzt "
    "gegen können setzen setzt künstliche künstlicher intelligenz rechenzentrum rechenzentren unternehmen "
    "aktie steigt baut neues jahr gegen bergbau strom ich wir sie er es",
    "fr": "le la les des une est et dans pour sur avec par du au aux que qui sont pas plus ce cette ses leur "
    "ont été vers d'un d'une l'ia l'énergie mais ou où être fait vont sa son mineurs entreprise "
    "entreprises énergie artificielle contrat signe centre centres données nous vous ils elle elles il",
    "es": "el los las una es y en para con por del que se su sus más como al pero ha sin sobre entre está son "
    "hacia desde también este esta ya fue muy han mineros minería minera inteligencia energía empresa "
    "empresas centro centros datos contrato vende gira nuevo nueva",
    "pt": "o os as uma é e em para com por do da dos das que se sua seus mais como ao mas sem sobre entre está "
    "são também não na no nas nos pela pelo já foi ou mineradores mineradora mineração inteligência "
    "energia empresa empresas centro dados contrato vai suas novo nova",
    "it": "il lo gli una è e per con del della dei delle che si sono più come al alla ma senza anche non nel "
    "nella di sul sulla dal ha hanno verso loro questo questa minatori intelligenza artificiale energia "
    "azienda aziende contratto sulla puntano nuovo nuova centro dati sale",
    "nl": "de het een en van voor met op niet zijn wordt naar ook door maar bij aan dat meer uit over deze hun "
    "heeft worden als om te nog kunstmatige intelligentie bedrijf bedrijven stroom nieuwe datacenters "
    "verkopen",
    "sv": "och att det som är för med av inte till på den ett från har om men kan vid sig efter mer sin nya "
    "också blir sina",
    "da": "og at det er en til af for med på den ikke et fra har som de der kan men om ved sig efter mere også "
    "bliver vil",
    "fi": "ja on ei että se ovat kun myös sekä mutta kuin joka tai sen ole oli mukaan yli uusi vain jo",
    "pl": "i w na z do się nie jest że to jak oraz od dla po przez są ale co ma już może ich tym za o",
    "cs": "a v na se je že do s to pro za od jako po které ale jsou také podle není už být",
    "tr": "ve bir bu için ile da de daha olarak en çok ama gibi olan kadar sonra yeni göre ise değil",
    "id": "dan yang di ke dari untuk dengan ini itu pada adalah tidak akan dalam juga oleh lebih karena para telah",
    "vi": "và của là có cho không các với được một trong những này đã khi người từ đến về như chuyển sang bán "
    "máy đào thợ công ty",
    "ro": "și de la în cu pentru din pe este nu că mai care sunt sau a al ale prin după dar",
    "hu": "a az és hogy nem is egy van meg de már csak mint vagy szerint volt ez még azt",
}
_ENGLISH = frozenset(
    "the a an of to in and is are for on with as at by from that this it its be has have had was were will not or but "
    "their they he she you we i his her our your my more than after over up out into about who what when why how which "
    "if all no can could would may now new just so do does did been one says said".split()
)
_SCRIPTS = {
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "HANGUL": "ko",
    "CJK": "zh",
    "CYRILLIC": "ru",
    "ARABIC": "ar",
    "HEBREW": "he",
    "GREEK": "el",
    "THAI": "th",
    "DEVANAGARI": "hi",
    "BENGALI": "bn",
    "TAMIL": "ta",
    "ARMENIAN": "hy",
    "GEORGIAN": "ka",
    "ETHIOPIC": "am",
}
_SHARE = 0.3  # of the letters in one foreign script: the text is in it
_SURE = 0.15  # of the words are English function words: no other language need be counted
_LEAST = 2  # function words of another language needed to call it


def foreign(words: Collection[str]) -> str | None:
    """The ISO 639-1 code of the language of folded lower-case words; None for English and where none can be told."""
    return _by_script("".join(words)) or _by_words(frozenset(words))


def _by_script(text: str) -> str | None:
    if text.isascii():
        return None
    letters = [char for char in text if char.isalpha()]
    found = Counter(_script(char) for char in letters if not char.isascii())
    named = {code: count for code, count in found.items() if code}
    if not named or sum(named.values()) < _SHARE * len(letters):
        return None
    if "ja" in named:
        return "ja"
    code = max(named, key=lambda name: (named[name], name))
    return "uk" if code == "ru" and set(text) & set("іїєґ") else code


@cache
def _script(char: str) -> str | None:
    return _SCRIPTS.get(unicodedata.name(char, "").split(" ")[0].split("-")[0])


def _by_words(words: frozenset[str]) -> str | None:
    english = len(words & _ENGLISH)
    if english > _SURE * len(words):
        return None
    found = {code: words & known for code, known in _function_words().items()}
    shared = Counter(word for hits in found.values() for word in hits)
    code = max(found, key=lambda name: (sum(1 / shared[word] for word in found[name]), name))
    return code if len(found[code]) >= _LEAST and len(found[code]) > 2 * english else None


@cache
def _function_words() -> dict[str, frozenset[str]]:
    """Per language its words as they look when folded, but for those that are English ones too."""
    return {code: frozenset(fold(words).split()) - _ENGLISH for code, words in _WORDS.items()}

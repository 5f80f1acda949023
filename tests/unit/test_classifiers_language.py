from __future__ import annotations

import pytest

from classifiers.features import Text, read
from classifiers.language import foreign

FOREIGN = {
    "de": "Bitcoin-Miner setzen auf künstliche Intelligenz, doch die Kosten steigen",
    "fr": "Les mineurs de bitcoin se tournent vers l'IA pour survivre",
    "es": "Los mineros de bitcoin en apuros giran hacia la inteligencia artificial",
    "pt": "Mineradores de bitcoin apostam em inteligência artificial para fugir da crise",
    "it": "I minatori di bitcoin puntano sulla intelligenza artificiale",
    "nl": "Bitcoinminers stappen over op AI: het einde van een tijdperk",
    "pl": "Kopalnie bitcoina przechodzą na AI, ale nie jest to proste",
    "tr": "Bitcoin madencileri yapay zekaya yöneliyor ve bu bir fırsat",
    "sv": "Bitcoinbolag satsar på AI och säljer sina maskiner",
    "id": "Penambang bitcoin beralih ke AI dan menjual mesin mereka",
    "vi": "Thợ đào bitcoin chuyển sang AI và bán máy",
    "ru": "Биткоин-майнеры переходят на ИИ",
    "uk": "Біткоїн-майнери переходять на ШІ",
    "zh": "比特币矿工转向人工智能",
    "ja": "ビットコイン採掘企業がAIへ転換",
    "ko": "비트코인 채굴업체 AI로 전환",
    "ar": "معدنو البيتكوين يتجهون إلى الذكاء الاصطناعي",
    "he": "כורי הביטקוין עוברים לבינה מלאכותית",
    "el": "Οι εξορύκτες στρέφονται στην τεχνητή νοημοσύνη",
    "hi": "बिटकॉइन माइनर एआई की ओर",
    "th": "นักขุดบิตคอยน์หันไปหาเอไอ",
}


@pytest.mark.parametrize("code", FOREIGN)
def test_a_foreign_language_is_named(code: str) -> None:
    assert foreign(read(Text(FOREIGN[code])).distinct) == code


@pytest.mark.parametrize(
    "text",
    [
        "Bitcoin miner signs AI lease",
        "Los Angeles data center vote",
        "MARA: sell",
        "IREN 8-K",
        "Core Scientific, CoreWeave deal",
        "Hydro-Québec says no to São Paulo miners",
        "Nvidia H200",
        "",
    ],
)
def test_english_and_names_are_not_called_foreign(text: str) -> None:
    assert foreign(read(Text(text)).distinct) is None

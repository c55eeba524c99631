"""What callers say that is in no grammar of the shop: other languages, English about other things, single words."""

from callcenter.stt.synthetic import Caller

SENTENCES = {
    "uk": (
        "Добрий день, чи є у вас зимові шини?",
        "Скільки коштує доставка до Львова?",
        "Зачекайте, будь ласка, хвилинку.",
        "Я передзвоню вам пізніше.",
        "З'єднайте мене з оператором.",
        "Чому так дорого?",
        "Двісті п'ять на п'ятдесят п'ять, радіус шістнадцять.",
        "Алло, ви мене чуєте?",
    ),
    "ru": (
        "Здравствуйте, у вас есть зимняя резина?",
        "Сколько стоит доставка до Киева?",
        "Подождите, пожалуйста, минутку.",
        "Я перезвоню вам позже.",
        "Соедините меня с оператором.",
        "Почему так дорого?",
        "Двести пять на пятьдесят пять, радиус шестнадцать.",
        "Алло, вы меня слышите?",
    ),
    "de": ("Guten Tag, haben Sie Winterreifen für meinen Wagen?", "Ich rufe später noch einmal an."),
    "pl": ("Dzień dobry, czy macie opony zimowe?", "Proszę mówić trochę wolniej."),
    "en-us": (
        "The weather is very nice today and the birds are singing",
        "Turn the music down, I am on the phone",
        "I left my keys on the kitchen table yesterday",
        "My grandmother makes the best apple pie",
        "There is a problem with my bank account",
        "The children are playing in the garden",
        "Just a moment, somebody is at the door",
        "The doctor told me to drink more water",
    ),
}
WORDS = {
    "uk": ("Так", "Дякую", "Зачекайте", "Зимові шини", "Скільки", "Завтра"),
    "ru": ("Спасибо", "Подождите", "Зимняя резина", "Сколько", "Завтра", "Не понял"),
    "en-us": ("Excuse me", "Pardon", "Who is this", "Broken window", "Motor oil", "My bicycle"),
}
_VARIANTS = (("", 50), ("+f2", 55), ("+m3", 45))


def foreign_speech() -> list[tuple[str, str, Caller]]:
    """(kind, text, who says it); the kinds: "uk", "ru", "other", "english" and "word"."""
    speech = []
    for texts, short in ((SENTENCES, False), (WORDS, True)):
        for language, several in texts.items():
            kind = "word" if short else {"uk": "uk", "ru": "ru", "en-us": "english"}.get(language, "other")
            for number, text in enumerate(several):
                variant, pitch = _VARIANTS[number % len(_VARIANTS)]
                speech.append((kind, text, Caller(language + variant, 160, pitch)))
    return speech

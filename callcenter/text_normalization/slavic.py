"""Figures as words in Ukrainian and Russian: one pass for each kind of figure, the most particular first."""

import re

from callcenter.text_normalization import figures as fig
from callcenter.text_normalization.grammar import SlavicLanguage
from callcenter.text_normalization.numerals import LARGEST, Case, Gender, Noun, digit_groups

_CURRENCY = (
    r"грн|гривень|гривні|гривня|гривню|гривен|гривны|гривна|гривну|UAH|₴|"
    r"дол|доларів|долара|долари|долар|долларов|доллара|доллар|USD|\$|EUR|€|євро|евро"
)
_CODES = {"г": "UAH", "u": "UAH", "₴": "UAH", "д": "USD", "$": "USD", "e": "EUR", "€": "EUR", "є": "EUR", "е": "EUR"}
_UNIT = r"км/год|км/ч|км|см|мм|кг|шт|коп|хв|мин|год|час|ч|сек|міс|мес|тис|тыс|млн|м|г|л|с|%|°\s?[CС]|°"
_PRICE_AFTER = re.compile(rf"(?<!\d)({fig.NUMBER})\s?({_CURRENCY})(?!\w)\.?", re.IGNORECASE)
_PRICE_BEFORE = re.compile(rf"([$₴€])\s?({fig.NUMBER})")
_MULTIPLIED = re.compile(rf"(?<!\d)({fig.NUMBER})\s?(тис|тыс|млн)\.?\s?({_CURRENCY}|км|шт)(?!\w)\.?", re.IGNORECASE)
_MEASURE = re.compile(rf"(?<!\d)({fig.NUMBER})\s?({_UNIT})(?!\w)\.?", re.IGNORECASE)
_RANGE = re.compile(
    rf"(?<![\d.,])({fig.NUMBER}){fig.DASH}({fig.NUMBER})(?![\d-])(?:\s?({_CURRENCY}|{_UNIT})(?!\w)\.?)?", re.IGNORECASE
)
_CLOCK_RANGE = re.compile(rf"(?<![\d:])(\d{{1,2}}:[0-5]\d){fig.DASH}(\d{{1,2}}:[0-5]\d)(?![\d:])")
_PER = re.compile(rf"({_CURRENCY})\.?\s?/\s?(шт|комплект|год|рік|час|ч|км)(?!\w)\.?", re.IGNORECASE)
_SUFFIXED = re.compile(
    r"(?<!\d)(\d{1,4})\s?[-–]\s?(ого|его|ша|га|тя|та|ма|ше|ге|тє|те|ме|ший|гий|тий|мий|ти|ми|ої|ому|ему|ий|ій|ый|ой|ая|ое|ую|им|ым|го|му|ї|ю|й|я|а|е|у|х|і|м)(?!\w)"
)
_SUFFIX_FORMS = {
    "ого": "genitive",
    "его": "genitive",
    "го": "genitive",
    "ої": "genitive_f",
    "ї": "genitive_f",
    "ому": "locative",
    "ему": "locative",
    "му": "locative",
    "ий": "m",
    "ій": "m",
    "ый": "m",
    "й": "m",
    "ой": "m",
    "а": "f",
    "я": "f",
    "ая": "f",
    "е": "n",
    "ое": "n",
    "ую": "accusative_f",
    "ю": "accusative_f",
    "у": "accusative_f",
    "им": "instrumental",
    "ым": "instrumental",
    "м": "instrumental",
    **dict.fromkeys(("ша", "га", "тя", "та", "ма"), "f"),
    **dict.fromkeys(("ше", "ге", "тє", "те", "ме"), "n"),
    **dict.fromkeys(("ший", "гий", "тий", "мий"), "m"),
    **dict.fromkeys(("х", "ти", "ми"), ""),
    "і": "plural",
}
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})\s?(рік|року|році|роком|р\.|год|года|году|годом|г\.)(?!\w)")
_SIGNED = re.compile(r"(?<![\w)])([-−+])\s?(?=\d)")
_NUMBER = re.compile(rf"(?<!\d)({fig.NUMBER})")


class SlavicFigures:
    def __init__(self, language: SlavicLanguage) -> None:
        self._l = language
        months = "|".join(language.months)
        self._named_date = re.compile(
            rf"(?<!\d)(0?[1-9]|[12]\d|3[01])(?:-?го|-е)?\s({months})(?:\s((?:19|20)\d{{2}})(?:\s?(?:{language.year}|[рг]\.))?)?(?!\w)",
            re.IGNORECASE,
        )
        orders = "|".join(sorted(language.order_words, key=len, reverse=True))
        self._order = re.compile(rf"(?<!\w)((?:{orders})\s(?:[^\W\d_]+\s)?)(\d{{4,}})(?![\w.,]\d)", re.IGNORECASE)
        days = "|".join(language.weekdays)
        self._weekdays = re.compile(rf"(?<![\w'’ʼ])({days})\.?{fig.DASH}({days})(?![\w'’ʼ])\.?", re.IGNORECASE)
        self._weekday = re.compile(rf"(?<![\w'’ʼ-])({days})(?![\w'’ʼ-])\.?", re.IGNORECASE)
        self._passes: list[fig.Pass] = [
            (self._weekdays, self._weekday_range),
            (self._weekday, lambda m: language.weekdays[m[1].lower()][0]),
            (fig.PHONE, lambda m: self._phone(m[1])),
            (_SUFFIXED, self._suffixed),
            (fig.ISO_DATE, lambda m: self._date(m, int(m[3]), int(m[2]), int(m[1]))),
            (fig.DOTTED_DATE, lambda m: self._date(m, int(m[1]), int(m[2]), int(m[3]))),
            (self._named_date, self._month_by_name),
            (_CLOCK_RANGE, self._clock_range),
            (fig.CLOCK, self._clock),
            (self._order, lambda m: m[1] + self.figure_by_figure(m[2])),
            (fig.MARKED_NUMBER, self._marked),
            (fig.TIRE_SIZE, self._tire_size),
            (fig.RIM, lambda m: f"{language.radius} {self._cardinal(m[1])}{self._cargo(m[2])}"),
            (fig.LOAD_INDEX, self._load_index),
            (fig.CODED_NUMBER, lambda m: f"{self.spell(m[1])} {self.figure_by_figure(m[2])}"),
            (_YEAR, self._year),
            (_PER, lambda m: f"{m[1]} {language.per.get(m[2].lower(), '')}{'.' if fig.ends_sentence(m) else ''}"),
            (_SIGNED, lambda m: f"{language.plus if m[1] == '+' else language.minus} "),
            (_MULTIPLIED, self._multiplied),
            (_RANGE, self._range),
            (_PRICE_AFTER, lambda m: self._price(m, m[1], m[2])),
            (_PRICE_BEFORE, lambda m: self._price(m, m[2], m[1])),
            (_MEASURE, self._measure),
            (fig.MODEL_CODE, self._model_code),
            (_NUMBER, self._number),
        ]

    def verbalize(self, text: str) -> str:
        return fig.apply(self._passes, text)

    # ------------------------------------------------------------ letters and single figures

    def spell(self, letters: str) -> str:
        """Letter by letter; words of small letters stay words."""
        if not letters.isupper():
            return letters
        names = {**self._l.own_letters, **self._l.letters}
        if len(letters) > 1:  # "бе ем ве", but a speed index V must not sound like a W
            names["W"] = names["V"]
        return " ".join(names.get(letter, letter) for letter in letters)

    def figure_by_figure(self, digits: str) -> str:
        groups = digit_groups(digits)
        return ", ".join(" ".join(self._l.cardinal(int(digit)) for digit in group) for group in groups)

    def _cardinal(self, digits: str) -> str:
        return self._l.cardinal(int(digits))

    def _cargo(self, mark: str | None) -> str:
        return f" {self.spell('C')}" if mark else ""

    # ------------------------------------------------------------ telephone, orders, sizes

    def _phone(self, written: str) -> str:
        spoken = ", ".join(self._with_zeros(group) for group in fig.phone_groups(written))
        return f"{self._l.plus} {spoken}" if written.startswith("+") else spoken

    def _with_zeros(self, group: str) -> str:
        zeros = len(group) - len(group.lstrip("0"))
        words = [self._l.cardinal(0)] * zeros
        rest = group[zeros:]
        if rest:
            words.append(self._l.cardinal(int(rest)) if len(rest) <= 3 else self.figure_by_figure(rest))
        return " ".join(words)

    def _marked(self, match: re.Match[str]) -> str:
        letters, digits = (match[1] or "").rstrip("-"), match[2]
        sign = (
            "" if fig.word_before(match) in (self._l.number_sign, f"{self._l.number_sign}ом") else self._l.number_sign
        )
        number = (
            self._cardinal(digits) if len(digits) < 4 and not digits.startswith("0") else self.figure_by_figure(digits)
        )
        return f"{sign} {self.spell(letters)} {number}"

    def _tire_size(self, match: re.Match[str]) -> str:
        width, profile, rim, half, cargo = match.groups()
        spoken = f"{self._cardinal(width)} {self._l.size_joint} {self._cardinal(profile)}"
        if rim:
            spoken += f", {self._l.radius} {self._decimal(int(rim), half) if half else self._cardinal(rim)}"
        return spoken + self._cargo(cargo)

    def _load_index(self, match: re.Match[str]) -> str:
        second = f" {self._cardinal(match[2])}" if match[2] else ""
        return f"{self._cardinal(match[1])}{second} {self.spell(match[3])}"

    def _model_code(self, match: re.Match[str]) -> str:
        """ "CX-5", "DM-V3": letters are spelled where they are capitals, and the number stays whole."""
        letters = match[1].replace("-", "")
        if letters.isupper() and len(letters) <= 3:
            return f"{self.spell(letters)} {self._with_zeros(match[2])}"
        return match[0].replace("-", " ")

    # ------------------------------------------------------------ dates and times

    def _date(self, match: re.Match[str], day: int, month: int, year: int | None) -> str:
        form = "n" if fig.word_before(match) in self._l.accusative_after else "genitive"
        spoken = f"{self._l.ordinal(day, form)} {self._l.months[month - 1]}"
        return f"{spoken} {self._l.ordinal(year, 'genitive')} {self._l.year}" if year else spoken

    def _month_by_name(self, match: re.Match[str]) -> str:
        month = [name.lower() for name in self._l.months].index(match[2].lower()) + 1
        spoken = self._date(match, int(match[1]), month, int(match[3]) if match[3] else None)
        return spoken + ("." if fig.ends_sentence(match) else "")

    def _year(self, match: re.Match[str]) -> str:
        noun = match[2].rstrip(".").lower()
        if match[2].endswith("."):
            noun = self._l.year
        spoken = f"{self._l.ordinal(int(match[1]), self._l.year_forms.get(noun, 'genitive'))} {noun}"
        return spoken + ("." if fig.ends_sentence(match) else "")

    def _clock(self, match: re.Match[str]) -> str:
        before = fig.word_before(match)
        return self._time(int(match[1]), int(match[2]), before in self._l.genitive_after, before in ("о", "об"))

    def _clock_range(self, match: re.Match[str]) -> str:
        first, last = ((int(match[side][:-3]), int(match[side][-2:])) for side in (1, 2))
        from_word = "" if fig.word_before(match) in self._l.genitive_after else f"{self._l.from_clock} "
        bounds = [self._time(hour, minute, genitive=True) for hour, minute in (first, last)]
        return f"{from_word}{bounds[0]} {self._l.to_word} {bounds[1]}"

    def _time(self, hour: int, minute: int, genitive: bool = False, locative: bool = False) -> str:
        if self._l.clock_is_ordinal:
            form = "locative_f" if locative else "genitive_f" if genitive else "f"
            spoken = self._l.ordinal(hour, form)
            if not minute:
                return spoken if form != "f" else f"{spoken} година"
        else:
            spoken = self._l.cardinal(hour, "m", "genitive" if genitive else "nominative")
            if not minute:
                return spoken if genitive else f"{spoken} ноль ноль"
        return f"{spoken} {self._l.cardinal(0) + ' ' if minute < 10 else ''}{self._l.cardinal(minute, 'f')}"

    def _weekday_range(self, match: re.Match[str]) -> str:
        first, last = (self._l.weekdays[match[side].lower()][1] for side in (1, 2))
        return f"{self._l.from_clock} {first} {self._l.to_word} {last}"

    # ------------------------------------------------------------ quantities

    def _case(self, match: re.Match[str]) -> Case:
        instrumental = any(word.endswith(("ами", "ями")) for word in fig.words_after(match)[:2])
        return "genitive" if fig.word_before(match) in self._l.genitive_after and not instrumental else "nominative"

    def _counted(self, number: int, fraction: str, noun: Noun, case: Case) -> str:
        if fraction.strip("0"):
            return f"{self._decimal(number, fraction)} {noun.of_one}"
        return f"{self._whole(number, noun.gender, case)} {noun.form(number, case)}"

    def _whole(self, number: int, gender: Gender = "m", case: Case = "nominative") -> str:
        return self._l.cardinal(number, gender, case) if number <= LARGEST else self.figure_by_figure(str(number))

    def _decimal(self, whole: int, fraction: str) -> str:
        fraction = fraction.rstrip("0") or "0"
        if len(fraction) > len(self._l.decimal_parts):
            return f"{self._whole(whole, 'f')} {self._l.decimal_whole[1]} {self.figure_by_figure(fraction)}"
        parts = int(fraction)
        whole_word = self._l.decimal_whole[whole % 10 != 1 or whole % 100 == 11]
        part_word = self._l.decimal_parts[len(fraction) - 1][parts % 10 != 1 or parts % 100 == 11]
        return f"{self._whole(whole, 'f')} {whole_word} {self._whole(parts, 'f')} {part_word}"

    def _price(self, match: re.Match[str], figures: str, currency: str) -> str:
        number, fraction = fig.split_number(figures)
        noun, hundredth = self._l.currencies["UAH" if currency.lower() == "uah" else _CODES[currency[0].lower()]]
        case = self._case(match)
        stop = "." if fig.ends_sentence(match) else ""
        if len(fraction) > 2:
            return self._counted(number, fraction, noun, case) + stop
        hundredths = int(fraction.ljust(2, "0")) if fraction else 0
        spoken = self._counted(number, "", noun, case)
        return f"{spoken} {self._counted(hundredths, '', hundredth, case)}{stop}" if hundredths else spoken + stop

    def _measure(self, match: re.Match[str]) -> str:
        number, fraction = fig.split_number(match[1])
        unit = match[2].lower().replace(" ", "").replace("с", "c") if "°" in match[2] else match[2].lower()
        if unit not in self._l.units:  # of the other language
            return match[0].replace(match[1], self._spoken_number(match, match[1]))
        tail = self._l.unit_tails.get(unit, "")
        spoken = self._counted(number, fraction, self._l.units[unit], self._case(match))
        return f"{spoken} {tail}".strip() + ("." if fig.ends_sentence(match) else "")

    def _multiplied(self, match: re.Match[str]) -> str:
        number, fraction = fig.split_number(match[1])
        scale = self._l.units.get(match[2].lower())
        noun = self._l.units.get(match[3].lower()) or self._l.currencies[_CODES.get(match[3][0].lower(), "UAH")][0]
        if scale is None:
            return f"{self._spoken_number(match, match[1])} {match[2]} {noun.many}"
        return f"{self._counted(number, fraction, scale, self._case(match))} {noun.many}" + (
            "." if fig.ends_sentence(match) else ""
        )

    def _range(self, match: re.Match[str]) -> str:
        (low, low_fraction), (high, high_fraction) = fig.split_number(match[1]), fig.split_number(match[2])
        noun = self._noun(match[3]) if match[3] else None
        stop = "." if match[3] and fig.ends_sentence(match) else ""
        unit = f" {noun.many}" if noun else ""
        if low_fraction or high_fraction:
            unit = f" {noun.of_one}" if noun else ""
            return f"{self._decimal(low, low_fraction)} — {self._decimal(high, high_fraction)}{unit}{stop}"
        if high - low == 1 and high < 10:  # "два-три дні"
            gender = noun.gender if noun else self._l.gender_of(fig.words_after(match))
            unit = f" {noun.form(high)}" if noun else ""
            return f"{self._whole(low, gender)}-{self._whole(high, gender)}{unit}{stop}"
        if match[1][0] == "0" or (not noun and not fig.words_after(match)):
            return f"{self._whole(low)}, {self._whole(high)}{stop}"
        gender = noun.gender if noun else self._l.gender_of(fig.words_after(match))
        from_word = "" if fig.word_before(match) in self._l.genitive_after else f"{self._l.from_word} "
        bounds = f"{self._whole(low, gender, 'genitive')} {self._l.to_word} {self._whole(high, gender, 'genitive')}"
        return f"{from_word}{bounds}{unit}{stop}"

    def _noun(self, written: str) -> Noun | None:
        unit = written.lower().replace(" ", "")
        if "°" in unit:
            unit = "°"
        if unit in self._l.units:
            return self._l.units[unit]
        code = "UAH" if unit == "uah" else _CODES.get(unit[0])
        return self._l.currencies[code][0] if code else None

    def _suffixed(self, match: re.Match[str]) -> str:
        form = _SUFFIX_FORMS[match[2]]  # "у 2-х" is no ordinal
        return self._l.ordinal(int(match[1]), form) if form else self._l.cardinal(int(match[1]), "m", "genitive")

    def _number(self, match: re.Match[str]) -> str:
        return self._spoken_number(match, match[1])

    def _spoken_number(self, match: re.Match[str], figures: str) -> str:
        if len(figures) > 1 and figures[0] == "0" and figures.isdecimal():
            return self.figure_by_figure(figures)
        number, fraction = fig.split_number(figures)
        if fraction:
            return self._decimal(number, fraction)
        following = fig.words_after(match)
        gender = self._l.gender_of(following)
        spoken = self._whole(number, gender, self._case(match))
        if gender == "f" and spoken.endswith(self._l.numerals.one["f"]) and following[-1].endswith(("у", "ю")):
            return spoken.removesuffix(self._l.numerals.one["f"]) + "одну"  # "одну шину"
        return spoken

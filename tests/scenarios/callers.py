"""Callers who do the same in three languages, each in a call of their own, several at once."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from callcenter.ports import Agent, AgentSession, Language
from callcenter.shop import CatalogueNames, Shop
from callcenter.text_normalization import verbalize
from tests.fakes.openai_server import FakeOpenAI
from tests.integration.demo_store.running import RunningStore
from tests.scenarios.agents import PATIENCE_S, agent_of, model
from tests.scenarios.model import decide
from tests.scenarios.runner import Answer, Played, open_call, take_turn
from tests.scenarios.scenario import RULES
from tests.scenarios.spoken import spoken_day
from tests.scenarios.store_state import Slot, new_phone

FIRST, SECOND = "lassa-iceways-2-205-55-r16", "sailun-ice-blazer-alpine-205-55-r16"
"""Winter tires in 205/55 R16, as they are named."""


@dataclass(frozen=True, slots=True)
class Wording:
    tires: str
    four_of_the_first: str
    four_of_the_second: str
    how: tuple[str, ...]
    """Where they are picked up, and how they are paid."""
    book: str
    when: str
    move: str
    cancel: str
    own_orders: str
    own_bookings: str
    yes: str
    wait: str


WORDINGS: Mapping[Language, Wording] = {
    "en": Wording(
        tires="winter tires 205 55 16",
        four_of_the_first="I'll take four of the first one",
        four_of_the_second="I'll take four of the second one",
        how=("I will pick them up in Kyiv", "the second one", "cash"),
        book="book me a fitting in Kharkiv",
        when="on {day} at {time}",
        move="move my appointment to {day} at {time}",
        cancel="cancel my appointment",
        own_orders="where is my order",
        own_bookings="when is my appointment",
        yes="yes",
        wait="wait a moment",
    ),
    "uk": Wording(
        tires="зимові шини 205 55 16",
        four_of_the_first="давайте першу, чотири штуки",
        four_of_the_second="давайте другу, чотири штуки",
        how=("я сам заберу в Києві", "другий", "готівкою"),
        book="запишіть мене на шиномонтаж у Харкові",
        when="на {day} о {time}",
        move="перенесіть мій запис на {day} о {time}",
        cancel="скасуйте мій запис",
        own_orders="де моє замовлення",
        own_bookings="коли мій запис",
        yes="так",
        wait="зачекайте хвилинку",
    ),
    "ru": Wording(
        tires="зимняя резина 205 55 16",
        four_of_the_first="беру первую, четыре штуки",
        four_of_the_second="беру вторую, четыре штуки",
        how=("сам заберу в Киеве", "второй", "наличными"),
        book="запишите меня на шиномонтаж в Харькове",
        when="на {day} в {time}",
        move="перенесите мою запись на {day} в {time}",
        cancel="отмените мою запись",
        own_orders="где мой заказ",
        own_bookings="когда моя запись",
        yes="да",
        wait="подождите минутку",
    ),
}
LANGUAGES: tuple[Language, ...] = ("en", "uk", "ru")
READ_BACK: Mapping[Language, str] = {
    "en": r"Shall I place the order\?|Shall I book it\?|Is that right\?|Shall I cancel it\?",
    "uk": r"Оформлюю замовлення\?|Записую\?|Правильно\?|Скасувати його\?",
    "ru": r"Оформляю заказ\?|Записываю\?|Правильно\?|Отменить её\?",
}
DONE: Mapping[Language, str] = {
    "en": r"order is placed|you are booked at|is now on|is cancelled",
    "uk": r"замовлення оформлено|вас записано|запис перенесено|запис скасовано",
    "ru": r"заказ оформлен\b|вы записаны|запись перенесена|запись отменена",
}
NOT_DONE: Mapping[Language, str] = {
    "en": r"nothing is ordered|was not placed|nothing is booked|nothing has changed|stays as it was",
    "uk": r"нічого не замовлено|не оформлено|нікуди не записую|нічого не змінилося|залишається, як був",
    "ru": r"ничего не заказано|не оформлен\b|никуда не записываю|ничего не изменилось|остаётся, как была",
}
UNSURE: Mapping[Language, str] = {
    "en": r"could not find out",
    "uk": r"не вдалося дізнатися",
    "ru": r"не удалось узнать",
}


class Caller:
    def __init__(self, agent: Agent, language: Language, shop: Shop, phone: str | None = None) -> None:
        self.language, self.wording = language, WORDINGS[language]
        self.phone = phone or new_phone()
        self.played = Played(self.phone, {})
        self._agent, self._lexicon = agent, shop.lexicon(language)
        self.session: AgentSession = open_call(language, agent, self.phone, self.played)

    @property
    def calls(self) -> list[str]:
        return self.played.calls

    def call_again(self) -> None:
        self.session = open_call(self.language, self._agent, self.phone, self.played)

    async def says(self, line: str) -> str:
        """What is answered."""
        assert not self.played.ended, f"the call has ended ({self.played.ended}) before: {line}\n{self.played}"
        await take_turn(self.session, line, {}, self.language, self.played)
        return self.played.answers[-1].text

    @property
    def last(self) -> Answer:
        return self.played.answers[-1]

    def heard(self, patterns: Mapping[Language, str]) -> bool:
        """In the last answer."""
        return re.search(patterns[self.language], self.last.text, re.IGNORECASE) is not None

    async def agree(self) -> str:
        return await self.says(self.wording.yes)

    # ---------------------------------------------------------------- to where only a yes is missing

    async def until_read_back(self, lines: Iterable[str]) -> None:
        for line in lines:
            await self.says(line)
            if self.heard(READ_BACK):
                return
        raise AssertionError(f"nothing was read out:\n{self.played}")

    async def ready_to_order(self) -> None:
        words = self.wording
        await self.until_read_back((words.tires, words.four_of_the_first, *words.how))

    async def ready_to_order_the_second(self) -> None:
        """When the first is sold out."""
        await self.until_read_back((self.wording.four_of_the_second, *self.wording.how))

    async def ready_to_book(self, slot: Slot) -> None:
        await self.until_read_back((self.wording.book, self.at(self.wording.when, slot)))

    async def ready_to_move(self, slot: Slot) -> None:
        await self.until_read_back((self.at(self.wording.move, slot),))

    async def ready_to_cancel(self) -> None:
        await self.until_read_back((self.wording.cancel,))

    def at(self, line: str, slot: Slot) -> str:
        said = line.format(day=spoken_day(slot.day, self.language), time=f"{slot.at:%H:%M}")
        return verbalize(said, self.language, self._lexicon)


NewCaller = Callable[[int], Caller]


@asynccontextmanager
async def callers_of(
    who: str,
    running: RunningStore,
    shop: Shop,
    names: CatalogueNames | None,
    patience_s: float = PATIENCE_S,
) -> AsyncIterator[NewCaller]:
    """Makes callers whom the rules or a model (`who`) answer: by number in English, Ukrainian, Russian, English, …"""
    async with AsyncExitStack() as stack:
        llm = None
        if who != RULES:
            llm = model(who, (await stack.enter_async_context(FakeOpenAI(mind=decide))).url)
        agents: list[tuple[Language, Agent]] = [
            (language, await stack.enter_async_context(agent_of(running, shop, names, language, llm, patience_s)))
            for language in LANGUAGES
        ]

        def make(number: int) -> Caller:
            language, agent = agents[number % len(agents)]
            return Caller(agent, language, shop)

        yield make


async def at_once(callers: Iterable[Caller]) -> None:
    """All say yes at the same moment."""
    several = list(callers)
    barrier = asyncio.Barrier(len(several))

    async def agree(caller: Caller) -> None:
        await barrier.wait()
        await caller.agree()

    async with asyncio.TaskGroup() as tasks:
        for caller in several:
            tasks.create_task(agree(caller))

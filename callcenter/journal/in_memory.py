"""A journal that keeps its records in a list: for tests and for `callcenter chat`."""

from callcenter.records import Record


class InMemoryJournal:
    def __init__(self) -> None:
        self.records: list[Record] = []

    def write(self, record: Record) -> None:
        self.records.append(record)

    async def flush(self) -> None:
        pass

    async def aclose(self) -> None:
        pass

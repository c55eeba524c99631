"""There are enough adversarial conversations, in every language and about everything that is tried."""

from collections import Counter

from tests.adversarial.conversation import conversations, topics


def test_there_are_sixty_and_twenty_in_each_language() -> None:
    found = Counter(conversation.folder for conversation in conversations())
    assert found.total() >= 60
    assert set(found) == {"uk", "ru", "en"}
    assert min(found.values()) >= 20


def test_every_topic_is_there() -> None:
    assert set(topics()) == {"prompt", "planted", "others", "orders", "arguments", "model", "caller"}


def test_no_two_have_the_same_name() -> None:
    names = [conversation.name for conversation in conversations()]
    assert len(set(names)) == len(names)

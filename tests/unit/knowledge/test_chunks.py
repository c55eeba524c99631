from hypothesis import given
from hypothesis import strategies as st

from knowledge.articles import Article
from knowledge.chunks import MOST_WORDS, cut


def article(body: str) -> Article:
    return Article("id", "uk", "guides", "Назва", ("ключ",), body)


def sentence(word: str, words: int = 10) -> str:
    return " ".join([word] * words) + "."


def test_a_short_article_is_one_chunk_with_its_headings_as_prose() -> None:
    (chunk,) = cut(article("Вступ.\n\n## Чому\nТому що.\nІ ще.\n\n## Коли?\nЗавжди."))
    assert chunk.text == "Вступ.\nЧому. Тому що. І ще.\nКоли? Завжди."


def test_every_chunk_is_found_by_title_and_keywords_too() -> None:
    chunks = cut(article("\n\n".join(sentence(word, 60) for word in ("раз", "два", "три"))))
    assert [chunk.index for chunk in chunks] == [0, 1, 2]
    for chunk, word in zip(chunks, ("раз", "два", "три"), strict=True):
        assert chunk.about == "Назва\nключ"
        assert chunk.embedded == f"{chunk.about}\n{chunk.about}\n{chunk.text}"
        assert word in chunk.text
        assert "Назва" not in chunk.text


def test_paragraphs_are_joined_until_there_are_enough_words() -> None:
    chunks = cut(article("\n\n".join(sentence("слово", 25) for _ in range(4))))
    assert [len(chunk.text.split()) for chunk in chunks] == [50, 50]


def test_a_paragraph_that_is_too_long_is_cut_at_a_sentence() -> None:
    chunks = cut(article(" ".join(sentence("слово", 50) for _ in range(4))))
    assert [len(chunk.text.split()) for chunk in chunks] == [100, 100]
    assert all(chunk.text.endswith(".") for chunk in chunks)


@given(st.lists(st.integers(1, 200), min_size=1, max_size=12))
def test_nothing_is_lost_and_no_chunk_is_longer_than_it_may(lengths: list[int]) -> None:
    body = "\n\n".join(" ".join(sentence("слово", 5) for _ in range(-(-words // 5))) for words in lengths)
    chunks = cut(article(body))
    assert " ".join(chunk.text for chunk in chunks).split() == body.split()
    assert all(len(chunk.text.split()) <= MOST_WORDS for chunk in chunks)

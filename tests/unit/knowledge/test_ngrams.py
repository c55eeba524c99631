"""The offline embedding: what is near to what."""

import numpy as np
import pytest

from knowledge.ngrams import BUCKETS, DIMENSIONS, NgramEmbedder, fit_rarity

# Every n-gram counts the same, so that nothing hangs on the shipped articles.
EVEN = NgramEmbedder(np.full(BUCKETS, 64, np.uint8))


async def cosine(one: str, other: str, model: NgramEmbedder = EVEN) -> float:
    first, second = await model.embed([one, other])
    return float(first @ second)


async def test_vectors_are_of_length_one_and_the_same_every_time() -> None:
    vectors = await EVEN.embed(["тиск у шинах", "tire pressure"])
    assert vectors.shape == (2, DIMENSIONS)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1)
    assert (await EVEN.embed(["тиск у шинах"]) == vectors[0]).all()
    # Pinned: an index made by another machine or version must be comparable.
    assert np.flatnonzero((await EVEN.embed(["шини"]))[0])[:3].tolist() == [4, 380, 408]


async def test_no_texts_and_texts_without_words_are_no_fault() -> None:
    assert (await EVEN.embed([])).shape == (0, DIMENSIONS)
    assert not (await EVEN.embed(["", "і чи ?!", "ь"])).any()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("перевзування", "перевзуватися"),
        ("балансування", "балансіровка"),
        ("п'ять", "пять"),
        ("зимові", "зимови"),
        ("гарантія", "гарантия"),
        ("tires", "tire"),
        ("bridgestone", "brigestone"),
        ("шини мішлен", "шина мишлен"),
    ],
)
async def test_inflection_mishearing_and_spelling_are_borne(one: str, other: str) -> None:
    assert await cosine(one, other) > 0.3


@pytest.mark.parametrize(("one", "other"), [("тиск", "гарантія"), ("delivery", "puncture"), ("шина", "погода")])
async def test_words_of_different_stems_are_far_apart(one: str, other: str) -> None:
    assert abs(await cosine(one, other)) < 0.2


async def test_order_case_and_little_words_do_not_matter() -> None:
    assert await cosine("тиск шини", "Скажіть, будь ласка, ШИНИ та ТИСК") == pytest.approx(1)


async def test_what_every_text_of_a_language_holds_tells_nothing_whatever_other_languages_hold() -> None:
    fitted = NgramEmbedder(
        fit_rarity(["шини тиск", "шини доставка"], ["tires pressure", "tires delivery", "tires noise"])
    )
    assert abs(await cosine("tires pressure", "tires noise", fitted)) < 0.1


async def test_a_rare_word_weighs_more_than_a_common_one() -> None:
    fitted = NgramEmbedder(fit_rarity(["шини тиск", "шини доставка", "шини гарантія", "шини ремонт"]))
    assert await cosine("шини тиск", "тиск", fitted) > await cosine("шини тиск", "шини", fitted)


def test_models_of_different_weights_have_different_names() -> None:
    assert EVEN.name != NgramEmbedder().name
    assert NgramEmbedder().name == NgramEmbedder().name

"""Articles are read as they are written, and a fault is told with file and line."""

from pathlib import Path

import pytest

from knowledge.articles import Article, folder_state, load_articles
from knowledge.errors import ArticleError

GOOD = "---\ntitle: Тиск\ncategory: guides\nlanguage: uk\nkeywords: [бар, давление]\n---\nТекст.\n\n## Далі\nЩе.\n"


def write(folder: Path, text: str | bytes = GOOD, name: str = "guides/pressure.uk.md") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_an_article_is_what_its_file_says(tmp_path: Path) -> None:
    write(tmp_path)
    assert load_articles(tmp_path) == [
        Article("pressure", "uk", "guides", "Тиск", ("бар", "давление"), "Текст.\n\n## Далі\nЩе.")
    ]


def test_one_subject_in_two_languages_is_two_articles_of_one_id(tmp_path: Path) -> None:
    write(tmp_path)
    write(tmp_path, GOOD.replace("language: uk", "language: en"), "guides/pressure.en.md")
    assert [(article.id, article.language) for article in load_articles(tmp_path)] == [
        ("pressure", "en"),
        ("pressure", "uk"),
    ]


@pytest.mark.parametrize(
    ("text", "said", "line"),
    [
        ("Текст без нічого", "must begin with a front matter", 1),
        ("", "must begin with a front matter", 1),
        ("---\ntitle: Тиск\n", "does not end", 1),
        (GOOD.split("Текст", maxsplit=1)[0], "has no text", 6),
        (GOOD.replace("title: Тиск", "title: [a"), "is not YAML", 3),
        (GOOD.replace("title: Тиск", "title:"), "title must be a line of text", 2),
        (GOOD.replace("title: Тиск\n", ""), "title is missing", 1),
        (GOOD.replace("category: guides", "category: recipes"), "category must be one of brands, guides", 3),
        (GOOD.replace("category: guides", "category: faq"), "the file lies in guides", 3),
        (GOOD.replace("language: uk", "language: de"), "language must be one of uk, en", 4),
        (GOOD.replace("language: uk", "language: en"), "the file is named .uk.md", 4),
        (GOOD.replace("[бар, давление]", "бар"), "keywords must be a list", 5),
        (GOOD.replace("[бар, давление]", "[бар, 5]"), "keywords must be a list", 5),
        (GOOD.replace("keywords:", "tags:"), "tags is unknown", 5),
        (GOOD.replace("Ще", "\0"), "NUL", 10),
        ("---\n- a\n---\nТекст\n", "key: value", 2),
        (b"---\ntitle: \xff\n---\n", "is not UTF-8", None),
    ],
)
def test_a_fault_is_told_with_its_line(tmp_path: Path, text: str | bytes, said: str, line: int | None) -> None:
    path = write(tmp_path, text)
    with pytest.raises(ArticleError, match=r"pressure\.uk\.md") as caught:
        load_articles(tmp_path)
    assert said in str(caught.value)
    assert (caught.value.path, caught.value.line) == (path, line)


@pytest.mark.parametrize(
    "name", ["guides/Pressure.uk.md", "guides/pressure.md", "guides/тиск.uk.md", "guides/a_b.uk.md"]
)
def test_a_name_that_is_no_id_is_refused(tmp_path: Path, name: str) -> None:
    write(tmp_path, name=name)
    with pytest.raises(ArticleError, match="must be named"):
        load_articles(tmp_path)


def test_an_id_is_of_one_category(tmp_path: Path) -> None:
    write(tmp_path)
    write(tmp_path, GOOD.replace("guides", "faq"), "faq/pressure.uk.md")
    with pytest.raises(ArticleError, match="ids must differ"):
        load_articles(tmp_path)


def test_an_id_is_of_the_same_category_in_every_language(tmp_path: Path) -> None:
    write(tmp_path)
    write(tmp_path, GOOD.replace("guides", "faq").replace("language: uk", "language: en"), "faq/pressure.en.md")
    with pytest.raises(ArticleError, match="another category in another language"):
        load_articles(tmp_path)


def test_an_empty_or_missing_folder_is_a_fault_for_it_would_empty_the_index(tmp_path: Path) -> None:
    with pytest.raises(ArticleError, match="holds no articles"):
        load_articles(tmp_path)
    with pytest.raises(ArticleError, match="no such folder"):
        load_articles(tmp_path / "none")


def test_the_state_of_a_folder_tells_what_was_added_changed_and_taken_away(tmp_path: Path) -> None:
    states = [folder_state(tmp_path)]
    path = write(tmp_path)
    states.append(folder_state(tmp_path))
    path.write_text(GOOD + "Ще.\n", encoding="utf-8")
    states.append(folder_state(tmp_path))
    other = write(tmp_path, name="guides/other.uk.md")
    states.append(folder_state(tmp_path))
    assert len(set(states)) == 4
    (tmp_path / "guides" / "notes.txt").write_text("not an article")
    other.unlink()
    assert folder_state(tmp_path) == states[2]
    path.unlink()
    assert folder_state(tmp_path) == states[0] == frozenset()

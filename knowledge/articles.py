"""A folder of articles: `<category>/<id>.<language>.md`, Markdown under a front matter of YAML.

An article's id is its file's name and stays when its text changes; the same id in two languages is the same subject.
"""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

from knowledge.errors import ArticleError

Category = Literal["brands", "guides", "faq", "comparisons"]
Language = Literal["uk", "en"]

CATEGORIES: tuple[Category, ...] = get_args(Category)
LANGUAGES: tuple[Language, ...] = get_args(Language)

_FILE_NAME = re.compile(r"([a-z0-9]+(?:-[a-z0-9]+)*)\.([a-z]{2})\.md")
_FENCE = "---"
_REQUIRED = ("title", "category", "language")
_KEYS = (*_REQUIRED, "keywords")
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Article:
    id: str
    language: Language
    category: Category
    title: str
    keywords: tuple[str, ...]
    """What callers say and the text does not: synonyms, slang, brands by ear, Russian. Searched, never shown."""
    body: str
    """Markdown of paragraphs and `## ` headings."""


def load_articles(folder: Path) -> list[Article]:
    """Every article, by id and language. Raises ArticleError at the first fault; an empty folder is one, for it would
    empty an index."""
    if not folder.is_dir():
        raise ArticleError(folder, "there is no such folder of articles")
    articles: dict[tuple[str, str], Article] = {}
    categories: dict[str, str] = {}
    for path in sorted(folder.glob("*/*.md")):
        article = read_article(path)
        if (article.id, article.language) in articles:
            raise ArticleError(path, f"another category has an article {article.id!r} too: ids must differ")
        if categories.setdefault(article.id, article.category) != article.category:
            raise ArticleError(path, f"the article {article.id!r} is of another category in another language")
        articles[article.id, article.language] = article
    if not articles:
        raise ArticleError(folder, "holds no articles (<category>/<id>.<language>.md)")
    return [articles[key] for key in sorted(articles)]


def folder_state(folder: Path) -> frozenset[tuple[str, int, int, int]]:
    """Of another value when an article was added, changed or taken away: name, time of change in ns, size and inode of
    every file. Cheap, some 3 us a file; a folder that cannot be read is an empty one."""
    found = []
    for category in CATEGORIES:
        try:
            with os.scandir(folder / category) as entries:
                for entry in entries:
                    if entry.name.endswith(".md"):
                        stat = entry.stat()
                        found.append((f"{category}/{entry.name}", stat.st_mtime_ns, stat.st_size, stat.st_ino))
        except OSError:  # not there, or gone while it was listed: load_articles tells of it
            continue
    return frozenset(found)


def read_article(path: Path) -> Article:
    """Raises ArticleError."""
    named = _FILE_NAME.fullmatch(path.name)
    if named is None:
        raise ArticleError(path, "must be named <id>.<language>.md, the id in small Latin letters, digits and hyphens")
    lines = _read(path).splitlines()
    if not lines or lines[0].strip() != _FENCE:
        raise ArticleError(path, "must begin with a front matter between two lines of ---", 1)
    ends = next((number for number, line in enumerate(lines[1:], start=1) if line.strip() == _FENCE), None)
    if ends is None:
        raise ArticleError(path, "the front matter does not end: a line of --- is missing", 1)
    front = _FrontMatter(path, lines[1:ends])
    body = "\n".join(lines[ends + 1 :]).strip()
    if not body:
        raise ArticleError(path, "has no text", ends + 1)
    language = front.one_of("language", LANGUAGES)
    if language != named[2]:
        raise front.fault("language", f"is {language}, but the file is named .{named[2]}.md")
    category = front.one_of("category", CATEGORIES)
    if category != path.parent.name:
        raise front.fault("category", f"is {category}, but the file lies in {path.parent.name}")
    return Article(named[1], language, category, front.title(), front.keywords(), body)


def _read(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ArticleError(path, f"cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise ArticleError(path, f"is not UTF-8 (byte {error.start})") from error
    if "\0" in text:  # PostgreSQL's text cannot hold it
        raise ArticleError(path, "holds a NUL character", text[: text.index("\0")].count("\n") + 1)
    return text


class _FrontMatter:
    """Keys and values, each fault with its line: the front matter begins on the file's second."""

    def __init__(self, path: Path, lines: Sequence[str]) -> None:
        self._path = path
        self._lines = lines
        self._values = self._parse()
        for key in self._values:
            if key not in _KEYS:
                raise self.fault(str(key), f"is unknown; there are {', '.join(_KEYS)}")
        for key in _REQUIRED:
            if key not in self._values:
                raise self.fault(key, "is missing")

    def fault(self, key: str, problem: str) -> ArticleError:
        line = next((n for n, text in enumerate(self._lines, start=2) if text.startswith(f"{key}:")), 1)
        return ArticleError(self._path, f"{key} {problem}", line)

    def one_of(self, key: str, allowed: Sequence[Any]) -> Any:
        if self._values[key] not in allowed:
            raise self.fault(key, f"must be one of {', '.join(allowed)}")
        return self._values[key]

    def title(self) -> str:
        title = self._values["title"]
        if not isinstance(title, str) or not title.strip():
            raise self.fault("title", "must be a line of text")
        return title.strip()

    def keywords(self) -> tuple[str, ...]:
        keywords = self._values.get("keywords", [])
        if not isinstance(keywords, list) or not all(isinstance(word, str) and word.strip() for word in keywords):
            raise self.fault("keywords", "must be a list of words in brackets")
        return tuple(keywords)

    def _parse(self) -> Mapping[Any, Any]:
        try:
            values = yaml.load("\n".join(self._lines), Loader=_Loader)  # noqa: S506 - SafeLoader or its C twin
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 2 if error.problem_mark else 1
            raise ArticleError(self._path, f"the front matter is not YAML: {error.problem}", line) from error
        if not isinstance(values, dict):
            raise ArticleError(self._path, "the front matter must be lines of key: value", 2)
        return values

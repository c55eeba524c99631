"""`python -m knowledge.fit FOLDER`: write anew how rare each n-gram is, from a folder of articles."""

import sys
from pathlib import Path

from knowledge.articles import LANGUAGES, load_articles
from knowledge.chunks import cut
from knowledge.errors import KnowledgeError
from knowledge.ngrams import RARITY_FILE, fit_rarity


def main(arguments: list[str] | None = None) -> int:
    """The exit status: 0, or 2 with one line that says what to do."""
    match sys.argv[1:] if arguments is None else arguments:
        case [folder]:
            pass
        case _:
            print("usage: python -m knowledge.fit FOLDER", file=sys.stderr)
            return 2
    try:
        articles = load_articles(Path(folder))
    except KnowledgeError as error:
        print(f"knowledge.fit: {error}", file=sys.stderr)
        return 2
    rarity = fit_rarity(
        *(
            [chunk.embedded for article in articles if article.language == language for chunk in cut(article)]
            for language in LANGUAGES
        )
    )
    Path(__file__).with_name(RARITY_FILE).write_bytes(rarity.tobytes())
    print(f"{RARITY_FILE}: of {len(articles)} articles")
    return 0


if __name__ == "__main__":
    sys.exit(main())

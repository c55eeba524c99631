"""The errors of the knowledge base.

KnowledgeError
 ├─ ArticleError         a file or the folder of articles is wrong; names file, line and what to do
 ├─ EmbeddingError       the model that makes vectors gave none; search and index go on by words alone
 └─ ExtensionMissing     PostgreSQL has no pgvector; names the package

No message holds a question or what a server wrote: messages reach the log.
"""

from pathlib import Path
from typing import Literal

EmbeddingFault = Literal["timeout", "connection", "rate_limit", "server", "refused", "bad_answer"]


class KnowledgeError(Exception):
    """Root of the errors this package raises."""


class ArticleError(KnowledgeError):
    def __init__(self, path: Path, problem: str, line: int | None = None) -> None:
        super().__init__(f"{path}{f', line {line}' if line else ''}: {problem}")
        self.path = path
        self.line = line
        """From 1; None where the fault is the whole file's or folder's."""


class EmbeddingError(KnowledgeError):
    def __init__(self, kind: EmbeddingFault, message: str, *, retryable: bool = False) -> None:
        super().__init__(message)
        self.kind: EmbeddingFault = kind
        self.retryable = retryable


class ExtensionMissing(KnowledgeError):
    """`CREATE EXTENSION vector` is not possible here."""

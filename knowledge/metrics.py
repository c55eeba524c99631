"""What the knowledge base counts. No label holds a question."""

from prometheus_client import Counter

searches_without_vectors = Counter(
    "knowledge_searches_without_vectors",
    "Searches by words alone, by what the embedding model's failure was; resting: it is left alone after one",
    ["kind"],
)
upkeep_failures = Counter(
    "knowledge_upkeep_failures",
    "Times that the index could not be made the same as the folder, by the error's class",
    ["error"],
)

-- name: has_schema
SELECT to_regnamespace('{schema}')

-- name: schema
CREATE SCHEMA {schema}

-- name: extension
CREATE EXTENSION IF NOT EXISTS vector

-- name: tables
CREATE TABLE IF NOT EXISTS {schema}.knowledge_articles (
    id         text NOT NULL,
    language   text NOT NULL,
    category   text NOT NULL,
    title      text NOT NULL,
    digest     text NOT NULL, -- of all that its rows below were made from
    model      text NOT NULL, -- that made its vectors; '' where it has none yet
    indexed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (id, language)
);
CREATE TABLE IF NOT EXISTS {schema}.knowledge_embeddings (
    article_id  text NOT NULL,
    language    text NOT NULL,
    chunk_index int NOT NULL,
    chunk_text  text NOT NULL,
    -- No dimension and no index by nearness: models come and go, and a scan of some hundred rows takes a few ms and
    -- misses nothing, where an HNSW index would be searched before the category is looked at.
    embedding   vector, -- none where the model's server was away
    search      tsvector NOT NULL, -- weight A: title and keywords
    terms       int NOT NULL, -- in `search`, repetitions counted
    PRIMARY KEY (article_id, language, chunk_index),
    FOREIGN KEY (article_id, language) REFERENCES {schema}.knowledge_articles ON DELETE CASCADE
);
-- Tables of before articles could be without vectors.
ALTER TABLE {schema}.knowledge_embeddings ALTER COLUMN embedding DROP NOT NULL;
CREATE INDEX IF NOT EXISTS knowledge_embeddings_search ON {schema}.knowledge_embeddings USING gin (search);

-- name: drop
DROP TABLE IF EXISTS {schema}.knowledge_embeddings, {schema}.knowledge_articles

-- name: known
SELECT id, language, digest FROM {schema}.knowledge_articles

-- name: digest
SELECT digest FROM {schema}.knowledge_articles WHERE id = $1 AND language = $2

-- name: put_article
INSERT INTO {schema}.knowledge_articles (id, language, category, title, digest, model)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (id, language) DO UPDATE
SET category = excluded.category, title = excluded.title, digest = excluded.digest, model = excluded.model,
    indexed_at = now()

-- name: forget_chunks
DELETE FROM {schema}.knowledge_embeddings WHERE article_id = $1 AND language = $2

-- name: put_chunk
INSERT INTO {schema}.knowledge_embeddings (article_id, language, chunk_index, chunk_text, embedding, search, terms)
VALUES ($1, $2, $3, $4, $5::text::vector,
        setweight(to_tsvector('simple', $6), 'A') || to_tsvector('simple', $7), $8)

-- name: forget_article
DELETE FROM {schema}.knowledge_articles WHERE id = $1 AND language = $2

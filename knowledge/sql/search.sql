-- name: full_text
-- Okapi BM25 over lemmas (k1 1.2, b 0.75), and how much of the question's weight stands anywhere in a chunk, and in title
-- and keywords, and how many of its words do: rare ones weigh most, one that no chunk holds as the rarest. PostgreSQL's
-- ts_rank_cd ignores rarity.
WITH corpus AS (
    SELECT count(*)::float8 AS chunks, avg(terms)::float8 AS usual_terms FROM {schema}.knowledge_embeddings
), hits AS (
    SELECT e.article_id, e.language, e.chunk_index, e.terms::float8, found.lexeme,
           cardinality(found.positions)::float8 AS times, 'A' = ANY (found.weights) AS in_about
    FROM {schema}.knowledge_embeddings e
    CROSS JOIN LATERAL unnest(e.search) found
    WHERE e.search @@ $1::text::tsquery AND found.lexeme = ANY ($2::text[])
), rarity AS (
    SELECT lexeme, ln(1 + (chunks - count(*) + 0.5) / (count(*) + 0.5)) AS weight
    FROM hits CROSS JOIN corpus
    GROUP BY lexeme, chunks
), asked AS (
    SELECT sum(coalesce(weight, ln(1 + (chunks + 0.5) / 0.5))) AS weight
    FROM unnest($2::text[]) word CROSS JOIN corpus LEFT JOIN rarity ON rarity.lexeme = word
)
SELECT article_id, hits.language, chunk_index, a.model = $5::text AS has_vector,
       sum(rarity.weight * times * 2.2 / (times + 1.2 * (0.25 + 0.75 * hits.terms / usual_terms))) AS score,
       sum(rarity.weight) / min(asked.weight) AS coverage,
       coalesce(sum(rarity.weight) FILTER (WHERE in_about), 0) / min(asked.weight) AS about,
       count(*) FILTER (WHERE in_about) AS named
FROM hits
JOIN rarity USING (lexeme)
JOIN {schema}.knowledge_articles a ON a.id = article_id AND a.language = hits.language
CROSS JOIN corpus
CROSS JOIN asked
WHERE $3::text IS NULL OR a.category = $3
GROUP BY article_id, hits.language, chunk_index, a.model
ORDER BY score DESC, article_id, hits.language, chunk_index
LIMIT $4

-- name: familiarity
-- Of a question's words: the share that is known at all, and the share of chunks that hold the commonest.
SELECT coalesce(avg((held > 0)::int), 0)::float8 AS known, coalesce(max(held::float8 / nullif(chunks, 0)), 0) AS widest
FROM (SELECT count(*) AS chunks FROM {schema}.knowledge_embeddings) corpus
CROSS JOIN unnest($1::text[]) word
CROSS JOIN LATERAL (
    SELECT count(*) AS held FROM {schema}.knowledge_embeddings WHERE search @@ quote_literal(word)::tsquery
) holding

-- name: vectors
WITH asked AS MATERIALIZED (SELECT $1::text::vector AS vector) -- read once, not for each row
SELECT e.article_id, e.language, e.chunk_index, 1 - (e.embedding <=> asked.vector) AS cosine
FROM {schema}.knowledge_embeddings e
JOIN {schema}.knowledge_articles a ON a.id = e.article_id AND a.language = e.language
CROSS JOIN asked
WHERE a.model = $2 AND ($3::text IS NULL OR a.category = $3)
ORDER BY cosine DESC, e.article_id, e.language, e.chunk_index
LIMIT $4

-- name: texts
SELECT a.id, a.language, a.category, a.title, e.chunk_index, e.chunk_text
FROM {schema}.knowledge_articles a
JOIN {schema}.knowledge_embeddings e ON e.article_id = a.id AND e.language = a.language
WHERE a.id = ANY ($1::text[])
ORDER BY a.id, a.language, e.chunk_index

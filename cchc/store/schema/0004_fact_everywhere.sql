-- The facts of all subjects, also where a question is asked of a part of them: in a cluster the facts of a subject lie on
-- one shard, and what they say of another subject (a petition of a dossier, a retraction of a definition) is looked for here.
CREATE VIEW IF NOT EXISTS fact_everywhere AS SELECT * FROM fact;

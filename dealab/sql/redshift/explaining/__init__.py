"""EXPLAIN: Redshift's plan of a query, from DuckDB's plan of it and the declared keys."""

"""COPY: what its parameters say, how files become records, and how records become rows."""

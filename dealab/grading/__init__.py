"""nbgrader with what this course needs: SQL starters, feedback without hidden tests, proofs."""

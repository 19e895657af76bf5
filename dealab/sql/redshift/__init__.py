"""Redshift: its dialect of SQL, its types, its functions and its words."""

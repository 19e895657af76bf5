"""Redshift's system tables and views: one function for each, over what really is and really ran.

``registry.find`` returns what a system name in FROM stands for.
"""

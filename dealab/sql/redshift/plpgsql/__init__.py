"""PL/pgSQL: the everyday part of the language that Redshift's stored procedures are written in.

``tree`` is what a body is made of, ``parser`` reads it when the procedure is created, ``runner``
carries it out, ``frames`` holds the variables that its statements see.
https://docs.aws.amazon.com/redshift/latest/dg/c_pl_pgSQL_reference.html (read 2026-11-23)
"""

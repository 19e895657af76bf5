"""dealab: a course for the AWS Certified Data Engineer - Associate exam, in JupyterLab."""

__version__ = "0.1.0"


def load_ipython_extension(shell):
    """Register the magics ``%%athena`` and ``%%redshift``; notebooks say ``%load_ext dealab``."""
    from dealab.sql.magics import register

    register(shell)

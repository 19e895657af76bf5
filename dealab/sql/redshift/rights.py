"""Who may do what: privileges of users, groups and roles."""


def check_execute(engine, kind: str, routine) -> None:
    """Raise Redshift's error unless the session's user may run a procedure or function."""

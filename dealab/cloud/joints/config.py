"""Joint."""


def join(lab_of) -> None:
    pass

"""What a service refuses, said by a model: the service's error code and its words."""


class Refused(ValueError):
    """The service would refuse this. ``code`` is its error code, the text its message."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code

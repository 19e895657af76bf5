"""Operations of Glue that moto answers without doing anything: refused by name."""

REFUSED = {
    "create_session": (
        "interactive sessions of Glue",
        "Glue starts a small Spark cluster for a notebook and ends it when it is idle.",
        "Interactive sessions are for developing a job; a job is for running it by itself.",
    ),
    "create_ml_transform": (
        "machine learning transforms of Glue",
        "FindMatches learns from labeled pairs which records mean the same.",
        "FindMatches finds duplicates without a common key, after you label examples.",
    ),
    "create_security_configuration": (
        "security configurations of Glue",
        "Glue encrypts what a job writes to S3, its logs and its bookmarks with the keys in it.",
        "A security configuration is set on a job or crawler; the catalog has its own encryption.",
    ),
}


def join(lab_of) -> None:
    from moto.glue.responses import GlueResponse

    from dealab.sql.errors import LabLimit

    def refusing(words):
        def method(self):
            raise LabLimit(*words)

        return method

    for operation, words in REFUSED.items():
        setattr(GlueResponse, operation, refusing(words))

"""What moto's Glue only keeps and does not run: ``dealab.cloud.glue``."""


def join(lab_of) -> None:
    from dealab.cloud.glue import crawlers, flows, jobs, missing, quality, schemas

    for part in (crawlers, jobs, flows, schemas, quality, missing):
        part.join(lab_of)

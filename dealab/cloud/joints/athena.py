"""Athena's API answered by the lab's SQL (``dealab.sql.athena.api``); moto answers canned rows."""


def join(lab_of) -> None:
    from moto.athena.responses import AthenaResponse

    from dealab.cloud import serving
    from dealab.sql.athena.api import Api

    def api():
        lab = lab_of()
        return lab.lake.room("athena api", lambda: Api(lab.lake, lab.region, serving.has_bucket))

    serving.serve(AthenaResponse, Api, api, also=OPERATIONS)


#: made when an Api is, from the lake's workgroups
OPERATIONS = [
    f"{verb}_{what}"
    for verb in ("create", "get", "update", "delete")
    for what in ("work_group", "prepared_statement")
] + ["list_work_groups", "list_prepared_statements"]

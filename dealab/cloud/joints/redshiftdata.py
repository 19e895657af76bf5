"""The Redshift Data API answered by the lab's SQL (``dealab.sql.redshift.data_api``); moto answers
canned rows."""


def join(lab_of) -> None:
    from moto.redshiftdata.responses import RedshiftDataAPIServiceResponse

    from dealab.cloud import serving
    from dealab.sql.redshift.data_api import DataApi

    def tell(detail: dict) -> None:
        serving.tell("aws.redshift-data", "Redshift Data Statement Status Change", detail)

    def api():
        lab = lab_of()
        return lab.lake.room("redshift data api", lambda: DataApi(lab.lake, lab.region, tell))

    serving.serve(RedshiftDataAPIServiceResponse, DataApi, api)

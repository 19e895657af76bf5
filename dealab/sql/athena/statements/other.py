"""Statements of Athena that the lab leaves out by name, and those that Athena itself refuses."""

from dealab.sql.athena import hive
from dealab.sql.errors import LabLimit
from dealab.sql.results import Plan


def external_function(engine, reader) -> Plan:
    """USING EXTERNAL FUNCTION f(...) RETURNS type LAMBDA 'name' SELECT ..."""
    reader.expect("USING")
    if not reader.sees("EXTERNAL") and not reader.sees("FUNCTION"):
        raise reader.fail()
    reader.accept("EXTERNAL")
    reader.expect("FUNCTION")
    reader.spelled()
    reader.listed(lambda: reader.until(",", ")"))
    reader.expect("RETURNS")
    # https://docs.aws.amazon.com/athena/latest/ug/querying-udf.html
    words = [token.text.upper() for token in reader.tokens]
    if "SAGEMAKER" in words:
        raise LabLimit(
            "USING EXTERNAL FUNCTION ... SAGEMAKER",
            "Athena sends the rows to a SageMaker endpoint and reads its answers.",
            "Athena can call a SageMaker model in a query (USING EXTERNAL FUNCTION ... SAGEMAKER).",
        )
    raise LabLimit(
        "USING EXTERNAL FUNCTION ... LAMBDA",
        "Athena sends the arguments in batches to the Lambda function and reads its answers.",
        "user-defined functions of Athena are Lambda functions; a UDF is scalar, never an "
        "aggregate.",
    )


def refused(engine, reader) -> Plan:
    """Refuse what Hive or Trino have and Athena does not run.

    https://docs.aws.amazon.com/athena/latest/ug/unsupported-ddl.html
    """
    words = [token.text.upper() for token in reader.tokens[:3]]
    raise hive.unsupported(" ".join(word for word in words if word.isalpha()))

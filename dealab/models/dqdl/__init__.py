"""A model of AWS Glue Data Quality: DQDL rulesets, evaluated over data with DuckDB.

    report = evaluate('Rules = [ IsComplete "id", RowCount > 2 ]', frame)
    report.score, report.outcomes[0].result, report.rows()

``parser`` reads the language, ``metrics`` measures, ``rows`` judges single rows, ``evaluation``
puts it together. Sources (not checked):
https://docs.aws.amazon.com/glue/latest/dg/dqdl.html
https://docs.aws.amazon.com/glue/latest/dg/dqdl-rule-types.html and a page for each rule type

Where the documentation is silent, the model does as AWS's open-source engine (Deequ): rows that are
null in the column do not count for uniqueness, entropy uses natural logarithms, ``matches`` looks
for a part of the value that is not empty, and ColumnDataType passes over nulls.

Left out, refused by name: DetectAnomalies and the four rules on files (FileFreshness, FileMatch,
FileSize, FileUniqueness); CustomSql ``with threshold``. SparkSQL in ``where`` and CustomSql is
translated; what DuckDB doesn't know fails the rule with its message.
"""

from dealab.models.dqdl.evaluation import Outcome, Report, evaluate
from dealab.models.dqdl.parser import DqdlError, Ruleset, parse

__all__ = ["DqdlError", "Outcome", "Report", "Ruleset", "evaluate", "parse"]

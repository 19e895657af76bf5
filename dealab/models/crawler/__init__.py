"""A model of the AWS Glue crawler for S3: objects in, tables and partitions of the catalog out.

    found = [Thing("sales/year=2026/a.json", 120, read), ...]
    crawl = find_tables(found, Target("s3://lake/sales/"), Settings())
    changes = plan(crawl, existing, Settings())

``classifiers`` reads one object's format and schema, ``grouping`` decides what is a table and what
a partition, ``changes`` applies the schema change policy. Sources (checked 2026-11-23: the first
and the third):
https://docs.aws.amazon.com/glue/latest/dg/add-classifier.html
https://docs.aws.amazon.com/glue/latest/dg/crawler-s3-folder-table-partition.html
https://docs.aws.amazon.com/glue/latest/dg/crawler-configuration.html
https://docs.aws.amazon.com/glue/latest/dg/define-crawler.html
https://repost.aws/knowledge-center/glue-crawler-detect-schema

What the documentation leaves open, and the model decides: two schemas are similar when the larger
one has at least 70 % of the smaller one's columns, and at most twice those that both have (by name;
in files without a header by name and type); CSV text that looks like a date stays a string; columns
without a header are called col0, col1, ... as the service does in practice (its guide counts from
col1).

Left out, refused by name: XML, Ion, BSON, log formats and grok; JDBC, DynamoDB, Delta, Hudi and
Iceberg targets; crawling by S3 events. The certainty number of a custom classifier is 1 or 0.
"""

from dealab.models.crawler.changes import Change, plan
from dealab.models.crawler.classifiers import Schema, classify
from dealab.models.crawler.grouping import Crawl, Target, Thing, find_tables
from dealab.models.crawler.settings import Settings, excluded

__all__ = [
    "Change",
    "Crawl",
    "Schema",
    "Settings",
    "Target",
    "Thing",
    "classify",
    "excluded",
    "find_tables",
    "plan",
]

"""What moto's Glue keeps and does not do: crawlers, jobs, workflows, schema checks, data quality.

Everything runs within the call that starts it: ``start_crawler`` and ``start_job_run`` come back
when the work is done, so that the next call sees its result. The catalog itself is not here.
"""

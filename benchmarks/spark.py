"""How fast Spark is on this computer: python benchmarks/spark.py

Prints the time to a session and to its first answer, a query over the lake, a trip to Python and
back, a script by spark-submit, and a cluster of two workers; and the memory of Java.
"""

import tempfile
import time
from pathlib import Path

from dealab.engines import cluster, spark

JOB = """from pyspark.sql import SparkSession
SparkSession.builder.getOrCreate().read.parquet("s3://fernway-lake/orders/").count()
"""


def seconds(call) -> float:
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


def resident_mb(process: int) -> float:
    """Memory of a process in MB, as Linux tells it; 0 elsewhere."""
    status = Path(f"/proc/{process}/status")
    if not status.is_file():
        return 0
    return int(status.read_text().split("VmRSS:")[1].split()[0]) / 1024


def main() -> None:
    if not spark.available():
        raise SystemExit(spark.why_not())
    print(f"session                 {seconds(spark.session):6.1f} s")
    session = spark.session()
    orders = session.read.parquet("s3://fernway-lake/orders/")
    count = orders.groupBy("channel").count()
    print(f"first query, over lake  {seconds(count.collect):6.1f} s")
    print(f"again                   {seconds(count.collect):6.1f} s")
    doubled = orders.rdd.map(lambda row: row["order_id"] * 2)
    print(f"16,112 rows to Python   {seconds(doubled.sum):6.1f} s")
    print(f"Java's memory           {resident_mb(spark._engine.process.pid):6.0f} MB")
    with tempfile.TemporaryDirectory() as folder:
        job = Path(folder) / "job.py"
        job.write_text(JOB)
        print(f"a script by submit      {seconds(lambda: spark.submit(job)):6.1f} s")
        begun = time.perf_counter()
        with cluster.start(workers=2) as address:
            print(f"cluster of two          {time.perf_counter() - begun:6.1f} s")
            there = seconds(lambda: spark.submit(job, master=address))
            print(f"the script on it        {there:6.1f} s")
    spark.stop()


if __name__ == "__main__":
    main()

"""The classes behind STORED AS and ROW FORMAT: which input, output and SerDe a format means."""

LAZY = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
TEXT_IN = "org.apache.hadoop.mapred.TextInputFormat"
TEXT_OUT = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"

#: word after STORED AS -> (input format, output format, SerDe)
# https://docs.aws.amazon.com/athena/latest/ug/create-table.html, "STORED AS file_format"
STORED_AS = {
    "TEXTFILE": (TEXT_IN, TEXT_OUT, LAZY),
    "SEQUENCEFILE": (
        "org.apache.hadoop.mapred.SequenceFileInputFormat",
        "org.apache.hadoop.hive.ql.io.HiveSequenceFileOutputFormat",
        LAZY,
    ),
    "RCFILE": (
        "org.apache.hadoop.hive.ql.io.RCFileInputFormat",
        "org.apache.hadoop.hive.ql.io.RCFileOutputFormat",
        "org.apache.hadoop.hive.serde2.columnar.LazyBinaryColumnarSerDe",
    ),
    "ORC": (
        "org.apache.hadoop.hive.ql.io.orc.OrcInputFormat",
        "org.apache.hadoop.hive.ql.io.orc.OrcOutputFormat",
        "org.apache.hadoop.hive.ql.io.orc.OrcSerde",
    ),
    "PARQUET": (
        "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
        "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
        "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
    ),
    "AVRO": (
        "org.apache.hadoop.hive.ql.io.avro.AvroContainerInputFormat",
        "org.apache.hadoop.hive.ql.io.avro.AvroContainerOutputFormat",
        "org.apache.hadoop.hive.serde2.avro.AvroSerDe",
    ),
    # https://docs.aws.amazon.com/athena/latest/ug/ion-serde-using-create-table.html
    "ION": (
        "com.amazon.ionhiveserde.formats.IonInputFormat",
        "com.amazon.ionhiveserde.formats.IonOutputFormat",
        "com.amazon.ionhiveserde.IonHiveSerDe",
    ),
    "JSONFILE": (TEXT_IN, TEXT_OUT, "org.apache.hive.hcatalog.data.JsonSerDe"),
    "JSON": (TEXT_IN, TEXT_OUT, "org.apache.hive.hcatalog.data.JsonSerDe"),
}

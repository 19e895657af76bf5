"""Which objects make one table, and which folders are its partitions.

Folders are looked at from the bottom. A folder whose objects belong together is one candidate; when
most folders of a level hold the same kind of data, their parent is the table and they are
partitions; otherwise each of them is a table of its own. Numbers:
https://repost.aws/knowledge-center/glue-crawler-detect-schema (not checked): more than 70 %
similar, at most five different schemas.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from dealab.models.crawler import hive
from dealab.models.crawler.classifiers import Schema, classify
from dealab.models.crawler.settings import Settings, excluded

SIMILAR = 0.7  # of folders, and of the column names of the smaller schema
CLUSTERS = 5
_FORMATS = {
    "parquet": "org.apache.hadoop.hive.ql.io.parquet.MapredParquet{}Format",
    "orc": "org.apache.hadoop.hive.ql.io.orc.Orc{}Format",
    "avro": "org.apache.hadoop.hive.ql.io.avro.AvroContainer{}Format",
}


@dataclass(frozen=True)
class Thing:
    """One object: key, size in bytes, and a function that returns its content."""

    key: str
    size: int
    read: Callable[[], bytes] = field(compare=False, repr=False)


@dataclass(frozen=True)
class Target:
    """An include path (``s3://bucket/prefix``), exclude patterns, objects read per folder."""

    path: str
    exclusions: tuple[str, ...] = ()
    sample: int | None = None

    @property
    def bucket(self) -> str:
        return self.path.removeprefix("s3://").partition("/")[0]

    @property
    def prefix(self) -> str:
        """Return the folder's key with its slash; empty for the whole bucket."""
        prefix = self.path.removeprefix("s3://").partition("/")[2]
        return prefix if not prefix or prefix.endswith("/") else prefix + "/"


@dataclass
class Crawl:
    """What a crawl found: TableInput documents, and PartitionInput documents by table name."""

    tables: list[dict] = field(default_factory=list)
    partitions: dict[str, list[dict]] = field(default_factory=dict)
    folders: set[str] = field(default_factory=set)  # every folder with data, as s3:// address


@dataclass
class _Part:
    """Objects that belong together below ``folder``: the rows of one table, or of a partition.

    ``levels`` are the names of the folders in between (``year=2026``), one tuple per leaf.
    """

    folder: tuple[str, ...]
    schema: Schema
    leaves: list[tuple[tuple[str, ...], Schema, list[Thing]]]
    keys: tuple[str | None, ...] = ()

    @property
    def things(self) -> list[Thing]:
        return [thing for _, _, things in self.leaves for thing in things]


def find_tables(things: list[Thing], target: Target, settings: Settings, skip=()) -> Crawl:
    """Return the tables below one include path. ``skip`` are folders (s3://) not to look at.

    Objects without bytes, and those with a name that starts with ``_`` or ``.``, say nothing.
    Raises LabLimit for a format that the lab doesn't read.
    """
    home, crawl = f"s3://{target.bucket}/", Crawl()
    exact = target.path.removeprefix("s3://").partition("/")[2]  # the path may name one object
    leaves: dict[tuple[str, ...], list[Thing]] = {}
    for thing in sorted(things, key=lambda thing: thing.key):
        inside = thing.key.removeprefix(target.prefix)
        wanted = thing.key.startswith(target.prefix) or thing.key == exact
        hidden = any(part[:1] in ("_", ".") for part in inside.split("/") if part)
        if not wanted or hidden or not thing.size or excluded(inside, target.exclusions):
            continue
        folder = tuple(thing.key.split("/")[:-1])
        if home + "".join(f"{part}/" for part in folder) not in skip:
            leaves.setdefault(folder, []).append(thing)
    crawl.folders = {home + "".join(f"{part}/" for part in folder) for folder in leaves}
    schemas = {
        thing.key: classify(thing.key, thing.read(), settings.classifiers)
        for found in leaves.values()
        for thing in (found[: target.sample] if target.sample else found)
    }
    start = tuple(part for part in target.prefix.split("/") if part)
    if exact and any(exact == thing.key for found in leaves.values() for thing in found):
        parts = _alone(next(iter(leaves.values())), schemas)
    elif settings.level is not None:
        parts = _at_level(settings.level - 1, leaves, schemas, settings)
    else:
        parts = _parts(start, leaves, schemas, settings)
    for part in parts:
        _add_table(crawl, part, target, settings)
    return crawl


# --- what belongs together ------------------------------------------------------------


def _parts(folder, leaves, schemas, settings) -> list[_Part]:
    """Return the candidates for tables at and below a folder: one, if all belongs together."""
    here = []
    if folder in leaves:
        here = _of_objects(folder, leaves[folder], schemas, settings)
    names = sorted({path[len(folder)] for path in leaves if _below(path, folder)})
    below = {name: _parts((*folder, name), leaves, schemas, settings) for name in names}
    if not below:
        return here
    inside = [part for parts in below.values() for part in parts]
    if here or any(len(parts) != 1 for parts in below.values()):
        return here + inside
    if any(part.folder != (*folder, name) for name, (part,) in below.items()):
        return inside
    return _joined(folder, inside, settings)


def _below(path, folder) -> bool:
    return len(path) > len(folder) and path[: len(folder)] == folder


def _joined(folder, children: list[_Part], settings) -> list[_Part]:
    """Make one part of children that are partitions; give them back if they are not."""
    clusters: list[list[_Part]] = []
    for child in children:
        key = _key(child.folder[-1])
        for cluster in clusters:
            first = cluster[0]
            same = first.keys == child.keys and _key(first.folder[-1]) == key
            if same and _alike(first.schema, child.schema, settings):
                cluster.append(child)
                break
        else:
            clusters.append([child])
    largest = max(clusters, key=len)
    if len(clusters) > CLUSTERS or len(largest) / len(children) <= SIMILAR:
        return children
    one = [
        _Part(
            folder,
            _union([child.schema for child in largest]),
            [
                ((child.folder[-1], *levels), schema, things)
                for child in largest
                for levels, schema, things in child.leaves
            ],
            (_key(largest[0].folder[-1]), *largest[0].keys),
        )
    ]
    return one + [child for cluster in clusters if cluster is not largest for child in cluster]


def _key(name: str) -> str | None:
    key, equals, _ = name.partition("=")
    return key.lower() if equals and key else None


def _of_objects(folder, things, schemas, settings) -> list[_Part]:
    """Group the objects of one folder: together, or each kind of data for itself."""
    groups: list[tuple[list[Schema], list[Thing]]] = []
    read = [thing for thing in things if thing.key in schemas]
    for thing in read:
        schema = schemas[thing.key]
        for kinds, members in groups:
            if _alike(kinds[0], schema, settings):
                kinds.append(schema)
                members.append(thing)
                break
        else:
            groups.append(([schema], [thing]))
    kinds, members = max(groups, key=lambda group: len(group[1]))
    if len(members) <= SIMILAR * len(read):
        return _alone(read, schemas)
    if len(groups) == 1:
        members = things  # with those not sampled
    others = [thing for thing in read if thing not in members]
    schema = _union(kinds)
    return [_Part(folder, schema, [((), schema, members)]), *_alone(others, schemas)]


def _alone(things: list[Thing], schemas) -> list[_Part]:
    """Make a table of each object."""
    return [
        _Part(tuple(thing.key.split("/")), schemas[thing.key], [((), schemas[thing.key], [thing])])
        for thing in things
    ]


def _at_level(level: int, leaves, schemas, settings) -> list[_Part]:
    """Make a table of each folder at ``level`` (0 is the bucket), whatever its schemas are."""
    loose, made = replace(settings, combine=True), []
    for root in sorted({path[:level] for path in leaves if len(path) >= level}):
        inside = {path: found for path, found in leaves.items() if path[:level] == root}
        depths = {len(path) for path in inside}
        shapes = {
            schemas[t.key].shape for found in inside.values() for t in found if t.key in schemas
        }
        if len(depths) > 1 or len(shapes) > 1:
            made += _parts(root, inside, schemas, loose)
            continue
        ends = []
        for path, found in inside.items():
            kinds = [schemas[thing.key] for thing in found if thing.key in schemas]
            ends.append((path[level:], _union(kinds), found))
        keys = tuple(_key(name) for name in ends[0][0])
        made.append(_Part(root, _union([schema for _, schema, _ in ends]), ends, keys))
    return made


def _alike(one: Schema, other: Schema, settings) -> bool:
    """Tell whether two schemas may share a table: compatible data, and similar columns."""
    if one.shape != other.shape:
        return False
    if settings.combine:
        return True
    if one.named and other.named:
        mine, theirs = ({name for name, _ in schema.columns} for schema in (one, other))
    else:
        mine, theirs = set(one.columns), set(other.columns)
    common, smaller, larger = len(mine & theirs), *sorted((len(mine), len(theirs)))
    return common >= SIMILAR * smaller and common * 2 >= larger


def _union(schemas: list[Schema]) -> Schema:
    """Put the columns of all together, in the order in which they come up."""
    columns: dict[str, str] = {}
    for schema in schemas:
        for name, kind in schema.columns:
            columns[name] = hive.merged_text(columns[name], kind) if name in columns else kind
    first = schemas[0]
    serde = first.serde_parameters
    if first.classification == "json":
        paths = [dict(schema.serde_parameters)["paths"].split(",") for schema in schemas]
        serde = (("paths", ",".join(dict.fromkeys(name for path in paths for name in path))),)
    records = sum(schema.records for schema in schemas)
    return replace(first, columns=tuple(columns.items()), serde_parameters=serde, records=records)


# --- documents of the catalog ---------------------------------------------------------


def _add_table(crawl: Crawl, part: _Part, target: Target, settings: Settings) -> None:
    object_itself = len(part.things) == 1 and part.things[0].key == "/".join(part.folder)
    location = f"s3://{target.bucket}/" + "/".join(part.folder)
    location += "" if object_itself or location.endswith("/") else "/"
    name = table_name(part.folder[-1] if part.folder else target.bucket, settings.prefix)
    if any(table["Name"] == name for table in crawl.tables):
        name = with_hash(name, location)
    keys = _partition_names(part)
    columns = [(column, kind) for column, kind in part.schema.columns if column not in keys]
    schema = replace(part.schema, columns=tuple(columns))
    table = {
        "Name": name,
        "Owner": "owner",
        "Retention": 0,
        "StorageDescriptor": storage(schema, location, part.things, settings, target),
        "PartitionKeys": [{"Name": key, "Type": "string"} for key in keys],
        "TableType": "EXTERNAL_TABLE",
    }
    table["Parameters"] = table["StorageDescriptor"]["Parameters"] | (
        {"UPDATED_BY_CRAWLER": settings.name}
    )
    crawl.tables.append(table)
    if keys:
        crawl.partitions[name] = [
            {
                "Values": [level.partition("=")[2] if _key(level) else level for level in levels],
                "StorageDescriptor": storage(
                    replace(own, columns=tuple(c for c in own.columns if c[0] not in keys)),
                    location + "".join(f"{level}/" for level in levels),
                    things,
                    settings,
                    target,
                ),
                "Parameters": {},
            }
            for levels, own, things in part.leaves
        ]
        for partition in crawl.partitions[name]:
            partition["Parameters"] = dict(partition["StorageDescriptor"]["Parameters"])


def _partition_names(part: _Part) -> list[str]:
    named = [key or f"partition_{at}" for at, key in enumerate(part.keys)]
    return hive.unique(named)


def storage(schema: Schema, location: str, things, settings, target) -> dict:
    """Return a StorageDescriptor as a crawler writes it."""
    text = "org.apache.hadoop.mapred.TextInputFormat"
    pattern = _FORMATS.get(schema.classification)
    size, records = sum(thing.size for thing in things), schema.records
    parameters = {
        "CrawlerSchemaDeserializerVersion": "1.0",
        "CrawlerSchemaSerializerVersion": "1.0",
        "classification": schema.classification,
        "compressionType": schema.compression,
        "objectCount": str(len(things)),
        "recordCount": str(records),
        "averageRecordSize": str(size // records if records else 0),
        "sizeKey": str(size),
        **dict(schema.parameters),
    }
    if target.exclusions:
        parameters["exclusions"] = "[" + ",".join(f'"{one}"' for one in target.exclusions) + "]"
    outputs = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"
    serde = {"SerializationLibrary": schema.serde, "Parameters": dict(schema.serde_parameters)}
    return {
        "Columns": [{"Name": name, "Type": kind} for name, kind in schema.columns],
        "Location": location,
        "InputFormat": pattern.format("Input") if pattern else text,
        "OutputFormat": pattern.format("Output") if pattern else outputs,
        "Compressed": schema.compression != "none",
        "NumberOfBuckets": -1,
        "SerdeInfo": serde if schema.serde else {"Parameters": {}},
        "BucketColumns": [],
        "SortColumns": [],
        "Parameters": parameters,
        "StoredAsSubDirectories": False,
    }


def table_name(folder: str, prefix: str = "") -> str:
    """Return the table's name: lower case, everything but letters, digits and ``_`` replaced."""
    return prefix + (re.sub(r"[^a-z0-9_]", "_", folder.lower()) or "_")


def with_hash(name: str, location: str) -> str:
    """Return the name with a suffix, as a crawler does when the name is taken."""
    return f"{name}_{hashlib.md5(location.encode(), usedforsecurity=False).hexdigest()}"

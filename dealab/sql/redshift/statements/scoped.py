"""Scoped permissions, and the right to use IAM roles.

GRANT SELECT FOR TABLES IN SCHEMA s TO ann: it holds for all tables of the schema, also those made
later. GRANT ASSUMEROLE ON 'arn' TO ann FOR COPY: who may use an IAM role, and in what.
https://docs.aws.amazon.com/redshift/latest/dg/r_GRANT.html (read 2026-11-23)
"""

from dealab.sql.errors import ServiceError
from dealab.sql.redshift import identities
from dealab.sql.redshift.identities import Grant
from dealab.sql.redshift.statements import grants
from dealab.sql.results import Outcome, Plan

#: what a scope may be about -> the kind of object
KINDS = {"TABLES": "table", "SCHEMAS": "schema", "FUNCTIONS": "function"}
KINDS |= {"PROCEDURES": "procedure", "LANGUAGES": "language"}


def scoped(engine, reader, giving: bool, wanted, tag: str) -> Plan:
    """FOR { TABLES | SCHEMAS | ... } IN { SCHEMA s [DATABASE d] | DATABASE d } TO ..."""
    reader.expect("FOR")
    what = reader.expect_any(*KINDS)
    reader.expect("IN")
    schema, database = "", engine.database
    if reader.accept("SCHEMA"):
        schema = reader.identifier()
        if reader.accept("DATABASE"):
            database = reader.identifier()
    else:
        reader.expect("DATABASE")
        database = reader.identifier()
    grants.database(engine, database)
    if schema:
        grants.schema(engine, [database, schema])
    reader.expect("TO" if giving else "FROM")
    grantees = reader.commas(lambda: grants.grantee(engine, reader))
    option = bool(reader.accept("WITH", "GRANT", "OPTION")) if giving else False
    if not giving:
        reader.accept_any("CASCADE", "RESTRICT")
    reader.end()
    kind = KINDS[what]
    grants.check_kinds(wanted, [grants.Target(kind, 0, "")])
    if any(columns is not None for _, columns in wanted):
        raise ServiceError("0LP01", "column privileges cannot be scoped permissions")
    if any(who not in ("user", "role") for who, _ in grantees):
        raise ServiceError("0LP01", "scoped permissions can only be granted to users and roles")
    if not identities.identity(engine).superuser:
        raise ServiceError("42501", "permission denied: must be superuser")
    place = (what.lower(), database, schema)

    def work():
        for who, name in grantees:
            for privilege, _ in wanted:
                for one in grants.expanded(grants.Target(kind, 0, ""), privilege):
                    key = ("grant", "scope", place, who, name, one)
                    if giving:
                        shown = schema or database
                        made = Grant(one, "scope", place, shown, who, name, engine.user, option)
                        engine.objects.put(made, *key)
                    elif engine.objects.get(*key) is not None:
                        engine.objects.drop(*key)
        return Outcome(message=tag)

    return Plan(work=work)


def assume_role(engine, reader, giving: bool, wanted, tag: str) -> Plan:
    """GRANT ASSUMEROLE ON { 'arn', ... | DEFAULT | ALL } TO ... FOR { ALL | COPY | ... }

    The lab keeps it; COPY and UNLOAD of the lab do not ask for it.
    """
    if [name for name, _ in wanted] != ["ASSUMEROLE"]:
        raise reader.fail()
    if reader.is_string():
        roles = reader.commas(reader.string)
    else:
        roles = [reader.expect_any("DEFAULT", "ALL").lower()]
    reader.expect("TO" if giving else "FROM")
    grantees = reader.commas(lambda: grants.grantee(engine, reader))
    reader.expect("FOR")
    uses = []
    while True:
        if reader.accept("EXTERNAL", "FUNCTION"):
            uses.append("EXTERNAL FUNCTION")
        elif reader.accept("CREATE", "MODEL"):
            uses.append("CREATE MODEL")
        else:
            uses.append(reader.expect_any("ALL", "COPY", "UNLOAD"))
        if not reader.accept(","):
            break
    reader.end()
    if not identities.identity(engine).superuser:
        raise ServiceError("42501", "permission denied: must be superuser")

    def work():
        for role in roles:
            for who, name in grantees:
                for use in uses:
                    key = ("grant", "iam role", role, who, name, use)
                    if giving:
                        made = Grant("ASSUMEROLE", "iam role", role, role, who, name, engine.user)
                        engine.objects.put(made, *key)
                    elif engine.objects.get(*key) is not None:
                        engine.objects.drop(*key)
        return Outcome(message=tag)

    return Plan(work=work)

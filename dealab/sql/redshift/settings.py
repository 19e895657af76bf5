"""The parameters of a session: their defaults, and which values the lab can honor.

https://docs.aws.amazon.com/redshift/latest/dg/cm_chap_ConfigurationRef.html (read 2026-11-23)
"""

from dealab.sql.errors import LabLimit, ServiceError

SWITCHES = {"on": "on", "true": "on", "yes": "on", "1": "on"}
SWITCHES |= {"off": "off", "false": "off", "no": "off", "0": "off"}

#: name -> default
DEFAULTS = {
    "analyze_threshold_percent": "10",
    "cast_super_null_on_error": "on",
    "datashare_break_glass_session_var": "",
    "datestyle": "ISO, MDY",
    "default_geometry_encoding": "1",
    "describe_field_name_in_uppercase": "off",
    "downcase_delimited_identifier": "on",
    "enable_case_sensitive_identifier": "off",
    "enable_case_sensitive_super_attribute": "off",
    "enable_numeric_rounding": "off",
    "enable_result_cache_for_session": "on",
    "enable_vacuum_boost": "off",
    "error_on_nondeterministic_update": "off",
    "extra_float_digits": "0",
    "interval_forbid_composite_literals": "on",
    "json_serialization_enable": "off",
    "json_serialization_parse_nested_strings": "off",
    "max_concurrency_scaling_clusters": "1",
    "max_cursor_result_set_size": "0",
    "mv_enable_aqmv_for_session": "on",
    "navigate_super_null_on_error": "on",
    "parse_super_null_on_error": "off",
    "pg_federation_repeatable_read": "on",
    "query_group": "default",
    "search_path": '"$user", public',
    "spectrum_enable_pseudo_columns": "on",
    "spectrum_query_maxerror": "-1",
    "statement_timeout": "0",
    "stored_proc_log_min_messages": "LOG",
    "timezone": "UTC",
    "use_fips_ssl": "off",
    "wlm_query_slot_count": "1",
    "client_encoding": "UTF8",
    "client_min_messages": "NOTICE",
    "enable_local_encryption": "off",
    "application_name": "",
    "standard_conforming_strings": "on",
    "lc_collate": "C",
    "server_encoding": "UNICODE",
    "server_version": "8.0.2",
    "transaction_isolation": "serializable",
    "transaction_read_only": "off",
}
READ_ONLY = frozenset(["lc_collate", "server_encoding", "server_version"])

#: switch -> what Redshift does when it is turned away from its default, which the lab does not do
FIXED = {
    "cast_super_null_on_error": "a SUPER value that does not fit a cast then is an error.",
    "describe_field_name_in_uppercase": "names of result columns come in upper case.",
    "downcase_delimited_identifier": "quoted names keep their case.",
    "enable_case_sensitive_identifier": "quoted names keep their case and are compared with it.",
    "enable_case_sensitive_super_attribute": "attributes of SUPER values keep their case.",
    "json_serialization_enable": "nested data of external tables is returned as JSON text.",
    "json_serialization_parse_nested_strings": "JSON inside strings is parsed, too.",
    "navigate_super_null_on_error": "walking to an attribute that is not there is an error.",
}
ZONES = frozenset(["utc", "gmt", "zulu", "etc/utc", "etc/gmt", "gmt0", "uct", "default", "0"])


def checked(name: str, value: str) -> str:
    """Return a parameter's value as SHOW tells it. Raises Redshift's error, or LabLimit for a
    value that would need another behavior."""
    low = value.lower()
    if name in READ_ONLY:
        raise ServiceError("55P02", f'parameter "{name}" cannot be changed')
    if DEFAULTS[name] in ("on", "off"):
        if low not in SWITCHES:
            raise ServiceError("22023", f'parameter "{name}" requires a Boolean value')
        chosen = SWITCHES[low]
        if name in FIXED and chosen != DEFAULTS[name]:
            raise LabLimit(f"SET {name} TO {value}", FIXED[name])
        return chosen
    if name == "timezone":
        if low not in ZONES:
            raise LabLimit(
                f"SET timezone TO '{value}'",
                "times with a zone are shown and converted in the session's zone.",
            )
        return "UTC"
    if name == "datestyle":
        return _date_style(value)
    if name in _WHOLE:
        low_end, high_end = _WHOLE[name]
        if not value.lstrip("-").isdigit():
            raise ServiceError("22023", f'parameter "{name}" requires an integer value')
        if not low_end <= int(value) <= high_end:
            raise ServiceError(
                "22023",
                f'{value} is outside the valid range for parameter "{name}" '
                f"({low_end} .. {high_end})",
            )
    return value


#: whole numbers: the least and the greatest
_WHOLE = {
    "statement_timeout": (0, 2147483647),
    "wlm_query_slot_count": (1, 50),
    "extra_float_digits": (-15, 2),
    "max_concurrency_scaling_clusters": (0, 10),
    "max_cursor_result_set_size": (0, 14400000),
    "spectrum_query_maxerror": (-1, 2147483647),
}


def _date_style(value: str) -> str:
    """DATESTYLE: ISO and MDY, the default, are what the lab reads and shows."""
    words = [word.strip().upper() for word in value.split(",")]
    known = {"ISO", "POSTGRES", "SQL", "GERMAN", "MDY", "DMY", "YMD", "DEFAULT", "US", "EUROPEAN"}
    if not words or any(word not in known for word in words):
        raise ServiceError("22023", f'invalid value for parameter "datestyle": "{value}"')
    if set(words) - {"ISO", "MDY", "DEFAULT", "US"}:
        raise LabLimit(f"SET datestyle TO '{value}'", "dates are read and shown in that style.")
    return "ISO, MDY"


def read(engine, name: str) -> str | None:
    """Return a parameter's value as SHOW tells it, or None for one that is not there."""
    if name == "search_path":
        return ", ".join(f'"{one}"' if one.startswith("$") else one for one in engine.search_path)
    if name in engine.variables:
        return engine.variables[name]
    return DEFAULTS.get(name)


def write(engine, name: str, value: str | None, values=()) -> None:
    """Set a parameter; None gives it its default back. ``values`` are search_path's names."""
    if name == "search_path":
        engine.search_path = list(values) if value is not None else ["$user", "public"]
    elif value is not None:
        engine.variables[name] = value
    elif name in DEFAULTS:
        engine.variables[name] = DEFAULTS[name]
    else:
        engine.variables.pop(name, None)


# --- transactions ---------------------------------------------------------------------


def keep(engine) -> None:
    """Note the parameters at the start of a transaction: ROLLBACK gives them back."""
    engine.kept_settings = (dict(engine.variables), list(engine.search_path))


def give_back(engine) -> None:
    kept = getattr(engine, "kept_settings", None)
    if kept is not None:
        engine.variables, engine.search_path = dict(kept[0]), list(kept[1])
    engine.local_settings = {}


def keep_local(engine, name: str) -> None:
    """Note the value that SET LOCAL covers until the transaction ends."""
    if not hasattr(engine, "local_settings"):
        engine.local_settings = {}
    before = list(engine.search_path) if name == "search_path" else engine.variables.get(name)
    engine.local_settings.setdefault(name, before)


def end_local(engine) -> None:
    for name, before in getattr(engine, "local_settings", {}).items():
        if name == "search_path":
            engine.search_path = list(before)
        else:
            write(engine, name, before)
    engine.local_settings = {}

"""What every table looks like: one definition behind files, catalog.json and datapackage.json.

Types are those of the Glue Data Catalog (Hive): ``bigint``, ``decimal(10,2)``, ``array<int>`` ...
"""

from dataclasses import dataclass, field

RAW, LAKE, LOGS = "fernway-raw", "fernway-lake", "fernway-logs"
BUCKETS = (RAW, LAKE, LOGS)

CHANNELS = ("web", "app", "store")
STATUSES = ("placed", "shipped", "delivered", "returned", "cancelled")
PAYMENTS = ("card", "wallet", "bank_transfer", "gift_card", "cash")
TIERS = ("none", "silver", "gold")
EVENTS = ("page_view", "search", "add_to_cart", "checkout", "purchase")
DEVICES = ("desktop", "mobile", "tablet", "app")
REFERRERS = ("direct", "search", "newsletter", "social", "partner")
WAREHOUSES = ("wh-east", "wh-north", "wh-west")
METRICS = ("temperature_c", "humidity_pct", "door_open")


@dataclass(frozen=True)
class Column:
    name: str
    type: str
    description: str
    unit: str = ""
    #: Frictionless constraints (required, unique, enum, minimum, maximum, pattern)
    constraints: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    name: str
    bucket: str
    #: parquet, csv, json (one object a line), cloudtrail ({"Records": [...]}), flow (VPC), alb
    format: str
    description: str
    columns: tuple[Column, ...]
    partition: Column | None = None
    primary_key: tuple[str, ...] = ()
    #: (column, table, column of that table)
    foreign_keys: tuple[tuple[str, str, str], ...] = ()

    @property
    def extension(self) -> str:
        return {"json": "jsonl", "cloudtrail": "json", "flow": "log", "alb": "log"}.get(
            self.format, self.format
        )

    def folder(self, value: str | None = None) -> str:
        """Return the table's folder, or that of one partition, relative to the datasets folder."""
        base = f"{self.bucket}/{self.name}"
        return base if value is None else f"{base}/{self.partition.name}={value}"

    def path(self, value: str | None = None) -> str:
        return f"{self.folder(value)}/part-0.{self.extension}"


def _c(name, type, description, unit="", **constraints):
    return Column(name, type, description, unit, constraints)


_MONTH = _c("order_month", "string", "Month of order_ts (UTC), YYYY-MM", pattern=r"\d{4}-\d{2}")


def _day(name, description):
    return _c(name, "string", description, pattern=r"\d{4}-\d{2}-\d{2}")


_LAKE = (
    Table(
        "orders",
        LAKE,
        "parquet",
        "One row per order of the web shop, the app and the stores",
        (
            _c("order_id", "bigint", "Number of the order, rising with time", required=True),
            _c("customer_id", "bigint", "Who ordered; NULL for a guest"),
            _c("order_ts", "timestamp", "When the order was placed, UTC", "s", required=True),
            _c("channel", "string", "Where it was placed", required=True, enum=CHANNELS),
            _c("store_id", "int", "Store of a store order; NULL otherwise"),
            _c("status", "string", "State at the end of the data", required=True, enum=STATUSES),
            _c("payment_method", "string", "How it was paid", required=True, enum=PAYMENTS),
            _c(
                "total_amount",
                "decimal(10,2)",
                "Sum of quantity * unit_price * (1 - discount) of the lines, each rounded to cents",
                "USD",
                required=True,
                minimum=0,
            ),
            _c("coupon_code", "string", "Coupon used; coupons exist from 2026-04-01"),
        ),
        _MONTH,
        ("order_id",),
        (("customer_id", "customers", "customer_id"), ("store_id", "stores", "store_id")),
    ),
    Table(
        "order_lines",
        LAKE,
        "parquet",
        "The lines of the orders, in the month of their order",
        (
            _c("order_id", "bigint", "Order that the line belongs to", required=True),
            _c(
                "line_no",
                "int",
                "Number of the line in its order, from 1",
                required=True,
                minimum=1,
            ),
            _c("product_id", "int", "Product sold", required=True),
            _c("quantity", "int", "Pieces", "pieces", required=True, minimum=1),
            _c(
                "unit_price",
                "decimal(10,2)",
                "Price of one piece on that day",
                "USD",
                required=True,
            ),
            _c(
                "discount",
                "decimal(4,2)",
                "Share taken off the price: 0.10 is ten percent",
                "fraction",
                required=True,
                minimum=0,
                maximum=1,
            ),
        ),
        _MONTH,
        ("order_id", "line_no"),
        (("order_id", "orders", "order_id"), ("product_id", "products", "product_id")),
    ),
    Table(
        "customers",
        LAKE,
        "parquet",
        "Customers with an account; personal data, all of it made up",
        (
            _c(
                "customer_id",
                "bigint",
                "Number of the customer, rising with created_at",
                required=True,
            ),
            _c("first_name", "string", "Given name (personal data)", required=True),
            _c("last_name", "string", "Family name (personal data)", required=True),
            _c("email", "string", "E-mail address (personal data)", required=True),
            _c("phone", "string", "Phone, +1-AAA-555-01NN (personal data); NULL if not given"),
            _c("birth_date", "date", "Date of birth (personal data); NULL if unknown"),
            _c("street", "string", "House number and street (personal data)", required=True),
            _c("city", "string", "City", required=True),
            _c("state", "string", "Two-letter state", required=True, pattern="[A-Z]{2}"),
            _c(
                "postal_code",
                "string",
                "Five digits, may begin with 0",
                required=True,
                pattern=r"\d{5}",
            ),
            _c("country", "string", "Two-letter country", required=True, enum=("US",)),
            _c("loyalty_tier", "string", "Level in the loyalty program", required=True, enum=TIERS),
            _c("marketing_opt_in", "boolean", "Agreed to the newsletter", required=True),
            _c("created_at", "timestamp", "When the account was made, UTC", "s", required=True),
        ),
        None,
        ("customer_id",),
    ),
    Table(
        "products",
        LAKE,
        "parquet",
        "The range: 400 products in 8 categories",
        (
            _c("product_id", "int", "Number of the product", required=True),
            _c("sku", "string", "Stock-keeping unit, FW-<category>-<product_id>", required=True),
            _c("name", "string", "Name in the shop", required=True),
            _c("category", "string", "Category", required=True),
            _c("subcategory", "string", "Subcategory", required=True),
            _c("brand", "string", "Brand", required=True),
            _c(
                "unit_cost",
                "decimal(10,2)",
                "What Fernway pays for one piece",
                "USD",
                required=True,
            ),
            _c(
                "list_price",
                "decimal(10,2)",
                "Price in the shop on 2026-06-30",
                "USD",
                required=True,
            ),
            _c("weight_kg", "double", "Weight with packing", "kg", required=True),
            _c("launched", "date", "First day on sale", required=True),
            _c(
                "attributes",
                "string",
                "JSON object: color, material, and more by category",
                required=True,
            ),
        ),
        None,
        ("product_id",),
    ),
    Table(
        "stores",
        LAKE,
        "parquet",
        "The 24 stores",
        (
            _c("store_id", "int", "Number of the store, from 1", required=True),
            _c("name", "string", "Name of the store", required=True),
            _c("city", "string", "City", required=True),
            _c("state", "string", "Two-letter state", required=True),
            _c("opened", "date", "First day of business", required=True),
            _c("area_m2", "int", "Sales area", "m2", required=True),
        ),
        None,
        ("store_id",),
    ),
    Table(
        "clickstream",
        LAKE,
        "parquet",
        "What visitors of the web shop and the app did, sorted by event_ts",
        (
            _c("event_id", "string", "Unique name of the event", required=True),
            _c("event_ts", "timestamp", "When it happened on the device, UTC", "ms", required=True),
            _c(
                "received_ts",
                "timestamp",
                "When it reached the collector, UTC",
                "ms",
                required=True,
            ),
            _c("session_id", "string", "Visit that the event belongs to", required=True),
            _c("user_id", "bigint", "customer_id of a signed-in visitor; NULL otherwise"),
            _c("device", "string", "Kind of device", required=True, enum=DEVICES),
            _c("page", "string", "Path of the page", required=True),
            _c("event_type", "string", "What the visitor did", required=True, enum=EVENTS),
            _c("product_id", "int", "Product concerned; NULL on pages without one"),
            _c("referrer", "string", "Where the visit came from", required=True, enum=REFERRERS),
            _c("country", "string", "Two-letter country of the visitor", required=True),
            _c("latency_ms", "int", "Time until the page was shown; NULL if not measured", "ms"),
        ),
        _day("event_date", "Date of event_ts (UTC)"),
        ("event_id",),
        (("user_id", "customers", "customer_id"), ("product_id", "products", "product_id")),
    ),
    Table(
        "sensor_readings",
        LAKE,
        "parquet",
        "Readings of the warehouse sensors, every half hour, sorted by sensor and time",
        (
            _c("sensor_id", "string", "Sensor: warehouse, place, number", required=True),
            _c("reading_ts", "timestamp", "When it was read, UTC", "s", required=True),
            _c("metric", "string", "What was measured", required=True, enum=METRICS),
            _c("value", "double", "Degrees Celsius, percent, or 0/1 for door_open", required=True),
            _c(
                "battery_pct",
                "int",
                "Charge of the sensor's battery",
                "percent",
                minimum=0,
                maximum=100,
            ),
        ),
        _c("warehouse", "string", "Warehouse", enum=WAREHOUSES),
        ("sensor_id", "metric", "reading_ts"),
    ),
)

_RAW = (
    Table(
        "orders_raw",
        RAW,
        "csv",
        "Orders as the shop system exports them; coupon_code only from 2026-04 on",
        (
            _c("order_id", "string", "Number of the order"),
            _c("customer_id", "string", "Customer; blank or the word NULL for a guest"),
            _c(
                "order_ts",
                "string",
                "UTC: 'YYYY-MM-DD HH:MM:SS' until 2026-03, ISO 8601 with Z from 2026-04, "
                "'DD/MM/YYYY HH:MM:SS' from some stores in 2026-04",
            ),
            _c("channel", "string", "web, app, store in any case, with blanks"),
            _c("store_id", "string", "Store; blank unless a store order"),
            _c("status", "string", "State at the end of the data"),
            _c("payment_method", "string", "How it was paid, in any case"),
            _c("total_amount", "string", "Sum of the lines; a comma from one thousand up", "USD"),
            _c(
                "coupon_code",
                "string",
                "Coupon used, or blank; the column is missing before 2026-04",
            ),
        ),
        _MONTH,
    ),
    Table(
        "order_lines_raw",
        RAW,
        "csv",
        "Order lines as the shop system exports them",
        (
            _c("order_id", "string", "Order that the line belongs to"),
            _c("line_no", "string", "Number of the line in its order"),
            _c("product_id", "string", "Product sold"),
            _c("quantity", "string", "Pieces", "pieces"),
            _c("unit_price", "string", "Price of one piece, sometimes with a dollar sign", "USD"),
            _c("discount", "string", "Share taken off the price; blank for none", "fraction"),
        ),
        _MONTH,
    ),
    Table(
        "customers_raw",
        RAW,
        "csv",
        "Customers as the CRM exports them, with repeated and unclean rows",
        (
            _c("customer_id", "string", "Number of the customer"),
            _c("first_name", "string", "Given name, in any case, with blanks"),
            _c("last_name", "string", "Family name, in any case, with blanks"),
            _c("email", "string", "E-mail address, in any case, with blanks"),
            _c("phone", "string", "Phone in several styles, or blank"),
            _c("birth_date", "string", "YYYY-MM-DD, or an impossible date, or blank"),
            _c("street", "string", "House number and street"),
            _c("city", "string", "City, in any case, with blanks"),
            _c("state", "string", "Two-letter state, in any case"),
            _c("postal_code", "string", "Five digits, may begin with 0"),
            _c("country", "string", "US, us, USA or United States"),
            _c(
                "loyalty_tier",
                "string",
                "Level in the loyalty program, in any case; blank for none",
            ),
            _c("marketing_opt_in", "string", "true, TRUE, yes, Y, 1 or false, FALSE, no, N, 0"),
            _c("created_at", "string", "When the account was made, ISO 8601 with Z"),
        ),
    ),
    Table(
        "products_raw",
        RAW,
        "json",
        "Products as the product system publishes them: nested, with outdated versions",
        (
            _c("product_id", "int", "Number of the product"),
            _c("sku", "string", "Stock-keeping unit"),
            _c("name", "string", "Name in the shop"),
            _c("category", "struct<name:string,subcategory:string>", "Category, in any case"),
            _c("brand", "string", "Brand"),
            _c("price", "struct<cost:double,list:double,currency:string>", "Prices", "USD"),
            _c(
                "weight",
                "struct<value:double,unit:string>",
                "Weight with packing; the unit is kg or g",
            ),
            _c("launched", "string", "First day on sale, YYYY-MM-DD"),
            _c(
                "attributes",
                "struct<color:string,material:string,dimensions_cm:array<int>,"
                "warranty_months:int,care:struct<outdoor:boolean,wash:string>>",
                "Attributes; keys differ by category",
            ),
            _c("tags", "array<string>", "Search words"),
            _c("updated_at", "string", "Version: when it was published, ISO 8601 with Z"),
        ),
    ),
    Table(
        "clickstream_raw",
        RAW,
        "json",
        "Click events as they arrived, by day of arrival: late, repeated, with a bot",
        (
            _c("event_id", "string", "Name of the event; repeated when the sender tried again"),
            _c("event_ts", "string", "When it happened, ISO 8601 with ms and Z"),
            _c("received_ts", "string", "When it arrived, ISO 8601 with ms and Z"),
            _c("session_id", "string", "Visit that the event belongs to"),
            _c("user_id", "bigint", "Signed-in visitor; the key is missing otherwise"),
            _c("device", "string", "Kind of device, in any case"),
            _c("page", "string", "Path of the page"),
            _c("event_type", "string", "What the visitor did"),
            _c("product_id", "int", "Product concerned; the key is missing on pages without one"),
            _c("referrer", "string", "Where the visit came from; an empty string means direct"),
            _c("country", "string", "Two-letter country, in any case"),
            _c("latency_ms", "int", "Time until the page was shown, may be missing", "ms"),
            _c(
                "app_version",
                "string",
                "Version of the app; new in the app's events from 2026-06-02",
            ),
        ),
        _day("ingest_date", "Date of received_ts (UTC)"),
    ),
    Table(
        "sensors_raw",
        RAW,
        "csv",
        "Sensor readings as the gateways send them: -999 for a failed reading, repeats, gaps",
        (
            _c("warehouse", "string", "Warehouse, in any case"),
            _c("sensor_id", "string", "Sensor"),
            _c("reading_ts", "string", "When it was read, ISO 8601 with Z"),
            _c("metric", "string", "What was measured"),
            _c("value", "string", "Reading; -999 means that the sensor failed"),
            _c("battery_pct", "string", "Charge of the battery", "percent"),
        ),
        _day("reading_date", "Date of reading_ts (UTC)"),
    ),
    Table(
        "customers_cdc",
        RAW,
        "json",
        "Changes of customers, 2026-06-01 to 06-14, as a replication task writes them",
        (
            _c("op", "string", "I insert, U update, D delete", enum=("I", "U", "D")),
            _c("commit_ts", "string", "Commit at the source, ISO 8601 with Z, whole seconds"),
            _c(
                "seq",
                "bigint",
                "Order of the commits at the source; decides between equal commit_ts",
            ),
            _c("customer_id", "bigint", "Key of the changed row"),
            _c("email", "string", "Value after the change; null after a delete"),
            _c("city", "string", "Value after the change; null after a delete"),
            _c("state", "string", "Value after the change; null after a delete"),
            _c("loyalty_tier", "string", "Value after the change; null after a delete"),
        ),
        _day("cdc_date", "Date on which the file was written"),
    ),
)

_LOG_DATE = _day("log_date", "Date of the records (UTC)")

# Columns of the three service logs: the tables in the Athena User Guide, read 2026-11-23:
# https://docs.aws.amazon.com/athena/latest/ug/create-cloudtrail-table.html
# https://docs.aws.amazon.com/athena/latest/ug/vpc-flow-logs-create-table-statement.html (version 2)
# https://docs.aws.amazon.com/athena/latest/ug/create-alb-access-logs-table.html
_IDENTITY = (
    "struct<type:string,principalid:string,arn:string,accountid:string,invokedby:string,"
    "accesskeyid:string,username:string,onbehalfof:struct<userid:string,identitystorearn:string>,"
    "sessioncontext:struct<attributes:struct<mfaauthenticated:string,creationdate:string>,"
    "sessionissuer:struct<type:string,principalid:string,arn:string,accountid:string,"
    "username:string>,ec2roledelivery:string,webidfederationdata:struct<federatedprovider:string,"
    "attributes:map<string,string>>>>"
)

_LOGS = (
    Table(
        "cloudtrail_logs",
        LOGS,
        "cloudtrail",
        "API calls in account 111122223333, as AWS CloudTrail records them",
        (
            _c("eventversion", "string", "Version of the record format"),
            _c("useridentity", _IDENTITY, "Who made the call"),
            _c("eventtime", "string", "When, ISO 8601 with Z"),
            _c("eventsource", "string", "Service, such as s3.amazonaws.com"),
            _c("eventname", "string", "API action"),
            _c("awsregion", "string", "Region that served the call"),
            _c("sourceipaddress", "string", "IP address, or the name of the calling service"),
            _c("useragent", "string", "Program that made the call"),
            _c("errorcode", "string", "Error, such as AccessDenied; NULL for success"),
            _c("errormessage", "string", "Text of the error"),
            _c("requestparameters", "string", "JSON text of the request"),
            _c("responseelements", "string", "JSON text of the answer of a changing call"),
            _c("additionaleventdata", "string", "JSON text of further data"),
            _c("requestid", "string", "Id that the service gave the request"),
            _c("eventid", "string", "Unique id of the record"),
            _c(
                "resources",
                "array<struct<arn:string,accountid:string,type:string>>",
                "Resources used",
            ),
            _c("eventtype", "string", "AwsApiCall, AwsConsoleSignIn or AwsServiceEvent"),
            _c("apiversion", "string", "Version of the API"),
            _c("readonly", "string", "true for a call that changes nothing"),
            _c("recipientaccountid", "string", "Account that received the record"),
            _c("serviceeventdetails", "string", "JSON text of a service event"),
            _c("sharedeventid", "string", "Id shared by copies in several accounts"),
            _c("vpcendpointid", "string", "VPC endpoint used"),
            _c("vpcendpointaccountid", "string", "Account of that endpoint"),
            _c("eventcategory", "string", "Management or Data"),
            _c(
                "addendum",
                "struct<reason:string,updatedfields:string,originalrequestid:string,originaleventid:string>",
                "Filled when a record was delivered late or corrected",
            ),
            _c("sessioncredentialfromconsole", "string", "true for calls from the console"),
            _c("edgedevicedetails", "string", "JSON text on Snow devices"),
            _c(
                "tlsdetails",
                "struct<tlsversion:string,ciphersuite:string,clientprovidedhostheader:string>",
                "TLS of the call",
            ),
        ),
        _LOG_DATE,
        ("eventid",),
    ),
    Table(
        "vpc_flow_logs",
        LOGS,
        "flow",
        "Network flows, VPC flow logs version 2 in the default format",
        (
            _c("version", "int", "Version of the format: 2"),
            _c("account_id", "string", "Account"),
            _c("interface_id", "string", "Network interface"),
            _c("srcaddr", "string", "Source address"),
            _c("dstaddr", "string", "Destination address"),
            _c("srcport", "int", "Source port"),
            _c("dstport", "int", "Destination port"),
            _c("protocol", "bigint", "IANA number: 6 TCP, 17 UDP, 1 ICMP"),
            _c("packets", "bigint", "Packets in the window", "packets"),
            _c("bytes", "bigint", "Bytes in the window", "bytes"),
            _c("start", "bigint", "Begin of the window, Unix time", "s"),
            _c("end", "bigint", "End of the window, Unix time", "s"),
            _c("action", "string", "ACCEPT or REJECT"),
            _c("log_status", "string", "OK, NODATA or SKIPDATA; other fields are '-' for NODATA"),
        ),
        _LOG_DATE,
    ),
    Table(
        "alb_logs",
        LOGS,
        "alb",
        "Requests to the shop's Application Load Balancer, access log format",
        (
            _c("type", "string", "https or http"),
            _c("time", "string", "When the answer was sent, ISO 8601 with microseconds and Z"),
            _c("elb", "string", "Load balancer"),
            _c("client_ip", "string", "Client's address"),
            _c("client_port", "int", "Client's port"),
            _c("target_ip", "string", "Target's address; '-' if none was reached"),
            _c("target_port", "int", "Target's port"),
            _c("request_processing_time", "double", "Load balancer to target; -1 if not sent", "s"),
            _c(
                "target_processing_time",
                "double",
                "Target's own time; -1 if it gave no answer",
                "s",
            ),
            _c(
                "response_processing_time",
                "double",
                "Target to client; -1 if it gave no answer",
                "s",
            ),
            _c("elb_status_code", "int", "Status sent to the client"),
            _c("target_status_code", "string", "Status of the target, or '-'"),
            _c("received_bytes", "bigint", "Size of the request", "bytes"),
            _c("sent_bytes", "bigint", "Size of the answer", "bytes"),
            _c("request_verb", "string", "HTTP method"),
            _c("request_url", "string", "URL"),
            _c("request_proto", "string", "HTTP version"),
            _c("user_agent", "string", "Client program"),
            _c("ssl_cipher", "string", "TLS cipher"),
            _c("ssl_protocol", "string", "TLS version"),
            _c("target_group_arn", "string", "Target group"),
            _c("trace_id", "string", "X-Amzn-Trace-Id"),
            _c("domain_name", "string", "Server name of the TLS handshake"),
            _c("chosen_cert_arn", "string", "Certificate"),
            _c("matched_rule_priority", "string", "Priority of the rule that matched"),
            _c("request_creation_time", "string", "When the request arrived"),
            _c("actions_executed", "string", "Actions of the rule"),
            _c("redirect_url", "string", "Target of a redirect, or '-'"),
            _c("lambda_error_reason", "string", "Reason of an error, or '-'"),
            _c("target_port_list", "string", "Targets tried"),
            _c("target_status_code_list", "string", "Their status codes"),
            _c("classification", "string", "Desync class, or '-'"),
            _c("classification_reason", "string", "Its reason, or '-'"),
            _c("conn_trace_id", "string", "Id of the connection"),
        ),
        _LOG_DATE,
    ),
    Table(
        "app_logs",
        LOGS,
        "json",
        "Log lines of the data jobs",
        (
            _c("ts", "string", "When, ISO 8601 with ms and Z", required=True),
            _c("level", "string", "Severity", enum=("DEBUG", "INFO", "WARN", "ERROR")),
            _c("job", "string", "Job", required=True),
            _c("run_id", "string", "Run of the job", required=True),
            _c("logger", "string", "Part of the program"),
            _c("message", "string", "What happened", required=True),
            _c("duration_ms", "bigint", "Time of a finished step", "ms"),
            _c("rows_read", "bigint", "Rows read by a finished step", "rows"),
            _c("rows_written", "bigint", "Rows written by a finished step", "rows"),
            _c("exception", "string", "Stack trace"),
        ),
        _LOG_DATE,
    ),
    Table(
        "cost_and_usage",
        LOGS,
        "parquet",
        "Daily cost by resource, with column names of the Cost and Usage Report 2.0",
        (
            _c("identity_line_item_id", "string", "Unique id of the line", required=True),
            _c("identity_time_interval", "string", "Interval of the line, ISO 8601"),
            _c("bill_billing_period_start_date", "timestamp", "First moment of the month"),
            _c("bill_billing_period_end_date", "timestamp", "First moment of the next month"),
            _c("bill_payer_account_id", "string", "Account that pays"),
            _c("line_item_usage_account_id", "string", "Account that used it"),
            _c(
                "line_item_line_item_type",
                "string",
                "Kind of line",
                enum=("Usage", "Tax", "Credit"),
            ),
            _c("line_item_usage_start_date", "timestamp", "Begin of the usage", required=True),
            _c("line_item_usage_end_date", "timestamp", "End of the usage", required=True),
            _c("line_item_product_code", "string", "Service, such as AmazonS3", required=True),
            _c("line_item_usage_type", "string", "What was counted"),
            _c("line_item_operation", "string", "Operation"),
            _c("line_item_resource_id", "string", "Resource"),
            _c("line_item_usage_amount", "double", "How much, in pricing_unit", required=True),
            _c("line_item_currency_code", "string", "Currency", enum=("USD",)),
            _c("line_item_unblended_rate", "string", "Price of one unit", "USD"),
            _c("line_item_unblended_cost", "double", "Cost of the line", "USD", required=True),
            _c("line_item_line_item_description", "string", "Price in words"),
            _c("product_region_code", "string", "Region"),
            _c("product_servicecode", "string", "Service"),
            _c("pricing_unit", "string", "Unit of the amount"),
            _c("pricing_term", "string", "OnDemand or Reserved"),
            _c("resource_tags", "map<string,string>", "Tags switched on for cost allocation"),
        ),
        _c("billing_period", "string", "Month of the bill, YYYY-MM", pattern=r"\d{4}-\d{2}"),
        ("identity_line_item_id",),
    ),
)

TABLES: dict[str, Table] = {table.name: table for table in (*_LAKE, *_RAW, *_LOGS)}

"""DynamoDB's rules over items as JSON: values, sizes and units, conditions, PartiQL.

Each file names its sources. Left out: update expressions (moto's are right), transactions across
tables as such, throttling (``dealab.cloud.throttle``).
"""

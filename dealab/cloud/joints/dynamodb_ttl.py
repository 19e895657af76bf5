"""Time to live deletes items as the lab's clock moves; moto keeps the setting and does nothing.

The service deletes within a few days; the lab at the next whole hour (``dealab.models.ttl``).
"""

from datetime import timedelta


def join(lab_of) -> None:
    from moto.dynamodb.exceptions import MockValidationException, ResourceNotFoundException
    from moto.dynamodb.models import DynamoDBBackend

    from dealab.models import ttl

    update = DynamoDBBackend.update_time_to_live

    def expiring(backend, after):
        """Yield (moment, table, item) of every item whose time comes."""
        for table in list(backend.tables.values()):
            if table.ttl.get("TimeToLiveStatus") == "ENABLED":
                name = table.ttl["AttributeName"]
                for item in table.all_items():
                    value = item.attrs.get(name)
                    moment = value is not None and ttl.deleted_at(value.to_json(), after)
                    if moment:
                        yield moment, table, item

    def happen(backend, moment):
        for due, table, item in list(expiring(backend, moment - timedelta(microseconds=1))):
            if due <= moment:
                table.delete_item(item.hash_key, item.range_key)
                if table.stream_shard is not None:
                    table.stream_shard.items[-1].record["userIdentity"] = dict(ttl.IDENTITY)

    def update_time_to_live(self, table_name, ttl_spec):
        table = self.tables.get(table_name)
        if table is None:
            raise ResourceNotFoundException()
        if ttl_spec.get("Enabled") == (table.ttl.get("TimeToLiveStatus") == "ENABLED"):
            state = "enabled" if ttl_spec.get("Enabled") else "disabled"
            raise MockValidationException(f"TimeToLive is already {state}")
        update(self, table_name, ttl_spec)
        lab = lab_of()
        if getattr(self, "ttl_on_clock", None) is not lab:
            self.ttl_on_clock = lab

            def due(after):
                return min((moment for moment, *_ in expiring(self, after)), default=None)

            lab.clock.on(due, lambda moment: happen(self, moment))

    DynamoDBBackend.update_time_to_live = update_time_to_live

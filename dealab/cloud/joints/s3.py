"""Keys in S3 event records as the service encodes them: moto turns "/" into "%2F" as well."""


def join(lab_of) -> None:
    from urllib.parse import quote_plus

    from moto.s3 import notifications

    get_event = notifications._get_s3_event

    def get_s3_event(event_name, bucket, key, notification_id):
        event = get_event(event_name, bucket, key, notification_id)
        event["Records"][0]["s3"]["object"]["key"] = quote_plus(key.name, safe="/")
        return event

    notifications._get_s3_event = get_s3_event

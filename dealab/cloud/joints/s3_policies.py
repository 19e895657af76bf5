"""Bucket policies: decided before moto is asked, once permissions are enforced.

moto reads their actions and resources and leaves principals and conditions out; so while nothing
is enforced, no bucket policy refuses anything here.
"""


def join(lab_of) -> None:
    from moto.iam.access_control import PermissionResult
    from moto.s3.models import FakeBucket

    from dealab.cloud import permissions
    from dealab.models.policy.actions import Need

    read = FakeBucket.get_permission

    def get_permission(self, action, resource):
        kept = lab_of().permissions
        if not kept.enforced:
            found = read(self, action, resource)
            return PermissionResult.NEUTRAL if found == PermissionResult.DENIED else found
        caller = permissions.caller()
        if action != "s3:DeleteObject" or caller is None:
            return PermissionResult.PERMITTED
        # For each key of DeleteObjects.
        allowed = kept.decided(caller, "s3", Need(action, resource), self.region_name).allowed
        return PermissionResult.PERMITTED if allowed else PermissionResult.DENIED

    FakeBucket.get_permission = get_permission

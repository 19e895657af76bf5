"""CloudFormation stacks: create, update, delete, roll back, change sets, exports.

A stack follows its template (``dealab.models.templates``); resources are made, changed and removed
by a ``maker`` that the caller gives:

    knows(type), complaints(type, properties), name_property(type), name_of(type, stack, logical),
    make(type, properties) -> (id, attributes), changes_in_place(type, old, new),
    change(type, id, properties), remove(type, id, properties), dynamic(text), transformed(document,
    parameters), unrecognized(types), uuid(), now()

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacks.html (not checked).
What the maker lacks makes the stack fail and roll back with a reason that begins with "This lab".
Left out: resources made side by side, drift, nested stacks, stack policies, custom resources.
"""

from dealab.models import templates
from dealab.models.templates import NotInLab, Template, TemplateError

GONE = ("DELETE_COMPLETE", "REVIEW_IN_PROGRESS")


class Stack:
    """A stack: what it was made from and what it holds."""

    def __init__(self, keeper: "Stacks", name: str, asked: dict):
        self.keeper, self.name, self.maker = keeper, name, keeper.maker
        self.id = keeper.arn("stack", f"{name}/{keeper.uuid()}")
        self.made = self.changed = keeper.now()
        self.status, self.reason = "REVIEW_IN_PROGRESS", None
        self.asked, self.text, self.template, self.given = asked, "", None, {}
        self.held: dict[str, dict] = {}  # logical id -> type, id, properties, atts, status
        self.events: list[dict] = []
        self.outputs: list[dict] = []

    # What functions in the template ask for

    def ref(self, name: str):
        return self.held[name]["id"] if name in self.held else self._missing(name)

    def attribute(self, name: str, attribute: str):
        if name not in self.held:
            self._missing(name)
        atts = self.held[name]["atts"]
        if attribute not in atts:
            raise NotInLab(f"the attribute {attribute} of {self.held[name]['type']}")
        return atts[attribute]

    def _missing(self, name: str):
        raise TemplateError(f"Template format error: Unresolved resource dependencies [{name}]")

    def imported(self, name: str):
        for stack in self.keeper.stacks.values():
            for output in stack.outputs if stack.status not in GONE else ():
                if output.get("ExportName") == name:
                    return output["OutputValue"]
        raise TemplateError(f"No export named {name} found.")

    def dynamic(self, text: str) -> str:
        return self.maker.dynamic(text)

    # What happens to it

    def say(self, logical: str, kind: str, physical: str, status: str, reason=None) -> None:
        event = {
            "StackId": self.id,
            "EventId": self.keeper.uuid(),
            "StackName": self.name,
            "LogicalResourceId": logical,
            "PhysicalResourceId": physical,
            "ResourceType": kind,
            "Timestamp": self.keeper.now(),
            "ResourceStatus": status,
        }
        self.events.insert(0, event | ({"ResourceStatusReason": reason} if reason else {}))

    def become(self, status: str, reason: str | None = None) -> None:
        self.status, self.reason, self.changed = status, reason, self.keeper.now()
        self.say(self.name, "AWS::CloudFormation::Stack", self.id, status, reason)

    def create(self, text: str, template: Template, given: dict) -> None:
        self.text, self.template, self.given = text, template, given
        self.become("CREATE_IN_PROGRESS", "User Initiated")
        try:
            for logical in template.order():
                self._make(logical, template)
            self.outputs = self._outputs(template)
        except _Failed as failed:
            self._undo_create(str(failed))
        except (TemplateError, NotInLab) as error:
            self._undo_create(_why(error))
        else:
            self.become("CREATE_COMPLETE")

    def _outputs(self, template) -> list[dict]:
        outputs = template.outputs(self)
        for output in outputs:
            name, others = output.get("ExportName"), self.keeper.stacks.values()
            if name and any(
                name == known.get("ExportName")
                for other in others
                if other is not self and other.status not in GONE
                for known in other.outputs
            ):
                raise TemplateError(f"Export with name {name} is already exported by another stack")
        return outputs

    def _undo_create(self, failed: str) -> None:
        on_failure = self.asked.get("OnFailure") or "ROLLBACK"
        if (
            str(self.asked.get("DisableRollback", "")).lower() == "true"
            or on_failure == "DO_NOTHING"
        ):
            self.become("CREATE_FAILED", failed)
        elif on_failure == "DELETE":
            self.become("DELETE_IN_PROGRESS", failed)
            self._remove_all(list(self.held))
            self.become("DELETE_COMPLETE")
        else:
            self.become("ROLLBACK_IN_PROGRESS", f"{failed} Rollback requested by user.")
            self._remove_all(list(self.held))
            self.become("ROLLBACK_COMPLETE")

    def _make(self, logical: str, template: Template, verb: str = "CREATE") -> None:
        kind = template.resources[logical]["Type"]
        self.say(logical, kind, "", f"{verb}_IN_PROGRESS")
        try:
            if not self.maker.knows(kind):
                raise NotInLab(f"resources of type {kind}")
            properties = template.properties(logical, self)
            self._check(logical, kind, properties)
            name = self.maker.name_property(kind)
            if name and name not in properties:
                properties[name] = self.maker.name_of(kind, self.name, logical)
            physical, atts = self.maker.make(kind, properties)
        except Exception as error:
            self.say(logical, kind, "", f"{verb}_FAILED", _why(error))
            raise _Failed([logical], verb) from error
        self.held[logical] = {
            "type": kind, "id": physical, "properties": properties, "atts": atts,
            "status": f"{verb}_COMPLETE", "at": self.keeper.now(),
            "retain": template.resources[logical].get("DeletionPolicy", "Delete"),
        }  # fmt: skip
        self.say(logical, kind, physical, f"{verb}_COMPLETE")

    def _check(self, logical: str, kind: str, properties: dict) -> None:
        found = self.maker.complaints(kind, properties)
        if found:
            listed = "\n".join(found)
            raise TemplateError(
                f"Properties validation failed for resource {logical} with message:\n{listed}"
            )

    def _remove_all(self, names: list[str]) -> list[str]:
        """Remove resources, last made first; return those that could not be removed."""
        failed = []
        for logical in reversed(names):
            held = self.held[logical]
            keep = held["retain"] in ("Retain", "Snapshot") and self.status.startswith("DELETE")
            if keep:
                self.say(logical, held["type"], held["id"], "DELETE_SKIPPED")
            elif not self._remove(logical, held):
                failed.append(logical)
                continue
            del self.held[logical]
        return failed

    def _remove(self, logical: str, held: dict) -> bool:
        self.say(logical, held["type"], held["id"], "DELETE_IN_PROGRESS")
        try:
            self.maker.remove(held["type"], held["id"], held["properties"])
        except Exception as error:
            self.say(logical, held["type"], held["id"], "DELETE_FAILED", _why(error))
            held["status"] = "DELETE_FAILED"
            return False
        self.say(logical, held["type"], held["id"], "DELETE_COMPLETE")
        return True

    def delete(self, retain: list[str]) -> None:
        used = {
            output["ExportName"]: stack.name
            for output in self.outputs
            if "ExportName" in output
            for stack in self.keeper.stacks.values()
            if stack is not self and stack.status not in GONE and stack.template
            and output["ExportName"] in stack.imports()
        }  # fmt: skip
        self.become("DELETE_IN_PROGRESS", "User Initiated")
        if used:
            [(name, user), *_] = used.items()
            self.become(
                "DELETE_FAILED",
                f"Delete canceled. Cannot delete export {name} as it is in use by {user}.",
            )
            return
        for logical in retain:
            if logical in self.held:
                self.held[logical]["retain"] = "Retain"
        failed = self._remove_all(list(self.held))
        if failed:
            names = ", ".join(failed)
            self.become("DELETE_FAILED", f"The following resource(s) failed to delete: [{names}]. ")
        else:
            self.become("DELETE_COMPLETE")
            self.outputs = []

    def imports(self) -> set[str]:
        found = set()

        def look(value):
            if isinstance(value, dict):
                if "Fn::ImportValue" in value:
                    found.add(self.template.value(value["Fn::ImportValue"], self))
                for item in value.values():
                    look(item)
            elif isinstance(value, list):
                for item in value:
                    look(item)

        look({name: self.template.resources[name] for name in self.held})
        return found

    def changes(self, template: Template) -> list[dict]:
        """Return what an update would do, as DescribeChangeSet tells it."""
        active, rows, planned = template.active(), [], _Planned(self)
        for logical in template.order():
            kind = active[logical]["Type"]
            if logical not in self.held:
                rows.append(_change("Add", logical, kind))
                continue
            held, new = self.held[logical], self._planned(logical, template, planned)
            if (held["type"], held["properties"]) != (kind, new):
                same = held["type"] == kind
                in_place = same and self.maker.changes_in_place(kind, held["properties"], new)
                rows.append(_change("Modify", logical, kind, held["id"], in_place))
                if not in_place:
                    planned.new.add(logical)
        gone = [name for name in self.held if name not in active]
        return rows + [
            _change("Remove", name, self.held[name]["type"], self.held[name]["id"]) for name in gone
        ]

    def _planned(self, logical: str, template: Template, planned=None) -> dict:
        """The properties after an update; ``planned`` answers for resources not there yet."""
        properties = template.properties(logical, planned or self)
        name = self.maker.name_property(self.held[logical]["type"])
        if name and name not in properties:
            properties[name] = self.held[logical]["properties"].get(name)
        return properties

    def update(self, text: str, template: Template, given: dict) -> None:
        before = {name: dict(held) for name, held in self.held.items()}
        old = self.text, self.template, self.given, self.outputs
        self.become("UPDATE_IN_PROGRESS", "User Initiated")
        replaced: list[tuple[str, dict]] = []
        try:
            for logical in template.order():
                self._bring_up(logical, template, replaced)
            self.text, self.template, self.given = text, template, given
            self.outputs = self._outputs(template)
        except (_Failed, TemplateError, NotInLab) as error:
            self.text, self.template, self.given, self.outputs = old
            self.become("UPDATE_ROLLBACK_IN_PROGRESS", _why(error))
            self._undo_update(before, dict(replaced))
            self.become("UPDATE_ROLLBACK_COMPLETE")
            return
        self.become("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
        active = template.active()
        for logical, held in reversed(replaced):
            if template.resources[logical].get("UpdateReplacePolicy") in ("Retain", "Snapshot"):
                self.say(logical, held["type"], held["id"], "DELETE_SKIPPED")
            else:
                self._remove(logical, held)
        gone = [name for name in self.held if name not in active]
        for name in [n for n in gone if self.held[n]["retain"] == "Retain"]:
            self.say(name, self.held[name]["type"], self.held[name]["id"], "DELETE_SKIPPED")
            del self.held[name]
        self._remove_all([name for name in gone if name in self.held])
        self.become("UPDATE_COMPLETE")

    def _bring_up(self, logical: str, template: Template, replaced: list) -> None:
        kind, held = template.resources[logical]["Type"], self.held.get(logical)
        if held is None:
            return self._make(logical, template)
        retain = template.resources[logical].get("DeletionPolicy", "Delete")
        held["retain"] = retain
        try:
            if not self.maker.knows(kind):
                raise NotInLab(f"resources of type {kind}")
            self._check(logical, kind, template.properties(logical, self))
            new = self._planned(logical, template)
            name = self.maker.name_property(kind)
        except (TemplateError, NotInLab) as error:
            self.say(logical, kind, held["id"], "UPDATE_FAILED", _why(error))
            raise _Failed([logical], "UPDATE") from error
        if (held["type"], held["properties"]) == (kind, new):
            return None
        if held["type"] == kind and self.maker.changes_in_place(kind, held["properties"], new):
            self.say(logical, kind, held["id"], "UPDATE_IN_PROGRESS")
            try:
                self.maker.change(kind, held["id"], new)
            except Exception as error:
                self.say(logical, kind, held["id"], "UPDATE_FAILED", _why(error))
                raise _Failed([logical], "UPDATE") from error
            held |= {"properties": new, "status": "UPDATE_COMPLETE", "at": self.keeper.now()}
            self.say(logical, kind, held["id"], "UPDATE_COMPLETE")
            return None
        own = template.resources[logical].get("Properties") or {}
        if name and name in own and held["properties"].get(name) == new.get(name):
            why = (
                "CloudFormation cannot update a stack when a custom-named resource requires "
                f"replacing. Rename {held['id']} and update the stack again."
            )
            self.say(logical, kind, held["id"], "UPDATE_FAILED", why)
            raise _Failed([logical], "UPDATE")
        why = (
            "Requested update requires the creation of a new physical resource; hence creating one."
        )
        self.say(logical, kind, held["id"], "UPDATE_IN_PROGRESS", why)
        del self.held[logical]
        try:
            self._make(logical, template, "UPDATE")
        except _Failed:
            self.held[logical] = held
            raise
        replaced.append((logical, held))
        return None

    def _undo_update(self, before: dict, replaced: dict) -> None:
        for logical in [name for name in self.held if name not in before or name in replaced]:
            self._remove(logical, self.held.pop(logical))
        for logical, old in before.items():
            now = self.held.get(logical)
            if now and now["properties"] != old["properties"]:
                self.maker.change(old["type"], old["id"], old["properties"])
            self.held[logical] = old


class _Planned:
    """Answers for a resource that is not there yet with a word that stands for it."""

    def __init__(self, stack: Stack):
        self._stack, self.new = stack, set()
        self.imported, self.dynamic = stack.imported, stack.dynamic

    def ref(self, name: str):
        known = name in self._stack.held and name not in self.new
        return self._stack.held[name]["id"] if known else f"<{name}>"

    def attribute(self, name: str, attribute: str):
        atts = {} if name in self.new else self._stack.held.get(name, {}).get("atts", {})
        return atts.get(attribute, f"<{name}.{attribute}>")


class _Failed(Exception):
    def __init__(self, names: list[str], verb: str):
        verb = {"CREATE": "create", "UPDATE": "update"}[verb]
        super().__init__(f"The following resource(s) failed to {verb}: [{', '.join(names)}].")


def _why(error: Exception) -> str:
    if isinstance(error, NotInLab):
        return f"This lab does not make {error}. On AWS it may well work."
    return str(error)


def _change(action: str, logical: str, kind: str, physical=None, in_place=None) -> dict:
    row = {"Action": action, "LogicalResourceId": logical, "ResourceType": kind, "Scope": []}
    if physical:
        row["PhysicalResourceId"] = physical
    if in_place is not None:
        row |= {"Replacement": "False" if in_place else "True", "Scope": ["Properties"]}
    return {"Type": "Resource", "ResourceChange": row}


class Stacks:
    """The stacks of one account and Region, by id, in the order in which they were made."""

    def __init__(self, maker, account: str, region: str):
        self.maker, self.account, self.region = maker, account, region
        self.uuid, self.now = maker.uuid, maker.now
        self.stacks: dict[str, Stack] = {}
        self.change_sets: dict[str, dict] = {}

    def arn(self, kind: str, name: str) -> str:
        return f"arn:aws:cloudformation:{self.region}:{self.account}:{kind}/{name}"

    def find(self, name: str) -> Stack:
        """Return a stack by its name or id; raise the service's error for one that is not there."""
        for stack in reversed(self.stacks.values()):
            if name == stack.id or (name == stack.name and stack.status != "DELETE_COMPLETE"):
                return stack
        raise TemplateError(f"Stack with id {name} does not exist")

    def read(self, text: str, given: dict, name: str = "") -> Template:
        """Read a template for a stack; raise TemplateError or NotInLab."""
        document = self.maker.transformed(templates.parse(text), given)
        pseudo = {
            "AWS::AccountId": self.account,
            "AWS::Region": self.region,
            "AWS::StackName": name,
            "AWS::StackId": next((s.id for s in self.stacks.values() if s.name == name), ""),
            "AWS::Partition": "aws",
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::NotificationARNs": [],
        }
        template = Template(document, given, {**pseudo, "AWS::NoValue": ""})
        template.order()
        unknown = self.maker.unrecognized(
            resource["Type"] for resource in template.resources.values()
        )
        if unknown:
            raise TemplateError(
                f"Template format error: Unrecognized resource types: [{', '.join(unknown)}]"
            )
        return template

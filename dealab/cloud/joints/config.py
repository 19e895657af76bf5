"""Config: history and compliance by ``dealab.models.config_history``, from the learner's calls.

moto gives the current state as the only item of a history, and evaluates no rule. A rule is
evaluated when its compliance is asked for.
"""

import json


def join(lab_of) -> None:
    from moto.config.exceptions import NoSuchConfigRuleException, ResourceNotDiscoveredException
    from moto.config.models import ConfigBackend
    from moto.config.responses import ConfigResponse

    from dealab.models import config_history
    from dealab.sql.errors import LabLimit

    start, stop = (
        ConfigBackend.start_configuration_recorder,
        ConfigBackend.stop_configuration_recorder,
    )
    own_history = ConfigBackend.get_resource_config_history

    def start_configuration_recorder(self, recorder_name):
        start(self, recorder_name)
        lab = lab_of()
        self.recorded = lab.clock.now(), len(lab.calls), None

    def stop_configuration_recorder(self, recorder_name):
        stop(self, recorder_name)
        if getattr(self, "recorded", None):
            self.recorded = *self.recorded[:2], len(lab_of().calls)

    def recorded(backend) -> list:
        """The items of a backend's account and Region."""
        if not getattr(backend, "recorded", None):
            return []
        return [
            item
            for item in config_history.items(lab_of().calls, *backend.recorded)
            if item.account == backend.account_id
            and (item.region == backend.region_name or item.kind.startswith("AWS::IAM"))
        ]

    def get_resource_config_history(self):
        kind, name = self._get_param("resourceType"), self._get_param("resourceId")
        backend = self.config_backend
        if kind not in config_history.KINDS:
            return json.dumps(own_history(backend, kind, name, self.region))
        found = [one for one in recorded(backend) if (one.kind, one.id) == (kind, name)]
        if not found:
            raise ResourceNotDiscoveredException(kind, name)
        forward = self._get_param("chronologicalOrder") == "Forward"
        times = self._get_param("earlierTime"), self._get_param("laterTime")
        begin, size = int(self._get_param("nextToken") or 0), self._get_param("limit") or 10
        return json.dumps(config_history.page(found, *times, forward, begin, size))

    def evaluated(backend, name: str):
        """[(item, why it breaks the rule or "")] of a rule."""
        rule = backend.config_rules.get(name)
        if rule is None:
            raise NoSuchConfigRuleException(name)
        identifier = rule.source.source_identifier
        if identifier not in config_history.RULES:
            raise LabLimit(
                f"the Config rule {identifier}",
                "AWS Config evaluates it on each change or in an interval.",
                "Managed rules need no code; custom ones are Lambda functions or Guard policies.",
            )
        parameters = json.loads(rule.input_parameters or "{}")
        kinds = rule.scope.compliance_resource_types if rule.scope else None
        return config_history.compliance(recorded(backend), identifier, parameters, kinds)

    def describe_compliance_by_config_rule(self):
        backend, word = self.config_backend, config_history.word
        names, wanted = self._get_param("ConfigRuleNames"), self._get_param("ComplianceTypes")
        rows = [
            {
                "ConfigRuleName": name,
                "Compliance": {"ComplianceType": word(evaluated(backend, name))},
            }
            for name in names or backend.config_rules
        ]
        kept = [one for one in rows if not wanted or one["Compliance"]["ComplianceType"] in wanted]
        return json.dumps({"ComplianceByConfigRules": kept})

    def get_compliance_details_by_config_rule(self):
        name, wanted = self._get_param("ConfigRuleName"), self._get_param("ComplianceTypes")
        results = evaluated(self.config_backend, name)
        rows = config_history.evaluations(name, results, lab_of().clock.time())
        kept = [one for one in rows if not wanted or one["ComplianceType"] in wanted]
        return json.dumps({"EvaluationResults": kept})

    def start_config_rules_evaluation(self):
        for name in self._get_param("ConfigRuleNames") or []:
            evaluated(self.config_backend, name)  # refuses what isn't there
        return "{}"

    def select_resource_config(self):
        raise LabLimit(
            "config:SelectResourceConfig",
            "AWS Config queries the recorded items with SQL.",
            "Advanced queries read the current state of resources, of many accounts with an "
            "aggregator.",
        )

    ConfigResponse.select_resource_config = select_resource_config
    ConfigBackend.start_configuration_recorder = start_configuration_recorder
    ConfigBackend.stop_configuration_recorder = stop_configuration_recorder
    for method in (
        *(get_resource_config_history, describe_compliance_by_config_rule),
        *(get_compliance_details_by_config_rule, start_config_rules_evaluation),
    ):
        setattr(ConfigResponse, method.__name__, method)

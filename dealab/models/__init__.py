"""Models of what no engine here does: documents and data in, an answer out.

A policy, a lifecycle rule, a log, a bill, evaluated as the service's documentation says. Nothing in
this room calls boto3, moto or the network; ``dealab.cloud`` feeds the models with what the learner
has set up, and each model's docstring names its source and what it leaves out.
"""

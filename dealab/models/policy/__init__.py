"""Permissions: policy documents, and the decision that they make together.

``documents`` reads them, ``matching`` and ``conditions`` compare, ``evaluation`` decides, and
``explanation`` and ``wording`` say why. ``services`` and ``actions`` know what an API call needs;
``trust``, ``grants`` and ``simulator`` are for roles, KMS keys and IAM's simulator.
"""

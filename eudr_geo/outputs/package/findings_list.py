"""``findings.json``: every finding on the packed plots and lots, and how the packed files add up."""

from __future__ import annotations

from eudr_geo.base.version import VERSION
from eudr_geo.base.writing import json_bytes
from eudr_geo.checks.catalogue import RULES_VERSION
from eudr_geo.model.findings import FINDINGS_SCHEMA
from eudr_geo.model.package import PackageData

SUMMARY = "every finding on these plots and lots (JSON)"
FILE = "findings.json"


def render(package: PackageData) -> bytes:
    """Return the findings; their fields are those of ``eudr-geo check --format json``."""
    result = package.check
    return json_bytes(
        {
            "schema": FINDINGS_SCHEMA,
            "toolkit": VERSION,
            "rules": RULES_VERSION,
            "eu_version": result.eu_version or None,
            "boundaries": result.boundaries or None,
            "inputs": [{"path": one.name, "sha256": one.sha256, "bytes": one.size_bytes} for one in package.inputs],
            "summary": {
                **result.findings.counts(),
                "plots_fit": result.plots_fit,
                "plots_unfit": result.plots_unfit,
            },
            "findings": [finding.to_dict() for finding in result.findings],
        },
        indent=1,
    )

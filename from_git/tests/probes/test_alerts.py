"""The rules of deploy/alerts.yaml ask for metrics that there are."""

import re
from unittest import TestCase

import yaml

from from_git.tests.kit.project import ROOT
from from_git.tests.metrics.test_metrics import documented


class Alerts(TestCase):
    """deploy/alerts.yaml."""

    def test_each_rule_asks_for_documented_metrics_and_says_what_to_do(self) -> None:
        [group] = yaml.safe_load((ROOT / "deploy" / "alerts.yaml").read_text(encoding="utf-8"))["groups"]
        known = {f"from_git_{name}" for name in documented("name (all begin")}
        self.assertTrue(group["rules"])
        for rule in group["rules"]:
            with self.subTest(rule["alert"]):
                asked = set(re.findall(r"from_git_\w+", rule["expr"]))
                self.assertTrue(asked)
                self.assertLessEqual(asked, known)
                self.assertEqual(set(rule["annotations"]), {"summary", "remedy"})

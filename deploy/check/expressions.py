"""Asks a Prometheus for every expression of the alert rules and the dashboard: expressions.py PROMETHEUS METRICS_PAGE."""
import json
import re
import sys
import urllib.parse
import urllib.request

prometheus, page = sys.argv[1:3]


def expressions_of_rules():
    text = open("deploy/alerts.yml").read()
    for rule in text.split("- alert: ")[1:]:
        name = rule.splitlines()[0]
        expression = re.search(r"expr: (\|\n((?:          .*\n)+)|.*)", rule)
        yield name, expression.group(2) or expression.group(1)


def expressions_of_dashboard():
    board = json.load(open("deploy/grafana/gateway.json"))
    for panel in board["panels"]:
        for target in panel.get("targets", []):
            yield panel["title"], target["expr"]
    for annotation in board["annotations"]["list"]:
        yield annotation["name"], annotation["expr"]


def evaluable(expression):
    """The expression without what only a dashboard knows, and with comparisons that give 0 or 1 instead of nothing."""
    expression = expression.replace("$__rate_interval", "1m").replace("$instance", ".*")
    expression = re.sub(r"(==|>=|<=|>|<)\s*(?=[\d(-])", r"\1 bool ", expression)
    # An alert on what is missing: what it looks for must be there.
    return re.sub(r"absent\((.*)\)", r"\1", expression)


def values(expression):
    query = urllib.parse.urlencode({"query": expression})
    with urllib.request.urlopen(f"{prometheus}/api/v1/query?{query}") as answer:
        return json.load(answer)["data"]["result"]


used, silent = "", []
rules, panels = list(expressions_of_rules()), list(expressions_of_dashboard())
assert len(rules) > 15 and len(panels) > 30, (len(rules), len(panels))
for name, expression in rules + panels:
    used += expression + "\n"
    found = values(evaluable(expression))
    if not found or all(value["value"][1] == "NaN" for value in found):
        silent.append(f"{name}: {expression.strip()}")

text = urllib.request.urlopen(page).read().decode()
exported = set(re.findall(r"^# TYPE (\S+)", text, re.M))
named = {re.sub(r"_(bucket|count|sum)$", "", name) for name in re.findall(r"\b(?:gateway|process)_\w+", used)}
print(f"{len(rules)} rules, {len(panels)} expressions of panels, {len(exported)} metrics")
problems = [f"no value: {line}" for line in silent]
problems += [f"used by no rule and no panel: {name}" for name in sorted(exported - named)]
print("\n".join(problems) or "every expression gives a value, and every metric is used")
sys.exit(bool(problems))

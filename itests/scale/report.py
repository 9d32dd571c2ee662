"""From runs to figures: medians by control plane, ours over OVN's, and the table of docs/performance.md."""

import os
import re
import statistics
import time
from pathlib import Path

EVENTS = 20  # of S1, unless told
SWITCHES = {"vswitchd", "node-db", "harness", "vswitchd-max", "agent-max", "others_pct_of_machine"}
RATIOS = {"s1_settled_ratio": "s1_settled_ms", "s1_cpu_ratio": "s1_cpu_ms", "s2_stable_ratio": "s2_stable_s",
          "s2_cpu_ratio": "s2_cpu_s", "s2_flows_ratio": "s2_flows_per_node", "s2_rss_ratio": "s2_rss_mib"}
AIMS = {"s1_settled_ratio": 0.25, "s1_cpu_ratio": 0.05, "s2_stable_ratio": 0.2, "s2_cpu_ratio": 0.1,
        "s2_flows_ratio": 0.4, "s2_rss_ratio": 0.5}
BEGIN, END = "<!-- bench scale: written by ./heddle bench scale -->", "<!-- /bench scale -->"


def control_plane(used):
    """CPU of a control plane: Heddle's process; OVN's northd, both databases and every ovn-controller."""
    return sum(seconds for role, seconds in used.items() if role not in SWITCHES)


def of_run(run):
    """The figures of one run that are compared or shown."""
    s1, s2, s4 = run["s1"], run["s2"], run["s4"]
    per_event = s1["cpu_s_per_event"]
    restart = {f"s4_{what}_{figure}": found[figure] for what, found in s4.items()
               for figure in ("done_s", "flow_mods", "flow_changes", "messages_max_node")}
    return {"s1_up_ms": s1["median_ms"].get("up"), "s1_settled_ms": s1["median_ms"]["settled"],
            "s1_cpu_ms": 1000 * control_plane(per_event), "s1_vswitchd_cpu_ms": 1000 * per_event["vswitchd"],
            "s1_flow_changes": s1["flow_changes"],
            "s2_stable_s": s2["stable_s"], "s2_cpu_s": control_plane(s2["cpu_s"]),
            "s2_vswitchd_cpu_s": s2["cpu_s"]["vswitchd"], "s2_flows_per_node": s2["flows_per_node"][1],
            "s2_rss_mib": sum(mib for role, mib in s2["rss_mib"].items() if role not in SWITCHES),
            **restart,
            "others_pct_of_machine": max(used["others_pct_of_machine"] for used in (
                per_event, s2["cpu_s"], *(found["cpu_s"] for found in s4.values())))}


def medians(runs):
    """Of each figure over the runs; the worst of what should be none, and of how busy others were."""
    rows = [of_run(run) for run in runs]

    def one(key):
        values = [row[key] for row in rows if row[key] is not None]
        if not values:
            return None
        worst = key.startswith("others") or "flow_mods" in key or "flow_changes" in key and key.startswith("s4")
        return round(max(values) if worst else statistics.median(values), 2)
    return {key: one(key) for key in rows[0]}


def result(topology, nodes, ports, ovs, floor, runs):
    """All there is to tell of one run of the bench; `runs` by control plane, which may be one alone."""
    figures = {peer: medians(found) for peer, found in runs.items()}
    out = {"topology": topology, "nodes": nodes, "ports": ports, "rounds": len(next(iter(runs.values()))),
           "events": next(iter(runs.values()))[0]["s1"]["events"],
           "at": time.strftime("%Y-%m-%d"), "cores": os.cpu_count(), "ovs": ovs,
           "versions": {peer: found[0]["version"] for peer, found in runs.items()}, "floor": floor}
    if {"ovn", "heddle"} <= set(figures):
        out.update({ratio: round(figures["heddle"][key] / figures["ovn"][key], 3) for ratio, key in RATIOS.items()})
    if "heddle" in figures:
        ours = figures["heddle"]
        out["s4"] = {"flow_mods": ours["s4_central_flow_mods"], "flow_changes": ours["s4_central_flow_changes"],
                     "done_s": ours["s4_central_done_s"]}
        out["s1_floor_ms"] = floor["median_ms"]
        out["s1_above_floor_ms"] = round(ours["s1_settled_ms"] - floor["median_ms"], 1)
    return {**out, "medians": figures, "runs": runs}


def command(found):
    rounds = f" --rounds {found['rounds']}" if found["rounds"] > 1 else ""
    events = f" --events {found['events']}" if found["events"] != EVENTS else ""
    return (f"./heddle bench scale --topology {found['topology']} --nodes {found['nodes']} --ports {found['ports']}"
            f"{rounds}{events} --json")


def text(found):
    """For people."""
    lines = [f"{command(found)}   ({found['at']}, {found['cores']} cores, Open vSwitch {found['ovs']})"]
    for peer, figures in found["medians"].items():
        lines.append(f"{found['versions'][peer]}:")
        lines += [f"  {key:28} {number(value)}" for key, value in figures.items()]
    for ratio, most in AIMS.items():
        if ratio in found:
            lines.append(f"{ratio:30} {found[ratio]:<8} aim {most}: {'met' if found[ratio] <= most else 'not met'}")
    if "s4" in found:
        lines.append(f"flow-mods after a restart       {found['s4']['flow_mods']}")
        lines.append(f"S1 above the floor, ms          {found['s1_above_floor_ms']} over {found['s1_floor_ms']}")
    return "\n".join(lines)


def number(value):
    if value is None:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def row(found):
    """Two lines of the table of ratios and of the table of figures: {table: [lines]}."""
    size = f"{found['nodes']} x {found['ports']:,}"
    others = max(f["others_pct_of_machine"] for f in found["medians"].values())
    ratios = [size, *(f"{found[ratio]:.3g}" for ratio in RATIOS), number(found["s4"]["flow_mods"]),
              f"{number(found['s1_above_floor_ms'])} over {number(found['s1_floor_ms'])}", number(others),
              f"{found['at']}: `{command(found)}`"]
    absolute = []
    for peer in ("ovn", "heddle"):
        f = found["medians"][peer]
        absolute.append([size, found["versions"][peer], *(number(f[key]) for key in (
            "s2_stable_s", "s2_cpu_s", "s2_vswitchd_cpu_s", "s2_flows_per_node", "s2_rss_mib", "s1_up_ms",
            "s1_settled_ms", "s1_cpu_ms", "s1_vswitchd_cpu_ms", "s1_flow_changes", "s4_central_done_s",
            "s4_central_messages_max_node")),
            number(f.get("s4_agents_messages_max_node"))])
    return {"ratios": [line(ratios)], "figures": [line(cells) for cells in absolute]}


def line(cells):
    return "| " + " | ".join(cells) + " |"


HEADS = {
    "ratios": ["nodes x ports", *(f"`{r}` (at most {AIMS[r]})" for r in RATIOS), "flow-mods after a restart (0)",
               "S1 above the floor, ms", "others, % of machine", "made by"],
    "figures": ["nodes x ports", "control plane", "S2 stable s", "S2 CPU s", "S2 vswitchds CPU s", "flows per node",
                "RSS MiB", "S1 up ms", "S1 settled ms", "S1 CPU ms", "S1 vswitchds CPU ms", "S1 flow changes",
                "S4 done s", "S4 messages, most of a node", "the same, agents restarted"]}


def tables(found, old=""):
    """Both tables with the rows of this run, and with those of other sizes that stand in `old`."""
    size = f"{found['nodes']} x {found['ports']:,}"
    known = [re.split(r"\s*\|\s*", x.strip()[1:-1].strip()) for x in old.splitlines() if re.match(r"\| \d", x)]
    out = []
    for name, head in HEADS.items():
        kept = [line(cells) for cells in known if len(cells) == len(head) and cells[0] != size]
        lines = sorted(kept + row(found)[name], key=place)
        out.append("\n".join([line(head), "|" + "---|" * len(head), *lines]))
    return "\n\n".join(out)


def place(text):
    """By nodes, then ports; a stable sort keeps the control planes in their order."""
    return [int(n) for n in re.match(r"\| (\d+) x ([\d,]+)", text.replace(",", "")).groups()]


def write(page, found):
    """Puts this run's rows between the markers of the page."""
    page = Path(page)
    before, begin, rest = page.read_text().partition(BEGIN)
    old, end, after = rest.partition(END)
    if not begin or not end:
        raise RuntimeError(f"{page} has no lines '{BEGIN}' and '{END}'")
    page.write_text(f"{before}{BEGIN}\n\n{tables(found, old)}\n\n{END}{after}")

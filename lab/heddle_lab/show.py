"""The lab's answers as tables for people."""


def table(rows):
    widths = [max(len(str(row[i])) for row in rows) for i in range(len(rows[0]))]
    return "\n".join("  ".join(f"{str(c):<{w}}" for c, w in zip(row, widths)).rstrip() for row in rows)


def status_table(status):
    if not status["nodes"]:
        return f"no lab in {status['directory']}"
    nodes = [("NODE", "ADDRESS", "OVS", "CONTROLLER", "CONNECTED", "PODS", "STATE")]
    for node in status["nodes"]:
        count = sum(p["node"] == node["name"] for p in status["pods"])
        nodes.append((node["name"], node["address"], node["ovs"], node["controller"] or "none",
                      "-" if node["standalone"] else "yes" if node["connected"] else "no", count, node["condition"] + _cut(node)))
    pods = [("POD", "NODE", "DEVICE", "MAC", "ADDRESSES", "INSTALLED")]
    alone = {n["name"] for n in status["nodes"] if n["standalone"]}
    for pod in status["pods"]:
        pods.append((pod["name"], pod["node"], pod["device"], pod["mac"], " ".join(pod["addresses"]),
                     "-" if pod["node"] in alone else "yes" if pod["installed"] else "no"))
    machines = [("OUTSIDE", "NETWORK", "VLAN", "MAC", "ADDRESSES")] + [
        (m["name"], m["network"], m["tag"] or "none", m["mac"], " ".join(m["addresses"])) for m in status["outside"]]
    return "\n\n".join(table(rows) for rows in (nodes, pods, machines) if len(rows) > 1)


def _cut(node):
    return f", cut off from {' '.join(node['cut_from'])}" if node["cut_from"] else ""


def matrix_table(matrix):
    """Rows send, columns receive. A cell says what was seen, then the verdict."""
    cells = {(c["from"], c["to"]): c for c in matrix["cells"]}

    def text(a, b):
        cell = cells.get((a, b))
        if not cell:
            return "-"
        if cell["verdict"] != "ok":
            return "WRONG"
        return f"{cell['rtt_ms']:.1f} ms ok" if cell["expect"] == "reach" else "apart ok"

    rows = [("from \\ to", *matrix["pods"])] + [
        (a, *(text(a, b) for b in matrix["pods"])) for a in matrix["pods"]]
    lines = [table(rows), ""]
    for cell in matrix["cells"]:
        if cell["verdict"] != "ok":
            lines.append(f"{cell['from']} -> {cell['to']} ({cell['address'] or cell['refused']}), expected "
                         f"{cell['expect']}: {cell['verdict']}; answered by "
                         f"{', '.join(cell['answered_by']) or 'nobody'}; broadcast "
                         f"{'arrived' if cell['broadcast_seen'] else 'did not arrive'}")
    lines.append(f"{matrix['right']} cells right, {matrix['wrong']} wrong")
    return "\n".join(lines)

"""Run by `tests.deploy.mining` with PM4Py's own Python: opens both files, discovers, conforms.

It is given the two files and the stepped-care models as JSON, and prints what it found as JSON.
It imports nothing of ours, as an auditor's own tools would not.
"""

# mypy: ignore-errors
from __future__ import annotations

import json
import sys
from pathlib import Path

import pm4py
from pm4py.objects.petri_net.obj import Marking, PetriNet
from pm4py.objects.petri_net.utils.petri_utils import add_arc_from_to

OPENS = ("PathwayOpened", "PathwayReopened")
MOVES = ("SteppedUp", "SteppedDown")


def stepped_care(model):
    """The model as a net: a place for each step, a transition for each way in, move and way out."""
    net = PetriNet(model["name"])
    begin, end = PetriNet.Place("outside"), PetriNet.Place("over")
    steps = {each["number"]: PetriNet.Place(each["name"]) for each in model["steps"]}
    net.places.update({begin, end, *steps.values()})

    def moves(said, before, after):
        transition = PetriNet.Transition(f"{said} {len(net.transitions)}", said)
        net.transitions.add(transition)
        add_arc_from_to(before, transition, net)
        add_arc_from_to(transition, after, net)

    for number in model["entry"]:
        moves(f"enter {number}", begin, steps[number])
    for move in model["moves"]:
        moves(
            f"{move['from_step']} to {move['to_step']}",
            steps[move["from_step"]],
            steps[move["to_step"]],
        )
    for place in steps.values():
        moves("close", place, end)
        moves(None, place, end)  # who is still helped has not left
    moves(None, end, begin)  # who came back
    return net, Marking({begin: 1}), Marking({end: 1})


def moved(row):
    if row["concept:name"] in OPENS:
        return f"enter {int(row['step'])}"
    if row["concept:name"] in MOVES:
        return f"{int(row['from step'])} to {int(row['to step'])}"
    return "close"


xes, ocel, models = sys.argv[1:4]
log = pm4py.read_xes(xes)
objects = pm4py.read_ocel2_json(ocel)
directly, first, last = pm4py.discover_dfg(log)
way = log[log["concept:name"].isin([*OPENS, *MOVES, "PathwayClosed"])].copy()
way["concept:name"] = way.apply(moved, axis=1)
# What was recorded together happened in the order in which it was recorded.
way = way.sort_values(["case:concept:name", "position"])
model = json.loads(Path(models).read_text(encoding="utf-8"))["rules"][0]
net, begin, end = stepped_care(model)
replayed = pm4py.conformance_diagnostics_token_based_replay(way, net, begin, end)
tree = pm4py.discover_process_tree_inductive(way)
discovered = pm4py.convert_to_petri_net(tree)
fits = pm4py.fitness_token_based_replay(way, *discovered)
graph = pm4py.discover_ocdfg(objects)
print(
    json.dumps(
        {
            "xes_cases": int(log["case:concept:name"].nunique()),
            "xes_events": len(log),
            "xes_by_name": {k: int(v) for k, v in log["concept:name"].value_counts().items()},
            "ocel_events": len(objects.events),
            "ocel_objects": len(objects.objects),
            "ocel_by_name": {
                k: int(v) for k, v in objects.events["ocel:activity"].value_counts().items()
            },
            "directly_follows": len(directly),
            "starts": sorted(first),
            "object_types": sorted(graph["object_types"]),
            "model": model["name"],
            "pathways": len(replayed),
            "conforming": sum(bool(each["trace_is_fit"]) for each in replayed),
            "departing": [
                sorted({str(t) for t in each["transitions_with_problems"]})
                for each in replayed
                if not each["trace_is_fit"]
            ][:5],
            "discovered_fitness": round(fits["log_fitness"], 4),
        }
    )
)

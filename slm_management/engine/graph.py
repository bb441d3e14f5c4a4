# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Who needs whom: cycles and neighbourhoods in a graph of dependencies.

A graph is a mapping of a node to the nodes that it needs. Nodes are any hashable
values; a node without an entry needs nothing.
"""


def find_cycle(graph, start):
    """A way from a node back to itself, or an empty list.

    :return: the nodes on a shortest way, ``start`` first and last

    >>> find_cycle({"mail": ["network"], "network": ["power"]}, "mail")
    []
    >>> find_cycle({"a": ["b", "c"], "b": ["d"], "c": ["a"], "d": ["a"]}, "a")
    ['a', 'c', 'a']
    >>> find_cycle({"a": ["a"]}, "a")
    ['a', 'a']
    """
    ways = {start: [start]}
    row = [start]
    while row:
        reached = []
        for node in row:
            for needed in graph.get(node, ()):
                if needed == start:
                    return [*ways[node], start]
                if needed not in ways:
                    ways[needed] = [*ways[node], needed]
                    reached.append(needed)
        row = reached
    return []


def steps_from(graph, start, depth=None):
    """How many steps it is from a node to each one that can be reached from it.

    :param depth: how far to look; None: as far as it goes. Circles do no harm.
    :return: ``{node: steps}``, the closest first, ``start`` itself with 0

    >>> steps_from({"web": ["net", "disk"], "net": ["power"], "power": ["web"]}, "web")
    {'web': 0, 'net': 1, 'disk': 1, 'power': 2}
    >>> steps_from({"web": ["net"], "net": ["power"]}, "web", depth=1)
    {'web': 0, 'net': 1}
    """
    found = {start: 0}
    row, step = [start], 0
    while row and step != depth:
        step += 1
        reached = []
        for node in row:
            for other in graph.get(node, ()):
                if other not in found:
                    found[other] = step
                    reached.append(other)
        row = reached
    return found


def turned(graph):
    """The same graph, seen from the other side: who needs each node.

    >>> turned({"shop": ["web", "mail"], "web": ["net"], "mail": ["net"]})
    {'web': ['shop'], 'mail': ['shop'], 'net': ['web', 'mail']}
    """
    result = {}
    for node, needed in graph.items():
        for other in needed:
            result.setdefault(other, []).append(node)
    return result


def neighbourhood(graph, start, depth):
    """The nodes up to some steps away from a node, each with its distance.

    A node that stands on both sides, which only a circle can bring about, is listed
    where it is closer; on a tie it counts as needed.

    :return: ``{node: distance}``, negative for what ``start`` needs, positive for
        what needs it, 0 for itself

    >>> graph = {"shop": ["web", "mail"], "web": ["net"], "net": ["power"]}
    >>> neighbourhood(graph, "web", 2)
    {'web': 0, 'net': -1, 'power': -2, 'shop': 1}
    >>> neighbourhood(graph, "shop", 1)
    {'shop': 0, 'web': -1, 'mail': -1}
    >>> neighbourhood({"a": ["b"], "b": ["c"], "c": ["a"]}, "a", 2)
    {'a': 0, 'b': -1, 'c': 1}
    """
    found = {node: -step for node, step in steps_from(graph, start, depth).items()}
    for node, step in steps_from(turned(graph), start, depth).items():
        if node not in found or step < -found[node]:
            found[node] = step
    return found

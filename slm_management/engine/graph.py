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


def neighbourhood(needs, needed_by, start, depth):
    """The nodes up to some steps away from a node, each with its distance.

    A node that stands on both sides, as in a diamond, is listed where it is closer;
    on a tie it counts as needed.

    :param needs: the graph
    :param needed_by: the same graph, turned around
    :return: ``{node: distance}``, negative for what ``start`` needs, positive for
        what needs it, 0 for itself

    >>> needs = {"shop": ["web", "mail"], "web": ["net"], "net": ["power"]}
    >>> needed_by = {"web": ["shop"], "mail": ["shop"], "net": ["web"]}
    >>> neighbourhood(needs, needed_by, "web", 2)
    {'web': 0, 'net': -1, 'power': -2, 'shop': 1}
    >>> neighbourhood(needs, needed_by, "shop", 1)
    {'shop': 0, 'web': -1, 'mail': -1}
    """
    found = {start: 0}
    for graph, sign in ((needs, -1), (needed_by, 1)):
        row = [start]
        for step in range(1, depth + 1):
            reached = []
            for node in row:
                for other in graph.get(node, ()):
                    if other not in found or abs(found[other]) > step:
                        found[other] = sign * step
                        reached.append(other)
            row = reached
    return found

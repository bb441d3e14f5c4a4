/* Copyright 2026 slm_management founding team
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */

/** Pixels: a node, the room between nodes, and the line of headings above. */
export const SIZE = {width: 164, height: 44, gapX: 52, gapY: 12, head: 32, pad: 4};

/** Up to so many rows short columns stand in the middle; else all start at the top, so
 * that the service itself is not out of sight. */
const CENTERED_ROWS = 8;

function average(numbers) {
    return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

/**
 * Sort a column by where its neighbours nearer to the middle stand, so that lines cross
 * less; those without are sorted by name, as is the column next to the middle.
 */
function sortColumn(nodes, inner, edges) {
    const rank = new Map(inner.map((node, index) => [node.id, index]));
    const weight = new Map();
    for (const {id} of nodes) {
        const ranks = edges
            .filter((edge) => edge.includes(id))
            .map(([from, to]) => rank.get(from === id ? to : from))
            .filter((place) => place !== undefined);
        weight.set(id, ranks.length ? average(ranks) : inner.length);
    }
    return nodes.sort(
        (a, b) => weight.get(a.id) - weight.get(b.id) || a.name.localeCompare(b.name)
    );
}

/** The columns from left to right: who needs the service, itself, what it needs. */
function getColumns({nodes, edges}) {
    const columns = new Map();
    for (const level of [0, 1, -1, 2, -2]) {
        const members = nodes.filter((node) => node.level === level);
        const inner = columns.get(level - Math.sign(level)) || [];
        if (members.length) {
            columns.set(level, sortColumn(members, inner, edges));
        }
    }
    return [...columns].sort(([a], [b]) => b - a);
}

function getPath(from, to) {
    const {width, height, gapX} = SIZE;
    const [y1, y2] = [from.y + height / 2, to.y + height / 2];
    if (from.column === to.column) {
        const x = from.x + width;
        return `M${x},${y1} C${x + gapX / 2},${y1} ${x + gapX / 2},${y2} ${x},${y2}`;
    }
    const ahead = from.column < to.column;
    const [x1, x2] = ahead ? [from.x + width, to.x] : [from.x, to.x + width];
    const bend = ((ahead ? 1 : -1) * gapX) / 2;
    return `M${x1},${y1} C${x1 + bend},${y1} ${x2 - bend},${y2} ${x2},${y2}`;
}

/**
 * Where everything stands. The picture is `{nodes, edges}` as the server gives it: an
 * edge is a pair of ids, who needs first.
 */
export function layOut(picture) {
    const {width, height, gapX, gapY, head, pad} = SIZE;
    const columns = getColumns(picture);
    const rows = Math.max(...columns.map(([, members]) => members.length), 0);
    const placed = new Map();
    columns.forEach(([, members], column) => {
        const above = rows > CENTERED_ROWS ? 0 : (rows - members.length) / 2;
        members.forEach((node, row) => {
            const x = pad + column * (width + gapX);
            const y = pad + head + (above + row) * (height + gapY);
            placed.set(node.id, {...node, column, x, y, height});
        });
    });
    return {
        // lines within the last column bend out to its right
        width: 2 * pad + columns.length * (width + gapX) - gapX / 2,
        height: 2 * pad + head + rows * (height + gapY) - gapY,
        columns: columns.map(([level], column) => ({
            level,
            x: pad + column * (width + gapX),
            y: pad,
            height: head,
        })),
        nodes: [...placed.values()],
        edges: picture.edges.map(([from, to]) => ({
            key: `${from}-${to}`,
            from: placed.get(from),
            to: placed.get(to),
            path: getPath(placed.get(from), placed.get(to)),
        })),
    };
}

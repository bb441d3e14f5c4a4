/* Copyright 2026 slm_management founding team
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */

export const WIDTH = 480;
export const HEIGHT = 310;
const RADIUS = 115;
const CENTER = {x: WIDTH / 2, y: HEIGHT / 2};
/** How far labels stand off the outermost ring. */
const OFFSET = 16;
/** Longer names are cut; the whole stands in the title and is read out. */
const LONGEST = 22;
/** With fewer axes there is no area to see, so bars are drawn. */
const LEAST_AXES = 3;

const round = (number) => Math.round(number * 10) / 10;

/** A point on an axis; the first axis points up, the others follow clockwise. */
function getPoint(index, count, radius) {
    const angle = (2 * Math.PI * index) / count - Math.PI / 2;
    return {
        x: round(CENTER.x + radius * Math.cos(angle)),
        y: round(CENTER.y + radius * Math.sin(angle)),
    };
}

const toText = (points) => points.map(({x, y}) => `${x},${y}`).join(" ");

function getAnchor({x}) {
    if (Math.abs(x - CENTER.x) < 1) {
        return "middle";
    }
    return x > CENTER.x ? "start" : "end";
}

/**
 * @param {Object} picture `{axes: [name], series: [{name, values}], max}`; a value of 0
 *     is none
 * @returns {Object} the same, to be drawn: `kind` is `radar`, `bars` or `empty`
 */
export function prepareRadar(picture) {
    const {axes = [], series = [], max = 5} = picture || {};
    const drawn = series.filter(({values}) => values.some(Boolean));
    if (!axes.length || !drawn.length) {
        return {kind: "empty"};
    }
    const lines = axes.map((name, index) => ({
        key: index,
        name,
        short: name.length > LONGEST ? `${name.slice(0, LONGEST - 1)}…` : name,
        values: series.map(({values}) => values[index] || 0),
    }));
    // The first stays the first also if it has nothing yet, and keeps its looks.
    const legend = series.map(({name}, rank) => ({key: rank, rank, name}));
    const prepared = {lines, legend, max};
    if (axes.length < LEAST_AXES) {
        return {kind: "bars", ...prepared};
    }
    return {kind: "radar", ...prepared, ...drawRadar(lines, series, max)};
}

function drawRadar(lines, series, max) {
    const count = lines.length;
    const steps = [...Array(max).keys()].map((step) => step + 1);
    return {
        rings: steps.map((step) => ({
            step,
            points: toText(
                lines.map((_line, i) => getPoint(i, count, (RADIUS * step) / max))
            ),
            y: round(CENTER.y - (RADIUS * step) / max),
        })),
        spokes: lines.map(({key}) => ({key, ...getPoint(key, count, RADIUS)})),
        labels: lines.map(({key, name, short}) => {
            const point = getPoint(key, count, RADIUS + OFFSET);
            return {key, name, short, ...point, anchor: getAnchor(point)};
        }),
        // The first comes last, so that it lies on top.
        shapes: series
            .map(({values}, rank) => {
                const points = lines
                    .filter(({key}) => values[key])
                    .map(({key}) => ({
                        key,
                        ...getPoint(key, count, (RADIUS * values[key]) / max),
                    }));
                return {rank, points, text: toText(points)};
            })
            .filter(({points}) => points.length)
            .reverse(),
        center: CENTER,
    };
}

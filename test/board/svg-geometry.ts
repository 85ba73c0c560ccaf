// Where texts, cards and wires are in a wiring diagram, read back from the SVG itself.

export interface Box {
  readonly what: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface Segment {
  readonly net: number;
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

/** Sizes of the classes of text, and the width of a character in DejaVu Sans, which is wider than most: measured, in em. */
const SIZES: Readonly<Record<string, readonly [size: number, em: number]>> = {
  h: [20, 0.62],
  t: [13, 0.63],
  d: [11.5, 0.54],
  c: [11.5, 0.54],
  n: [10.5, 0.6],
  w: [9.5, 0.6],
};

const unescaped = (text: string): string =>
  text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&amp;", "&");

/** Groups of the drawing with their offsets; the file has one level of them. */
function* groups(svg: string): Generator<readonly [dx: number, dy: number, body: string]> {
  for (const [, dx, dy, body = ""] of svg.matchAll(/<g transform="translate\(([\d.-]+) ([\d.-]+)\)">([\s\S]*?)<\/g>/g))
    yield [Number(dx), Number(dy), body];
}

/** Boxes of all texts. */
export function textBoxes(svg: string): readonly Box[] {
  const boxes: Box[] = [];
  for (const [dx, dy, body] of groups(svg)) {
    for (const [, x, y, kind = "", more = "", raw = ""] of body.matchAll(
      /<text x="([\d.-]+)" y="([\d.-]+)" class="(\w)"([^>]*)>([^<]*)<\/text>/g,
    )) {
      const text = unescaped(raw);
      const [size, em] = SIZES[kind] ?? [20, 1];
      const width = text.length * size * em;
      const left = Number(x) + dx - (more.includes("end") ? width : 0);
      const base = Number(y) + dy;
      boxes.push({ what: text, left, right: left + width, top: base - size * 0.76, bottom: base + size * 0.2 });
    }
  }
  return boxes;
}

/** Boxes of all cards. */
export function cardBoxes(svg: string): readonly Box[] {
  return [...groups(svg)].flatMap(([dx, dy, body]) =>
    [...body.matchAll(/<rect x="([\d.-]+)" y="([\d.-]+)" width="(\d+)" height="(\d+)" rx="6" class="([\w ]+)"/g)].map(
      ([, x, y, width, height, kind = ""]) => {
        const [left, top] = [Number(x) + dx, Number(y) + dy];
        return { what: kind, left, right: left + Number(width), top, bottom: top + Number(height) };
      },
    ),
  );
}

/** Straight stretches of all wires, by net. */
export function wireSegments(svg: string): readonly Segment[] {
  return [...groups(svg)].flatMap(([dx, dy, body]) =>
    [...body.matchAll(/<path d="([^"]*)" class="halo"/g)].flatMap(([, way = ""], net) =>
      [...way.matchAll(/M([\d.-]+) ([\d.-]+)L([\d.-]+) ([\d.-]+)/g)].map(([, x1, y1, x2, y2]) => ({
        net,
        x1: Number(x1) + dx,
        y1: Number(y1) + dy,
        x2: Number(x2) + dx,
        y2: Number(y2) + dy,
      })),
    ),
  );
}

export function overlaps(one: Box, other: Box): boolean {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}

/** Pairs of boxes that overlap. */
export function overlapping(boxes: readonly Box[]): readonly string[] {
  return boxes.flatMap((one, at) =>
    boxes.slice(at + 1).flatMap((other) => (overlaps(one, other) ? [`${one.what} × ${other.what}`] : [])),
  );
}

/** Elements in the order of their opening, if every one is closed again in order. */
export function balanced(svg: string): boolean {
  const open: string[] = [];
  for (const [, slash, name = "", end] of svg.matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>/g)) {
    if (slash === "/") {
      if (open.pop() !== name) return false;
    } else if (end !== "/") open.push(name);
  }
  return open.length === 0 && !/<(?![/a-z])|&(?!(amp|lt|gt|quot);)/.test(svg.replace(/<style>.*<\/style>/s, ""));
}

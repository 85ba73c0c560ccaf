// A card of the wiring diagram: one part, hub or position, with its pins on both sides.

import type { WireNet, WireNode } from "./wiring.ts";

export const ROW = 16;
export const PAD = 8;
/** Rough widths of a character, in pixels: on the safe side for the usual sans-serif faces. */
export const CHAR = { title: 8.6, text: 6.6, pin: 6.8 } as const;

export interface Card extends WireNode {
  readonly column: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Where title and details begin, right of the inputs' names. */
  readonly textX: number;
}

const widest = (texts: readonly string[], char: number): number =>
  Math.max(0, ...texts.map((text) => text.length)) * char;

function pinsOf(nets: readonly WireNet[], node: string, side: "from" | "to"): readonly string[] {
  return [
    ...new Set(nets.flatMap((net) => net[side].filter((place) => place.node === node).map((place) => place.pin))),
  ];
}

/** The card of a node, large enough for its texts, not placed yet. */
export function cardOf(node: WireNode, column: number, nets: readonly WireNet[]): Card {
  const inputs = pinsOf(nets, node.id, "to");
  const outputs = pinsOf(nets, node.id, "from");
  const left = inputs.length === 0 ? PAD : widest(inputs, CHAR.pin) + 2 * PAD;
  const right = outputs.length === 0 ? PAD : widest(outputs, CHAR.pin) + 2 * PAD;
  const middle = Math.max(node.title.length * CHAR.title, widest(node.details, CHAR.text));
  const rows = Math.max(1 + node.details.length, inputs.length, outputs.length);
  return {
    ...node,
    column,
    x: 0,
    y: 0,
    width: Math.ceil(left + middle + right),
    height: rows * ROW + 2 * PAD,
    inputs,
    outputs,
    textX: Math.ceil(left),
  };
}

/** Height of a pin in the drawing. */
export function pinY(card: Card, pin: string, side: "left" | "right"): number {
  const at = (side === "left" ? card.inputs : card.outputs).indexOf(pin);
  return card.y + PAD + Math.max(0, at) * ROW + ROW / 2;
}

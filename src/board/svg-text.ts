// SVG as text: escaping, labels, and the colours of the kinds of wires in a light and a dark scheme.

import type { WireKind } from "./wiring.ts";

export interface SvgBlock {
  readonly text: string;
  readonly height: number;
}

export const KINDS: Readonly<
  Record<WireKind, { readonly name: string; readonly light: string; readonly dark: string }>
> = {
  usb: { name: "USB", light: "#1d5fd1", dark: "#7fb0ff" },
  power: { name: "power", light: "#c62828", dark: "#ff8a80" },
  ground: { name: "ground", light: "#5b6470", dark: "#a7b0bb" },
  gpio: { name: "GPIO", light: "#7b1fa2", dark: "#d7a1f5" },
  uart: { name: "UART", light: "#00796b", dark: "#5fd3c3" },
  i2c: { name: "I2C", light: "#b25f00", dark: "#ffb55c" },
  rf: { name: "antenna", light: "#2e7d32", dark: "#8fd694" },
};

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

export function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? "");
}

/** One line of text; nothing for an empty one. `kind` is a class of `styleSheet`. */
export function label(x: number, y: number, kind: string, text: string, more = ""): string {
  return text === "" ? "" : `<text x="${x}" y="${y}" class="${kind}"${more}>${escapeXml(text)}</text>`;
}

/** Plain rules without variables: not every viewer of SVG files knows them. */
export function styleSheet(): string {
  const colours = (scheme: "light" | "dark"): string =>
    Object.entries(KINDS)
      .map(([kind, colour]) => `.${kind}{stroke:${colour[scheme]}}.dot.${kind}{fill:${colour[scheme]}}`)
      .join("");
  return [
    "text{font-family:system-ui,'Segoe UI','DejaVu Sans',Arial,sans-serif;fill:#1b2430}",
    ".h{font-size:20px;font-weight:600}.t{font-size:13px;font-weight:600}.d,.c{font-size:11.5px;fill:#4c5866}.c{fill:#1b2430}",
    ".n{font-size:10.5px;fill:#5b6470}.w{font-size:9.5px;fill:#4c5866}.bg{fill:#fff}.card{fill:#f6f8fa;stroke:#b3bdc9}",
    ".position{fill:#eef5ff;stroke:#8fb2e8}.hub{fill:#fff7e6;stroke:#d9b25f}.rule{stroke:#d5dbe2}.halo{stroke:#fff}",
    ".wire,.halo{fill:none;stroke-width:1.6;stroke-linecap:round}.halo{stroke-width:4.5}.power,.ground{stroke-width:2.2}",
    colours("light"),
    "@media (prefers-color-scheme:dark){text,.c{fill:#e6ebf1}.d{fill:#aeb9c5}.n,.w{fill:#a7b0bb}.bg{fill:#12171d}",
    ".card{fill:#1c232b;stroke:#465361}.position{fill:#17253a;stroke:#3d659e}.hub{fill:#2b2415;stroke:#8a6d2b}",
    `.rule{stroke:#333d48}.halo{stroke:#12171d}${colours("dark")}}`,
  ].join("");
}

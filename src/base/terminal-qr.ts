// A QR code in a terminal: two rows of modules in one line of half blocks.

// Light is drawn and dark left out: terminals are dark more often, and readers take the inverse as well.
const BLOCKS: Readonly<Record<string, string>> = { "00": "█", "01": "▀", "10": "▄", "11": " " };

/** `rows` of `1` (dark) and `0`. */
export function printQr(rows: readonly string[]): string {
  const lines: string[] = [];
  for (let at = 0; at < rows.length; at += 2) {
    const [upper = "", lower = "0".repeat(upper.length)] = rows.slice(at, at + 2);
    lines.push([...upper].map((module, x) => BLOCKS[`${module}${lower[x] ?? "0"}`] ?? " ").join(""));
  }
  return lines.join("\n");
}

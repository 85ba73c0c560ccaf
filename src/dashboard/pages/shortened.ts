// How much of a long message is shown before its reader asks for more. Pure.

const MOST_CHARS = 700;
/** Nobody pushes the other messages off the page with empty lines. */
const MOST_LINES = 15;

/** Cuts between characters, not through them. */
export function shortened(text: string): string {
  const end = [...text.slice(0, MOST_CHARS + 1).matchAll(/\r\n|[\n\r\u2028\u2029]/g)][MOST_LINES - 1]?.index;
  const most = Math.min(MOST_CHARS, end ?? MOST_CHARS);
  return text.length <= most ? text : text.slice(0, most).replace(/[\ud800-\udbff]$/, "");
}

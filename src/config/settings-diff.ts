// Two texts as a unified diff, secrets masked. Configuration files are short: the plain longest common subsequence is fast enough, and
// for those that are not the middle is shown as replaced.

const CONTEXT = 3;
const MOST_CELLS = 4_000_000;

type Op = { readonly kind: " " | "-" | "+"; readonly line: string };

/** The common lines of two lists, as a table of lengths. */
function lengths(a: readonly string[], b: readonly string[]): Uint32Array {
  const width = b.length + 1;
  const table = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--) {
      const down = table[(i + 1) * width + j] ?? 0;
      const right = table[i * width + j + 1] ?? 0;
      table[i * width + j] = a[i] === b[j] ? (table[(i + 1) * width + j + 1] ?? 0) + 1 : Math.max(down, right);
    }
  return table;
}

function middle(a: readonly string[], b: readonly string[]): readonly Op[] {
  const removed = (line: string): Op => ({ kind: "-", line });
  const added = (line: string): Op => ({ kind: "+", line });
  if (a.length * b.length > MOST_CELLS) return [...a.map(removed), ...b.map(added)];
  const table = lengths(a, b);
  const width = b.length + 1;
  const ops: Op[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [left = "", right = ""] = [a[i], b[j]];
    if (i < a.length && j < b.length && left === right) {
      ops.push({ kind: " ", line: left });
      i++;
      j++;
    } else if (
      j >= b.length ||
      (i < a.length && (table[(i + 1) * width + j] ?? 0) >= (table[i * width + j + 1] ?? 0))
    ) {
      ops.push(removed(left));
      i++;
    } else {
      ops.push(added(right));
      j++;
    }
  }
  return ops;
}

function operations(a: readonly string[], b: readonly string[]): readonly Op[] {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++;
  const same = (lines: readonly string[]): Op[] => lines.map((line) => ({ kind: " ", line }));
  return [
    ...same(a.slice(0, head)),
    ...middle(a.slice(head, a.length - tail), b.slice(head, b.length - tail)),
    ...same(tail === 0 ? [] : a.slice(-tail)),
  ];
}

/** Ranges of operations that are shown: the changes with their context. */
function hunks(ops: readonly Op[]): readonly (readonly [number, number])[] {
  const found: [number, number][] = [];
  ops.forEach(({ kind }, at) => {
    if (kind === " ") return;
    const from = Math.max(0, at - CONTEXT);
    const to = Math.min(ops.length, at + CONTEXT + 1);
    const last = found.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = to;
    else found.push([from, to]);
  });
  return found;
}

function header(ops: readonly Op[], from: number, to: number): string {
  const count = (kind: "-" | "+", low: number, high: number): number =>
    ops.slice(low, high).filter((op) => op.kind === " " || op.kind === kind).length;
  const range = (kind: "-" | "+"): string => {
    const length = count(kind, from, to);
    return `${kind}${count(kind, 0, from) + (length === 0 ? 0 : 1)},${length}`;
  };
  return `@@ ${range("-")} ${range("+")} @@`;
}

const MASK = "[secret]";

/** The text without what only its owner may know: passwords in addresses, and values of keys that are named like secrets. */
export function maskSecrets(text: string): string {
  return text
    .replace(/(:\/\/[^\s/@:"']*:)[^/"'\n]*(?=@)/g, `$1${MASK}`)
    .replace(/(["']?\b\w*(?:password|passphrase|secret|token)["']?[ \t]*:[ \t]*)(?!\s|[{[\n])[^,}\n]+/gi, `$1${MASK}`);
}

const lines = (text: string): readonly string[] => (text === "" ? [] : text.replace(/\n$/, "").split("\n"));

/** Empty for texts that are the same. */
export function unifiedDiff(before: string, after: string): string {
  const ops = operations(lines(before), lines(after));
  return hunks(ops)
    .map(([from, to]) =>
      [header(ops, from, to), ...ops.slice(from, to).map(({ kind, line }) => maskSecrets(`${kind}${line}`))].join("\n"),
    )
    .join("\n");
}

/** A text that was shown masked and is sent back: what was masked is what it was. Null where a mask stands that hides nothing. */
export function unmask(text: string, original: string): string | null {
  const hidden = new Map<string, string>();
  for (const line of original.split("\n")) {
    const masked = maskSecrets(line);
    if (masked !== line) hidden.set(masked.trim(), line.trim());
  }
  const shown = text
    .split("\n")
    .map((line) => {
      const known = line.includes(MASK) ? hidden.get(line.trim()) : undefined;
      return known === undefined ? line : line.replace(line.trim(), () => known);
    })
    .join("\n");
  return shown.includes(MASK) ? null : shown;
}

/** Every string in a value, its masked form as the key. */
function hiddenTexts(value: unknown, found: Map<string, string>): Map<string, string> {
  if (typeof value === "string") {
    const masked = maskSecrets(value);
    if (masked !== value) found.set(masked, value);
  } else if (typeof value === "object" && value !== null) {
    for (const inner of Object.values(value)) hiddenTexts(inner, found);
  }
  return found;
}

/** A value that was shown masked and is sent back. Undefined where a mask stands that hides nothing. */
export function unmaskValue(value: unknown, original: unknown): unknown {
  const hidden = hiddenTexts(original, new Map());
  const text = JSON.stringify(value, (_key, each: unknown) =>
    typeof each === "string" ? (hidden.get(each) ?? each) : each,
  );
  return text.includes(MASK) ? undefined : (JSON.parse(text) as unknown);
}

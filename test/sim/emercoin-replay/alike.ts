// Whether a simulated answer is like the recorded one: same keys, types, texts; ids, addresses, amounts and times aside.

/** Addresses that mean the same in every run: their keys are in the recording, or nobody's here. */
export const FIXED: ReadonlySet<string> = new Set([
  "mfWxJ45yp2SFn7UciZyNpvDKrzbhyfKrY8",
  "mh3xFAgtcp8cn4LD7QcctUGPd9QdTMA5V6",
  "mgXxjdHmYgrYn6ixFrCubBemxsweBWS15V",
]);

/** Recorded ids, addresses and other unpredictable texts, and what stands for them here. */
export class Names {
  readonly #known = new Map<string, string>();
  readonly #learned: (recorded: string, simulated: string) => void;

  /** `learned` is told of each new pair. */
  constructor(learned: (recorded: string, simulated: string) => void = () => {}) {
    this.#learned = learned;
  }

  set(recorded: string, simulated: string): void {
    if (this.#known.has(recorded) || FIXED.has(recorded)) return;
    this.#known.set(recorded, simulated);
    this.#learned(recorded, simulated);
  }

  has(recorded: string): boolean {
    return this.#known.has(recorded);
  }

  /** A recorded text as it reads here: as a whole, or with the parts that are known. */
  text(recorded: string): string {
    const whole = this.#known.get(recorded);
    if (whole !== undefined || recorded.length < 20) return whole ?? recorded;
    let out = recorded;
    for (const [from, to] of this.#known) if (from.length >= 20 && out.includes(from)) out = out.replaceAll(from, to);
    return out;
  }

  /** Anything recorded, with all texts as they read here. */
  value(recorded: unknown): unknown {
    if (typeof recorded === "string") return this.text(recorded);
    if (Array.isArray(recorded)) return recorded.map((one) => this.value(one));
    if (typeof recorded !== "object" || recorded === null) return recorded;
    return Object.fromEntries(Object.entries(recorded).map(([key, one]) => [this.text(key), this.value(one)]));
  }
}

/** Texts that differ from run to run: hex, addresses, base64, descriptors, challenges. */
const VARIES =
  /^[0-9a-f]{8,}$|^(emrt1|2[MN]|[mn])[0-9A-Za-z]{24,}$|^[A-Za-z0-9+/]{40,}=*$|^(sh|wsh|pkh|wpkh|pk|addr|multi)\(|^m\/|^[\d.]+:\d+:[0-9a-f]{40}$|^[02-9ac-hj-np-z]{8}$|^c[1-9A-HJ-NP-Za-km-z]{51}$|^<regtest WIF/;

/** Keys that depend on which coins the wallet picked. */
const OPTIONAL = new Set(["txinwitness"]);
/** Numbers that must be the same. */
const EXACT = new Set(["expires_in", "days_added", "risk", "registered_at", "height_of_name"]);

export interface Looseness {
  /** Lists may have other lengths. */
  readonly lengths?: boolean;
  /** The order of a list's members of one `registered_at` is chance: they are put in the order of their names. */
  readonly sorted?: boolean;
  /** Keys below which nothing is compared. */
  readonly ignore?: readonly string[];
}

export class Comparison {
  readonly differences: string[] = [];
  readonly #names: Names;
  readonly #loose: Looseness;

  constructor(names: Names, loose: Looseness = {}) {
    this.#names = names;
    this.#loose = loose;
  }

  /** Adds to `differences` what is not alike, and learns what stands for what. */
  compare(recorded: unknown, simulated: unknown, path = "result"): void {
    const [kind, other] = [kindOf(recorded), kindOf(simulated)];
    if (kind !== other) {
      this.#differ(path, recorded, simulated);
      return;
    }
    if (typeof recorded === "string" && typeof simulated === "string") this.#text(recorded, simulated, path);
    else if (Array.isArray(recorded) && Array.isArray(simulated)) this.#list(recorded, simulated, path);
    else if (kind === "object") this.#object(recorded as object, simulated as object, path);
    else if (kind === "boolean" || EXACT.has(path.split(".").at(-1) ?? "")) {
      if (recorded !== simulated) this.#differ(path, recorded, simulated);
    }
  }

  #differ(path: string, recorded: unknown, simulated: unknown): void {
    const short = (value: unknown): string => (JSON.stringify(value) ?? "nothing").slice(0, 160);
    this.differences.push(`${path}: recorded ${short(recorded)}, simulated ${short(simulated)}`);
  }

  #text(recorded: string, simulated: string, path: string): void {
    if (this.#names.text(recorded) === simulated || isHelp(recorded, simulated)) return;
    if (path.endsWith(".asm") && pattern(recorded) === pattern(simulated)) return;
    if (VARIES.test(recorded) && VARIES.test(simulated)) this.#names.set(recorded, simulated);
    else this.#differ(path, recorded, simulated);
  }

  #list(recorded: readonly unknown[], simulated: readonly unknown[], path: string): void {
    if (recorded.length !== simulated.length && this.#loose.lengths !== true) {
      this.#differ(`${path}.length`, recorded.length, simulated.length);
      return;
    }
    const order = (list: readonly unknown[]) => (this.#loose.sorted === true ? list.toSorted(byRegistration) : list);
    const [own, theirs] = [order(recorded), order(simulated)];
    const count = Math.min(own.length, theirs.length);
    for (let at = 0; at < count; at++) this.compare(own[at], theirs[at], `${path}[${at}]`);
  }

  #object(recorded: object, simulated: object, path: string): void {
    const own = new Map(Object.entries(recorded).map(([key, value]) => [this.#names.text(key), value] as const));
    const theirs = new Map(Object.entries(simulated));
    const missing = [...own.keys()].filter((key) => !theirs.has(key) && !OPTIONAL.has(key));
    const extra = [...theirs.keys()].filter((key) => !own.has(key) && !OPTIONAL.has(key));
    if (missing.length + extra.length > 0) this.#differ(`${path} keys`, missing, extra);
    for (const [key, value] of own) {
      if (theirs.has(key) && this.#loose.ignore?.includes(key) !== true) {
        this.compare(value, theirs.get(key), `${path}.${key}`);
      }
    }
  }
}

function byRegistration(a: unknown, b: unknown): number {
  const [one, two] = [a, b] as readonly { readonly registered_at: number; readonly name: string }[];
  if (one === undefined || two === undefined) return 0;
  return one.registered_at - two.registered_at || (one.name < two.name ? -1 : 1);
}

/** A script's text without what it pushes. */
const pattern = (asm: string): string => asm.replace(/\b[0-9a-f]{8,}\b/g, "<bytes>");

const firstLine = (text: string): string => text.split("\n")[0] ?? "";

/** Of a help text only the usage is the same. */
const isHelp = (recorded: string, simulated: string): boolean =>
  recorded.includes("\n\nArguments:") && firstLine(recorded) === firstLine(simulated);

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "list" : typeof value;
}

/** Error texts: ids as they read here, times aside, and of a command's help the first line only. */
export function errorText(names: Names, message: string): string {
  const isUsage = /\n\n|\n\[|\nPrint/.test(message);
  return names.text(isUsage ? firstLine(message) : message).replace(/\b\d{9,}\b/g, "<time>");
}

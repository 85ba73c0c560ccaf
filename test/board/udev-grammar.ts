// The grammar of udev rules after udev(7): which keys exist, which operators they take, and that every GOTO has its LABEL further down.

const MATCH = ["==", "!="];
const LIST = ["=", "+=", "-=", ":="];
const PLAIN = ["=", "+=", ":="];

interface KeyRule {
  readonly operators: readonly string[];
  /** Whether the key takes `{…}`; undefined where it may. */
  readonly attribute?: boolean;
}

const KEYS: Readonly<Record<string, KeyRule>> = {
  ACTION: { operators: MATCH, attribute: false },
  DEVPATH: { operators: MATCH, attribute: false },
  KERNEL: { operators: MATCH, attribute: false },
  KERNELS: { operators: MATCH, attribute: false },
  SUBSYSTEM: { operators: MATCH, attribute: false },
  SUBSYSTEMS: { operators: MATCH, attribute: false },
  DRIVER: { operators: MATCH, attribute: false },
  DRIVERS: { operators: MATCH, attribute: false },
  ATTRS: { operators: MATCH, attribute: true },
  TAGS: { operators: MATCH, attribute: false },
  ATTR: { operators: [...MATCH, "="], attribute: true },
  ENV: { operators: [...MATCH, "=", "+="], attribute: true },
  SYMLINK: { operators: [...MATCH, ...LIST], attribute: false },
  TAG: { operators: [...MATCH, ...LIST], attribute: false },
  OWNER: { operators: PLAIN, attribute: false },
  GROUP: { operators: PLAIN, attribute: false },
  MODE: { operators: PLAIN, attribute: false },
  RUN: { operators: PLAIN },
  LABEL: { operators: ["="], attribute: false },
  GOTO: { operators: ["="], attribute: false },
};

export interface UdevToken {
  readonly key: string;
  readonly attribute: string | undefined;
  readonly operator: string;
  readonly value: string;
}

export interface UdevLine {
  readonly line: number;
  readonly tokens: readonly UdevToken[];
}

/** Tokens of a rule, or null if it is not a list of KEY operator "value" with commas between. */
function tokensOf(text: string): readonly UdevToken[] | null {
  const token = /^([A-Z_]+)(?:\{([^}"]+)\})?(==|!=|\+=|-=|:=|=)"([^"\\]*)"(?:, |$)/;
  const tokens: UdevToken[] = [];
  let rest = text;
  while (rest !== "") {
    const match = token.exec(rest);
    if (match === null) return null;
    const [all, key = "", attribute, operator = "", value = ""] = match;
    tokens.push({ key, attribute, operator, value });
    rest = rest.slice(all.length);
    if (rest === "" && all.endsWith(", ")) return null;
  }
  return tokens;
}

function tokenProblem({ key, attribute, operator, value }: UdevToken): string | null {
  const rule = KEYS[key];
  if (rule === undefined) return `unknown key ${key}`;
  if (!rule.operators.includes(operator)) return `${key} does not take ${operator}`;
  if (rule.attribute !== undefined && rule.attribute !== (attribute !== undefined))
    return `${key} with a wrong attribute`;
  if (key === "MODE" && !/^0[0-7]{3}$/.test(value)) return `MODE ${value}`;
  const known = /\$\$|\$(sys|devpath|kernel|id|number|attr\{\w+\}|env\{\w+\})/g;
  if (MATCH.includes(operator) ? value.includes("$") : value.replace(known, "").includes("$"))
    return `unknown $ in ${value}`;
  return null;
}

/** Rules of a file, and what udev would refuse in them. */
export function readRules(text: string): { readonly rules: readonly UdevLine[]; readonly problems: readonly string[] } {
  const rules: UdevLine[] = [];
  const problems: string[] = [];
  for (const [at, content] of text.split("\n").entries()) {
    if (content === "" || content.startsWith("#")) continue;
    const tokens = tokensOf(content);
    if (tokens === null) problems.push(`${at + 1}: not a rule`);
    else {
      rules.push({ line: at + 1, tokens });
      problems.push(...tokens.flatMap((token) => tokenProblem(token) ?? []).map((problem) => `${at + 1}: ${problem}`));
    }
  }
  const labels = new Map(
    rules.flatMap(({ line, tokens }) => tokens.flatMap((t) => (t.key === "LABEL" ? [[t.value, line]] : []))),
  );
  for (const { line, tokens } of rules) {
    const target = tokens.find((token) => token.key === "GOTO")?.value;
    if (target !== undefined && (labels.get(target) ?? 0) <= line)
      problems.push(`${line}: no label ${target} further down`);
    const acts = tokens.some((token) => !MATCH.includes(token.operator) && token.key !== "LABEL");
    if (acts && !tokens.some((token) => MATCH.includes(token.operator))) problems.push(`${line}: acts on every device`);
  }
  return { rules, problems };
}

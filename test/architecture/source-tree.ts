// The source as the architecture tests see it: files, imports, functions and named constructs, from the parser's tree.

import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseSync } from "oxc-parser";

export const root = fileURLToPath(new URL("../../", import.meta.url));

export interface SourceImport {
  readonly line: number;
  readonly specifier: string;
  /** Path from the root for relative imports, null for packages. */
  readonly target: string | null;
}

export interface SourceFunction {
  readonly line: number;
  readonly lines: number;
}

export interface Finding {
  readonly line: number;
  readonly what: string;
}

export interface SourceFile {
  /** From the root, with `/`. */
  readonly path: string;
  /** First folder below `src` or `test`. */
  readonly folder: string;
  readonly lines: number;
  readonly text: string;
  readonly imports: readonly SourceImport[];
  readonly functions: readonly SourceFunction[];
  readonly findings: readonly Finding[];
}

type Node = { readonly type: string; readonly start: number; readonly end: number; readonly [key: string]: unknown };

function isNode(value: unknown): value is Node {
  return (
    typeof value === "object" && value !== null && "type" in value && typeof value.type === "string" && "start" in value
  );
}

function* walk(node: Node): Generator<Node> {
  yield node;
  for (const value of Object.values(node)) {
    if (isNode(value)) yield* walk(value);
    else if (Array.isArray(value)) for (const item of value) if (isNode(item)) yield* walk(item);
  }
}

const nameOf = (node: unknown): string => (isNode(node) && node.type === "Identifier" ? String(node.name) : "");

/** Constructs that the house rules ban, by name; which folders may use which is the tests' business. */
function findingOf(node: Node): string | null {
  switch (node.type) {
    case "TSAnyKeyword":
      return "any";
    case "TSNonNullExpression":
      return "non-null !";
    case "ExportDefaultDeclaration":
      return "default export";
    case "TSEnumDeclaration":
      return "enum";
    case "ThrowStatement":
      return isNode(node.argument) && node.argument.type === "NewExpression" && nameOf(node.argument.callee) === "Error"
        ? "bare Error"
        : null;
    case "NewExpression":
      return nameOf(node.callee) === "Date" && Array.isArray(node.arguments) && node.arguments.length === 0
        ? "new Date()"
        : null;
    case "CallExpression":
      return /^(setTimeout|setInterval|setImmediate)$/.test(nameOf(node.callee)) ? `${nameOf(node.callee)}()` : null;
    case "MemberExpression": {
      const text = `${nameOf(node.object)}.${nameOf(node.property)}`;
      if (/^(Date\.now|Math\.random|process\.env|performance\.now)$/.test(text)) return text;
      return nameOf(node.object) === "console" ? "console" : null;
    }
    default:
      return null;
  }
}

const FUNCTIONS = new Set(["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression"]);

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

function readSource(path: string): SourceFile {
  const text = readFileSync(join(root, path), "utf8");
  const starts = lineStarts(text);
  const lineOf = (offset: number): number => {
    const at = starts.findIndex((start) => start > offset);
    return at < 0 ? starts.length : at;
  };
  const parsed = parseSync(path, text, { preserveParens: false });
  if (parsed.errors.length > 0) throw new Error(`${path}: ${parsed.errors[0]?.message}`);
  const imports: SourceImport[] = [];
  const functions: SourceFunction[] = [];
  const findings: Finding[] = [];
  for (const node of walk(parsed.program as unknown as Node)) {
    const line = lineOf(node.start);
    const source = /^(Import|Export)(\w*)Declaration$|^ImportExpression$|^TSImportType$/.test(node.type)
      ? (node.source ?? node.argument)
      : undefined;
    if (isNode(source) && typeof source.value === "string") {
      const specifier = source.value;
      const target = specifier.startsWith(".") ? relative(root, resolve(root, dirname(path), specifier)) : null;
      imports.push({ line, specifier, target });
    }
    if (FUNCTIONS.has(node.type)) functions.push({ line, lines: lineOf(node.end - 1) - line + 1 });
    const what = findingOf(node);
    if (what !== null) findings.push({ line, what });
  }
  for (const [at, content] of text.split("\n").entries()) {
    if (/@ts-(ignore|expect-error|nocheck)/.test(content)) findings.push({ line: at + 1, what: "@ts-ignore" });
  }
  return { path, folder: path.split("/")[1] ?? "", lines: starts.length - 1, text, imports, functions, findings };
}

/** What a link points to is looked at where it is, if it is below `top`, or not at all. */
function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder))
    .sort()
    .flatMap((name) => {
      const path = `${folder}/${name}`;
      if (lstatSync(join(root, path)).isDirectory())
        return /^src\/(web|dashboard)\/dist$/.test(path) ? [] : filesBelow(path);
      return /\.(ts|tsx)$/.test(name) ? [path] : [];
    });
}

/** Every TypeScript file below `src` or `test`. */
export function readTree(top: "src" | "test"): readonly SourceFile[] {
  return filesBelow(top).map(readSource);
}

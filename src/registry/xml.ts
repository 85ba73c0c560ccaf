// As much XML as WORM records need: elements and attributes. No document types, no entities of one's own, no processing
// instructions, bounded in size and depth; the text between elements is skipped, because nothing is kept there.

import { AppError } from "../base/index.ts";

export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
}

/** A name's value is never longer. */
const MAX_LENGTH = 20_480;
const MAX_DEPTH = 16;
const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };
const TAG = /^<\s*(\/?)\s*([A-Za-z_][\w:.-]*)((?:\s+[A-Za-z_][\w:.-]*\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/;
const ATTRIBUTE = /([A-Za-z_][\w:.-]*)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/g;

function bad(what: string): AppError {
  return new AppError("worm.bad_xml", `the record is not XML of the known form: ${what}`);
}

function plainText(text: string): string {
  return text.replace(/&([^;]*);?/g, (whole, name: string) => {
    const known = whole.endsWith(";") ? ENTITIES[name] : undefined;
    if (known === undefined) throw bad("an entity is not one of the five");
    return known;
  });
}

function attributesOf(text: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (const [, name = "", double, single = ""] of text.matchAll(ATTRIBUTE)) {
    if (attributes.has(name)) throw bad("an attribute stands twice");
    attributes.set(name, plainText(double ?? single));
  }
  return attributes;
}

interface Open {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlElement[];
}

/** The root element. Throws `worm.bad_xml`. */
export function parseXml(text: string): XmlElement {
  if (text.length > MAX_LENGTH) throw bad("it is too long");
  // A comment goes first, as the network's own readers have it; so does a declaration, which some writers put.
  let rest = text.replace(/<!--[\s\S]*?-->/g, "").replace(/^\s*<\?xml[^>?]*\?>/, "");
  const top: Open = { name: "", attributes: new Map(), children: [] };
  const stack: Open[] = [top];
  for (;;) {
    const at = rest.indexOf("<");
    if (at < 0) break;
    const tag = TAG.exec(rest.slice(at));
    if (tag === null) throw bad("something is neither an element nor text");
    const [whole, closing, name = "", attributes = "", empty] = tag;
    rest = rest.slice(at + whole.length);
    if (closing === "/") {
      if (stack.pop()?.name !== name || stack.length === 0 || attributes !== "")
        throw bad("an element ends that did not begin");
      continue;
    }
    const element: Open = { name, attributes: attributesOf(attributes), children: [] };
    stack.at(-1)?.children.push(element);
    if (empty !== "/") stack.push(element);
    if (stack.length > MAX_DEPTH) throw bad("it is nested too deeply");
  }
  const [root, second] = top.children;
  if (stack.length !== 1 || root === undefined || second !== undefined)
    throw bad("it has not exactly one root element");
  return root;
}

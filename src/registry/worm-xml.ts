// A small strict reader of XML for WORM records: elements, attributes, text, comments, the five entities of XML itself and character
// references. No declarations of any kind (so no entities that expand and no files that are fetched), no namespaces.

import { AppError } from "../base/index.ts";

export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Text directly inside, joined. */
  readonly text: string;
}

const MAX_DEPTH = 16;
const NAME = /[A-Za-z_][A-Za-z0-9_.-]*/y;
const SPACE = /[ \t\r\n]*/y;
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
]);

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  #bad(what: string): AppError {
    return new AppError("worm.bad_xml", `the WORM record is not well-formed: ${what} (offset ${this.#at})`, {
      hint: "Ask the owner to publish the record again as his tool prints it.",
      context: { offset: this.#at },
    });
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? "";
    this.#at += found.length;
    return found;
  }

  #accept(token: string): boolean {
    if (!this.#text.startsWith(token, this.#at)) return false;
    this.#at += token.length;
    return true;
  }

  #expect(token: string): void {
    if (!this.#accept(token)) throw this.#bad(`"${token}" is missing`);
  }

  #until(end: string, what: string): string {
    const to = this.#text.indexOf(end, this.#at);
    if (to < 0) throw this.#bad(`${what} does not end`);
    const inside = this.#text.slice(this.#at, to);
    this.#at = to + end.length;
    return inside;
  }

  #entity(name: string): string {
    const known = ENTITIES.get(name);
    if (known !== undefined) return known;
    const [, hex, decimal] = /^#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}))$/.exec(name) ?? [];
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    const sound = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
    if (!sound) throw this.#bad("an entity is not one of the five of XML");
    return String.fromCodePoint(code);
  }

  #decoded(raw: string): string {
    return raw.replace(/&([^;&]*);?/g, (whole, name: string) => {
      if (!whole.endsWith(";")) throw this.#bad("an & stands alone");
      return this.#entity(name);
    });
  }

  #attributes(): ReadonlyMap<string, string> {
    const attributes = new Map<string, string>();
    while (this.#take(SPACE) !== "" && !/[/>]/.test(this.#text.charAt(this.#at))) {
      const name = this.#take(NAME);
      if (name === "") throw this.#bad("an attribute has no name");
      if (attributes.has(name)) throw this.#bad("an attribute occurs twice");
      this.#take(SPACE);
      this.#expect("=");
      this.#take(SPACE);
      const quote = this.#text.charAt(this.#at++);
      if (quote !== '"' && quote !== "'") throw this.#bad("an attribute's value is not quoted");
      const raw = this.#until(quote, "an attribute's value");
      if (raw.includes("<")) throw this.#bad("an attribute's value holds <");
      attributes.set(name, this.#decoded(raw));
    }
    return attributes;
  }

  #comment(): boolean {
    if (!this.#accept("<!--")) return false;
    if (this.#until("--", "a comment").includes("<!--")) throw this.#bad("a comment holds another");
    this.#expect(">");
    return true;
  }

  #element(depth: number): XmlElement {
    if (depth > MAX_DEPTH) throw this.#bad("elements are nested too deep");
    this.#expect("<");
    const name = this.#take(NAME);
    if (name === "") throw this.#bad("an element has no name, or is a declaration");
    const attributes = this.#attributes();
    if (this.#accept("/>")) return { name, attributes, children: [], text: "" };
    this.#expect(">");
    const children: XmlElement[] = [];
    let text = "";
    for (;;) {
      if (this.#comment()) continue;
      if (this.#accept("</")) break;
      if (this.#text[this.#at] === "<") children.push(this.#element(depth + 1));
      else text += this.#characters();
    }
    this.#expect(name);
    this.#take(SPACE);
    this.#expect(">");
    return { name, attributes, children, text };
  }

  #characters(): string {
    const next = this.#text.indexOf("<", this.#at);
    if (next < 0) throw this.#bad("an element does not end");
    const raw = this.#text.slice(this.#at, next);
    this.#at = next;
    return this.#decoded(raw);
  }

  #misc(): void {
    do this.#take(SPACE);
    while (this.#comment());
  }

  document(): XmlElement {
    this.#misc();
    const root = this.#element(1);
    this.#misc();
    if (this.#at < this.#text.length) throw this.#bad("something follows the root element");
    return root;
  }
}

/** The root element. Throws `worm.bad_xml`, naming the offset. */
export function parseXml(text: string): XmlElement {
  return new Reader(text).document();
}

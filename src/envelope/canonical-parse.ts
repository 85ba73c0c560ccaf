// Parses JSON text under the canonical input profile. JSON.parse cannot serve: it keeps the last of two members with one name and
// rounds large integers, so two readers of one signed text could see two different values.

import type { AppError } from "../base/index.ts";
import { canonicalError, checkName, checkString, MAX_CANONICAL_DEPTH, memberPath } from "./canonical-json.ts";

export type CanonicalInput = null | boolean | number | string | CanonicalInput[] | { [name: string]: CanonicalInput };

/** Longest text accepted by default, in UTF-16 units. */
export const MAX_CANONICAL_TEXT = 1_048_576;

const SPACE = " \t\n\r";
const ATOM_END = `${SPACE},:[]{}"`;
const INTEGER = /^(?:0|-?[1-9][0-9]*)$/;
const NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  #syntax(path: string): AppError {
    return canonicalError("canonical.bad_syntax", path, `the text is not JSON (offset ${this.#at})`);
  }

  /** The next character that is not white space, not consumed; empty at the end. */
  #peek(): string {
    while (this.#at < this.#text.length && SPACE.includes(this.#text.charAt(this.#at))) this.#at++;
    return this.#text.charAt(this.#at);
  }

  #accept(char: string): boolean {
    if (this.#peek() !== char) return false;
    this.#at++;
    return true;
  }

  #expect(char: string, path: string): void {
    if (!this.#accept(char)) throw this.#syntax(path);
  }

  #string(path: string): string {
    if (this.#peek() !== '"') throw this.#syntax(path);
    let end = this.#at + 1;
    while (end < this.#text.length && this.#text[end] !== '"') end += this.#text[end] === "\\" ? 2 : 1;
    const token = this.#text.slice(this.#at, end + 1);
    let value: unknown;
    try {
      value = JSON.parse(token);
    } catch {
      throw this.#syntax(path);
    }
    this.#at = end + 1;
    const text = String(value);
    checkString(text, path);
    return text;
  }

  /** A number, `true`, `false` or `null`: everything up to white space or punctuation. */
  #atom(path: string): number | boolean | null {
    let end = this.#at;
    while (end < this.#text.length && !ATOM_END.includes(this.#text.charAt(end))) end++;
    const value = this.#atomValue(this.#text.slice(this.#at, end), path);
    this.#at = end;
    return value;
  }

  #atomValue(token: string, path: string): number | boolean | null {
    if (token === "null") return null;
    if (token === "true" || token === "false") return token === "true";
    if (!NUMBER.test(token)) throw this.#syntax(path);
    if (!INTEGER.test(token)) {
      throw canonicalError("canonical.not_integer", path, "a number is not written as an integer");
    }
    const value = Number(token);
    if (!Number.isSafeInteger(value)) throw canonicalError("canonical.too_large", path, "an integer is 2^53 or larger");
    return value;
  }

  #array(path: string, depth: number): CanonicalInput[] {
    const items: CanonicalInput[] = [];
    if (this.#accept("]")) return items;
    do items.push(this.#value(`${path}[${items.length}]`, depth + 1));
    while (this.#accept(","));
    this.#expect("]", path);
    return items;
  }

  #object(path: string, depth: number): CanonicalInput {
    const members = new Map<string, CanonicalInput>();
    if (this.#accept("}")) return {};
    do {
      const name = this.#string(path);
      checkName(name, path);
      const inner = memberPath(path, name);
      if (members.has(name)) throw canonicalError("canonical.duplicate_name", inner, "a member name occurs twice");
      this.#expect(":", inner);
      members.set(name, this.#value(inner, depth + 1));
    } while (this.#accept(","));
    this.#expect("}", path);
    // fromEntries defines own members, so that a member called __proto__ is only a member.
    return Object.fromEntries(members);
  }

  #value(path: string, depth: number): CanonicalInput {
    const next = this.#peek();
    if (next === '"') return this.#string(path);
    if (next !== "{" && next !== "[") return this.#atom(path);
    if (depth >= MAX_CANONICAL_DEPTH) throw canonicalError("canonical.too_deep", path, "nesting is too deep");
    this.#at++;
    return next === "{" ? this.#object(path, depth) : this.#array(path, depth);
  }

  /** The one value of the whole text. */
  document(): CanonicalInput {
    const value = this.#value("$", 0);
    if (this.#peek() !== "") throw this.#syntax("$");
    return value;
  }
}

/**
 * The value of a JSON text within the profile. Throws the codes of `canonicalJson`, and `canonical.bad_syntax`,
 * `canonical.duplicate_name` and `canonical.too_long`; the error names the JSON path and never a value.
 */
export function parseCanonicalInput(text: string, maxLength: number = MAX_CANONICAL_TEXT): CanonicalInput {
  if (text.length > maxLength) throw canonicalError("canonical.too_long", "$", `the text is longer than ${maxLength}`);
  return new Reader(text).document();
}

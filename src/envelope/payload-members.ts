// Reads the members of a payload: each of the type that it must have, or an error that names the member and never its value.

import { AppError } from "../base/index.ts";

type Named = { readonly [name: string]: unknown };

const isObject = (value: unknown): value is Named =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export class Members {
  readonly #object: { readonly [name: string]: unknown };

  constructor(object: { readonly [name: string]: unknown }) {
    this.#object = object;
  }

  #bad(name: string, shape: string): AppError {
    return new AppError("payload.bad_member", `member ${name} of the payload must be ${shape}`, {
      context: { member: name },
    });
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#object, name);
  }

  text(name: string): string {
    const value = this.#object[name];
    if (typeof value !== "string") throw this.#bad(name, "a string");
    return value;
  }

  textLike(name: string, pattern: RegExp, shape: string): string {
    const value = this.text(name);
    if (!pattern.test(value)) throw this.#bad(name, shape);
    return value;
  }

  orNull<T>(name: string, read: (name: string) => T): T | null {
    return this.#object[name] === null ? null : read(name);
  }

  integer(name: string, low: number): number {
    const value = this.#object[name];
    if (typeof value !== "number" || !Number.isSafeInteger(value) || value < low) {
      throw this.#bad(name, `an integer of at least ${low}`);
    }
    return value;
  }

  flag(name: string): boolean {
    const value = this.#object[name];
    if (typeof value !== "boolean") throw this.#bad(name, "true or false");
    return value;
  }

  /** The members of an object. */
  inner(name: string): Members {
    const value = this.#object[name];
    if (!isObject(value)) throw this.#bad(name, "an object");
    return new Members(value);
  }

  /** The members of each object of a list. */
  each(name: string): readonly Members[] {
    const value = this.#object[name];
    if (!Array.isArray(value)) throw this.#bad(name, "a list");
    return (value as readonly unknown[]).map((item) => {
      if (!isObject(item)) throw this.#bad(name, "a list of objects");
      return new Members(item);
    });
  }

  /** Ascending integers in 1 to `high`. */
  ascending(name: string, high: number): readonly number[] {
    const value = this.#object[name];
    if (!Array.isArray(value)) throw this.#bad(name, "a list");
    const out: number[] = [];
    let last = 0;
    for (const item of value as readonly unknown[]) {
      if (typeof item !== "number" || !Number.isInteger(item) || item <= last || item > high) {
        throw this.#bad(name, "ascending part numbers");
      }
      out.push(item);
      last = item;
    }
    return out;
  }

  messageClass(name: string): 0 | 1 | 2 | 3 {
    const value = this.#object[name];
    if (value !== 0 && value !== 1 && value !== 2 && value !== 3) throw this.#bad(name, "0-3 or null");
    return value;
  }
}

// A value that cannot be printed by accident: JSON, template strings and inspection all show `[secret]`.

const inspect = Symbol.for("nodejs.util.inspect.custom");

export class Secret<T> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  /** The value itself. Call it as late as possible and never store what it returns. */
  reveal(): T {
    return this.#value;
  }

  toString(): string {
    return "[secret]";
  }

  toJSON(): string {
    return "[secret]";
  }

  [inspect](): string {
    return "[secret]";
  }
}

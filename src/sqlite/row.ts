// Rows come from outside the type system: each column is read by a small typed reader. Errors name table and column, never a value.

import { AppError } from "../base/index.ts";

/** Reads the columns of one row; every method throws `store.bad_row` when the column is missing or of another type. */
export interface Row {
  text(column: string): string;
  textOrNull(column: string): string | null;
  /** A safe integer. */
  integer(column: string): number;
  integerOrNull(column: string): number | null;
  /** An integer that is 0 or 1. */
  flag(column: string): boolean;
  bytes(column: string): Uint8Array;
  /** Text that `parse` accepts (a branded id, for instance); what `parse` throws becomes `store.bad_row`. */
  parsed<T>(column: string, parse: (text: string) => T): T;
}

export type RowParser<T> = (row: unknown) => T;

/** Makes a parser of rows of `table` from a function over typed columns. */
export function rowParser<T>(table: string, parse: (row: Row) => T): RowParser<T> {
  return (values) => {
    if (typeof values !== "object" || values === null) throw badRow(table, "*", "is no row");
    return parse(new ObjectRow(table, new Map(Object.entries(values))));
  };
}

/** The error for a column whose value has the right type and still makes no sense, such as a damaged JSON text. */
export function badRow(table: string, column: string, problem: string): AppError {
  return new AppError("store.bad_row", `column ${column} of ${table} ${problem}`, {
    hint: "The database was changed by another program, or is damaged: run `numberbox doctor` and restore a backup.",
    context: { table, column },
  });
}

class ObjectRow implements Row {
  readonly #table: string;
  readonly #values: ReadonlyMap<string, unknown>;

  constructor(table: string, values: ReadonlyMap<string, unknown>) {
    this.#table = table;
    this.#values = values;
  }

  text(column: string): string {
    const value = this.#values.get(column);
    if (typeof value !== "string") throw badRow(this.#table, column, "is not text");
    return value;
  }

  textOrNull(column: string): string | null {
    return this.#values.get(column) === null ? null : this.text(column);
  }

  integer(column: string): number {
    const value = this.#values.get(column);
    if (typeof value !== "number" || !Number.isSafeInteger(value)) throw badRow(this.#table, column, "is no integer");
    return value;
  }

  integerOrNull(column: string): number | null {
    return this.#values.get(column) === null ? null : this.integer(column);
  }

  flag(column: string): boolean {
    const value = this.integer(column);
    if (value !== 0 && value !== 1) throw badRow(this.#table, column, "is neither 0 nor 1");
    return value === 1;
  }

  bytes(column: string): Uint8Array {
    const value = this.#values.get(column);
    if (!(value instanceof Uint8Array)) throw badRow(this.#table, column, "is no blob");
    // A plain array: Buffer differs in `slice` and in how it prints.
    return new Uint8Array(value);
  }

  parsed<T>(column: string, parse: (text: string) => T): T {
    const text = this.text(column);
    try {
      return parse(text);
    } catch {
      // The cause is dropped on purpose: it may describe the value.
      throw badRow(this.#table, column, "has a value that makes no sense");
    }
  }
}

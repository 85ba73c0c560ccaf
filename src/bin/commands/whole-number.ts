// Whole numbers among a command's options.

import { InvalidArgumentError } from "commander";

/** A parser for commander that takes `low` to `high`. */
export function wholeNumber(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < low || value > high)
      throw new InvalidArgumentError(`It must be ${low} to ${high}.`);
    return value;
  };
}

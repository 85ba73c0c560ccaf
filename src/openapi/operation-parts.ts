// What of an operation stands in a document in the same way whoever serves it: its id, its parameters, its chapter.

import { z } from "zod";
import { type Json, upperFirst } from "./json.ts";

/** `POST /slots/{id}/recover` as `postSlotsIdRecover`. */
export function operationId({ method, path }: { readonly method: string; readonly path: string }): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  return method + words.map(upperFirst).join("");
}

/** The members of an object's schema as parameters. */
export function parametersOf(schema: z.ZodType | null, where: "path" | "query"): readonly Json[] {
  if (schema === null) return [];
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return Object.entries(properties).map(([name, each]) => {
    const { description, ...rest } = typeof each === "object" ? each : {};
    return {
      ...{ name, in: where, required: where === "path" || required.includes(name), schema: rest },
      ...(description === undefined ? {} : { description }),
    };
  });
}

/** The chapters that are `used`: those that `known` describes first, in its order, others by name. */
export function tagsOf(used: ReadonlySet<string>, known: readonly (readonly [string, string])[]): readonly Json[] {
  const described = known.filter(([name]) => used.has(name)).map(([name, description]) => ({ name, description }));
  const others = [...used].filter((name) => !known.some(([each]) => each === name)).sort();
  return [...described, ...others.map((name) => ({ name }))];
}

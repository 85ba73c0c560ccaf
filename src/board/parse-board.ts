// Outside data to a board: every problem at once, each with its path.

import type { z } from "zod";
import { AppError } from "../base/index.ts";
import { checkBoard } from "./board-checks.ts";
import { type Board, boardSchema } from "./board-schema.ts";

const place = (path: readonly PropertyKey[]): string => path.map(String).join(".") || "(top level)";

function explain(issue: z.core.$ZodIssue): readonly string[] {
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => `${place([...issue.path, key])}: unknown key`);
  return [`${place(issue.path)}: ${issue.message}`];
}

function badDescription(source: string, problems: readonly string[]): AppError {
  const message = `${source} has ${problems.length} problem(s):\n  ${problems.join("\n  ")}`;
  return new AppError("board.bad_description", message, {
    hint: "Correct what is listed; hardware/README.md explains the members.",
    context: { source, problems: problems.length },
  });
}

/**
 * A board from the value of its YAML file; `source` names the file in the error. Throws `board.bad_description`, whose message lists
 * each problem on a line of its own.
 */
export function parseBoard(value: unknown, source = "the board"): Board {
  const result = boardSchema.safeParse(value);
  if (!result.success) throw badDescription(source, result.error.issues.flatMap(explain));
  // Only now: a member of the wrong form would bring a trail of problems that are not there.
  const problems: string[] = [];
  checkBoard(result.data, (path, message) => problems.push(`${place(path)}: ${message}`));
  if (problems.length > 0) throw badDescription(source, problems);
  return result.data;
}

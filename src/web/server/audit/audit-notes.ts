// What routes tell the audit trail beside what it sees: kept on the answer until it is out.

import type { Response } from "express";

/** Says who it is where `Access` cannot know: at a way in. */
export function tellActor(response: Response, name: string): void {
  response.locals.auditActor = name;
}

export function tellNote(response: Response, note: string): void {
  response.locals.auditNote = note;
}

/** The problem's code, for whoever looks at an answer afterwards. */
export function tellCode(response: Response, code: string): void {
  response.locals.problemCode = code;
}

const MOST_TARGET = 128;

/** What the address names; express forgets it before the answer is out. */
export function tellTarget(response: Response, params: Readonly<Record<string, unknown>>): void {
  response.locals.auditTarget = Object.values(params).join("/").slice(0, MOST_TARGET);
}

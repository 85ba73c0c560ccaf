// Who is signed in, as this device remembers it: a guess that saves a wait, never a right.

import { type VisitorUser, visitorUser } from "../shared/session.ts";

export interface Visits {
  /** Null for nobody, and for what cannot be read. */
  last(): VisitorUser | null;
  keep(user: VisitorUser | null): void;
}

const KEY = "numberbox.signed_in";

function parsed(text: string): VisitorUser | null {
  try {
    return visitorUser.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

export const browserVisits = (storage: Storage): Visits => ({
  last: () => parsed(storage.getItem(KEY) ?? ""),
  keep: (user) => (user === null ? storage.removeItem(KEY) : storage.setItem(KEY, JSON.stringify(user))),
});

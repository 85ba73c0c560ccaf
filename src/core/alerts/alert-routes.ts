// Which channels an alert goes to, pure.

import { reaches, type Severity } from "./alert-model.ts";

export interface AlertRoute {
  /** This severity and those above it. */
  readonly severity: Severity;
  /** Ids of channels. */
  readonly to: readonly string[];
}

/** Each channel once, in the order of the routes. */
export function channelsFor(severity: Severity, routes: readonly AlertRoute[]): readonly string[] {
  return [...new Set(routes.filter((route) => reaches(severity, route.severity)).flatMap(({ to }) => to))];
}

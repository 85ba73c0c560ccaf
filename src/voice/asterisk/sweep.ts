// What Asterisk has that belongs to no call of ours: left from before a restart, or from a request whose answer was lost.

import type { AriChannel } from "./ari-schemas.ts";
import { STASIS_APP } from "./asterisk-setup.ts";

/** Our own names begin so; the channels of phones that dial are known by the application that they are in. */
export const LEG_PREFIX = "nb-";

/** A channel by which the edge asks for the registrations, at the very moment in which the first sweep runs. */
export const PROBE_PREFIX = `${LEG_PREFIX}edge-`;

export interface Found {
  readonly channels: readonly AriChannel[];
  readonly bridges: readonly string[];
}

export interface Orphans {
  readonly channels: readonly string[];
  readonly bridges: readonly string[];
}

/**
 * Ours and not `known`. `before`: those of the last look; only what was an orphan then too is one now, since a call that begins is in
 * Asterisk for a moment before it is known here. Null takes all, at a start.
 */
export function orphans(found: Found, known: ReadonlySet<string>, before: Orphans | null): Orphans {
  const lost = (id: string, list: readonly string[] | undefined): boolean =>
    !known.has(id) && (list === undefined || list.includes(id));
  return {
    channels: found.channels.filter((each) => isOurs(each) && lost(each.id, before?.channels)).map(({ id }) => id),
    bridges: found.bridges.filter((id) => id.startsWith(LEG_PREFIX) && lost(id, before?.bridges)),
  };
}

/** What may be taken without a second look. */
export function withoutProbes({ channels, bridges }: Orphans): Orphans {
  return { channels: channels.filter((id) => !id.startsWith(PROBE_PREFIX)), bridges };
}

function isOurs({ id, dialplan }: AriChannel): boolean {
  if (id.startsWith(LEG_PREFIX)) return true;
  return dialplan.app_name === "Stasis" && dialplan.app_data.split(",")[0] === STASIS_APP;
}

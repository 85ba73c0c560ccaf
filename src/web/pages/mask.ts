// Identities of SIMs and modems on screen: somebody may be looking over the shoulder.

const SHOWN = 4;

/** The last four characters behind dots; a short value is hidden as a whole. */
export function masked(value: string): string {
  return value.length <= SHOWN * 2 ? "•".repeat(8) : `•••• ${value.slice(-SHOWN)}`;
}
